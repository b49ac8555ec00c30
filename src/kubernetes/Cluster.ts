/**
 * A typed client for the Kubernetes API: one narrow service with informers, typed errors and safe retries. `KubernetesCluster`
 * provides it for a real cluster, `FakeCluster` in memory. `Resources` has descriptions of common kinds; `Resource.make`
 * describes others.
 *
 * @example
 * ```ts
 * import { Cluster, Resources } from "effect-os-builder"
 * import { Console, Effect, Stream } from "effect"
 *
 * const program = Effect.scoped(Effect.gen(function*() {
 *   const pods = yield* Cluster.reflect(Resources.Pod, { labelSelector: "app=web" })
 *   yield* pods.changes(() => true).pipe(
 *     Stream.runForEach(({ _tag, object }) => Console.log(`${_tag} ${object.metadata.name}: ${object.status?.phase}`))
 *   )
 * }))
 * ```
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { fromEither } from "../effect/EitherEffect.js"
import * as Pull from "../effect/Pull.js"
import * as RetryPolicy from "../effect/RetryPolicy.js"
import * as Spans from "../effect/Spans.js"
import type { JsonObject } from "./client/ApiRequest.js"
import type * as Model from "./client/ClusterService.js"
import * as ContainerState from "./client/ContainerState.js"
import * as Discovery from "./client/Discovery.js"
import type { Driver } from "./client/Driver.js"
import * as InFlight from "./client/InFlight.js"
import * as LogFollow from "./client/LogFollow.js"
import * as Pager from "./client/Pager.js"
import * as RequestRetry from "./client/RequestRetry.js"
import * as Requests from "./client/Requests.js"
import * as RequestSpan from "./client/RequestSpan.js"
import { ClusterError, type Subject } from "./ClusterError.js"
import * as Decoder from "./decode/Decoder.js"
import * as WatchEvent from "./decode/WatchEvent.js"
import type { Reflector, Selected } from "./Reflector.js"
import * as SharedReflectors from "./reflector/SharedReflectors.js"
import type { Resource } from "./Resource.js"

export type * from "./client/ClusterService.js"
export type { Driver } from "./client/Driver.js"

/**
 * The cluster service. {@link Service} documents its methods; this module has an accessor for each of them.
 *
 * @example
 * ```ts
 * import { Cluster, Resources } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const podNames = Effect.gen(function*() {
 *   const cluster = yield* Cluster.Cluster
 *   const { items } = yield* cluster.list(Resources.Pod, { namespace: "builds" })
 *   return items.map(({ metadata }) => metadata.name)
 * })
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Cluster extends Context.Tag("effect-os-builder/Cluster")<Cluster, Model.Service>() {}

/**
 * Makes the service for a transport. Its scope owns the shared reflectors.
 *
 * @example
 * ```ts
 * import { Cluster } from "effect-os-builder"
 * import { Layer } from "effect"
 *
 * const layerOf = (driver: Cluster.Driver) => Layer.scoped(Cluster.Cluster, Cluster.make(driver))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (transport: Driver): Effect.Effect<Model.Service, never, Scope.Scope> => {
  const driver = RequestSpan.measured(transport)
  return Effect.zipWith(SharedReflectors.make(driver), Effect.scope, (reflect, scope) => {
    const namespaceOf = (resource: Resource<unknown>, options: Model.InNamespace | undefined) =>
      resource.namespaced ? options?.namespace ?? driver.defaultNamespace : undefined

    const targetOf = (
      resource: Resource<unknown>,
      options: Model.InNamespace | undefined,
      name: string | undefined
    ) => ({ namespace: namespaceOf(resource, options), name })

    const ownTarget = (resource: Resource<unknown>, options: Model.InNamespace | undefined, object: JsonObject) =>
      targetOf(
        resource,
        { namespace: Requests.metadataText(object, "namespace") ?? options?.namespace },
        Requests.metadataText(object, "name")
      )

    const selected = (resource: Resource<unknown>, options: Model.Selection | undefined): Selected => ({
      namespace: options?.allNamespaces === true ? undefined : namespaceOf(resource, options),
      labelSelector: options?.labelSelector,
      fieldSelector: options?.fieldSelector
    })

    const send = ({ request, subject }: Requests.Call, policy: RequestRetry.Policy) =>
      Effect.suspend(() => RetryPolicy.retry(RequestSpan.send(driver, request, subject), policy))

    const object = <A>(resource: Resource<A>, call: Requests.Call, policy: RequestRetry.Policy) =>
      Effect.flatMap(send(call, policy), (body) => fromEither(decoded(resource.decode(body), call.subject)))

    const document = <A, I>(schema: Schema.Schema<A, I>, call: Requests.Call) =>
      Effect.flatMap(
        send(call, RequestRetry.always),
        (body) =>
          Effect.mapError(
            Schema.decodeUnknown(schema)(body),
            (error) => decodeError(call.subject, Decoder.decodeMessage(error))
          )
      )

    const call = Requests.document("/apis")
    const coreVersions = document(Discovery.CoreVersions, Requests.document("/api"))
    const both = Effect.all([coreVersions, document(Discovery.GroupList, call)], { concurrency: 2 })
    const reviews = InFlight.sharedByKey<typeof Discovery.AccessReview.Type, ClusterError>(scope)
    const groups = Effect.map(both, ([core, list]) => Discovery.groupVersions(core, list))

    return Cluster.of({
      defaultNamespace: driver.defaultNamespace,

      get: (resource, name, options) => {
        const call = Requests.get(resource, targetOf(resource, options, name))
        return traced("get", call, object(resource, call, RequestRetry.always))
      },

      list: (resource, options) => {
        const call = Requests.collection(resource, selected(resource, options), "list")
        const pages = Pager.list((request, subject) => send({ request, subject }, RequestRetry.always), resource, call)
        const read = Effect.flatMap(pages, ({ items, resourceVersion }) =>
          Effect.map(
            Effect.forEach(items, (item) => fromEither(decoded(item.object, call.subject))),
            (items) => ({ items, resourceVersion })
          ))
        return traced("list", call, read)
      },

      create: (resource, fields, options) => {
        const call = Requests.create(resource, ownTarget(resource, options, fields), fields, options)
        const named = Requests.metadataText(fields, "name") !== undefined
        return traced(
          "create",
          call,
          object(
            resource,
            call,
            options?.dryRun === true ? RequestRetry.always : named ? RequestRetry.notCreated : RequestRetry.notReceived
          )
        )
      },

      updateStatus: (resource, fields, options) => {
        const call = Requests.updateStatus(resource, ownTarget(resource, options, fields), fields)
        return traced("updateStatus", call, object(resource, call, RequestRetry.notCarriedOut))
      },

      patch: (resource, name, body, options) => {
        const target = { ...targetOf(resource, options, name), subresource: options?.subresource }
        const call = Requests.patch(resource, target, body)
        return traced("patch", call, object(resource, call, RequestRetry.notCarriedOut))
      },

      delete: (resource, name, options) => {
        const call = Requests.remove(resource, targetOf(resource, options, name), options)
        return traced("delete", call, RequestRetry.deleteObject(driver, call))
      },

      watch: (resource, options) => {
        const call = Requests.withQuery(Requests.collection(resource, selected(resource, options), "watch"), {
          watch: true,
          allowWatchBookmarks: true,
          resourceVersion: options?.resourceVersion,
          ...(options?.sendInitialEvents === true
            ? { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" }
            : {})
        })
        const { request, subject } = call
        const events = RequestSpan.stream(
          request,
          driver.watch(request, subject, ...WatchEvent.decoders(resource, subject))
        )
        const pull = Pull.transform(events, Pull.untilLeft((event) => toWatchEvent(event, subject)))
        return Spans.withinPull(pull, "Cluster.watch", RequestSpan.ofOperation(subject))
      },

      logs: (resource, name, options) => {
        const target = targetOf(resource, options, name)
        const open = <P>(logOptions: Model.LogOptions | undefined, read: LogFollow.Read<P>) => {
          const { request, subject } = Requests.log(resource, target, logOptions)
          return RequestSpan.stream(request, read(request, subject))
        }
        const pull = options?.follow !== true || options.limitBytes !== undefined
          ? Pull.open(RetryPolicy.retryStart(open(options, driver.lines), RequestRetry.always))
          : LogFollow.follow({
            subject: Requests.log(resource, target, options).subject,
            timestamps: options.timestamps === true,
            ended: options.ended,
            state: ContainerState.read(driver, resource, target, options.container),
            open: ({ follow, from, since }) =>
              open({
                ...options,
                follow: follow ? true : undefined,
                timestamps: true,
                ...(from === "start" ? {} : {
                  sinceTime: from === "since" ? since : undefined,
                  tailLines: from === "last" ? 1 : undefined
                })
              }, LogFollow.read(driver))
          })
        const { subject } = Requests.log(resource, target, options)
        return Spans.withinPull(pull, "Cluster.logs", RequestSpan.ofOperation(subject))
      },

      attach: (resource, name, options) => {
        const call = Requests.attach(resource, targetOf(resource, options, name), options)
        const output = RequestSpan.stream(
          call.request,
          driver.attach(call.request, call.subject, options?.stdin ?? Stream.never)
        )
        return Spans.withinStream("Cluster.attach", RequestSpan.ofOperation(call.subject))(output)
      },

      groups: traced("groups", call, InFlight.shared(groups, scope)),

      resources: (group, version) => {
        const call = Requests.document(Discovery.groupPath(group, version))
        const found = document(Discovery.ResourceList, call).pipe(
          Effect.map(({ resources }) => Option.some(resources)),
          Effect.catchIf((error) => error.reason === "NotFound", () => Effect.succeedNone)
        )
        return traced("resources", call, found)
      },

      canI: (query) => {
        const body = Discovery.accessReview(query, query.namespace ?? driver.defaultNamespace)
        const call = Requests.review(Discovery.reviewPath, body)
        const asked = document(Discovery.AccessReview, call)
        return traced("canI", call, Effect.map(reviews(JSON.stringify(body), asked), ({ status }) => status))
      },

      reflect: (resource, options) => reflect(resource, selected(resource, options))
    })
  })
}

// --- accessors ---

/** Reads an object by name. Fails with `NotFound` if there is none. @since 0.1.0 @category accessors */
export const get = <A>(
  resource: Resource<A>,
  name: string,
  options?: Model.InNamespace
): Effect.Effect<A, ClusterError, Cluster> => Effect.flatMap(Cluster, (cluster) => cluster.get(resource, name, options))

/** Reads all objects of a selection, page by page. @since 0.1.0 @category accessors */
export const list = <A>(
  resource: Resource<A>,
  options?: Model.Selection
): Effect.Effect<Model.ObjectList<A>, ClusterError, Cluster> =>
  Effect.flatMap(Cluster, (cluster) => cluster.list(resource, options))

/** Creates an object and returns the stored one. @since 0.1.0 @category accessors */
export const create = <A>(
  resource: Resource<A>,
  object: JsonObject,
  options?: Model.CreateOptions
): Effect.Effect<A, ClusterError, Cluster> =>
  Effect.flatMap(Cluster, (cluster) => cluster.create(resource, object, options))

/** Replaces the status of an object, unless it has changed since it was read. @since 0.1.0 @category accessors */
export const updateStatus = <A>(
  resource: Resource<A>,
  object: JsonObject,
  options?: Model.InNamespace
): Effect.Effect<A, ClusterError, Cluster> =>
  Effect.flatMap(Cluster, (cluster) => cluster.updateStatus(resource, object, options))

/** Changes the fields of a patch and returns the stored object. @since 0.1.0 @category accessors */
export const patch = <A>(
  resource: Resource<A>,
  name: string,
  body: Model.PatchBody,
  options?: Model.PatchOptions
): Effect.Effect<A, ClusterError, Cluster> =>
  Effect.flatMap(Cluster, (cluster) => cluster.patch(resource, name, body, options))

/** Deletes an object; returns when the server has accepted the request. @since 0.1.0 @category accessors */
const delete_ = (
  resource: Resource<unknown>,
  name: string,
  options?: Model.DeleteOptions
): Effect.Effect<void, ClusterError, Cluster> =>
  Effect.flatMap(Cluster, (cluster) => cluster.delete(resource, name, options))

export { delete_ as delete }

/** Watches a selection, without resuming; most callers want {@link reflect}. @since 0.1.0 @category accessors */
export const watch = <A>(
  resource: Resource<A>,
  options?: Model.WatchOptions
): Stream.Stream<Model.WatchEvent<A>, ClusterError, Cluster> =>
  Stream.unwrap(Effect.map(Cluster, (cluster) => cluster.watch(resource, options)))

/** The log lines of a pod or a Build; with `follow` until its container ends. @since 0.1.0 @category accessors */
export const logs = (
  resource: Resource<unknown>,
  name: string,
  options?: Model.LogOptions
): Stream.Stream<string, ClusterError, Cluster> =>
  Stream.unwrap(Effect.map(Cluster, (cluster) => cluster.logs(resource, name, options)))

/** Attaches to a running container: sends `stdin` and emits its output. @since 0.1.0 @category accessors */
export const attach = <E = never>(
  resource: Resource<unknown>,
  name: string,
  options?: Model.AttachOptions<E>
): Stream.Stream<Model.AttachOutput, ClusterError | E, Cluster> =>
  Stream.unwrap(Effect.map(Cluster, (cluster) => cluster.attach(resource, name, options)))

/** The API groups of the server with their versions. @since 0.1.0 @category accessors */
export const groups: Effect.Effect<ReadonlyMap<string, ReadonlyArray<string>>, ClusterError, Cluster> = Effect.flatMap(
  Cluster,
  (cluster) => cluster.groups
)

/** The resources of a group and version; None if the server does not serve it. @since 0.1.0 @category accessors */
export const resources = (
  group: string,
  version: string
): Effect.Effect<Option.Option<ReadonlyArray<Model.ApiResource>>, ClusterError, Cluster> =>
  Effect.flatMap(Cluster, (cluster) => cluster.resources(group, version))

/** Checks a permission with a SelfSubjectAccessReview, like `kubectl auth can-i`. @since 0.1.0 @category accessors */
export const canI = (query: Model.AccessQuery): Effect.Effect<Model.AccessAnswer, ClusterError, Cluster> =>
  Effect.flatMap(Cluster, (cluster) => cluster.canI(query))

/**
 * The former name of {@link canI}.
 *
 * @deprecated Use {@link canI}.
 * @since 0.1.0
 * @category accessors
 */
export const mayI = canI

/** A synced store of a selection, shared by all users of the same selection, while a scope holds it. @since 0.1.0 @category accessors */
export const reflect = <A>(
  resource: Resource<A>,
  options?: Model.Selection
): Effect.Effect<Reflector<A>, never, Cluster | Scope.Scope> =>
  Effect.flatMap(Cluster, (cluster) => cluster.reflect(resource, options))

// --- internal ---

const traced = <A>(operation: string, call: Requests.Call, effect: Effect.Effect<A, ClusterError>) =>
  Spans.describedBy(() => [`Cluster.${operation}`, RequestSpan.ofOperation(call.subject)])(effect)

const decodeError = (subject: Subject, detail: string) => new ClusterError({ ...subject, reason: "Decode", detail })
const decoded = <A>(result: Either.Either<A, string>, subject: Subject): Either.Either<A, ClusterError> =>
  Either.mapLeft(result, (detail) => decodeError(subject, detail))

const toWatchEvent = <A>(
  event: WatchEvent.Event<A>,
  subject: Subject
): Either.Either<Model.WatchEvent<A>, ClusterError> => {
  switch (event._tag) {
    case "Error":
      return Either.left(event.error)
    case "Bookmark":
      return Either.right({
        type: "Bookmark",
        resourceVersion: event.resourceVersion,
        initialEventsEnd: event.initialEventsEnd
      })
    case "Applied":
    case "Deleted": {
      const { object, resourceVersion } = event.decoded
      const type = event._tag === "Applied" ? event.type : event._tag
      return Either.map(decoded(object, subject), (object) => ({ type, object, resourceVersion }))
    }
  }
}
