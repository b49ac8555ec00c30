/**
 * The metadata of an object: server-set fields and validation.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import type { Kind } from "../kinds/Kind.js"
import * as Names from "../kinds/Names.js"
import * as Entries from "../managed/Entries.js"

/** The server's time format: RFC 3339, whole seconds. @since 0.1.0 @category conversions  */
export const timestamp = (millis: number): string => `${DateTime.formatIso(DateTime.unsafeMake(millis)).slice(0, 19)}Z`

/** A time as of the type MicroTime. @since 0.1.0 @category conversions */
export const microTimestamp = (millis: number): string =>
  `${DateTime.formatIso(DateTime.unsafeMake(millis)).slice(0, -1)}000Z`

/** @since 0.1.0 @category conversions */
export const millis = (time: string): number => DateTime.toEpochMillis(DateTime.unsafeMake(time))

/** @since 0.1.0 @category getters */
export const name = (object: JsonObject): string => Json.text(object, "metadata", "name") ?? ""

/** @since 0.1.0 @category getters */
export const namespace = (object: JsonObject): string => Json.text(object, "metadata", "namespace") ?? ""

/** @since 0.1.0 @category getters */
export const uid = (object: JsonObject): string => Json.text(object, "metadata", "uid") ?? ""

/** @since 0.1.0 @category getters */
export const labels = (object: JsonObject): Readonly<Record<string, string>> =>
  Json.record(object, "metadata", "labels")

/** @since 0.1.0 @category getters */
export const finalizers = (object: JsonObject): ReadonlyArray<string> => Json.texts(object, "metadata", "finalizers")

/** @since 0.1.0 @category getters */
export const isBeingDeleted = (object: JsonObject): boolean =>
  Json.text(object, "metadata", "deletionTimestamp") !== undefined

/** @since 0.1.0 @category getters */
export const owners = (object: JsonObject): ReadonlyArray<JsonObject> =>
  Json.objects(object, "metadata", "ownerReferences")

/** The owner reference with `controller: true`. @since 0.1.0 @category getters  */
export const controller = (object: JsonObject): JsonObject | undefined =>
  owners(object).find((owner) => owner["controller"] === true)

/** @since 0.1.0 @category combinators */
export const setMeta = (
  object: JsonObject,
  fields: Readonly<Record<string, JsonObject[string] | undefined>>
): JsonObject =>
  Object.entries(fields).reduce((changed, [key, value]) => Json.set(changed, ["metadata", key], value), object)

/** Sets the finalizers; an empty list is omitted. @since 0.1.0 @category combinators  */
export const setFinalizers = (object: JsonObject, finalizers: ReadonlyArray<string>): JsonObject =>
  setMeta(object, { finalizers: finalizers.length === 0 ? undefined : finalizers })

const references = (object: JsonObject): Status.FieldErrors => {
  const missing = owners(object).flatMap((owner, index) =>
    ["apiVersion", "kind", "name", "uid"].filter((key) => (Json.text(owner, key) ?? "") === "").map((key) =>
      Status.required(`metadata.ownerReferences[${index}].${key}`, "must not be empty")
    )
  )
  const controllers = owners(object).filter((owner) => owner["controller"] === true)
  const [first, second] = controllers.map((owner) => `${Json.text(owner, "kind")}/${Json.text(owner, "name")}`)
  return second === undefined ? missing : [
    ...missing,
    Status.invalidValue(
      "metadata.ownerReferences",
      owners(object),
      "Only one reference can have Controller set to true. "
        + `Found "true" in references for ${first} and ${second}`
    )
  ]
}

// k8s.io/apimachinery pkg/api/validation/objectmeta.go, TotalAnnotationSizeLimitB
const maxAnnotationsSize = 256 * 1024

const annotationsSize = (object: JsonObject): number =>
  Object.entries(Json.record(object, "metadata", "annotations")).reduce(
    (size, [key, value]) => size + Buffer.byteLength(key) + Buffer.byteLength(value),
    0
  )

// pkg/apis/core/helper/helpers.go, IsStandardFinalizerName
const lenientGroups = ["coordination.k8s.io", "node.k8s.io", "policy"]
const standardFinalizers = ["kubernetes", "orphan", "foregroundDeletion"]

/** The errors of the metadata of any object. @since 0.1.0 @category rules  */
export const validate = (kind: Kind, object: JsonObject): Status.FieldErrors => {
  const generateName = Json.text(object, "metadata", "generateName") ?? ""
  const prefix = generateName.endsWith("-") ? `${generateName.slice(0, -1)}a` : generateName
  return [
    ...Status.invalidValues("metadata.generateName", generateName, prefix === "" ? [] : kind.name(prefix)),
    ...(name(object) === ""
      ? [Status.required("metadata.name", "name or generateName is required")]
      : Status.invalidValues("metadata.name", name(object), kind.name(name(object)))),
    ...Object.entries(labels(object)).flatMap(([key, value]) => [
      ...Status.invalidValues("metadata.labels", key, Names.labelKey(key)),
      ...Status.invalidValues("metadata.labels", value, Names.labelValue(value))
    ]),
    ...Object.keys(Json.record(object, "metadata", "annotations")).flatMap((key) =>
      Status.invalidValues("metadata.annotations", key, Names.labelKey(key.toLowerCase()))
    ),
    ...(annotationsSize(object) > maxAnnotationsSize
      ? [Status.tooLong("metadata.annotations", maxAnnotationsSize)]
      : []),
    ...references(object),
    ...finalizers(object).flatMap((finalizer) =>
      Status.invalidValues("metadata.finalizers", finalizer, Names.labelKey(finalizer))
    ),
    ...Entries.validate(object)
  ]
}

/** The errors that most typed kinds add to those of any object. @since 0.1.0 @category rules  */
export const validateTyped = (kind: Kind, object: JsonObject): Status.FieldErrors =>
  kind.fields === undefined || lenientGroups.includes(kind.group) || kind.metaRules === "last" ?
    [] :
    finalizers(object).flatMap((finalizer, index) =>
      finalizer.includes("/") || standardFinalizers.includes(finalizer) ? [] : [Status.invalidValue(
        `metadata.finalizers[${index}]`,
        finalizer,
        "name is neither a standard finalizer name nor is it fully qualified"
      )]
    )

/** The errors of a new object, given those of its kind. @since 0.1.0 @category rules  */
export const validateNew = (
  kind: Kind,
  object: JsonObject,
  others: Status.FieldErrors
): Status.FieldErrors =>
  kind.metaRules === "own" || (kind.metaRules === "last" && others.length > 0)
    ? others
    : [...validate(kind, object), ...validateTyped(kind, object), ...others]

/** @since 0.1.0 @category rules */
export const validateUpdate = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  const added = finalizers(next).filter((finalizer) => !finalizers(previous).includes(finalizer))
  return isBeingDeleted(previous) && added.length > 0
    ? [Status.forbiddenField(
      "metadata.finalizers",
      "no new finalizers can be added if the object is being deleted, found new finalizers "
        + `[]string{${added.map((one) => JSON.stringify(one)).join(", ")}}`
    )]
    : []
}
