/**
 * Reads the records of one fingerprint once for all backends of a cluster. They share the label, so one list finds the builds of
 * every backend, and a selection passes the records to the backend that it chooses.
 */
import type * as Effect from "effect/Effect"
import type { BackendError, BuildRejected } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import type { BuildOptions, Service } from "../../core/service/BuildService.js"
import * as Calls from "../../core/service/Calls.js"
import type * as Cluster from "../../kubernetes/Cluster.js"
import type * as Resource from "../../kubernetes/Resource.js"

/** The metadata of all records of one fingerprint in one namespace, of whatever backend. */
export type FingerprintRecords = ReadonlyArray<Resource.Metadata>

export interface FingerprintLookup {
  readonly cluster: Cluster.Service
  /** The namespace of builds that name none. */
  readonly namespace: string
  readonly find: (namespace: string, fingerprint: string) => Effect.Effect<FingerprintRecords, BackendError>
  /** The input with the commit of its branch, which is in its fingerprint; any other input as it is. */
  readonly resolve: (input: BuildInput, namespace: string) => Effect.Effect<BuildInput, BuildRejected | BackendError>
}

const lookups = new WeakMap<Service, FingerprintLookup>()

/** Registers the lookup of a backend on a cluster. */
export const register = (backend: Service, lookup: FingerprintLookup): Service => {
  lookups.set(backend, lookup)
  return backend
}

/** The lookup of a backend; undefined for a backend that is not on a cluster, or that a program has wrapped in its own. */
export const of = (backend: Service): FingerprintLookup | undefined => lookups.get(backend)

const found = new WeakMap<BuildOptions, FingerprintRecords>()

/** Attaches the records that were just read to the options of a `build`. */
export const withRecords = (options: BuildOptions | undefined, records: FingerprintRecords): BuildOptions => {
  const own = Calls.isFollowed(options) ? Calls.markFollowed(options) : { ...options }
  found.set(own, records)
  return own
}

/** The records that are attached to these options. They are returned once, because a second attempt must read them again. */
export const takeRecords = (options: BuildOptions | undefined): FingerprintRecords | undefined => {
  const records = options === undefined ? undefined : found.get(options)
  if (options !== undefined) found.delete(options)
  return records
}
