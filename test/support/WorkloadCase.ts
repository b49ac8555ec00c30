/** Workloads in cases of the ClusterSuite, by raw requests. Pods are moved as by a kubelet. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { ApiRequest, JsonObject, Method } from "../../src/kubernetes/client/ApiRequest.js"
import { at, type Place, textAt } from "./ClusterCase.js"

const subject = { verb: "ask", resource: "the server" }

export const merge = "application/merge-patch+json"

export const send = ({ driver }: Place, method: Method, path: string, parts: Partial<ApiRequest> = {}) =>
  driver.request({ method, path, query: {}, ...parts }, subject)

export const patch = (place: Place, path: string, body: JsonObject) =>
  send(place, "PATCH", path, { body, contentType: merge })

export const itemsOf = (list: unknown): ReadonlyArray<unknown> => {
  const items = at(list, "items")
  return Array.isArray(items) ? items : []
}

/** The first answer that `where` accepts. */
export const eventually = (place: Place, path: string, where: (answer: unknown) => boolean) =>
  Effect.gen(function*() {
    let last: unknown
    for (let attempt = 0; attempt < 100; attempt++) {
      last = yield* send(place, "GET", path)
      if (where(last)) return last
      yield* place.pass("100 millis")
    }
    return assert.fail(`${path} stayed ${JSON.stringify(last)}`)
  })

export const paths = ({ namespace }: Place) => ({
  deployments: `/apis/apps/v1/namespaces/${namespace}/deployments`,
  sets: `/apis/apps/v1/namespaces/${namespace}/replicasets`,
  statefulSets: `/apis/apps/v1/namespaces/${namespace}/statefulsets`,
  daemonSets: `/apis/apps/v1/namespaces/${namespace}/daemonsets`,
  revisions: `/apis/apps/v1/namespaces/${namespace}/controllerrevisions`,
  cronJobs: `/apis/batch/v1/namespaces/${namespace}/cronjobs`,
  jobs: `/apis/batch/v1/namespaces/${namespace}/jobs`,
  pods: `/api/v1/namespaces/${namespace}/pods`,
  claims: `/api/v1/namespaces/${namespace}/persistentvolumeclaims`,
  events: `/api/v1/namespaces/${namespace}/events`,
  budgets: `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`
})

export const template = (image: string): JsonObject => ({
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "main", image: `registry.example.com/${image}` }] }
})

export const nameOf = (object: unknown): string => textAt(object, "metadata", "name")

export const ready = (place: Place, pod: unknown) =>
  patch(place, `${paths(place).pods}/${nameOf(pod)}/status`, {
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: "1970-01-01T00:00:00Z" }]
    }
  })

export const isReady = (pod: unknown): boolean =>
  JSON.stringify(at(pod, "status", "conditions") ?? []).includes("\"Ready\"")

/** Makes all pods ready once there are as many of them. */
export const allReady = (place: Place, count: number) =>
  Effect.gen(function*() {
    const list = yield* eventually(place, paths(place).pods, (list) => itemsOf(list).length === count)
    yield* Effect.forEach(itemsOf(list).filter((pod) => !isReady(pod)), (pod) => ready(place, pod))
  })

export const conditions = (object: unknown) => {
  const all = at(object, "status", "conditions")
  return Array.isArray(all)
    ? all.map((one) => [at(one, "type"), at(one, "status"), at(one, "reason"), at(one, "message")]).sort()
    : []
}

/** The status without conditions. */
export const counts = (object: unknown) => {
  const status = at(object, "status")
  return Object.fromEntries(
    Object.entries(typeof status === "object" && status !== null ? status : {}).filter(([key]) => key !== "conditions")
  )
}

/** The reasons and messages of the events about an object, in order. */
export const eventsOf = (place: Place, name: string) =>
  Effect.map(
    send(place, "GET", paths(place).events),
    (list) =>
      itemsOf(list).filter((event) => at(event, "involvedObject", "name") === name).map((event) =>
        `${textAt(event, "reason")}: ${textAt(event, "message")}`
      ).toSorted()
  )
