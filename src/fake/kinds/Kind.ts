/**
 * What an API server knows of a kind: where it is served, and its defaults, validation and deletion.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { FieldError, Status } from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Column from "./Column.js"
import * as Fields from "./Fields.js"
import * as Names from "./Names.js"
import { meta } from "./ObjectFields.js"

/**
 * A subresource that updates a part of an object: its verbs, the object that results, and the rules. With `isPlain` an update needs
 * no resource version, and is not admitted.
 *
 * @since 0.1.0
 * @category models
 */
export interface PartRules {
  readonly verbs: ReadonlyArray<string>
  readonly isPlain: boolean
  readonly amend: (next: JsonObject, previous: JsonObject, now: string) => JsonObject
  readonly validateUpdate: (next: JsonObject, previous: JsonObject) => ReadonlyArray<FieldError>
}

/**
 * A further subresource, as in discovery: `kind` with its `group` and `version` if they are not those of the object.
 *
 * @since 0.1.0
 * @category models
 */
export interface Subresource {
  readonly name: string
  readonly kind: string
  readonly group?: string
  readonly version?: string
  readonly verbs: ReadonlyArray<string>
}

/**
 * The subresource `scale`: where an object has its wanted and its current number of replicas, and the selector of its pods in
 * the form of a query. With `required`, the path of the replicas in messages, an object without replicas has no scale.
 *
 * @since 0.1.0
 * @category models
 */
export interface Scale {
  readonly replicas: ReadonlyArray<string>
  readonly current: ReadonlyArray<string>
  readonly selector: (object: JsonObject) => string | undefined
  readonly required?: string | undefined
}

/**
 * What is known when a server allocates something for an object: the object before an update, and whether the request is a dry run.
 *
 * @since 0.1.0
 * @category models
 */
export interface Allocation {
  readonly previous?: JsonObject | undefined
  readonly dryRun: boolean
}

/**
 * - `versions`: those that the objects can be read in; default: the one in which they are served here.
 * - `storedIn`: the group in which the objects are stored and named in errors, if it is not their own.
 * - `subresources`: those beside `status`, `scale`, `log` and the `parts`, which are named by their subresources.
 * - `fields`: the schema of a typed server; without it all fields are kept, as for a custom resource.
 * - `schema`: how server-side apply divides an object. `read`: decodes an object. Both have `fields` as their default.
 *   `isApplied` is true for the result of a server-side apply, which keeps nulls.
 * - `openApi`: the schema of a custom kind, for clients.
 * - `stored`: the form in which an object is stored. `shown`: that of the served version, or with `decorates` that of answers, but not of
 *   those of the status: an update goes on from the object as it is stored.
 * - `selectable`: the supported field selectors, beside name and namespace.
 * - `columns`: the table columns; default: name and age.
 * - `generation`: what increments the generation: changes of `spec`, or of all but metadata and status. With `first` it stays 1, and with
 *   `none` there is none.
 * - `zero`: the fields that a typed server writes with their zero value when they are not given.
 * - `fill`: defaults on every write. `prepare`: server-set fields at creation; uid and name are set before.
 * - `refusal`: the status for an object, new or after an update of it, for which the server cannot allocate what it has to before it
 *   validates the object.
 * - `amend`: the server's changes to an update.
 * - `metaRules`: whether a new object's metadata is validated before the rest, or only if the rest is valid, or by the kind's own
 *   `validateNew`.
 * - `validate`: the rules of every write. `validateNew`: those of creation alone. `validateUpdate`: those of updates alone, and
 *   `validateStatus` those of updates of the status.
 * - `marked`: the object after the first request to delete it; default: by the options of the request.
 * - `grace`: the grace period of a deletion in seconds, given that of the request; undefined deletes at once.
 * - `pending`: whether something other than `metadata.finalizers` delays the deletion.
 * - `unconditionalUpdate`: whether an update may lack a resource version. `createOnUpdate`: whether a PUT creates an object.
 * - `deprecation`: what a client is warned of in each request.
 * - `orphans`: whether a deletion without a propagation policy orphans dependents.
 *
 * @since 0.1.0
 * @category models
 */
export interface Kind {
  readonly group: string
  readonly version: string
  readonly versions: ReadonlyArray<string>
  readonly storedIn: string | undefined
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly shortNames: ReadonlyArray<string>
  readonly categories: ReadonlyArray<string>
  readonly namespaced: boolean
  readonly status: boolean
  readonly log: boolean
  readonly scale: Scale | undefined
  readonly subresources: ReadonlyArray<Subresource>
  readonly parts: Readonly<Record<string, PartRules>>
  readonly virtual: boolean
  readonly fields: Fields.Fields | undefined
  readonly schema: Fields.Field
  readonly openApi: JsonObject | undefined
  readonly read: (object: JsonObject, isApplied: boolean) => Fields.Reading
  readonly name: Names.Rule
  readonly selectable: Readonly<Record<string, (object: JsonObject) => string>>
  readonly unknownField: (field: string) => string
  readonly columns: ReadonlyArray<Column.Column>
  readonly generation: "spec" | "everything" | "first" | "none"
  readonly zero: JsonObject
  readonly fill: (object: JsonObject) => JsonObject
  readonly prepare: (object: JsonObject, now: string) => JsonObject
  readonly refusal: (object: JsonObject, options: Allocation) => Status | undefined
  readonly amend: (next: JsonObject, previous: JsonObject, now: string) => JsonObject
  readonly metaRules: "first" | "last" | "own"
  readonly validate: (object: JsonObject) => ReadonlyArray<FieldError>
  readonly validateNew: (object: JsonObject) => ReadonlyArray<FieldError>
  readonly validateUpdate: (next: JsonObject, previous: JsonObject) => ReadonlyArray<FieldError>
  readonly validateStatus: (next: JsonObject, previous: JsonObject) => ReadonlyArray<FieldError>
  readonly stored: (object: JsonObject) => JsonObject
  readonly shown: (object: JsonObject) => JsonObject
  readonly decorates: boolean
  readonly marked: ((object: JsonObject, now: string) => JsonObject) | undefined
  readonly grace: (object: JsonObject, requested: number | undefined) => number | undefined
  readonly pending: (object: JsonObject) => boolean
  readonly deprecation: string | undefined
  readonly orphans: boolean
  readonly unconditionalUpdate: boolean
  readonly createOnUpdate: boolean
}

const preserves = "x-kubernetes-preserve-unknown-fields"

/**
 * Makes a kind from its differences to the default: a namespaced custom resource without a status subresource.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Partial<Kind> & Pick<Kind, "group" | "version" | "plural" | "kind">
): Kind => ({
  versions: [options.version],
  storedIn: undefined,
  singular: options.kind.toLowerCase(),
  shortNames: [],
  categories: [],
  namespaced: true,
  status: false,
  log: false,
  scale: undefined,
  subresources: [],
  parts: {},
  virtual: false,
  fields: undefined,
  schema: Fields.struct(options.fields ?? { apiVersion: Fields.text, kind: Fields.text, metadata: meta }),
  openApi: options.fields === undefined
    ? { type: "object", [preserves]: true, properties: {} }
    : undefined,
  read: (object) =>
    options.fields === undefined
      ? { object, unknown: [], wrong: [] }
      : Fields.read(options.kind, options.fields, object),
  name: Names.dnsSubdomain,
  selectable: {},
  unknownField: (field) =>
    options.fields === undefined
      ? `field label not supported: ${field}`
      : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
  columns: [Column.name, Column.age],
  generation: options.fields === undefined ? "everything" : "none",
  zero: {},
  fill: (object) => object,
  prepare: (object) => object,
  refusal: () => undefined,
  amend: (next) => next,
  metaRules: "first",
  validate: () => [],
  validateNew: () => [],
  validateUpdate: () => [],
  validateStatus: () => [],
  stored: (object) => object,
  shown: (object) => object,
  decorates: false,
  marked: undefined,
  grace: () => undefined,
  pending: () => false,
  deprecation: undefined,
  orphans: false,
  unconditionalUpdate: options.fields !== undefined,
  createOnUpdate: false,
  ...options
})

/** The qualified name under which objects are stored, for example `jobs.batch`. @since 0.1.0 @category getters  */
export const resource = ({ group, plural, storedIn = group }: Kind): string =>
  storedIn === "" ? plural : `${plural}.${storedIn}`

/** The apiVersion, for example `batch/v1`. @since 0.1.0 @category getters  */
export const apiVersion = (kind: Kind): string => kind.group === "" ? kind.version : `${kind.group}/${kind.version}`

/** How an object is answered in a part of it. @since 0.1.0 @category getters */
export const shownIn = (kind: Kind, part: string): (object: JsonObject) => JsonObject =>
  kind.decorates && part === "status" ? (object) => object : kind.shown

/** Whether a kind is one of custom resources, which the server has without a type. @since 0.1.0 @category predicates  */
export const isCustom = (kind: Kind): boolean => kind.fields === undefined && !kind.virtual

/** Whether objects of a kind can be read in a version. @since 0.1.0 @category predicates  */
export const hasVersion = ({ group, versions }: Kind, version: string): boolean =>
  versions.some((name) => version === (group === "" ? name : `${group}/${name}`))

/** Whether a request can delete several objects: namespaces are deleted one by one. @since 0.1.0 @category predicates  */
export const isCollection = (kind: Kind): boolean => !(kind.group === "" && kind.kind === "Namespace")

/** Sets a field if it is absent. @since 0.1.0 @category combinators  */
export const defaults = (object: JsonObject, values: JsonObject): JsonObject => ({ ...values, ...object })

/** Replaces a field if it is present. @since 0.1.0 @category combinators  */
export const inside = (object: JsonObject, key: string, change: (inner: JsonObject) => JsonObject): JsonObject => {
  const inner = object[key]
  return Json.isObject(inner) ? { ...object, [key]: change(inner) } : object
}

/** Replaces each object in the list of a field, if the list is present. @since 0.1.0 @category combinators  */
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
