/**
 * Who manages which fields of an object: `metadata.managedFields`, updated by writes and by server-side apply. As in
 * k8s.io/apimachinery pkg/util/managedfields (v0.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Kind from "../kinds/Kind.js"
import * as Metadata from "../store/Metadata.js"
import * as Entries from "./Entries.js"
import * as FieldSet from "./FieldSet.js"
import * as LastApplied from "./LastApplied.js"
import * as Typed from "./Typed.js"

/**
 * The client of a write: its name, and the subresource that it wrote, empty for the object itself.
 *
 * @since 0.1.0
 * @category models
 */
export interface Manager {
  readonly name: string
  readonly subresource: string
}

const schemaOf = (kind: Kind.Kind): Typed.Schema => kind.schema

const replicas: FieldSet.Path = ["f:spec", "f:replicas"]

const serverSet = [
  [],
  ...["name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion"]
    .map((field) => [`f:${field}`])
].map((path) => ["f:metadata", ...path])

const stripped = FieldSet.make([["f:apiVersion"], ["f:kind"], ...serverSet])

/** A write cannot own fields that it does not change: the status, or all but the status. */
const owned = (kind: Kind.Kind, manager: Manager, set: FieldSet.FieldSet): FieldSet.FieldSet => {
  const of = (path: FieldSet.Path): boolean =>
    manager.subresource === "status"
      ? path[0] === "f:status" || path[0] === "f:metadata"
      : !(kind.status && path[0] === "f:status")
  return FieldSet.filter(FieldSet.difference(set, stripped), of)
}

/** The object without its managed fields, whose values are compared. */
const plain = (object: JsonObject): JsonObject => Metadata.setMeta(object, { managedFields: undefined })

interface Conflict {
  readonly entry: Entries.Entry
  readonly set: FieldSet.FieldSet
}

/** Takes changed fields from the other managers. */
const take = (entries: ReadonlyArray<Entries.Entry>, own: Entries.Entry | undefined, changes: Typed.Comparison) => {
  const changed = FieldSet.union(changes.modified, changes.added)
  const others = entries.filter((entry) => own === undefined || !Entries.isSame(entry, own))
  const conflicts = others.flatMap((entry): ReadonlyArray<Conflict> => {
    const set = FieldSet.intersection(entry.set, changed)
    return set.size === 0 ? [] : [{ entry, set }]
  })
  const gone = FieldSet.union(changed, changes.removed)
  return { conflicts, others: others.map((entry) => ({ ...entry, set: FieldSet.difference(entry.set, gone) })) }
}

const updated = (
  kind: Kind.Kind,
  entries: ReadonlyArray<Entries.Entry>,
  before: JsonObject,
  after: JsonObject,
  manager: Manager,
  now: number
): ReadonlyArray<Entries.Entry> => {
  const changes = Typed.compare(schemaOf(kind), plain(before), plain(after))
  const { others } = take(entries, undefined, changes)
  const set = owned(kind, manager, FieldSet.union(changes.added, changes.modified))
  const own: Entries.Entry = {
    manager: manager.name,
    operation: "Update",
    apiVersion: Kind.apiVersion(kind),
    subresource: manager.subresource,
    time: Metadata.timestamp(now),
    set
  }
  const known = others.find((entry) => Entries.isSame(entry, own))
  return Entries.capped(
    set.size === 0 ? others : [
      ...others.filter((entry) => entry !== known),
      { ...own, set: known === undefined ? set : FieldSet.union(set, known.set) }
    ]
  )
}

/** In the types of Go these are structs, not pointers: an object without values has them too. */
const values = new Set([
  ...["spec", "metadata", "template", "jobTemplate", "strategy", "updateStrategy", "scaleTargetRef", "roleRef"],
  ...["podSelector", "source", "resources", "output"]
])

/**
 * What a typed object without any values has of these: its structs, the lists that it writes as null, and its zero values. An
 * empty list that was given is a value, though it is written as null.
 */
const zero = (kind: Kind.Kind, object: JsonObject, given: JsonObject): JsonObject => {
  const empty = (json: JsonObject, given: Json.Value | undefined, zeros: JsonObject): JsonObject => ({
    ...zeros,
    ...Object.fromEntries(
      Object.entries(json).flatMap(([key, value]): ReadonlyArray<[string, Json.Value]> => {
        const written = Json.at(given, key)
        return values.has(key) && Json.isObject(value)
          ? [[key, empty(value, written, Json.object(zeros, key))]]
          : (key === "containers" && Json.isList(value)) || (value === null && !Json.isList(written))
          ? [[key, null]]
          : []
      })
    )
  })
  return kind.fields === undefined ? {} : empty(object, given, kind.zero)
}

/**
 * The entries that a client wrote, in the form that the schema gives them. Those of versions that a kind of the server does not have
 * are left out; for a custom kind, managers cannot be computed then.
 */
const requested = (
  kind: Kind.Kind,
  body: JsonObject,
  before: ReadonlyArray<Entries.Entry>
): ReadonlyArray<Entries.Entry> | undefined => {
  const entries = Entries.requested(body, before)
  if (entries === before || entries === undefined) {
    return entries
  }
  const known = entries.filter(({ apiVersion }) => Kind.hasVersion(kind, apiVersion))
  return Kind.isCustom(kind) && known.length < entries.length
    ? undefined
    : known.filter(({ set }) => set.size > 0).map((entry) => ({
      ...entry,
      set: Typed.atomic(kind.schema, entry.set)
    }))
}

/**
 * The managed fields of a new object; `body` is that of its request. An object has them if the request names a manager, or has
 * managed fields itself.
 *
 * @since 0.1.0
 * @category constructors
 */
export const created = (
  kind: Kind.Kind,
  object: JsonObject,
  body: JsonObject,
  write: { readonly manager?: string; readonly isManaged?: boolean; readonly now: number }
): ReadonlyArray<JsonObject> | undefined => {
  const entries = requested(kind, object, [])
  if (entries === undefined || (write.isManaged !== true && entries.length === 0)) {
    return undefined
  }
  const next = plain(object)
  const manager = { name: write.manager ?? "unknown", subresource: "" }
  return Entries.encode(updated(kind, entries, zero(kind, next, body), next, manager, write.now))
}

/**
 * A scale has the managers of the replicas with the version of scales, by which the object then does not know them: each has the
 * replicas in an entry of its own, without a time. As in scalehandler.go ToParent.
 */
const apart = (entries: ReadonlyArray<Entries.Entry>): ReadonlyArray<Entries.Entry> =>
  entries.flatMap((entry) =>
    entry.operation === "Update" && FieldSet.has(entry.set, replicas)
      ? [
        { ...entry, set: FieldSet.make([replicas]), time: undefined },
        { ...entry, set: FieldSet.difference(entry.set, FieldSet.make([replicas])) }
      ]
      : [entry]
  )

/** A scale of no replicas is written without them. */
const withoutZero = ({ scale }: Kind.Kind, object: JsonObject): JsonObject =>
  scale !== undefined && Json.number(object, ...scale.replicas) === 0
    ? Json.set(object, scale.replicas, undefined)
    : object

/**
 * The managed fields after an ordinary write with a body, in which a client may replace them. An object has them if its creation
 * named a manager, or from its first server-side apply on.
 *
 * @since 0.1.0
 * @category combinators
 */
export const update = (
  kind: Kind.Kind,
  before: JsonObject,
  after: JsonObject,
  body: JsonObject,
  manager: Manager,
  now: number
): JsonObject => {
  const known = Entries.of(before)
  const entries = manager.subresource === "" ? requested(kind, body, known) : known
  // The scale of an object has managed fields if its replicas have a manager.
  const hasNone = manager.subresource === "scale" && !known.some(({ set }) => FieldSet.has(set, replicas))
  if (entries === undefined || hasNone) {
    return Metadata.setMeta(after, { managedFields: Json.at(before, "metadata", "managedFields") })
  }
  if (entries.length === 0) {
    return after
  }
  const written = manager.subresource === "scale"
    ? apart(updated(kind, entries, withoutZero(kind, before), withoutZero(kind, after), manager, now))
    : updated(kind, entries, before, after, manager, now)
  return Metadata.setMeta(after, { managedFields: Entries.encode(written) })
}

const withoutTimes = (object: JsonObject): JsonObject =>
  Json.at(object, "metadata", "managedFields") === undefined ? object : Metadata.setMeta(object, {
    managedFields: Json.objects(object, "metadata", "managedFields").map((entry) => Json.omit(entry, "time"))
  })

/** Whether a write changes nothing but the times of managed fields. @since 0.1.0 @category predicates  */
export const isUnchanged = (next: JsonObject, existing: JsonObject): boolean =>
  Json.equal(next, existing)
  || (Entries.of(existing).length > 0 && Json.equal(withoutTimes(next), withoutTimes(existing)))

const conflictStatus = (conflicts: ReadonlyArray<Conflict>): Status.Status => {
  const all = conflicts.toSorted((a, b) => Entries.identity(a.entry) < Entries.identity(b.entry) ? -1 : 1).flatMap((
    { entry, set }
  ) => FieldSet.ordered(set).map((path) => ({ who: Entries.text(entry), field: FieldSet.pathText(path) })))
  const [first] = all
  const lines = [...new Set(all.map(({ who }) => who))].flatMap((who) => [
    `conflicts with ${who}:`,
    ...all.filter((one) => one.who === who).map(({ field }) => `- ${field}`)
  ])
  const message = all.length === 1 && first !== undefined
    ? `Apply failed with 1 conflict: conflict with ${first.who}: ${first.field}`
    : `Apply failed with ${all.length} conflicts: ${lines.join("\n")}`
  return Status.make(409, "Conflict", message, {
    causes: all.map(({ field, who }) => ({ reason: "FieldManagerConflict", message: `conflict with ${who}`, field }))
  })
}

const prune = (
  schema: Typed.Schema,
  merged: JsonObject,
  last: FieldSet.FieldSet,
  managed: FieldSet.FieldSet
): JsonObject => {
  const ensure = (set: FieldSet.FieldSet) => Typed.withStructs(schema, set)
  const all = ensure(Typed.fieldsOf(schema, merged))
  const setOf = (object: JsonObject) => ensure(Typed.fieldsOf(schema, object))
  const without = Typed.remove(schema, merged, ensure(last))
  const kept = Typed.remove(
    schema,
    merged,
    FieldSet.difference(all, FieldSet.union(setOf(without), ensure(managed)))
  )
  return Typed.remove(
    schema,
    merged,
    FieldSet.intersection(FieldSet.difference(all, setOf(kept)), ensure(last))
  )
}

/**
 * A server-side apply: `live` is the object without it, empty for a new one; `sent` is the configuration as the client sent it,
 * which may lack the name and the namespace. Returns the object with its managed fields, or the
 * conflicts with other managers.
 *
 * @since 0.1.0
 * @category combinators
 */
export const apply = (
  kind: Kind.Kind,
  live: JsonObject,
  config: JsonObject,
  manager: Manager,
  options: { readonly force: boolean; readonly now: number; readonly sent: JsonObject }
): Either.Either<JsonObject, Status.Status> => {
  if ((Json.at(config, "metadata", "managedFields") ?? null) !== null) {
    return Either.left(Status.badRequest("metadata.managedFields must be nil"))
  }
  const schema = schemaOf(kind)
  const known = Entries.of(live)
  const entries = known.length > 0 || Metadata.uid(live) === ""
    ? known
    : updated(kind, [], zero(kind, live, live), live, { name: "before-first-apply", subresource: "" }, options.now)
  const before = plain(live)
  const merged = Typed.merge(schema, before, config)
  const own: Entries.Entry = {
    manager: manager.name,
    operation: "Apply",
    apiVersion: Kind.apiVersion(kind),
    subresource: manager.subresource,
    time: Metadata.timestamp(options.now),
    set: owned(kind, manager, Typed.fieldsOf(schema, config))
  }
  const last = entries.find((entry) => Entries.isSame(entry, own))
  // With the name and the others that no manager owns, so that the metadata stays.
  const managed = FieldSet.union(
    Typed.fieldsOf(schema, config),
    ...entries.filter((entry) => entry !== last).map(({ set }) => set)
  )
  const whole = Json.isObject(merged) ? merged : {}
  const next = last === undefined ? whole : prune(schema, whole, last.set, managed)
  const changes = Typed.compare(schema, before, next)
  const { conflicts, others } = take(entries, own, {
    added: owned(kind, manager, changes.added),
    modified: owned(kind, manager, changes.modified),
    removed: changes.removed
  })
  const isKubectl = manager.name === "kubectl"
  const taken = isKubectl && conflicts.length > 0 ? LastApplied.fieldsOf(kind, live) : FieldSet.empty
  const real = conflicts.flatMap(({ entry, set }): ReadonlyArray<Conflict> => {
    const left = FieldSet.difference(set, taken)
    return left.size === 0 ? [] : [{ entry, set: left }]
  })
  if (real.length > 0 && !options.force) {
    return Either.left(conflictStatus(real))
  }
  const same = Json.equal(next, before)
  const mine = same && last !== undefined ? { ...own, time: last.time } : same ? { ...own, time: undefined } : own
  return Either.right(Metadata.setMeta(isKubectl ? LastApplied.updated(next, options.sent) : next, {
    managedFields: Entries.encode([...others, mine])
  }))
}
