/**
 * The fields that all kinds have.
 *
 * @since 0.1.0
 */
import {
  any,
  atomic,
  boolean,
  each,
  type Field,
  type Fields,
  integer,
  keptList,
  keptText,
  list,
  map,
  mergedList,
  struct,
  text,
  time
} from "./Fields.js"

/** @since 0.1.0 @category fields */
export const meta: Field = struct({
  ...each(text, "name", "generateName", "namespace", "selfLink", "uid", "resourceVersion"),
  ...each(text, "creationTimestamp", "deletionTimestamp"),
  ...each(integer, "generation", "deletionGracePeriodSeconds"),
  labels: map(text),
  annotations: map(text),
  ownerReferences: mergedList(
    atomic(struct({
      ...each(text, "apiVersion", "kind", "name", "uid"),
      ...each(boolean, "controller", "blockOwnerDeletion")
    })),
    "uid"
  ),
  finalizers: mergedList(text),
  managedFields: keptList(struct({
    ...each(text, "manager", "operation", "apiVersion", "fieldsType", "subresource"),
    time,
    fieldsV1: any
  }))
})

/** Adds a kind's own fields to the common ones. @since 0.1.0 @category constructors  */
export const object = (own: Fields): Fields => ({ apiVersion: text, kind: text, metadata: meta, ...own })

/** @since 0.1.0 @category fields */
export const labelSelector: Field = atomic(struct({
  matchLabels: map(text),
  matchExpressions: list(struct({ ...each(keptText, "key", "operator"), values: list(text) }))
}))

/** @since 0.1.0 @category fields */
export const condition: Fields = each(
  text,
  "type",
  "status",
  "lastProbeTime",
  "lastTransitionTime",
  "reason",
  "message"
)

/** @since 0.1.0 @category fields */
export const objectReference: Field = atomic(struct(
  each(text, "kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
))

/** A condition by meta/v1, which has the generation that it is about. @since 0.1.0 @category fields  */
export const conditions: Field = mergedList(
  struct({ ...condition, ...each(keptText, "reason", "message"), observedGeneration: integer }),
  "type"
)
