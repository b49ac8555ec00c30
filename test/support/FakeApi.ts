import { Effect, Either, Stream } from "effect"
import * as Access from "../../src/fake/apiserver/Access.js"
import type { Dropped, Refused, Reply } from "../../src/fake/apiserver/Reply.js"
import type { Status } from "../../src/fake/apiserver/Status.js"
import * as ControlPlane from "../../src/fake/ControlPlane.js"
import * as Json from "../../src/fake/Json.js"
import type { ApiRequest, JsonObject, WatchLine } from "../../src/kubernetes/client/ApiRequest.js"
import {
  type ConfigMap,
  type Manifest,
  manifest,
  type Namespace,
  type ObjectMeta,
  type Pod,
  type PodSpec
} from "./Manifest.js"
import { settle } from "./Quiescence.js"

export { settle }

type Query = Readonly<Record<string, string>>

export const admin: Access.User = { name: "admin", rules: [Access.everything] }

/** The API of a control plane, with short names. */
export const api = (plane: ControlPlane.ControlPlane, user: Access.User = admin) => {
  const send = (request: ApiRequest): Effect.Effect<Reply, Refused | Dropped> => plane.gateway.handle(request, user)
  const object = (request: ApiRequest): Effect.Effect<JsonObject, Refused | Dropped> =>
    Effect.flatMap(send(request), (reply) => reply._tag === "Object" ? Effect.succeed(reply.body) : Effect.die(reply))
  return {
    send,
    get: (path: string, query: Query = {}, accept?: string) =>
      object({ method: "GET", path, query, ...(accept === undefined ? {} : { accept }) }),
    post: (path: string, body: JsonObject, query: Query = {}) => object({ method: "POST", path, query, body }),
    put: (path: string, body: JsonObject, query: Query = {}) => object({ method: "PUT", path, query, body }),
    merge: (path: string, body: JsonObject, query: Query = {}) =>
      object({ method: "PATCH", path, query, body, contentType: "application/merge-patch+json" }),
    json: (path: string, body: ReadonlyArray<JsonObject>, query: Query = {}) =>
      object({ method: "PATCH", path, query, body, contentType: "application/json-patch+json" }),
    delete: (path: string, body?: JsonObject) =>
      object({ method: "DELETE", path, query: {}, ...(body === undefined ? {} : { body }) }),
    watch: (path: string, query: Query = {}): Stream.Stream<WatchLine, Refused | Dropped> =>
      Stream.unwrap(
        Effect.map(send({ method: "GET", path, query: { watch: "true", ...query } }), (reply) =>
          reply._tag === "Watch" ? reply.lines : Stream.die(reply))
      ),
    log: (path: string, query: Query = {}): Stream.Stream<string, Refused | Dropped> =>
      Stream.unwrap(
        Effect.map(send({ method: "GET", path, query }), (reply) =>
          reply._tag === "Log" ? reply.lines : Stream.die(reply))
      )
  }
}

export type Api = ReturnType<typeof api>

/** An API server with one namespace, `ns`, and no controllers. */
export const bare = (options: ControlPlane.Options = {}) =>
  Effect.tap(
    ControlPlane.makeServer(options),
    (made) => api(made).post("/api/v1/namespaces", manifest<Namespace>({ metadata: { name: "ns" } }))
  )

/** A whole cluster with a namespace `ns`. */
export const plane = (options: ControlPlane.Options = {}) =>
  Effect.tap(ControlPlane.make({ namespaces: ["ns"], ...options }), () => settle)

/** The Status of a request that the server refuses. */
export const refused = <A>(effect: Effect.Effect<A, Refused | Dropped>): Effect.Effect<Status> =>
  Effect.flatMap(Effect.either(effect), (either) =>
    Either.isLeft(either) && either.left._tag === "Refused"
      ? Effect.succeed(either.left.status)
      : Effect.die(new Error(`not refused: ${JSON.stringify(either)}`)))

/** Forks an effect and waits until the cluster is quiescent. */
export const started = <A, E>(effect: Effect.Effect<A, E>) => Effect.tap(Effect.fork(effect), () => settle)

export const configMaps = "/api/v1/namespaces/ns/configmaps"
export const pods = "/api/v1/namespaces/ns/pods"
export const jobs = "/apis/batch/v1/namespaces/ns/jobs"

export const configMap = (
  name: string,
  data: Readonly<Record<string, string>> = {},
  metadata: Manifest<ObjectMeta> = {}
) => manifest<ConfigMap>({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata }, data })

export const pod = (name: string, spec: Partial<Manifest<PodSpec>> = {}) =>
  manifest<Pod>({
    metadata: { name },
    spec: { containers: [{ name: "main", image: "registry/image:1" }], restartPolicy: "Never", ...spec }
  })

export const version = (object: JsonObject): number => Number(Json.text(object, "metadata", "resourceVersion"))
export const names = (list: JsonObject): ReadonlyArray<string> =>
  Json.objects(list, "items").map((item) => Json.text(item, "metadata", "name") ?? "")
export const told = (line: WatchLine): string => `${line.type} ${Json.text(line.object, "metadata", "name") ?? ""}`
