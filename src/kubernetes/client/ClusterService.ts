/**
 * The Cluster service and the types of its methods.
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
import type { AttachOutput } from "./Driver.js"

export type { AttachOutput }

/**
 * The namespace of an object.
 *
 * @since 0.1.0
 * @category models
 */
export interface InNamespace {
  /** Default: the cluster's default namespace. Ignored for cluster-scoped kinds. */
  readonly namespace?: string | undefined
}

/**
 * A selection of the objects of one kind.
 *
 * @since 0.1.0
 * @category models
 */
export interface Selection {
  /** Default: the cluster's default namespace. */
  readonly namespace?: string | undefined
  /** Selects the objects of all namespaces; default: false. */
  readonly allNamespaces?: boolean | undefined
  /** For example `app=web,tier!=cache`; default: no restriction. */
  readonly labelSelector?: string | undefined
  /** For example `status.phase=Running`; default: no restriction. */
  readonly fieldSelector?: string | undefined
}

/**
 * The result of `list`.
 *
 * @since 0.1.0
 * @category models
 */
export interface ObjectList<A> {
  readonly items: ReadonlyArray<A>
  /** A watch from here sees every change since the list. */
  readonly resourceVersion: string
}

/**
 * Options of `watch`.
 *
 * @since 0.1.0
 * @category models
 */
export interface WatchOptions extends Selection {
  /** Where to start; default: now, with an `Added` event for each existing object first. */
  readonly resourceVersion?: string | undefined
  /**
   * Requests a streamed list (WatchList): an event for each existing object, then a bookmark with `initialEventsEnd`, then the
   * changes. Kubernetes 1.32 and later; default: false.
   */
  readonly sendInitialEvents?: boolean | undefined
}

/**
 * One event of a watch. A `Bookmark` carries only a resourceVersion from which the watch can be resumed.
 *
 * @since 0.1.0
 * @category models
 */
export type WatchEvent<A> =
  | { readonly type: "Added" | "Modified" | "Deleted"; readonly object: A; readonly resourceVersion: string }
  | { readonly type: "Bookmark"; readonly resourceVersion: string; readonly initialEventsEnd: boolean }

/**
 * A patch. `merge`: a JSON merge patch, in which null removes a field (RFC 7386). `json`: a list of operations (RFC 6902).
 *
 * @since 0.1.0
 * @category models
 */
export type PatchBody =
  | { readonly merge: JsonObject }
  | { readonly json: ReadonlyArray<JsonObject> }

/**
 * Options of `create`.
 *
 * @since 0.1.0
 * @category models
 */
export interface CreateOptions extends InNamespace {
  /** The server validates the object, runs admission, and stores nothing; default: false. */
  readonly dryRun?: boolean | undefined
  /** The server rejects unknown and duplicate fields; default: false. */
  readonly strict?: boolean | undefined
}

/**
 * Options of `patch`.
 *
 * @since 0.1.0
 * @category models
 */
export interface PatchOptions extends InNamespace {
  /** For example `status`; default: the object itself. */
  readonly subresource?: string | undefined
}

/**
 * Options of `delete`.
 *
 * @since 0.1.0
 * @category models
 */
export interface DeleteOptions extends InNamespace {
  /** Precondition: deletes the object with this UID, not a later one of the same name. */
  readonly uid?: string | undefined
  /** Precondition: deletes the object only at this resourceVersion. */
  readonly resourceVersion?: string | undefined
  /** What happens to dependents; default: that of the kind, `Background` for most. */
  readonly propagation?: "Background" | "Foreground" | "Orphan" | undefined
  /** Default: that of the object. */
  readonly gracePeriodSeconds?: number | undefined
}

/**
 * Options of `logs`.
 *
 * @since 0.1.0
 * @category models
 */
export interface LogOptions extends InNamespace {
  /** Name of a container; required for a pod with several. */
  readonly container?: string | undefined
  /** Waits for further lines until the container ends; default: false. */
  readonly follow?: boolean | undefined
  /** Prefixes each line with the time at which it was written; default: false. */
  readonly timestamps?: boolean | undefined
  /** Starts with this number of lines before the end; default: all. A line of more than 16 KiB counts as several, and may be cut. */
  readonly tailLines?: number | undefined
  /** Omits lines before this time, RFC 3339. */
  readonly sinceTime?: string | undefined
  /** Ends after this number of bytes. */
  readonly limitBytes?: number | undefined
  /** The log of the container before its last restart; default: false. */
  readonly previous?: boolean | undefined
  /**
   * With `follow`: completes when the container has ended. A log that is still open then, as over a connection that was lost
   * without a notice, is read to its end by a request that does not follow; default: never.
   */
  readonly ended?: Effect.Effect<void> | undefined
}

/**
 * Options of `attach`.
 *
 * @since 0.1.0
 * @category models
 */
export interface AttachOptions<E = never> extends InNamespace {
  /** Name of a container; required for a pod with several. */
  readonly container?: string | undefined
  /**
   * The bytes for standard input, which the container must have requested (`stdin: true`). Its end closes the container's standard
   * input if that has `stdinOnce: true`. Default: standard input is not attached.
   */
  readonly stdin?: Stream.Stream<Uint8Array, E> | undefined
}

/**
 * The attributes of a `SelfSubjectAccessReview`. The core group is the empty string.
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
  /** Default: the cluster's default namespace; an empty string means all namespaces. */
  readonly namespace?: string | undefined
}

/**
 * The result of a `SelfSubjectAccessReview`, with the server's reason if it gives one.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccessAnswer {
  readonly allowed: boolean
  readonly reason?: string | undefined
}

/**
 * A resource of a discovery document. Subresources have names such as `pods/log`.
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
 * The operations of a cluster. {@link Cluster} has an accessor for each.
 *
 * Calls are retried up to four times, honouring Retry-After, when the server throttles, is not ready or cannot be reached:
 * reads always, writes only when the server cannot have carried them out. A `create` whose response is lost fails with
 * `ambiguous`, and a second attempt may fail with `AlreadyExists`: read the object and compare.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The namespace of the credentials' context, or `default`. */
  readonly defaultNamespace: string
  /** Reads an object by name. Fails with `NotFound` if there is none. */
  readonly get: <A>(resource: Resource<A>, name: string, options?: InNamespace) => Effect.Effect<A, ClusterError>
  /** Reads all objects of a selection, page by page. */
  readonly list: <A>(resource: Resource<A>, options?: Selection) => Effect.Effect<ObjectList<A>, ClusterError>
  /** Creates an object in the namespace of its metadata, else in the default one. Returns the stored object. */
  readonly create: <A>(
    resource: Resource<A>,
    object: JsonObject,
    options?: CreateOptions
  ) => Effect.Effect<A, ClusterError>
  /** Replaces the status of an object by that of `object`. Fails with `Conflict` unless its resourceVersion is the current one. */
  readonly updateStatus: <A>(
    resource: Resource<A>,
    object: JsonObject,
    options?: InNamespace
  ) => Effect.Effect<A, ClusterError>
  /**
   * Changes the fields of a patch and returns the stored object. With `metadata.resourceVersion` in the patch, a concurrent
   * change fails it with `Conflict`.
   */
  readonly patch: <A>(
    resource: Resource<A>,
    name: string,
    body: PatchBody,
    options?: PatchOptions
  ) => Effect.Effect<A, ClusterError>
  /** Deletes an object. Returns when the server has accepted the request; an object with finalizers exists longer. */
  readonly delete: <A>(
    resource: Resource<A>,
    name: string,
    options?: DeleteOptions
  ) => Effect.Effect<void, ClusterError>
  /** Watches a selection, without resuming. Most callers want {@link Service.reflect}. */
  readonly watch: <A>(
    resource: Resource<A>,
    options?: WatchOptions
  ) => Stream.Stream<WatchEvent<A>, ClusterError>
  /**
   * The log lines of an object with a `log` subresource: a pod, or an OpenShift Build. With `follow` the stream resumes after
   * a lost connection, and when the server ends the log while the container runs, without losing or repeating a line. One line
   * marks a part that the server does not have any more. The stream ends when the container does.
   */
  readonly logs: <A>(resource: Resource<A>, name: string, options?: LogOptions) => Stream.Stream<string, ClusterError>
  /**
   * Attaches to a running container, like `kubectl attach`: sends `stdin` and emits what the container writes from now on.
   * Requires the verbs `get` and `create` of `pods/attach`. The connection is a WebSocket of the subprotocol v5.channel.k8s.io,
   * or v4 from a server without it; over v4 the end of `stdin` ends the attachment too, because v4 cannot close standard input
   * alone. The stream ends when the container does, and interrupting it closes the connection. It is not retried: fails with
   * `Unreachable` when the connection is lost, and with the error of `stdin`.
   */
  readonly attach: <E = never>(
    resource: Resource<unknown>,
    name: string,
    options?: AttachOptions<E>
  ) => Stream.Stream<AttachOutput, ClusterError | E>
  /** The API groups of the server with their versions, the preferred version first. The core group is the empty string. */
  readonly groups: Effect.Effect<ReadonlyMap<string, ReadonlyArray<string>>, ClusterError>
  /** The resources of a group and version; None if the server does not serve it. */
  readonly resources: (
    group: string,
    version: string
  ) => Effect.Effect<Option.Option<ReadonlyArray<ApiResource>>, ClusterError>
  /** Checks a permission with a SelfSubjectAccessReview, like `kubectl auth can-i`. */
  readonly canI: (query: AccessQuery) => Effect.Effect<AccessAnswer, ClusterError>
  /** A synced store of a selection, shared by all users of the same selection, while a scope holds it. */
  readonly reflect: <A>(resource: Resource<A>, options?: Selection) => Effect.Effect<Reflector<A>, never, Scope.Scope>
}
