/**
 * Descriptions of Kubernetes kinds: the API path of a kind, and a schema for the fields that a program reads.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { JsonObject } from "./client/ApiRequest.js"
import * as Decoder from "./decode/Decoder.js"
import * as BuiltInFields from "./protobuf/BuiltInFields.js"
import type { Reflector, Selected } from "./Reflector.js"

/**
 * A kind of Kubernetes object, and how to decode it.
 *
 * `decode` reads the fields of the schema only; its error names the invalid fields. Parts that are equal to those of the
 * `previous` state are shared with it. With `metadataOnly` the server returns `PartialObjectMetadata`.
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
  readonly decode: (u: unknown, previous?: unknown) => Either.Either<A, string>
  /** Whether `decode` reads protobuf too: a built-in kind, of which all fields of the schema are known. @internal */
  readonly protobuf: () => boolean
  /** The shared reflectors of this resource, by cluster; empty for a new resource. @internal */
  readonly reflectors: WeakMap<object, Reflectors<A>>
}

/** The shared reflectors of one resource in one cluster. @internal */
export interface Reflectors<A> {
  readonly get: (selected: Selected) => Effect.Effect<Reflector<A>, never, Scope.Scope>
}

/**
 * The decoded type of a resource: `Resource.Of<typeof Resources.Pod>`.
 *
 * @since 0.1.0
 * @category models
 */
export type Of<R> = R extends Resource<infer A> ? A : never

/**
 * The group, version and names of a kind.
 *
 * @since 0.1.0
 * @category models
 */
export interface Kind {
  /** Default: the core group. */
  readonly group?: string | undefined
  readonly version: string
  readonly plural: string
  readonly kind: string
  /** Default: true. */
  readonly namespaced?: boolean | undefined
}

/**
 * Makes a resource whose objects are decoded by a schema. Fields that are not in the schema are dropped; in an optional field,
 * null counts as absent. Use {@link raw} for an object that is to be written back.
 *
 * Objects of Kubernetes' own kinds are requested in protobuf, which takes less time to decode, if all fields of the schema are
 * among those that this library reads from it, which include all that `Resources` has; and else as JSON.
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
): Resource<A> =>
  makeResource(
    options,
    false,
    Decoder.make(options.schema, BuiltInFields.messageOf(options.group ?? "", options.version, options.kind))
  )

/**
 * Makes a resource of which the server returns the metadata only: for secret or large objects.
 *
 * @example
 * ```ts
 * import { Resource } from "effect-os-builder"
 *
 * const Secret = Resource.metadataOnly({ version: "v1", plural: "secrets", kind: "Secret" })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const metadataOnly = (kind: Kind): Resource<Metadata> =>
  makeResource(kind, true, Decoder.make(Metadata, "PartialObjectMetadata"))

/**
 * The same resource, decoded with all its fields: for objects that are modified and written back.
 *
 * @example
 * ```ts
 * import { Cluster, Resource, Resources } from "effect-os-builder"
 *
 * const wholePod = Cluster.get(Resource.raw(Resources.Pod), "a")
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const raw = <A>(resource: Resource<A>): Resource<JsonObject> =>
  makeResource(resource, false, Decoder.make(AnyObject))

const makeResource = <A>(kind: Kind, metadataOnly: boolean, decoder: Decoder.Decoder<A>): Resource<A> => ({
  group: kind.group ?? "",
  version: kind.version,
  plural: kind.plural,
  kind: kind.kind,
  namespaced: kind.namespaced ?? true,
  metadataOnly,
  decode: decoder.decode,
  protobuf: decoder.readsProtobuf,
  reflectors: new WeakMap()
})

/**
 * An owner reference in the metadata of an object.
 *
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
 * The metadata of any object, without `managedFields`. Times are RFC 3339 strings, as the server sends them.
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
 * The metadata of any object; see the schema of the same name.
 *
 * @since 0.1.0
 * @category models
 */
export type ObjectMeta = typeof ObjectMeta.Type

/**
 * An object of which only the metadata is decoded.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Metadata = Schema.Struct({ metadata: ObjectMeta })

/**
 * An object with metadata; see the schema of the same name.
 *
 * @since 0.1.0
 * @category models
 */
export type Metadata = typeof Metadata.Type

const AnyObject: Schema.Schema<JsonObject> = Schema.declare(
  (u: unknown): u is JsonObject => typeof u === "object" && u !== null && !Array.isArray(u),
  { identifier: "JsonObject" }
)

/**
 * The `apiVersion` of a resource, for example `v1` or `batch/v1`.
 *
 * @since 0.1.0
 * @category accessors
 */
export const apiVersion = (resource: Resource<unknown>): string =>
  resource.group === "" ? resource.version : `${resource.group}/${resource.version}`

/**
 * The name of a resource in RBAC rules and error messages, for example `pods` or `jobs.batch`.
 *
 * @since 0.1.0
 * @category accessors
 */
export const label = (resource: Resource<unknown>): string =>
  resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`

/**
 * The percent-encoded path of a collection; with `name` that of an object, with `subresource` that of its subresource. Without
 * `namespace` it selects all namespaces; cluster-scoped kinds ignore `namespace`.
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
): string => {
  const namespace = resource.namespaced ? options?.namespace : undefined
  return `${resource.group === "" ? "/api" : `/apis${segment(resource.group)}`}${segment(resource.version)}${
    namespace === undefined ? "" : `/namespaces${segment(namespace)}`
  }${segment(resource.plural)}${segment(options?.name)}${segment(options?.subresource)}`
}

// The characters of most names, which percent-encoding does not change.
const isPlain = /^[a-z0-9][a-z0-9.-]*$/

const segment = (name = ""): string =>
  name === "" ? "" : isPlain.test(name) ? `/${name}` : `/${encodeURIComponent(toSegment(name))}`

// Names that no object can have (k8s.io/apimachinery pkg/api/validation/path). URLs resolve dot segments even if encoded, and
// lone surrogates have no UTF-8 encoding, so both are replaced by other invalid names.
const toSegment = (name: string): string =>
  name === "." || name === ".." ? name.replaceAll(".", "%2E") : name.replace(/\p{Surrogate}/gu, "\ufffd")

/**
 * The Accept header for a resource; undefined for plain JSON.
 *
 * @since 0.1.0
 * @category accessors
 */
export const accept = (resource: Resource<unknown>, shape: "object" | "list"): string | undefined =>
  resource.metadataOnly
    ? `application/json;as=PartialObjectMetadata${shape === "list" ? "List" : ""};g=meta.k8s.io;v=v1`
    : undefined

/**
 * Makes a manifest of a resource from its other fields: adds apiVersion and kind.
 *
 * @example
 * ```ts
 * import { Resource, Resources } from "effect-os-builder"
 *
 * Resource.object(Resources.ConfigMap, { metadata: { name: "motd" }, data: { text: "hello" } })
 * // { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "motd" }, data: { text: "hello" } }
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const object = (resource: Resource<unknown>, fields: JsonObject): JsonObject => ({
  apiVersion: apiVersion(resource),
  kind: resource.kind,
  ...fields
})
