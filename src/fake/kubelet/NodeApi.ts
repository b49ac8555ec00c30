/**
 * A kubelet's requests to an API server, through a {@link Driver}, so that the node can join a real cluster too.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { ApiRequest, JsonObject, WatchLine } from "../../kubernetes/client/ApiRequest.js"
import type { Driver } from "../../kubernetes/client/Driver.js"
import type { ClusterError } from "../../kubernetes/ClusterError.js"
import * as Json from "../Json.js"
import * as EventKinds from "../kinds/EventKinds.js"
import * as Metadata from "../store/Metadata.js"

/** A pod of the node in its current state, or deleted. @since 0.1.0 @category models  */
export type PodEvent =
  | { readonly _tag: "Applied"; readonly pod: JsonObject }
  | { readonly _tag: "Deleted"; readonly uid: string }

/** An event about a pod; `fieldPath` names the container that it is about. @since 0.1.0 @category models  */
export interface NodeEvent {
  readonly type: "Normal" | "Warning"
  readonly reason: string
  readonly message: string
  readonly now: number
  readonly fieldPath: string | undefined
}

const podPath = (pod: JsonObject): string => `/api/v1/namespaces/${Metadata.namespace(pod)}/pods/${Metadata.name(pod)}`

const subject = (verb: string, resource: string) => ({ verb, resource })

/** The first retry at once, then every second. */
const retries = Schedule.union(Schedule.recurs(1), Schedule.spaced("1 second"))

/** Events about a pod have the second half of the names of a millisecond, and come after those of the scheduler. */
const names = EventKinds.namesPerMillisecond / 2

/** @since 0.1.0 @category constructors */
export const make = (driver: Driver) => {
  const send = (request: ApiRequest, verb: string, resource: string) => driver.request(request, subject(verb, resource))

  const watch = (path: string, query: Readonly<Record<string, string>>, resource: string) =>
    driver.watch(
      { method: "GET", path, query: { ...query, watch: "true" } },
      subject("watch", resource),
      (line) => line
    )

  /** Ignores NotFound and retries during an outage. */
  const insist = (effect: Effect.Effect<unknown, ClusterError>): Effect.Effect<void> =>
    effect.pipe(
      Effect.retry({ while: (error) => error.retryable, schedule: retries }),
      Effect.ignore
    )

  const again = <A>(stream: Stream.Stream<A, ClusterError>): Stream.Stream<A> =>
    Stream.catchAll(
      Stream.repeat(Stream.retry(stream, retries), retries),
      () => Stream.empty
    )

  let recorded = 0

  return {
    /** Registers a node, unless it exists. */
    register: (node: JsonObject): Effect.Effect<void> =>
      insist(Effect.andThen(
        Effect.ignore(send({ method: "POST", path: "/api/v1/nodes", query: {}, body: node }, "create", "nodes")),
        send(
          {
            method: "PATCH",
            path: `/api/v1/nodes/${Metadata.name(node)}/status`,
            query: {},
            body: { status: Json.object(node, "status") },
            contentType: "application/merge-patch+json"
          },
          "patch",
          "nodes/status"
        )
      )),
    /** The pods of a node: the existing ones, then their changes. */
    pods: (nodeName: string): Stream.Stream<PodEvent> => {
      const fieldSelector = `spec.nodeName=${nodeName}`
      const known = new Set<string>()
      const toPodEvents = (line: WatchLine): ReadonlyArray<PodEvent> => {
        const uid = Metadata.uid(line.object)
        if (line.type === "DELETED") {
          known.delete(uid)
          return [{ _tag: "Deleted", uid }]
        }
        known.add(uid)
        return line.type === "ADDED" || line.type === "MODIFIED" ? [{ _tag: "Applied", pod: line.object }] : []
      }
      const listed = (list: JsonObject): ReadonlyArray<PodEvent> => {
        const pods = Json.objects(list, "items").map((pod) => ({ apiVersion: "v1", kind: "Pod", ...pod }))
        const deleted = [...known].filter((uid) => !pods.some((pod) => Metadata.uid(pod) === uid))
        deleted.forEach((uid) => known.delete(uid))
        pods.forEach((pod) => known.add(Metadata.uid(pod)))
        return [
          ...deleted.map((uid): PodEvent => ({ _tag: "Deleted", uid })),
          ...pods.map((pod): PodEvent => ({ _tag: "Applied", pod }))
        ]
      }
      return again(Stream.unwrap(Effect.map(
        send({ method: "GET", path: "/api/v1/pods", query: { fieldSelector } }, "list", "pods"),
        (body) => {
          const list = Json.isObject(body) ? body : {}
          const resourceVersion = Json.text(list, "metadata", "resourceVersion") ?? ""
          return Stream.concat(
            Stream.fromIterable(listed(list)),
            Stream.mapConcat(watch("/api/v1/pods", { fieldSelector, resourceVersion }, "pods"), toPodEvents)
          )
        }
      )))
    },
    /** Waits until an object exists. */
    appears: (plural: string, namespace: string, name: string): Effect.Effect<void> =>
      again(watch(`/api/v1/namespaces/${namespace}/${plural}`, { fieldSelector: `metadata.name=${name}` }, plural))
        .pipe(
          Stream.takeUntil((line) => line.type === "ADDED"),
          Stream.runDrain
        ),
    isThere: (plural: string, namespace: string, name: string): Effect.Effect<boolean> =>
      send({ method: "GET", path: `/api/v1/namespaces/${namespace}/${plural}/${name}`, query: {} }, "get", plural).pipe(
        Effect.isSuccess
      ),
    putStatus: (pod: JsonObject, status: JsonObject): Effect.Effect<void> =>
      insist(send(
        {
          method: "PATCH",
          path: `${podPath(pod)}/status`,
          query: {},
          body: { metadata: { uid: Metadata.uid(pod) }, status },
          contentType: "application/merge-patch+json"
        },
        "patch",
        "pods/status"
      )),
    deletePod: (pod: JsonObject, options: JsonObject = {}): Effect.Effect<void> =>
      insist(send(
        {
          method: "DELETE",
          path: podPath(pod),
          query: {},
          body: { preconditions: { uid: Metadata.uid(pod) }, ...options }
        },
        "delete",
        "pods"
      )),
    record: (pod: JsonObject, { fieldPath, message, now, reason, type }: NodeEvent): Effect.Effect<void> =>
      insist(send(
        {
          method: "POST",
          path: `/api/v1/namespaces/${Metadata.namespace(pod)}/events`,
          query: {},
          body: {
            metadata: { name: EventKinds.nameOf(pod, now, names + (recorded += 1) % names) },
            involvedObject: Json.make({
              apiVersion: "v1",
              kind: "Pod",
              name: Metadata.name(pod),
              namespace: Metadata.namespace(pod),
              uid: Metadata.uid(pod),
              fieldPath
            }),
            type,
            reason,
            message,
            firstTimestamp: Metadata.timestamp(now),
            lastTimestamp: Metadata.timestamp(now),
            count: 1,
            source: { component: "kubelet" },
            reportingComponent: "kubelet"
          }
        },
        "create",
        "events"
      ))
  }
}

/** @since 0.1.0 @category models */
export type NodeApi = ReturnType<typeof make>
