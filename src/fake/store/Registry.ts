/**
 * The verbs of an API server: create, update and delete with defaults, validation, generations, preconditions, finalizers
 * and graceful deletion. It does the work of k8s.io/apiserver pkg/registry/generic/registry/store.go (v0.37).
 *
 * Every method is synchronous: validation and write are atomic.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Admission from "../admission/Admission.js"
import type { User } from "../apiserver/Access.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Fields from "../kinds/Fields.js"
import * as Kind from "../kinds/Kind.js"
import * as ManagedFields from "../managed/ManagedFields.js"
import type { ApiStore, Key } from "./ApiStore.js"
import * as Deletion from "./Deletion.js"
import * as Metadata from "./Metadata.js"

/**
 * The options of a write and its user. `now` is in milliseconds; with `strict` unknown fields are rejected, else they are
 * dropped. `manager` is the name in managed fields, `subresource` that of a part with another name; with `applies` the written
 * object has its managed fields already.
 *
 * @since 0.1.0
 * @category models
 */
export interface Write {
  readonly now: number
  readonly user?: User
  readonly dryRun?: boolean
  readonly strict?: boolean
  readonly manager?: string
  readonly subresource?: string
  readonly applies?: boolean
}

/** @since 0.1.0 @category models */
export type Answer<A> = Either.Either<A, Status.Status>

/** The part that an update writes: all but the status, the status, the finalizers of a namespace, or a kind's details. */
export type Part = "main" | "status" | "finalize" | "details"

const attempts = 8

/** @since 0.1.0 @category models */
export class Registry {
  readonly store: ApiStore
  private readonly plugins: ReadonlyArray<Admission.Plugin>

  constructor(store: ApiStore, plugins: ReadonlyArray<Admission.Plugin>) {
    this.store = store
    this.plugins = plugins
  }

  get(kind: Kind.Kind, namespace: string, name: string): Answer<JsonObject> {
    const object = this.store.get(key(kind, namespace, name))
    return object === undefined ? Either.left(Status.notFound(kind, name)) : Either.right(object)
  }

  create(kind: Kind.Kind, namespace: string, body: JsonObject, write: Write): Answer<JsonObject> {
    const decoded = Either.flatMap(decode(kind, body, write), (object) => inNamespace(kind, namespace, object))
    const admitted = Either.flatMap(
      decoded,
      (object) => Admission.change(this.plugins, this.attempt(kind, namespace, object, "create", write))
    )
    return Either.flatMap(admitted, (object) => this.createNamed(kind, namespace, object, write, attempts))
  }

  /** Updates an object: `change` maps the stored object to the new one. */
  update(
    kind: Kind.Kind,
    namespace: string,
    name: string,
    part: Part,
    change: (existing: JsonObject) => Answer<JsonObject>,
    write: Write
  ): Answer<JsonObject> {
    const store = this.store
    return Either.gen(this, function*() {
      const existing = yield* this.get(kind, namespace, name)
      const requested = yield* Either.flatMap(change(existing), (body) => decode(kind, body, write))
      yield* addressed(namespace, name, requested)
      // Upstream's details need no resource version.
      yield* unchangedSince(part === "details" ? { ...kind, unconditionalUpdate: true } : kind, existing, requested)
      const next = managed(kind, existing, requested, amended(kind, existing, requested, part, write), part, write)
      const errors = [
        ...Metadata.validate(kind, next),
        ...Metadata.validateUpdate(next, existing),
        ...kind.validate(next),
        ...(part === "main" ? kind.validateUpdate(next, existing) : []),
        ...(part === "details" ? kind.details?.validateUpdate(next, existing) ?? [] : [])
      ]
      if (errors.length > 0) {
        return yield* Either.left(Status.invalid(kind, name, errors))
      }
      // The part that a Build's own pod updates: upstream's admission leaves it out.
      if (part !== "details") {
        yield* Admission.check(this.plugins, this.attempt(kind, namespace, next, "update", write))
      }
      if (Deletion.isOver(kind, next, existing)) {
        return write.dryRun === true ? next : store.remove(key(kind, namespace, name), next)
      }
      if (ManagedFields.isUnchanged(next, existing)) {
        return existing
      }
      return write.dryRun === true ? Json.freeze(next) : store.put(key(kind, namespace, name), next)
    })
  }

  /** Deletes an object, or marks it as being deleted. */
  delete(
    kind: Kind.Kind,
    namespace: string,
    name: string,
    options: Deletion.Options,
    write: Write
  ): Answer<JsonObject> {
    return Either.gen(this, function*() {
      const existing = yield* this.get(kind, namespace, name)
      yield* Deletion.preconditions(kind, existing, options)
      const step = Deletion.start(kind, existing, options, write.now)
      const where = key(kind, namespace, name)
      switch (step._tag) {
        case "Unchanged":
          return existing
        case "Marked":
          return write.dryRun === true ? step.object : this.store.put(where, step.object)
        case "Gone":
          return Deletion.response(kind, write.dryRun === true ? existing : this.store.remove(where, existing))
      }
    })
  }

  private attempt(
    kind: Kind.Kind,
    namespace: string,
    object: JsonObject,
    operation: Admission.Attempt["operation"],
    write: Write
  ): Admission.Attempt {
    return { kind, namespace, object, operation, store: this.store, user: write.user }
  }

  private createNamed(
    kind: Kind.Kind,
    namespace: string,
    object: JsonObject,
    write: Write,
    left: number
  ): Answer<JsonObject> {
    const base = Json.text(object, "metadata", "generateName") ?? ""
    const generates = Metadata.name(object) === "" && base !== ""
    const name = generates ? `${base.slice(0, 58)}${this.store.nextSuffix()}` : Metadata.name(object)
    const made = kind.prepare(born(kind, object, name, this.store.nextUid(), write), Metadata.timestamp(write.now))
    const errors = [...Metadata.validate(kind, made), ...kind.validate(made), ...kind.validateNew(made)]
    if (errors.length > 0) {
      return Either.left(Status.invalid(kind, name, errors))
    }
    const verdict = Admission.check(this.plugins, this.attempt(kind, namespace, made, "create", write))
    if (Either.isLeft(verdict)) {
      return Either.left(verdict.left)
    }
    const existing = this.store.get(key(kind, namespace, name))
    if (existing === undefined) {
      return Either.right(write.dryRun === true ? Json.freeze(made) : this.store.put(key(kind, namespace, name), made))
    }
    if (generates) {
      return left > 1
        ? this.createNamed(kind, namespace, object, write, left - 1)
        : Either.left(Status.generateNameConflict(kind, name))
    }
    const refusal = Status.alreadyExists(kind, name)
    return Either.left(
      Metadata.isBeingDeleted(existing)
        ? { ...refusal, message: `object is being deleted: ${refusal.message}` }
        : refusal
    )
  }
}

/** @since 0.1.0 @category constructors */
export const key = (kind: Kind.Kind, namespace: string, name: string): Key => ({
  resource: Kind.resource(kind),
  namespace: kind.namespaced ? namespace : "",
  name
})

const decode = (kind: Kind.Kind, body: JsonObject, write: Write): Answer<JsonObject> => {
  const expected = Kind.apiVersion(kind)
  const apiVersion = Json.text(body, "apiVersion") ?? expected
  const kindName = Json.text(body, "kind") ?? kind.kind
  if (apiVersion !== expected) {
    return Either.left(Status.badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`
    ))
  }
  const refuse = (why: string) =>
    Either.left(
      Status.badRequest(`${kindName} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${why}`)
    )
  if (kindName !== kind.kind) {
    return refuse(`no conversion from ${kindName} to ${kind.kind}`)
  }
  const typed = { apiVersion, kind: kindName, ...Json.omit(body, "apiVersion", "kind") }
  if (kind.fields === undefined) {
    return Either.right(typed)
  }
  const { object, unknown, wrong } = Fields.read(kind.kind, kind.fields, typed)
  if (wrong[0] !== undefined) {
    return refuse(wrong[0])
  }
  return write.strict === true && unknown.length > 0
    ? refuse(`strict decoding error: ${unknown.map((field) => `unknown field "${field}"`).join(", ")}`)
    : Either.right(kind.fill(object))
}

const inNamespace = (kind: Kind.Kind, namespace: string, object: JsonObject): Answer<JsonObject> => {
  if (!kind.namespaced) {
    return Either.right(Metadata.setMeta(object, { namespace: undefined }))
  }
  const own = Metadata.namespace(object)
  return own !== "" && own !== namespace
    ? Either.left(
      Status.badRequest("the namespace of the provided object does not match the namespace sent on the request")
    )
    : Either.right(Metadata.setMeta(object, { namespace }))
}

/** The fields of a new object that only the server sets. */
const born = (kind: Kind.Kind, object: JsonObject, name: string, uid: string, write: Write): JsonObject => {
  const made = Metadata.setMeta(object, {
    name,
    uid,
    creationTimestamp: Metadata.timestamp(write.now),
    generation: kind.generation === "none" ? undefined : 1,
    resourceVersion: undefined,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    selfLink: undefined,
    managedFields: write.applies === true ? Json.at(object, "metadata", "managedFields") : undefined
  })
  return kind.status ? Json.omit(made, "status") : made
}

/** The next object with its managed fields. */
const managed = (
  kind: Kind.Kind,
  existing: JsonObject,
  requested: JsonObject,
  next: JsonObject,
  part: Part,
  write: Write
): JsonObject =>
  write.applies === true
    ? Metadata.setMeta(next, { managedFields: Json.at(requested, "metadata", "managedFields") })
    : ManagedFields.update(kind, existing, next, {
      name: write.manager ?? "kube-controller-manager",
      subresource: write.subresource ?? (part === "main" ? "" : part)
    }, write.now)

const addressed = (namespace: string, name: string, requested: JsonObject): Answer<void> => {
  if (Metadata.name(requested) !== name) {
    return Either.left(Status.badRequest(
      `the name of the object (${Metadata.name(requested)}) does not match the name on the URL (${name})`
    ))
  }
  return namespace !== "" && Metadata.namespace(requested) !== "" && Metadata.namespace(requested) !== namespace
    ? Either.left(Status.badRequest(
      `the namespace of the object (${
        Metadata.namespace(requested)
      }) does not match the namespace on the request (${namespace})`
    ))
    : Either.void
}

const unchangedSince = (kind: Kind.Kind, existing: JsonObject, requested: JsonObject): Answer<void> => {
  const name = Metadata.name(existing)
  if (Metadata.uid(requested) !== "" && Metadata.uid(requested) !== Metadata.uid(existing)) {
    return Either.left(Status.conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${Metadata.uid(requested)}, UID in object meta: ${
        Metadata.uid(existing)
      }`
    ))
  }
  const version = Json.text(requested, "metadata", "resourceVersion") ?? ""
  if (version === "") {
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

const amended = (
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
  if (part === "details" && kind.details !== undefined) {
    return kind.details.amend(requested, existing, Metadata.timestamp(write.now))
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
  kind.generation === "spec"
    ? !Json.equal(next["spec"], existing["spec"])
    : !Json.equal(Json.omit(next, "metadata", "status"), Json.omit(existing, "metadata", "status"))
