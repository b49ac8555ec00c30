/**
 * What is known of a kind of Kubernetes object: where the API has it, and the fields of it that we read.
 *
 * @since 0.1.0
 */
import type * as Either from "effect/Either"
import type * as RcMap from "effect/RcMap"
import * as Schema from "effect/Schema"
import type { JsonObject } from "./client/ApiRequest.js"
import * as Decoder from "./decode/Decoder.js"
import type { Reflector, Selected } from "./Reflector.js"

/**
 * `decode` reads just the fields that we use, and says in words what is wrong with an object that lacks them; what has not
 * changed since the state `before` is taken from there, so that it is in memory once. With `metadataOnly` the server is asked for `PartialObjectMetadata`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Resource<A> {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
  readonly metadataOnly: boolean
  readonly decode: (u: unknown, before?: unknown) => Either.Either<A, string>
  /** Where a cluster keeps the reflectors of this resource that it shares; empty for a new resource. @internal */
  readonly reflectors: WeakMap<object, RcMap.RcMap<Selected, Reflector<A>>>
}

/**
 * What is read of an object of a resource: `Resource.Of<typeof Resources.Pod>`.
 *
 * @since 0.1.0
 * @category models
 */
export type Of<R> = R extends Resource<infer A> ? A : never

/**
 * Where the API has a kind.
 *
 * @since 0.1.0
 * @category models
 */
export interface Kind {
  /** By default the core group. */
  readonly group?: string | undefined
  readonly version: string
  readonly plural: string
  readonly kind: string
  /** By default true. */
  readonly namespaced?: boolean | undefined
}

/**
 * A resource of which the fields in `schema` are read. What the schema does not name is left out of what is read and costs
 * no memory; in an optional field, null counts as absent. Use {@link raw} where an object is to be written back.
 *
 * @example
 * ```ts
 * import { Resource } from "effect-os-builder"
 * import { Schema } from "effect"
 *
 * const Lease = Resource.make({
 *   group: "coordination.k8s.io",
 *   version: "v1",
 *   plural: "leases",
 *   kind: "Lease",
 *   schema: Schema.Struct({
 *     metadata: Resource.ObjectMeta,
 *     spec: Schema.optional(Schema.Struct({ holderIdentity: Schema.optional(Schema.String) }))
 *   })
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <A extends { readonly metadata: object }>(
  options: Kind & { readonly schema: Schema.Schema<A> }
): Resource<A> => place(options, false, Decoder.make(options.schema))

/**
 * A resource of which nothing but the metadata is read, nor sent by the server: for what is secret, or large.
 *
 * @since 0.1.0
 * @category constructors
 */
export const metadataOnly = (kind: Kind): Resource<Metadata> => place(kind, true, Decoder.make(Metadata))

/**
 * The same resource, read whole: for what is changed and written back, so that no field gets lost.
 *
 * @since 0.1.0
 * @category combinators
 */
export const raw = <A>(resource: Resource<A>): Resource<JsonObject> => place(resource, false, Decoder.make(Whole))

const place = <A>(kind: Kind, metadataOnly: boolean, decode: Resource<A>["decode"]): Resource<A> => ({
  group: kind.group ?? "",
  version: kind.version,
  plural: kind.plural,
  kind: kind.kind,
  namespaced: kind.namespaced ?? true,
  metadataOnly,
  decode,
  reflectors: new WeakMap()
})

/**
 * @since 0.1.0
 * @category schemas
 */
export const OwnerReference = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.String,
  name: Schema.String,
  uid: Schema.String,
  controller: Schema.optional(Schema.Boolean),
  blockOwnerDeletion: Schema.optional(Schema.Boolean)
})

const Strings = Schema.Record({ key: Schema.String, value: Schema.String })

/**
 * The metadata of any object, without `managedFields`. Times are RFC 3339 texts, as the server sends them.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ObjectMeta = Schema.Struct({
  name: Schema.String,
  namespace: Schema.optional(Schema.String),
  uid: Schema.String,
  resourceVersion: Schema.String,
  generation: Schema.optional(Schema.Number),
  creationTimestamp: Schema.optional(Schema.String),
  deletionTimestamp: Schema.optional(Schema.String),
  labels: Schema.optional(Strings),
  annotations: Schema.optional(Strings),
  finalizers: Schema.optional(Schema.Array(Schema.String)),
  ownerReferences: Schema.optional(Schema.Array(OwnerReference))
})

/**
 * @since 0.1.0
 * @category models
 */
export type ObjectMeta = typeof ObjectMeta.Type

/**
 * @since 0.1.0
 * @category schemas
 */
export const Metadata = Schema.Struct({ metadata: ObjectMeta })

/**
 * @since 0.1.0
 * @category models
 */
export type Metadata = typeof Metadata.Type

const Whole: Schema.Schema<JsonObject> = Schema.declare(
  (u: unknown): u is JsonObject => typeof u === "object" && u !== null && !Array.isArray(u),
  { identifier: "JsonObject" }
)

/**
 * `v1`, `batch/v1`.
 *
 * @since 0.1.0
 * @category accessors
 */
export const apiVersion = (resource: Resource<unknown>): string =>
  resource.group === "" ? resource.version : `${resource.group}/${resource.version}`

/**
 * The name by which permissions and errors know it: `pods`, `jobs.batch`.
 *
 * @since 0.1.0
 * @category accessors
 */
export const label = (resource: Resource<unknown>): string =>
  resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`

/**
 * The path of a collection, or with a name that of an object or its subresource, percent-encoded. Without a namespace it is
 * that of all namespaces; for what has none, a namespace is ignored.
 *
 * @since 0.1.0
 * @category accessors
 */
export const path = (
  resource: Resource<unknown>,
  options?: {
    readonly namespace?: string | undefined
    readonly name?: string | undefined
    readonly subresource?: string | undefined
  }
): string =>
  [
    resource.group === "" ? "api" : "apis",
    resource.group,
    resource.version,
    ...(resource.namespaced && options?.namespace !== undefined ? ["namespaces", options.namespace] : []),
    resource.plural,
    options?.name ?? "",
    options?.subresource ?? ""
  ].filter((segment) => segment !== "").map((segment) => `/${encodeURIComponent(segmentOf(segment))}`).join("")

// No object has such a name (k8s.io/apimachinery pkg/api/validation/path): a URL takes dots for directions, encoded or not,
// and half of a surrogate pair has no encoding. What stands in for them is no object's name either.
const segmentOf = (name: string): string =>
  name === "." || name === ".." ? name.replaceAll(".", "%2E") : name.replace(/\p{Surrogate}/gu, "\ufffd")

/**
 * The type to ask for, where it is not plain JSON of the whole object.
 *
 * @since 0.1.0
 * @category accessors
 */
export const accept = (resource: Resource<unknown>, shape: "object" | "list"): string | undefined =>
  resource.metadataOnly
    ? `application/json;as=PartialObjectMetadata${shape === "list" ? "List" : ""};g=meta.k8s.io;v=v1`
    : undefined

/**
 * An object of this kind as a request body: apiVersion and kind are filled in.
 *
 * @since 0.1.0
 * @category constructors
 */
export const object = (resource: Resource<unknown>, fields: JsonObject): JsonObject => ({
  apiVersion: apiVersion(resource),
  kind: resource.kind,
  ...fields
})
