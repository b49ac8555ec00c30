/**
 * What an API server knows of a kind of object: where it is served, and how the server fills in, checks and ends one.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { FieldError } from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Column from "./Column.js"
import type { Fields } from "./Fields.js"
import * as Names from "./Names.js"

/**
 * - `fields`: what a typed server knows of it; without them everything is kept, as for a custom resource.
 * - `selectable`: the fields, beside name and namespace, that a field selector may ask for.
 * - `columns`: what a table shows of it; by default its name and age.
 * - `generation`: what counts as a change of what is wanted: the `spec`, all but metadata and status, or nothing.
 * - `fill`: defaults, on every write. `prepare`: what the server sets at creation, with uid and name in place already.
 * - `amend`: what the server makes of an update.
 * - `grace`: how many seconds an object lives on after its deletion, by the request; undefined means that it is gone at once.
 * - `pending`: whether something else than `metadata.finalizers` holds up the end.
 * - `orphans`: whether a deletion that says nothing of dependents leaves them behind.
 *
 * @since 0.1.0
 * @category models
 */
export interface Kind {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly shortNames: ReadonlyArray<string>
  readonly categories: ReadonlyArray<string>
  readonly namespaced: boolean
  readonly status: boolean
  readonly log: boolean
  readonly virtual: boolean
  readonly fields: Fields | undefined
  readonly name: Names.Rule
  readonly selectable: Readonly<Record<string, (object: JsonObject) => string>>
  readonly unknownField: (field: string) => string
  readonly columns: ReadonlyArray<Column.Column>
  readonly generation: "spec" | "everything" | "none"
  readonly fill: (object: JsonObject) => JsonObject
  readonly prepare: (object: JsonObject, now: string) => JsonObject
  readonly amend: (next: JsonObject, previous: JsonObject, now: string) => JsonObject
  readonly validate: (object: JsonObject) => ReadonlyArray<FieldError>
  readonly validateUpdate: (next: JsonObject, previous: JsonObject) => ReadonlyArray<FieldError>
  readonly grace: (object: JsonObject, requested: number | undefined) => number | undefined
  readonly pending: (object: JsonObject) => boolean
  readonly orphans: boolean
  readonly unconditionalUpdate: boolean
}

/**
 * A kind from what is particular about it. With nothing else said it is a custom resource in a namespace, without a status
 * of its own.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Partial<Kind> & Pick<Kind, "group" | "version" | "plural" | "kind">
): Kind => ({
  singular: options.kind.toLowerCase(),
  shortNames: [],
  categories: [],
  namespaced: true,
  status: false,
  log: false,
  virtual: false,
  fields: undefined,
  name: Names.dnsSubdomain,
  selectable: {},
  unknownField: (field) =>
    options.fields === undefined
      ? `field label not supported: ${field}`
      : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
  columns: [Column.name, Column.age],
  generation: options.fields === undefined ? "everything" : "none",
  fill: (object) => object,
  prepare: (object) => object,
  amend: (next) => next,
  validate: () => [],
  validateUpdate: () => [],
  grace: () => undefined,
  pending: () => false,
  orphans: false,
  unconditionalUpdate: options.fields !== undefined,
  ...options
})

/** `jobs.batch`, the name under which objects are stored. @since 0.1.0 @category getters */
export const resource = (kind: Kind): string => kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`

/** `batch/v1`. @since 0.1.0 @category getters */
export const apiVersion = (kind: Kind): string => kind.group === "" ? kind.version : `${kind.group}/${kind.version}`

/** Gives a value to what is not set. @since 0.1.0 @category combinators */
export const defaults = (object: JsonObject, values: JsonObject): JsonObject => ({ ...values, ...object })

/** Replaces what is under a key, if it is there. @since 0.1.0 @category combinators */
export const inside = (object: JsonObject, key: string, change: (inner: JsonObject) => JsonObject): JsonObject => {
  const inner = object[key]
  return Json.isObject(inner) ? { ...object, [key]: change(inner) } : object
}

/** Replaces each object of the list under a key, if it is there. @since 0.1.0 @category combinators */
export const insideEach = (
  object: JsonObject,
  key: string,
  change: (item: JsonObject) => JsonObject
): JsonObject => {
  const items = object[key]
  return Json.isList(items)
    ? { ...object, [key]: items.map((item) => Json.isObject(item) ? change(item) : item) }
    : object
}
