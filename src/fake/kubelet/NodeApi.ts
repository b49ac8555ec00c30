/**
 * What a kubelet asks of an API server. It does so through a {@link Driver}, so that it can be a node of a real one.
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
import * as Metadata from "../store/Metadata.js"

/** Whether a pod of the node is there, as it is now, or gone. @since 0.1.0 @category models */
export type PodNews =
  | { readonly _tag: "Seen"; readonly pod: JsonObject }
  | { readonly _tag: "Gone"; readonly uid: string }

const podPath = (pod: JsonObject): string => `/api/v1/namespaces/${Metadata.namespace(pod)}/pods/${Metadata.name(pod)}`

const subject = (verb: string, resource: string) => ({ verb, resource })

/** A first try again at once, then every second. */
const retries = Schedule.union(Schedule.recurs(1), Schedule.spaced("1 second"))

/** @since 0.1.0 @category constructors */
export const make = (driver: Driver) => {
  const send = (request: ApiRequest, verb: string, resource: string) => driver.request(request, subject(verb, resource))

  const watch = (path: string, query: Readonly<Record<string, string>>, resource: string) =>
    driver.watch(
      { method: "GET", path, query: { ...query, watch: "true" } },
      subject("watch", resource),
      (line) => line
    )

  /** Says nothing when the object is gone meanwhile, and goes on trying when the server is away. */
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
    /** Registers a node, if it is not there yet. */
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
    /** The pods of a node: those that are there, then what becomes of them. */
    pods: (nodeName: string): Stream.Stream<PodNews> => {
      const fieldSelector = `spec.nodeName=${nodeName}`
      const known = new Set<string>()
      const news = (line: WatchLine): ReadonlyArray<PodNews> => {
        const uid = Metadata.uid(line.object)
        if (line.type === "DELETED") {
          known.delete(uid)
          return [{ _tag: "Gone", uid }]
        }
        known.add(uid)
        return line.type === "ADDED" || line.type === "MODIFIED" ? [{ _tag: "Seen", pod: line.object }] : []
      }
      const listed = (list: JsonObject): ReadonlyArray<PodNews> => {
        const pods = Json.objects(list, "items").map((pod) => ({ apiVersion: "v1", kind: "Pod", ...pod }))
        const gone = [...known].filter((uid) => !pods.some((pod) => Metadata.uid(pod) === uid))
        gone.forEach((uid) => known.delete(uid))
        pods.forEach((pod) => known.add(Metadata.uid(pod)))
        return [
          ...gone.map((uid): PodNews => ({ _tag: "Gone", uid })),
          ...pods.map((pod): PodNews => ({ _tag: "Seen", pod }))
        ]
      }
      return again(Stream.unwrap(Effect.map(
        send({ method: "GET", path: "/api/v1/pods", query: { fieldSelector } }, "list", "pods"),
        (answer) => {
          const list = Json.isObject(answer) ? answer : {}
          const resourceVersion = Json.text(list, "metadata", "resourceVersion") ?? ""
          return Stream.concat(
            Stream.fromIterable(listed(list)),
            Stream.mapConcat(watch("/api/v1/pods", { fieldSelector, resourceVersion }, "pods"), news)
          )
        }
      )))
    },
    /** Waits until there is an object of a name. */
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
    record: (pod: JsonObject, type: "Normal" | "Warning", reason: string, message: string, now: number) =>
      insist(send(
        {
          method: "POST",
          path: `/api/v1/namespaces/${Metadata.namespace(pod)}/events`,
          query: {},
          body: {
            metadata: { name: `${Metadata.name(pod)}.${(now * 1000 + (recorded += 1)).toString(16)}` },
            involvedObject: {
              apiVersion: "v1",
              kind: "Pod",
              name: Metadata.name(pod),
              namespace: Metadata.namespace(pod),
              uid: Metadata.uid(pod)
            },
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
