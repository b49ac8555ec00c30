/**
 * What can be asked of a cluster.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { ClusterError } from "../ClusterError.js"
import type { Reflector } from "../Reflector.js"
import type { Resource } from "../Resource.js"
import type { JsonObject } from "./ApiRequest.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface InNamespace {
  /** By default the cluster's default namespace. Ignored for what has no namespace. */
  readonly namespace?: string | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Selection {
  /** By default the cluster's default namespace; `allNamespaces` for every one. */
  readonly namespace?: string | undefined
  readonly allNamespaces?: boolean | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
}

/**
 * What `list` answers.
 *
 * @since 0.1.0
 * @category models
 */
export interface ObjectList<A> {
  readonly items: ReadonlyArray<A>
  /** Where a watch goes on from. */
  readonly resourceVersion: string
}

/**
 * @since 0.1.0
 * @category models
 */
export interface WatchOptions extends Selection {
  /** Where to go on from; by default from what there is now, which is told as `Added` first. */
  readonly resourceVersion?: string | undefined
  /** Tells what there is now, then a bookmark that says so, then what changes; not every server can. */
  readonly sendInitialEvents?: boolean | undefined
}

/**
 * A `Bookmark` says how far the watch is, and nothing of an object.
 *
 * @since 0.1.0
 * @category models
 */
export type WatchEvent<A> =
  | { readonly type: "Added" | "Modified" | "Deleted"; readonly object: A; readonly resourceVersion: string }
  | { readonly type: "Bookmark"; readonly resourceVersion: string; readonly initialEventsEnd: boolean }

/**
 * `merge`: a JSON merge patch, in which null removes a field (RFC 7386). `json`: a list of operations (RFC 6902).
 *
 * @since 0.1.0
 * @category models
 */
export type PatchBody =
  | { readonly merge: JsonObject }
  | { readonly json: ReadonlyArray<JsonObject> }

/**
 * @since 0.1.0
 * @category models
 */
export interface CreateOptions extends InNamespace {
  /** The server checks everything, admission included, and stores nothing. */
  readonly dryRun?: boolean | undefined
  /** A field that the server does not know is an error. */
  readonly strict?: boolean | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface PatchOptions extends InNamespace {
  /** `status`, where the kind has one. */
  readonly subresource?: string | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface DeleteOptions extends InNamespace {
  /** Deletes only this very object, not a later one of its name. */
  readonly uid?: string | undefined
  readonly resourceVersion?: string | undefined
  readonly propagation?: "Background" | "Foreground" | "Orphan" | undefined
  readonly gracePeriodSeconds?: number | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface LogOptions extends InNamespace {
  readonly container?: string | undefined
  readonly follow?: boolean | undefined
  /** Puts the time at which it was written before each line. */
  readonly timestamps?: boolean | undefined
  readonly tailLines?: number | undefined
  /** RFC 3339 */
  readonly sinceTime?: string | undefined
  readonly limitBytes?: number | undefined
  /** The log of the container before its last restart. */
  readonly previous?: boolean | undefined
}

/**
 * What a `SelfSubjectAccessReview` asks.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccessQuery {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource?: string | undefined
  readonly name?: string | undefined
  /** By default the cluster's default namespace; an empty text asks for all of them. */
  readonly namespace?: string | undefined
}

/**
 * What the server answers, with its reason where it gives one.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccessAnswer {
  readonly allowed: boolean
  readonly reason?: string | undefined
}

/**
 * One line of a discovery document.
 *
 * @since 0.1.0
 * @category models
 */
export interface ApiResource {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
  readonly verbs: ReadonlyArray<string>
}

/**
 * Calls that are safe to repeat are repeated, five times at most, when the server throttles, is not ready or cannot be
 * reached, and after as long as it asks for: reads always; what changes something only when the server cannot have carried
 * it out. A `create` whose answer got lost fails (`ambiguous`), and on the next try may say `AlreadyExists`: read the object
 * and compare.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The namespace of the credentials' context, or `default`. */
  readonly defaultNamespace: string
  /** One object by its name; `NotFound` if there is none. */
  readonly get: <A>(resource: Resource<A>, name: string, options?: InNamespace) => Effect.Effect<A, ClusterError>
  /** Every object of the selection, read page by page. */
  readonly list: <A>(resource: Resource<A>, options?: Selection) => Effect.Effect<ObjectList<A>, ClusterError>
  /** Creates an object; its namespace is that in its metadata, else the default one. Answers what the server stored. */
  readonly create: <A>(
    resource: Resource<A>,
    object: JsonObject,
    options?: CreateOptions
  ) => Effect.Effect<A, ClusterError>
  /** Replaces the status of an object by that in `object`, which holds the resourceVersion it was read at. */
  readonly updateStatus: <A>(
    resource: Resource<A>,
    object: JsonObject,
    options?: InNamespace
  ) => Effect.Effect<A, ClusterError>
  /**
   * Changes the fields that are named, and answers what the server stored. With `metadata.resourceVersion` in it, a change
   * that somebody else made meanwhile is a `Conflict`.
   */
  readonly patch: <A>(
    resource: Resource<A>,
    name: string,
    body: PatchBody,
    options?: PatchOptions
  ) => Effect.Effect<A, ClusterError>
  /** Answers once the server has taken the deletion on; with finalizers the object is there for longer. */
  readonly delete: <A>(
    resource: Resource<A>,
    name: string,
    options?: DeleteOptions
  ) => Effect.Effect<void, ClusterError>
  /** The raw watch, from a resourceVersion; most callers want {@link Service.reflect}. */
  readonly watch: <A>(
    resource: Resource<A>,
    options?: WatchOptions
  ) => Stream.Stream<WatchEvent<A>, ClusterError>
  /**
   * The lines of the log of an object that has a `log` subresource: a pod, or an OpenShift Build. With `follow` the stream
   * goes on after a cut connection where it was, without losing or repeating a line, and ends when the container does.
   */
  readonly logs: <A>(resource: Resource<A>, name: string, options?: LogOptions) => Stream.Stream<string, ClusterError>
  /** The groups that the server has, with their versions; the preferred one first. The core group is the empty text. */
  readonly groups: Effect.Effect<ReadonlyMap<string, ReadonlyArray<string>>, ClusterError>
  /** What one group and version serves; none if the server has no such group. */
  readonly resources: (
    group: string,
    version: string
  ) => Effect.Effect<Option.Option<ReadonlyArray<ApiResource>>, ClusterError>
  /** Whether we may do something, by the server's own judgement. */
  readonly canI: (query: AccessQuery) => Effect.Effect<AccessAnswer, ClusterError>
  /** The shared view of a selection, kept up to date while anyone's scope holds it. */
  readonly reflect: <A>(resource: Resource<A>, options?: Selection) => Effect.Effect<Reflector<A>, never, Scope.Scope>
}
