/**
 * A cluster of a few lines: what its API says to what the probes ask.
 */
import { type Duration, Effect, Layer, Ref, Stream } from "effect"
import { Cluster, ClusterError } from "effect-os-builder"
import type { ApiRequest, JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import { make } from "../../src/kubernetes/Cluster.js"

/** What the server refuses with. */
export interface Refusal {
  readonly code: number
  readonly reason?: string
  readonly message?: string
  readonly retryAfter?: number
}

export interface Script {
  /** The groups that discovery names, beside the core group; by default `batch` alone. */
  readonly groups?: ReadonlyArray<string>
  readonly namespace?: string
  /** By default there is no Infrastructure. */
  readonly topology?: string
  /** By default the ClusterVersion says nothing of capabilities. */
  readonly capabilities?: JsonObject
  /** Which resources of build.openshift.io/v1 are served. */
  readonly buildResources?: ReadonlyArray<string>
  /** What may not be created: `jobs`, `builds/docker`. */
  readonly denied?: ReadonlyArray<string>
  /** What the server makes of the pod; by default it stays as it is. */
  readonly admits?: (pod: JsonObject) => JsonObject
  /** Which SCC the service account may use; by default OpenShift's reviews are not served. */
  readonly scc?: string | null
  /** What that SCC makes of the pod; by default the review does not return it. */
  readonly reviewed?: JsonObject
  readonly latency?: Duration.DurationInput
  /** By the end of a path, what is refused instead: for good, or so many times. */
  readonly refuses?: Readonly<Record<string, Refusal | { readonly times: number; readonly refusal: Refusal }>>
}

export const openShift: Script = {
  groups: ["batch", "config.openshift.io", "build.openshift.io", "security.openshift.io"],
  topology: "HighlyAvailable"
}

const notFound = { code: 404, reason: "NotFound" }

const status = (refusal: Refusal): JsonObject => ({
  kind: "Status",
  apiVersion: "v1",
  status: "Failure",
  code: refusal.code,
  reason: refusal.reason ?? "",
  message: refusal.message ?? "the server says no",
  ...(refusal.retryAfter === undefined ? {} : { details: { retryAfterSeconds: refusal.retryAfter } })
})

const meta = (name: string) => ({ name, uid: "u", resourceVersion: "1" })

const text = (json: unknown, ...path: ReadonlyArray<string>): string => {
  const found = path.reduce<unknown>(
    (at, key) => typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined,
    json
  )
  return typeof found === "string" ? found : ""
}

const isObject = (body: ApiRequest["body"]): body is JsonObject => body !== undefined && !Array.isArray(body)

const answer = (script: Script, { body, path }: ApiRequest): JsonObject | Refusal => {
  const groups = script.groups ?? ["batch"]
  switch (path) {
    case "/api":
      return { versions: ["v1"] }
    case "/apis":
      return { groups: groups.map((name) => ({ name, versions: [{ version: "v1" }] })) }
    case "/apis/build.openshift.io/v1":
      return {
        resources: (script.buildResources ?? ["builds", "builds/log"]).map((name) => ({
          name,
          kind: "Build",
          namespaced: true,
          verbs: ["create"]
        }))
      }
    case "/apis/config.openshift.io/v1/infrastructures/cluster":
      return script.topology === undefined
        ? notFound
        : { metadata: meta("cluster"), status: { controlPlaneTopology: script.topology } }
    case "/apis/config.openshift.io/v1/clusterversions/version":
      return {
        metadata: meta("version"),
        status: script.capabilities === undefined ? {} : { capabilities: script.capabilities }
      }
    case "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": {
      const asked = (key: string) => text(body, "spec", "resourceAttributes", key)
      const name = [asked("resource"), asked("subresource")].filter((part) => part !== "").join("/")
      return { status: { allowed: asked("verb") === "create" && !(script.denied ?? []).includes(name) } }
    }
  }
  if (path.endsWith("/pods") && isObject(body)) {
    return script.admits === undefined ? body : script.admits(body)
  }
  if (path.endsWith("/podsecuritypolicysubjectreviews") && script.scc !== undefined) {
    return {
      status: script.scc === null
        ? {}
        : {
          allowedBy: { name: script.scc },
          ...(script.reviewed === undefined ? {} : { template: script.reviewed })
        }
    }
  }
  return notFound
}

/** The cluster, and the requests that were sent to it. */
export const scripted = (script: Script) =>
  Effect.gen(function*() {
    const requests = yield* Ref.make<ReadonlyArray<ApiRequest>>([])
    const refused = new Map<string, number>()
    const refusalOf = (path: string): Refusal | undefined => {
      const rule = Object.entries(script.refuses ?? {}).find(([end]) => path.endsWith(end))?.[1]
      if (rule === undefined || "code" in rule) {
        return rule
      }
      const times = (refused.get(path) ?? 0) + 1
      refused.set(path, times)
      return times <= rule.times ? rule.refusal : undefined
    }
    const cluster = yield* make({
      defaultNamespace: script.namespace ?? "builds",
      request: (request, subject) =>
        Effect.gen(function*() {
          yield* Ref.update(requests, (all) => [...all, request])
          yield* Effect.sleep(script.latency ?? 0)
          const reply = refusalOf(request.path) ?? answer(script, request)
          return "code" in reply && typeof reply.code === "number"
            ? yield* ClusterError.fromStatus({
              subject,
              code: reply.code,
              body: status({ ...reply, code: reply.code })
            })
            : reply
        }),
      watch: () => Stream.die("nothing is watched"),
      lines: () => Stream.die("no log is read"),
      attach: () => Stream.die("nothing is attached to")
    })
    return {
      cluster,
      paths: Effect.map(Ref.get(requests), (all) => all.map(({ path }) => path)),
      requests: Ref.get(requests)
    }
  })

export const layer = (script: Script): Layer.Layer<Cluster.Cluster> =>
  Layer.scoped(Cluster.Cluster, Effect.map(scripted(script), ({ cluster }) => cluster))
