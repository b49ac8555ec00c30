/**
 * Deletion of objects: at once, gracefully, or after the last finalizer. As in k8s.io/apiserver pkg/registry/rest/delete.go
 * and pkg/registry/generic/registry/store.go (v0.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import type * as Kind from "../kinds/Kind.js"
import * as Metadata from "./Metadata.js"

/** @since 0.1.0 @category models */
export interface Options {
  readonly gracePeriodSeconds?: number | undefined
  readonly uid?: string | undefined
  readonly resourceVersion?: string | undefined
  readonly propagationPolicy?: string | undefined
}

/**
 * The effect of a deletion: none, an object marked as being deleted, or its removal, for some kinds after a `last` change.
 *
 * @since 0.1.0
 * @category models
 */
export type Step =
  | { readonly _tag: "Unchanged" }
  | { readonly _tag: "Marked"; readonly object: JsonObject }
  | { readonly _tag: "Gone"; readonly last: JsonObject | undefined }

/** @since 0.1.0 @category constants */
export const orphanFinalizer = "orphan"

/** @since 0.1.0 @category constants */
export const foregroundFinalizer = "foregroundDeletion"

/** @since 0.1.0 @category rules */
export const preconditions = (
  kind: Kind.Kind,
  existing: JsonObject,
  options: Options
): Either.Either<void, Status.Status> => {
  const record = { uid: Metadata.uid(existing), version: Json.text(existing, "metadata", "resourceVersion") ?? "" }
  const refuse = (why: string) =>
    Either.left(
      Status.conflict({ ...kind, group: kind.storedIn ?? kind.group, plural: kind.kind }, Metadata.name(existing), why)
    )
  if (options.uid !== undefined && options.uid !== record.uid) {
    return refuse(
      `the UID in the precondition (${options.uid}) does not match the UID in record (${record.uid}). `
        + "The object might have been deleted and then recreated"
    )
  }
  return options.resourceVersion !== undefined && options.resourceVersion !== record.version
    ? refuse(
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record `
        + `(${record.version}). The object might have been modified`
    )
    : Either.void
}

const withPropagation = (kind: Kind.Kind, object: JsonObject, policy: string | undefined): ReadonlyArray<string> => {
  const finalizers = Metadata.finalizers(object)
  const others = finalizers.filter((finalizer) => finalizer !== orphanFinalizer && finalizer !== foregroundFinalizer)
  const already = finalizers.find((finalizer) => !others.includes(finalizer))
  const wanted = policy === "Orphan"
    ? orphanFinalizer
    : policy === "Foreground"
    ? foregroundFinalizer
    : policy === "Background"
    ? undefined
    : already ?? (kind.orphans ? orphanFinalizer : undefined)
  return wanted === undefined ? others : [...others, wanted]
}

/** @since 0.1.0 @category combinators */
export const start = (kind: Kind.Kind, existing: JsonObject, options: Options, now: number): Step => {
  const marked = Metadata.isBeingDeleted(existing)
  if (kind.marked !== undefined && !marked) {
    return { _tag: "Marked", object: kind.marked(existing, Metadata.timestamp(now)) }
  }
  const remaining = Json.number(existing, "metadata", "deletionGracePeriodSeconds") ?? 0
  const grace = kind.grace(existing, options.gracePeriodSeconds)
  const requested = options.gracePeriodSeconds ?? remaining
  if (marked && remaining > 0 && grace !== undefined && requested >= remaining) {
    return { _tag: "Unchanged" }
  }
  const object = Metadata.setFinalizers(existing, withPropagation(kind, existing, options.propagationPolicy))
  const pending = Metadata.finalizers(object).length > 0 || kind.pending(object)
  const seconds = marked && remaining > 0 ? requested : marked ? 0 : grace ?? 0
  const generation = Json.number(object, "metadata", "generation")
  if (!pending && seconds === 0) {
    // A kind with grace periods is marked first, though it has none.
    const last = grace === undefined || (marked && remaining === 0) ? undefined : Metadata.setMeta(object, {
      deletionTimestamp: Json.text(existing, "metadata", "deletionTimestamp") ?? Metadata.timestamp(now),
      deletionGracePeriodSeconds: 0,
      generation: marked || generation === undefined ? generation : generation + 1
    })
    return { _tag: "Gone", last }
  }
  const next = Metadata.setMeta(object, {
    deletionTimestamp: marked && seconds === remaining
      ? Json.text(existing, "metadata", "deletionTimestamp")
      : Metadata.timestamp(now + seconds * 1000),
    deletionGracePeriodSeconds: kind.pending(object) ? undefined : seconds,
    generation: marked || generation === undefined ? generation : generation + 1
  })
  const ended = kind.pending(next) ? Json.set(next, ["status", "phase"], "Terminating") : next
  return Json.equal(ended, existing) ? { _tag: "Unchanged" } : { _tag: "Marked", object: ended }
}

/** Whether an update removed the last obstacle to a pending deletion. @since 0.1.0 @category predicates  */
export const isOver = (kind: Kind.Kind, next: JsonObject, existing: JsonObject): boolean =>
  Metadata.isBeingDeleted(existing) && Metadata.finalizers(next).length === 0 && !kind.pending(next)
  && (Json.number(existing, "metadata", "deletionGracePeriodSeconds") ?? 0) === 0

const returnedWhole = [
  ...["Namespace", "Pod", "PodTemplate", "PersistentVolumeClaim", "ResourceQuota", "Service", "ServiceAccount"],
  ...["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"]
]

/** The response for a removed object: for some kinds its last state, for others a Status. */
export const response = (kind: Kind.Kind, last: JsonObject): JsonObject =>
  kind.fields !== undefined && returnedWhole.includes(kind.kind) ? last : {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: Json.make({
      name: Metadata.name(last),
      group: kind.group === "" ? undefined : kind.group,
      kind: kind.plural,
      uid: Metadata.uid(last)
    })
  }
