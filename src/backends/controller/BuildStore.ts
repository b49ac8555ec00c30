/**
 * The objects of builds on the cluster: they are read, created, annotated and deleted here, with the errors of a backend.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BackendError, BuildNotFound, type BuildRejected } from "../../core/BuildError.js"
import type { BuildRef } from "../../core/BuildRef.js"
import { isObject, type JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type * as Cluster from "../../kubernetes/Cluster.js"
import type { ClusterError } from "../../kubernetes/ClusterError.js"
import type * as Resource from "../../kubernetes/Resource.js"
import * as Resources from "../../kubernetes/Resources.js"
import * as BuildNames from "../record/BuildNames.js"
import * as BuildRecord from "../record/BuildRecord.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import * as RecordSummary from "../record/RecordSummary.js"
import { ownedBy } from "./BuildState.js"
import type { ClusterDefaults, Definition } from "./Definition.js"
import { backendError, rejection } from "./ErrorMapping.js"
import type { FingerprintRecords } from "./FingerprintLookup.js"
import * as RepeatedWrite from "./RepeatedWrite.js"
import * as StateReader from "./StateReader.js"

/** The records of one fingerprint. */
export interface FingerprintBuilds {
  /** Those of this backend, the newest first. */
  readonly own: ReadonlyArray<RecordSummary.ReadRecord>
  /** The number of the next: names are shared by all backends of a namespace. */
  readonly nextNumber: number
}

export interface BuildStore<Child> extends StateReader.StateReader<Child> {
  /** The records of a namespace, or of one fingerprint there, the newest first. */
  readonly list: (
    namespace: string,
    fingerprint?: string
  ) => Effect.Effect<ReadonlyArray<RecordSummary.ReadRecord>, BackendError>
  /** The metadata of all records of a fingerprint, of every backend. */
  readonly fingerprintRecords: (
    namespace: string,
    fingerprint: string
  ) => Effect.Effect<FingerprintRecords, BackendError>
  /** The builds of this backend among those records. */
  readonly fingerprintBuilds: (records: FingerprintRecords) => FingerprintBuilds
  readonly byFingerprint: (namespace: string, fingerprint: string) => Effect.Effect<FingerprintBuilds, BackendError>
  readonly record: (ref: BuildRef) => Effect.Effect<BuildRecord.BuildRecord, BuildNotFound | BackendError>
  readonly metadata: (ref: BuildRef) => Effect.Effect<Option.Option<RecordMetadata.RecordMetadata>, BackendError>
  /** The part of a record that following its build needs. Reads the record's data only if its metadata lacks the terms. */
  readonly summary: (ref: BuildRef) => Effect.Effect<RecordSummary.RecordSummary, BuildNotFound | BackendError>
  readonly events: (uid: string, namespace: string) => Effect.Effect<ReadonlyArray<Resources.Event>, BackendError>
  /** Creates a record and returns its metadata; none if an object of this name exists already. */
  readonly createRecord: (
    manifest: JsonObject,
    namespace: string
  ) => Effect.Effect<Option.Option<RecordMetadata.RecordMetadata>, BuildRejected | BackendError>
  /** Creates those further ConfigMaps of a build that are missing. */
  readonly createParts: (
    record: BuildRecord.BuildRecord,
    parts: ReadonlyArray<JsonObject>
  ) => Effect.Effect<void, BuildRejected | BackendError>
  /** Returns the child of an attempt; creates it if it is missing. */
  readonly createChild: (
    record: BuildRecord.BuildRecord,
    attempt: number
  ) => Effect.Effect<Child, BuildRejected | BackendError>
  /** Writes an annotation, if the record is still at the resourceVersion; false if it is not, or is gone. */
  readonly annotate: (
    record: RecordMetadata.RecordMetadata,
    annotations: { readonly [key: string]: string }
  ) => Effect.Effect<boolean, BackendError>
  /**
   * Writes a stop mark to a record that has neither a mark nor an outcome, without reading it first; none if nothing was written,
   * for whatever reason the record itself shows.
   */
  readonly stop: (
    ref: BuildRef,
    mark: string
  ) => Effect.Effect<Option.Option<RecordSummary.RecordSummary>, BackendError>
  /** Deletes a child as it was seen; false if it has changed since. */
  readonly deleteChild: (child: Child) => Effect.Effect<boolean, BackendError>
  /** Deletes a running child even if it has changed; false if an object with another uid has its name now. */
  readonly deleteRunning: (ref: BuildRef, child: StateReader.RunningChild) => Effect.Effect<boolean, BackendError>
  readonly deleteRecord: (ref: BuildRef) => Effect.Effect<void, BackendError>
}

const optional = <A, E extends ClusterError>(effect: Effect.Effect<A, E>): Effect.Effect<Option.Option<A>, E> =>
  effect.pipe(
    Effect.asSome,
    Effect.catchIf((error) => error.reason === "NotFound", () => Effect.succeedNone)
  )

/** The number of tries of a step that other clients interfere with. */
const attempts = 5

export const make = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  cluster: Cluster.Service
): BuildStore<Child> => {
  const { child: resource, name: backend } = definition
  const refused = (operation: string) => Effect.mapError(backendError(backend, operation))
  const fail = (operation: string, detail: string) =>
    new BackendError({ backend, reason: "Unexpected", operation, detail })
  const unreadable = (operation: string) => (cause: BuildRecord.Unreadable) =>
    new BackendError({ backend, reason: "Unexpected", operation, detail: cause.message, cause })

  const createdOrRejected = (operation: string) => (error: ClusterError): BuildRejected | BackendError =>
    rejection(error) ?? backendError(backend, operation)(error)

  const all: BuildStore<Child>["list"] = (namespace, fingerprint) => {
    const ofFingerprint = fingerprint === undefined ? "" : `,${RecordMetadata.label.fingerprint}=${fingerprint}`
    return cluster.list(RecordMetadata.resource, {
      namespace,
      labelSelector: RecordMetadata.selector(backend) + ofFingerprint
    }).pipe(
      refused(`list the builds of ${namespace}`),
      Effect.map(({ items }) =>
        items
          .flatMap((item) => Option.toArray(RecordSummary.parse(backend, item)))
          .toSorted((a, b) => DateTime.Order(b.createdAt, a.createdAt) || b.number - a.number)
      )
    )
  }

  const record: BuildStore<Child>["record"] = (ref) =>
    Effect.gen(function*() {
      const found = yield* refused(`read ${ref}`)(
        optional(cluster.get(Resources.ConfigMap, ref.name, { namespace: ref.namespace }))
      )
      if (Option.isNone(found) || found.value.metadata.uid !== ref.uid) return yield* new BuildNotFound({ ref })
      return yield* Effect.mapError(BuildRecord.read(backend, found.value), unreadable(`read ${ref}`))
    })

  const childManifest = (
    of: BuildRecord.BuildRecord,
    attempt: number,
    clusterDefaults: ClusterDefaults
  ): JsonObject => {
    const base = definition.manifest(of, attempt, clusterDefaults)
    const labels = {
      ...labelsOf(base),
      ...BuildRecord.labels({ backend, fingerprint: of.fingerprint, record: of.ref.name, input: of.input }),
      [RecordMetadata.label.attempt]: String(attempt)
    }
    return {
      ...base,
      metadata: {
        name: BuildNames.child(of.ref, attempt),
        namespace: of.ref.namespace,
        labels,
        ownerReferences: BuildRecord.ownerReferences(of.ref)
      }
    }
  }

  // AlreadyExists: the response of an earlier create was lost, or another client created the object. It can only be this child,
  // because its name contains the record's uid. If it is deleted before it is read, it is created again.
  const createOnce = <A extends Resource.Metadata>(of: Resource.Resource<A>, object: JsonObject, ref: BuildRef) => {
    const operation = `create ${of.plural} of ${ref}`
    const found = optional(cluster.get(of, nameOf(object), { namespace: ref.namespace }))
    const create = (attempt: number): Effect.Effect<A, ClusterError> =>
      Effect.catchIf(
        RepeatedWrite.repeat(cluster.create(of, object, { namespace: ref.namespace, strict: true })),
        (error) => error.reason === "AlreadyExists",
        (error) =>
          Effect.flatMap(
            found,
            Option.match({
              onNone: () => attempt < attempts ? create(attempt + 1) : error,
              onSome: Effect.succeed
            })
          )
      )
    return create(1).pipe(
      Effect.mapError(createdOrRejected(operation)),
      Effect.filterOrFail(
        (created) => ownedBy(created, ref.uid),
        (created) => fail(operation, `${created.metadata.name} exists, but does not belong to this build`)
      )
    )
  }

  /** The record with this name, if it is the one that was sent. */
  const ownRecord = (manifest: JsonObject, namespace: string, error: ClusterError) =>
    Effect.gen(function*() {
      const name = nameOf(manifest)
      const stored = yield* optional(cluster.get(Resources.ConfigMap, name, { namespace }))
      const { data = {} } = manifest
      // Another client's record of an equal input may have other metadata.
      const metadata = { annotations: annotationsOf(manifest) }
      const isOwn = Option.isSome(stored) && RepeatedWrite.includes(stored.value, { data, metadata })
      return isOwn ? yield* cluster.get(RecordMetadata.resource, name, { namespace }) : yield* error
    })

  const object = (ref: BuildRef) =>
    optional(cluster.get(RecordMetadata.resource, ref.name, { namespace: ref.namespace })).pipe(
      refused(`read ${ref}`),
      Effect.map(Option.filter(({ metadata }) => metadata.uid === ref.uid))
    )

  const metadata: BuildStore<Child>["metadata"] = (ref) =>
    Effect.map(object(ref), Option.flatMap((found) => RecordMetadata.parse(backend, found)))

  const summary: BuildStore<Child>["summary"] = (ref) =>
    Effect.gen(function*() {
      const found = yield* object(ref)
      if (Option.isNone(found)) return yield* new BuildNotFound({ ref })
      const shown = Option.flatMap(
        RecordMetadata.parse(backend, found.value),
        (metadata) => RecordSummary.fromMetadata(metadata, found.value)
      )
      return Option.isSome(shown) ? shown.value : BuildRecord.summaryOf(yield* record(ref))
    })

  const deleteRecord = (ref: BuildRef, attempt = 1): Effect.Effect<void, BackendError> =>
    cluster.delete(RecordMetadata.resource, ref.name, {
      namespace: ref.namespace,
      uid: ref.uid,
      propagation: "Background"
    }).pipe(
      Effect.catchIf((error) => error.reason === "NotFound", () => Effect.void),
      refused(`remove ${ref}`),
      // Either the name belongs to another object by now, or there is another conflict: the server is read to find out which.
      Effect.catchIf((error) => error.reason === "Conflict", (conflict) =>
        Effect.flatMap(
          metadata(ref),
          Option.match({
            onNone: () => Effect.void,
            onSome: () => attempt === attempts ? conflict : deleteRecord(ref, attempt + 1)
          })
        ))
    )

  const deleteChild = (
    namespace: string | undefined,
    { name, resourceVersion, uid }: StateReader.RunningChild & { readonly resourceVersion?: string }
  ) =>
    cluster.delete(resource, name, { namespace, uid, resourceVersion, propagation: "Background" }).pipe(
      Effect.as(true),
      Effect.catchIf((error) => error.reason === "NotFound", () => Effect.succeed(true)),
      Effect.catchIf((error) => error.reason === "Conflict", () => Effect.succeed(false)),
      refused(`stop ${resource.plural} ${name}`)
    )

  const fingerprintRecords: BuildStore<Child>["fingerprintRecords"] = (namespace, fingerprint) =>
    cluster.list(RecordMetadata.resource, {
      namespace,
      labelSelector: RecordMetadata.fingerprintSelector(fingerprint)
    }).pipe(
      refused(`list the builds of ${fingerprint} in ${namespace}`),
      Effect.map(({ items }) => items)
    )

  const fingerprintBuilds: BuildStore<Child>["fingerprintBuilds"] = (records) => {
    const newestFirst = records.toSorted((a, b) => numberOf(b) - numberOf(a))
    return {
      own: newestFirst.flatMap((item) => Option.toArray(RecordSummary.parse(backend, item))),
      nextNumber: newestFirst.slice(0, 1).reduce((_, item) => numberOf(item), 0) + 1
    }
  }

  return {
    ...StateReader.make(definition, cluster, summary),
    list: all,
    fingerprintRecords,
    fingerprintBuilds,
    byFingerprint: (namespace, fingerprint) =>
      Effect.map(fingerprintRecords(namespace, fingerprint), fingerprintBuilds),
    record,
    metadata,
    summary,
    events: (uid, namespace) =>
      cluster.list(Resources.Event, { namespace, fieldSelector: `involvedObject.uid=${uid}` }).pipe(
        Effect.map(({ items }) => items),
        // Events only explain: a client without the permission to read them works without.
        Effect.catchIf((error) => error.reason === "Forbidden", () => Effect.succeed([])),
        refused("read events")
      ),
    createRecord: (manifest, namespace) =>
      Effect.gen(function*() {
        const operation = `record a build in ${namespace}`
        const created = yield* RepeatedWrite.repeatCreate(
          cluster.create(RecordMetadata.resource, manifest, { namespace, strict: true }),
          (error) => ownRecord(manifest, namespace, error)
        ).pipe(
          Effect.map(Option.some),
          Effect.catchIf((error) => error.reason === "AlreadyExists", () => Effect.succeedNone),
          Effect.mapError(createdOrRejected(operation))
        )
        if (Option.isNone(created)) return Option.none()
        const metadata = RecordMetadata.parse(backend, created.value)
        return Option.isSome(metadata) ? metadata : yield* fail(operation, "the server stored it without its labels")
      }),
    createParts: (of, parts) =>
      Effect.forEach(parts, (part) => createOnce(RecordMetadata.resource, part, of.ref), {
        concurrency: 4,
        discard: true
      }),
    createChild: (of, attempt) =>
      Effect.flatMap(
        refused(`read the defaults of the cluster for ${of.ref}`)(definition.clusterDefaults),
        (clusterDefaults) => createOnce(resource, childManifest(of, attempt, clusterDefaults), of.ref)
      ),
    annotate: ({ ref, resourceVersion }, annotations) =>
      // Of a repeated patch whose first one was carried out, the conflict makes the caller read the record.
      RepeatedWrite.repeat(cluster.patch(RecordMetadata.resource, ref.name, {
        merge: { metadata: { uid: ref.uid, resourceVersion, annotations } }
      }, { namespace: ref.namespace })).pipe(
        Effect.as(true),
        Effect.catchIf(
          (error) => error.reason === "Conflict" || error.reason === "NotFound",
          () => Effect.succeed(false)
        ),
        refused(`write to ${ref}`)
      ),
    stop: (ref, mark) =>
      RepeatedWrite.repeat(cluster.patch(RecordMetadata.resource, ref.name, {
        json: [
          { op: "test", path: "/metadata/uid", value: ref.uid },
          // The API server takes null for the value of a key that is absent: gopkg.in/evanphx/json-patch.v4.
          { op: "test", path: pathOf(RecordMetadata.annotation.stop), value: null },
          { op: "test", path: pathOf(RecordMetadata.annotation.outcome), value: null },
          { op: "add", path: pathOf(RecordMetadata.annotation.stop), value: mark }
        ]
      }, { namespace: ref.namespace })).pipe(
        Effect.map((written) => Option.filter(RecordSummary.parse(backend, written), RecordSummary.hasTerms)),
        Effect.catchIf(({ reason }) => unwritten.has(reason), () => Effect.succeedNone),
        refused(`write to ${ref}`)
      ),
    deleteChild: ({ metadata }) => deleteChild(metadata.namespace, metadata),
    deleteRunning: ({ namespace }, child) => deleteChild(namespace, child),
    deleteRecord
  }
}

/** The reasons why nothing is written: a test of the patch fails, another write comes in between, or the record is gone. */
const unwritten: ReadonlySet<ClusterError["reason"]> = new Set<ClusterError["reason"]>([
  "Invalid",
  "Conflict",
  "NotFound"
])

/** A JSON pointer (RFC 6901) to an annotation. */
const pathOf = (annotation: string): string => `/metadata/annotations/${annotation.replaceAll("/", "~1")}`

const numberOf = ({ metadata }: Resource.Metadata): number => BuildNames.numberOf(metadata.name)

const nameOf = ({ metadata }: JsonObject): string => isObject(metadata) ? String(metadata["name"] ?? "") : ""

const annotationsOf = ({ metadata }: JsonObject): JsonObject =>
  isObject(metadata) && isObject(metadata["annotations"]) ? metadata["annotations"] : {}

const labelsOf = ({ metadata }: JsonObject): JsonObject =>
  isObject(metadata) && isObject(metadata["labels"]) ? metadata["labels"] : {}
