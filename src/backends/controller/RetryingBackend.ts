/**
 * A backend whose calls wait out an outage of the API server.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BackendError, BuildError } from "../../core/BuildError.js"
import { type BuildInput, fingerprint } from "../../core/BuildInput.js"
import type { BuildOptions, Service } from "../../core/service/BuildService.js"
import * as Calls from "../../core/service/Calls.js"
import { derive } from "../../core/service/Derived.js"
import * as RetryPolicy from "../../effect/RetryPolicy.js"
import type * as Resource from "../../kubernetes/Resource.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import * as FingerprintLookup from "./FingerprintLookup.js"

const outages: ReadonlySet<BackendError["reason"]> = new Set<BackendError["reason"]>([
  "Unreachable",
  "Timeout",
  "Throttled"
])

const isOutage = (error: BuildError): boolean => error._tag === "BackendError" && outages.has(error.reason)

/** The server may be back at any moment. */
const maxDelay = "10 seconds"

/** Every call waits for the API server for at most `outageTimeout`; a stream does until its first element. */
export const make = (outageTimeout: Duration.DurationInput) => (backend: Service): Service => {
  const policy: RetryPolicy.RetryPolicy<BuildError> = { isRetryable: isOutage, maxElapsed: outageTimeout, maxDelay }
  const call = <A, E extends BuildError>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    RetryPolicy.retry(effect, policy)
  const lookup = FingerprintLookup.of(backend)
  /** Another build, once: one that the server created, and whose response was lost, is adopted. */
  const buildAgain = (lookup: FingerprintLookup.FingerprintLookup, given: BuildInput, options: BuildOptions) =>
    Effect.gen(function*() {
      const { namespace = lookup.namespace } = options
      yield* Calls.namespace(namespace)
      const input = yield* call(lookup.resolve(given, namespace))
      const records = lookup.find(namespace, fingerprint(input))
      const before = yield* call(records)
      const isNew = (record: Resource.Metadata) =>
        Option.isSome(RecordMetadata.parse(backend.name, record)) &&
        before.every(({ metadata }) => metadata.uid !== record.metadata.uid)
      let isFirst = true
      return yield* call(Effect.gen(function*() {
        const known = isFirst ? before : yield* records
        isFirst = false
        return yield* backend.build(
          input,
          known.some(isNew) ? { ...options, again: false } : FingerprintLookup.withRecords(options, known)
        )
      }))
    })
  const retrying = derive({
    ...backend,
    build: (input, options) =>
      options?.again === true && lookup !== undefined
        ? buildAgain(lookup, input, options)
        : call(backend.build(input, options)),
    status: (ref) => call(backend.status(ref)),
    // Once it has begun, a stream waits out outages by itself.
    changes: (ref) => RetryPolicy.retryStart(backend.changes(ref), policy),
    logs: (ref, options) => RetryPolicy.retryStart(backend.logs(ref, options), policy),
    watch: (options) => RetryPolicy.retryStart(backend.watch(options), policy),
    cancel: (ref) => call(backend.cancel(ref)),
    remove: (ref) => call(backend.remove(ref)),
    isOutdated: (ref) => call(backend.isOutdated(ref)),
    list: (options) => call(backend.list(options))
  })
  return lookup === undefined ? retrying : FingerprintLookup.register(retrying, {
    ...lookup,
    find: (namespace, of) => call(lookup.find(namespace, of)),
    resolve: (input, namespace) => call(lookup.resolve(input, namespace))
  })
}
