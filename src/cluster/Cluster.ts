/**
 * A Kubernetes cluster, as far as building images needs it: one narrow service over its API.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { ApiRequest, JsonObject, WatchLine } from "./ApiRequest.js"
import type { ClusterError, Subject } from "./ClusterError.js"
import type { Reflector } from "./Reflector.js"
import type { Resource } from "./Resource.js"

/**
 * The least that a transport to an API server has to do; {@link make} derives the service from it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Driver {
  /** The namespace of the credentials' context, or `default`. */
  readonly defaultNamespace: string
  /** Sends a request and answers the decoded body of a 2xx; anything else is a ClusterError of the subject. */
  readonly request: (request: ApiRequest, subject: Subject) => Effect.Effect<unknown, ClusterError>
  /**
   * Opens a watch. Each line is parsed and handed to `project` on arrival, before anything is buffered, so that only what
   * is kept costs memory; what `project` gives undefined for is left out. The stream ends when the server closes it, and a
   * slow reader slows the server.
   */
  readonly watch: <A>(
    request: ApiRequest,
    subject: Subject,
    project: (line: WatchLine) => A | undefined
  ) => Stream.Stream<A, ClusterError>
  /** The lines of a text body, as they come. */
  readonly lines: (request: ApiRequest, subject: Subject) => Stream.Stream<string, ClusterError>
}

export interface InNamespace {
  /** By default the cluster's default namespace. Ignored for what has no namespace. */
  readonly namespace?: string | undefined
}

export interface Selection {
  /** By default the cluster's default namespace; `allNamespaces` for every one. */
  readonly namespace?: string | undefined
  readonly allNamespaces?: boolean | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
}

export interface ObjectList<A> {
  readonly items: ReadonlyArray<A>
  /** Where a watch goes on from. */
  readonly resourceVersion: string
}

export type WatchEvent<A> =
  | { readonly type: "Added" | "Modified" | "Deleted"; readonly object: A; readonly resourceVersion: string }
  | { readonly type: "Bookmark"; readonly resourceVersion: string; readonly initialEventsEnd: boolean }

export type PatchBody =
  | { readonly merge: JsonObject }
  | { readonly json: ReadonlyArray<JsonObject> }

export interface DeleteOptions extends InNamespace {
  /** Deletes only this very object, not a later one of its name. */
  readonly uid?: string | undefined
  readonly resourceVersion?: string | undefined
  readonly propagation?: "Background" | "Foreground" | "Orphan" | undefined
  readonly gracePeriodSeconds?: number | undefined
}

export interface LogOptions extends InNamespace {
  readonly container?: string | undefined
  readonly follow?: boolean | undefined
  readonly timestamps?: boolean | undefined
  readonly tailLines?: number | undefined
  /** RFC 3339 */
  readonly sinceTime?: string | undefined
  readonly limitBytes?: number | undefined
  readonly previous?: boolean | undefined
}

/** What a `SelfSubjectAccessReview` asks. */
export interface AccessQuery {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource?: string | undefined
  readonly name?: string | undefined
  /** By default the cluster's default namespace; an empty text asks for all of them. */
  readonly namespace?: string | undefined
}

export interface AccessAnswer {
  readonly allowed: boolean
  readonly reason?: string | undefined
}

/** One line of a discovery document. */
export interface ApiResource {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
  readonly verbs: ReadonlyArray<string>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly defaultNamespace: string
  readonly get: <A>(resource: Resource<A>, name: string, options?: InNamespace) => Effect.Effect<A, ClusterError>
  /** Every object of the selection, read page by page. */
  readonly list: <A>(resource: Resource<A>, options?: Selection) => Effect.Effect<ObjectList<A>, ClusterError>
  /** Creates an object; its namespace is that in its metadata, else the default one. Answers what the server stored. */
  readonly create: <A>(
    resource: Resource<A>,
    object: JsonObject,
    options?: InNamespace & { readonly dryRun?: boolean | undefined; readonly strict?: boolean | undefined }
  ) => Effect.Effect<A, ClusterError>
  /** Replaces the status of an object. */
  readonly updateStatus: <A>(
    resource: Resource<A>,
    object: JsonObject,
    options?: InNamespace
  ) => Effect.Effect<A, ClusterError>
  readonly patch: <A>(
    resource: Resource<A>,
    name: string,
    body: PatchBody,
    options?: InNamespace & { readonly subresource?: string | undefined }
  ) => Effect.Effect<A, ClusterError>
  readonly delete: <A>(
    resource: Resource<A>,
    name: string,
    options?: DeleteOptions
  ) => Effect.Effect<void, ClusterError>
  /** The raw watch, from a resourceVersion; most callers want {@link Service.reflect}. */
  readonly watch: <A>(
    resource: Resource<A>,
    options?: Selection & {
      readonly resourceVersion?: string | undefined
      readonly sendInitialEvents?: boolean | undefined
    }
  ) => Stream.Stream<WatchEvent<A>, ClusterError>
  /** The log of an object that has a `log` subresource: a pod, or an OpenShift Build. */
  readonly logs: <A>(resource: Resource<A>, name: string, options?: LogOptions) => Stream.Stream<string, ClusterError>
  /** The groups that the server has, with their versions; the preferred one first. The core group is the empty text. */
  readonly groups: Effect.Effect<ReadonlyMap<string, ReadonlyArray<string>>, ClusterError>
  /** What one group and version serves; none if the server has no such group. */
  readonly resources: (
    group: string,
    version: string
  ) => Effect.Effect<Option.Option<ReadonlyArray<ApiResource>>, ClusterError>
  /** Whether we may do something, by the server's own judgement. */
  readonly mayI: (query: AccessQuery) => Effect.Effect<AccessAnswer, ClusterError>
  /** The shared view of a selection, kept up to date while anyone's scope holds it. */
  readonly reflect: <A>(
    resource: Resource<A>,
    options?: Selection
  ) => Effect.Effect<Reflector<A>, ClusterError, Scope.Scope>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class Cluster extends Context.Tag("effect-os-builder/Cluster")<Cluster, Service>() {}
