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
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Kind from "../kinds/Kind.js"
import * as Warnings from "../kinds/Warnings.js"
import * as ManagedFields from "../managed/ManagedFields.js"
import type { ApiStore, Key } from "./ApiStore.js"
import { decode } from "./Decoding.js"
import * as Deletion from "./Deletion.js"
import * as Metadata from "./Metadata.js"
import * as Update from "./Update.js"
import type { Answer, Part, Write } from "./Write.js"

export type {
  /** @since 0.1.0 @category models */
  Answer,
  /** @since 0.1.0 @category models */
  Part,
  /** @since 0.1.0 @category models */
  Write
} from "./Write.js"

const attempts = 8

/** @since 0.1.0 @category models */
export class Registry {
  readonly store: ApiStore
  private readonly plugins: ReadonlyArray<Admission.Plugin>

  constructor(store: ApiStore, plugins: ReadonlyArray<Admission.Plugin>) {
    this.store = store
    this.plugins = plugins
  }

  get(kind: Kind.Kind, namespace: string, name: string, part: Part = "main"): Answer<JsonObject> {
    const object = this.store.get(key(kind, namespace, name))
    return object === undefined
      ? Either.left(Status.notFound(kind, name))
      : Either.right(Kind.shownIn(kind, part)(object))
  }

  create(kind: Kind.Kind, namespace: string, body: JsonObject, write: Write): Answer<JsonObject> {
    // The fields that admission sets have no manager.
    const decoded = Either.map(
      Either.flatMap(decode(kind, body, write), (object) => inNamespace(kind, namespace, object)),
      (object) =>
        write.applies === true ? object : Metadata.setMeta(object, {
          managedFields: ManagedFields.created(kind, object, body, write)
        })
    )
    const admitted = Either.flatMap(
      decoded,
      (object) => Admission.change(this.plugins, this.attempt(kind, namespace, object, "create", "", write))
    )
    return Either.flatMap(admitted, (object) => this.createNamed(kind, namespace, object, write, attempts))
  }

  /** Replaces an object, or creates it if its kind allows that; 201 for a new one. */
  put(
    kind: Kind.Kind,
    namespace: string,
    name: string,
    part: Part,
    body: JsonObject,
    write: Write
  ): Answer<{ readonly code: number; readonly object: JsonObject }> {
    return Either.gen(this, function*() {
      const creates = kind.createOnUpdate && part === "main" &&
        this.store.get(key(kind, namespace, name)) === undefined
      yield* Update.addressed(namespace, name, yield* decode(kind, body, write))
      if (creates) {
        const uid = Metadata.uid(body)
        if (uid !== "") {
          return yield* Either.left(Update.otherUid({ kind, namespace, name, write }, uid, ""))
        }
        const version = Json.text(body, "metadata", "resourceVersion") ?? ""
        if (!/^[0-9]*$/.test(version)) {
          return yield* Either.left(Update.unparsable(version))
        }
        const born = Metadata.setMeta(body, {
          resourceVersion: write.dryRun === true && version !== "" ? version : undefined,
          uid: undefined,
          namespace
        })
        return { code: 201, object: yield* this.create(kind, namespace, born, write) }
      }
      return {
        code: 200,
        object: yield* this.update(kind, namespace, name, part, () => Either.right(body), write)
      }
    })
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
    return Either.gen(this, function*() {
      const existing = yield* this.get(kind, namespace, name, kind.decorates ? "status" : part)
      const requested = yield* Either.flatMap(
        change(existing),
        (body) =>
          Either.mapLeft(
            decode(kind, body, write),
            (status) => write.patches === true ? Update.unfit(status, body) : status
          )
      )
      yield* Update.addressed(namespace, name, requested)
      const rules = kind.parts[part]
      const form = Kind.shownIn(kind, part)
      const answered = kind.decorates ? form : (object: JsonObject) => object
      yield* Update.unchangedSince(
        rules?.isPlain === true ? { ...kind, unconditionalUpdate: true } : kind,
        existing,
        requested,
        write
      )
      const refusal = part === "main"
        ? kind.refusal(requested, { previous: existing, dryRun: write.dryRun === true })
        : undefined
      if (refusal !== undefined) return yield* Either.left(refusal)
      const next = yield* this.changed(kind, existing, requested, part, write)
      const errors = [
        ...Metadata.validate(kind, next),
        ...Metadata.validateUpdate(next, existing),
        ...Update.sameUid(existing, requested),
        ...Metadata.validateTyped(kind, next),
        ...Update.rules(kind, next, existing, part),
        ...(rules?.validateUpdate(next, existing) ?? [])
      ]
      if (errors.length > 0) {
        return yield* Either.left(Status.invalid(kind, name, errors))
      }
      if (write.warn !== undefined && part === "main") Warnings.of(kind, next, existing).forEach(write.warn)
      // The part that a Build's own pod updates: upstream's admission leaves it out.
      if (rules?.isPlain !== true) {
        yield* Admission.check(
          this.plugins,
          this.attempt(kind, namespace, next, "update", part === "main" ? "" : part, write)
        )
      }
      if (Deletion.isOver(kind, next, existing)) {
        // The update is not stored: a watch sees the object as it was.
        if (write.dryRun !== true) {
          this.remove(kind, namespace, name, existing)
        }
        return answered(next)
      }
      // An object that was written in another version, or before its schema changed, is stored in another form.
      const isCurrent = Json.equal(kind.stored(existing), this.store.get(key(kind, namespace, name)))
      if (isCurrent && ManagedFields.isUnchanged(next, existing)) {
        return answered(existing)
      }
      return write.dryRun === true ? Json.freeze(answered(next)) : this.write(kind, namespace, name, next, form)
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
      yield* Admission.remove(this.plugins, kind, name)
      const existing = yield* this.get(kind, namespace, name)
      yield* Deletion.preconditions(kind, existing, options)
      const step = Deletion.start(kind, existing, options, write.now)
      switch (step._tag) {
        case "Unchanged":
          return existing
        case "Marked":
          return write.dryRun === true ? step.object : this.write(kind, namespace, name, step.object)
        case "Gone":
          if (write.dryRun !== true && step.last !== undefined) {
            this.write(kind, namespace, name, step.last)
          }
          return Deletion.response(
            kind,
            write.dryRun === true ? step.last ?? existing : this.remove(kind, namespace, name, step.last ?? existing)
          )
      }
    })
  }

  /** The object after an update. The fields that admission sets have no manager. */
  private changed(
    kind: Kind.Kind,
    existing: JsonObject,
    requested: JsonObject,
    part: Part,
    write: Write
  ): Answer<JsonObject> {
    const amended = (object: JsonObject) => Update.amended(kind, existing, object, part, write)
    const managed = Update.managed(kind, existing, requested, amended(requested), part, write)
    if (part !== "main" || write.subresource !== undefined) return Either.right(managed)
    const attempt = this.attempt(kind, Metadata.namespace(existing), requested, "update", "", write)
    return Either.map(
      Admission.change(this.plugins, { ...attempt, previous: existing }),
      (admitted) =>
        admitted === requested ? managed : Metadata.setMeta(amended(admitted), {
          managedFields: Json.at(managed, "metadata", "managedFields")
        })
    )
  }

  private write(
    kind: Kind.Kind,
    namespace: string,
    name: string,
    object: JsonObject,
    form = kind.shown
  ): JsonObject {
    return form(this.store.put(key(kind, namespace, name), kind.stored(object)))
  }

  private remove(kind: Kind.Kind, namespace: string, name: string, last: JsonObject): JsonObject {
    return kind.shown(this.store.remove(key(kind, namespace, name), kind.stored(last)))
  }

  private attempt(
    kind: Kind.Kind,
    namespace: string,
    object: JsonObject,
    operation: Admission.Attempt["operation"],
    part: string,
    write: Write
  ): Admission.Attempt {
    const subresource = write.subresource ?? part
    return { kind, namespace, object, operation, subresource, store: this.store, user: write.user }
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
    const given = generates ? `${base.slice(0, 58)}${this.store.nextSuffix()}` : Metadata.name(object)
    const bare = born(kind, object, given, this.store.nextUid(), write)
    const unallocated = kind.refusal(bare, { dryRun: write.dryRun === true })
    if (unallocated !== undefined) return Either.left(unallocated)
    const made = kind.prepare(bare, Metadata.timestamp(write.now))
    const name = Metadata.name(made)
    const errors = Metadata.validateNew(kind, made, [...kind.validateNew(made), ...kind.validate(made)])
    if (errors.length > 0) {
      return Either.left(Status.invalid(kind, name, errors))
    }
    if (write.warn !== undefined) Warnings.of(kind, made).forEach(write.warn)
    const verdict = Admission.check(this.plugins, this.attempt(kind, namespace, made, "create", "", write))
    if (Either.isLeft(verdict)) {
      return Either.left(verdict.left)
    }
    const version = Json.text(object, "metadata", "resourceVersion") ?? ""
    if (write.dryRun !== true && /^[1-9][0-9]*$/.test(version)) {
      return Either.left(Status.make(500, "", "resourceVersion should not be set on objects to be created"))
    }
    const existing = this.store.get(key(kind, namespace, name))
    if (existing === undefined) {
      return Either.right(
        write.dryRun === true
          ? Json.freeze(Metadata.setMeta(made, { resourceVersion: version === "" ? undefined : version }))
          : this.write(kind, namespace, name, made)
      )
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
    selfLink: undefined
  })
  return kind.status ? Json.omit(made, "status") : made
}
