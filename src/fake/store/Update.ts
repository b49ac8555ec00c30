/**
 * The rules of an update: what it may address, what it changes, and who manages the fields then.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import type * as Kind from "../kinds/Kind.js"
import * as ManagedFields from "../managed/ManagedFields.js"
import * as Metadata from "./Metadata.js"
import type { Answer, Part, Write } from "./Write.js"

/** The errors of an update: most kinds of the core group validate what changes first. @since 0.1.0 @category rules  */
export const rules = (
  kind: Kind.Kind,
  next: JsonObject,
  existing: JsonObject,
  part: Part
): Status.FieldErrors => {
  const changes = part === "main"
    ? kind.validateUpdate(next, existing)
    : part === "status"
    ? kind.validateStatus(next, existing)
    : []
  return (kind.group === "" && kind.kind !== "Pod") || ["IngressClass", "RuntimeClass"].includes(kind.kind)
    ? [...changes, ...kind.validate(next)]
    : [...kind.validate(next), ...changes]
}

/** The status for a patch whose result cannot be decoded. @since 0.1.0 @category combinators  */
export const unfit = (status: Status.Status, body: JsonObject): Status.Status =>
  Status.invalid({ group: "", plural: "", kind: "" }, "", [
    Status.invalidValue("patch", JSON.stringify(body), status.message)
  ])

/** The next object with its managed fields. @since 0.1.0 @category combinators  */
export const managed = (
  kind: Kind.Kind,
  existing: JsonObject,
  requested: JsonObject,
  next: JsonObject,
  part: Part,
  write: Write
): JsonObject =>
  write.applies === true
    ? Metadata.setMeta(next, { managedFields: Json.at(requested, "metadata", "managedFields") })
    : ManagedFields.update(kind, existing, next, requested, {
      name: write.manager ?? "kube-controller-manager",
      subresource: write.subresource ?? (part === "main" ? "" : part)
    }, write.now)

/** An object has the namespace and the name of its path. @since 0.1.0 @category rules  */
export const addressed = (namespace: string, name: string, requested: JsonObject): Answer<void> => {
  const [own, given] = [Metadata.namespace(requested), Metadata.name(requested)]
  return namespace !== "" && own !== "" && own !== namespace
    ? Either.left(
      Status.badRequest("the namespace of the provided object does not match the namespace sent on the request")
    )
    : given === ""
    ? Either.left(
      Status.badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
    )
    : given !== name
    ? Either.left(
      Status.badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`)
    )
    : Either.void
}

/** The conflict with an object of another uid, with the key in etcd. @since 0.1.0 @category combinators  */
export const otherUid = (
  { kind, name, namespace, write }: { kind: Kind.Kind; namespace: string; name: string; write: Write },
  uid: string,
  own: string
): Status.Status => {
  const resource = kind.group === "" && kind.kind === "Service"
    ? "services/specs"
    : kind.kind === "Endpoints"
    ? "services/endpoints"
    : kind.kind === "Ingress"
    ? "ingress"
    : kind.plural
  const key = [
    "",
    ...(write.dryRun === true ? [] : ["registry"]),
    resource,
    ...(kind.namespaced ? [namespace] : []),
    name
  ].join("/")
  return Status.conflict(
    kind,
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: `
      + `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${own}`
  )
}

/** A patch cannot change the uid. @since 0.1.0 @category rules  */
export const sameUid = (existing: JsonObject, requested: JsonObject): Status.FieldErrors => {
  const uid = Metadata.uid(requested)
  return uid === "" || uid === Metadata.uid(existing)
    ? []
    : [Status.invalidValue("metadata.uid", uid, "field is immutable")]
}

/** The status for a resource version that is not a number. @since 0.1.0 @category constructors  */
export const unparsable = (version: string): Status.Status =>
  Status.make(500, "", `strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`)

/** The uid and the version of an update are those of the object. @since 0.1.0 @category rules  */
export const unchangedSince = (
  kind: Kind.Kind,
  existing: JsonObject,
  requested: JsonObject,
  write: Write
): Answer<void> => {
  const name = Metadata.name(existing)
  const patches = write.patches === true || write.applies === true
  if (!patches && Metadata.uid(requested) !== "" && Metadata.uid(requested) !== Metadata.uid(existing)) {
    const namespace = Metadata.namespace(existing)
    return Either.left(
      otherUid({ kind, namespace, name, write }, Metadata.uid(requested), Metadata.uid(existing))
    )
  }
  const version = Json.text(requested, "metadata", "resourceVersion") ?? ""
  if (!/^[0-9]*$/.test(version)) {
    return Either.left(unparsable(version))
  }
  // Zero is Go's version of an object that has none.
  if (Number(version) === 0) {
    return kind.unconditionalUpdate ? Either.void : Either.left(Status.invalid(
      { ...kind, kind: kind.plural },
      name,
      [Status.invalidValue("metadata.resourceVersion", 0, "must be specified for an update")]
    ))
  }
  return version === Json.text(existing, "metadata", "resourceVersion")
    ? Either.void
    : Either.left(Status.modified(kind, name))
}

const kept = [
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generation",
  "namespace",
  "resourceVersion",
  "generateName"
]

/** The object after an update of a part. @since 0.1.0 @category combinators  */
export const amended = (
  kind: Kind.Kind,
  existing: JsonObject,
  requested: JsonObject,
  part: Part,
  write: Write
): JsonObject => {
  const meta = Metadata.setMeta(requested, {
    ...Object.fromEntries(kept.map((field) => [field, Json.at(existing, "metadata", field)])),
    managedFields: undefined,
    selfLink: undefined
  })
  const rules = kind.parts[part]
  if (rules !== undefined) {
    return rules.amend(requested, existing, Metadata.timestamp(write.now))
  }
  if (part === "finalize") {
    return { ...existing, spec: Json.object(requested, "spec") }
  }
  if (part === "status") {
    const metadata = kind.fields === undefined ? Json.object(existing, "metadata") : Json.object(meta, "metadata")
    return { ...Json.omit(existing, "status"), metadata, ...Json.make({ status: requested["status"] }) }
  }
  const main = kind.status ? { ...Json.omit(meta, "status"), ...Json.make({ status: existing["status"] }) } : meta
  const next = kind.amend(main, existing, Metadata.timestamp(write.now))
  const generation = Json.number(existing, "metadata", "generation")
  return generation !== undefined && wants(kind, next, existing)
    ? Metadata.setMeta(next, { generation: generation + 1 })
    : next
}

/** Whether the desired state has changed. */
const wants = (kind: Kind.Kind, next: JsonObject, existing: JsonObject): boolean =>
  kind.generation === "first"
    ? false
    : kind.generation === "spec"
    ? !Json.equal(next["spec"], existing["spec"])
    : !Json.equal(withoutMeta(kind, next), withoutMeta(kind, existing))
      || (kind.kind === "EndpointSlice" && !Json.equal(Metadata.labels(next), Metadata.labels(existing)))

const withoutMeta = (kind: Kind.Kind, object: JsonObject): JsonObject =>
  kind.status ? Json.omit(object, "metadata", "status") : Json.omit(object, "metadata")
