/** Cases below the operations of Cluster: raw requests and responses. */
import { assert } from "@effect/vitest"
import { Chunk, Effect, Fiber, Stream } from "effect"
import type { ApiRequest, JsonObject, Method, WatchLine } from "../../../src/kubernetes/client/ApiRequest.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import {
  at,
  type Case,
  configMap,
  type Place,
  pod,
  podSpec,
  raw,
  reached,
  refusal,
  textAt
} from "../../support/ClusterCase.js"
import { type ConfigMap, type Job, manifest } from "../../support/Manifest.js"

type Parts = Partial<Pick<ApiRequest, "query" | "body" | "contentType" | "accept">>

const subject = { verb: "ask", resource: "the server" }

const send = ({ driver }: Place, method: Method, path: string, parts: Parts = {}) =>
  driver.request({ method, path, query: {}, ...parts }, subject)

const lines = ({ driver }: Place, path: string, query: Readonly<Record<string, string>>) =>
  driver.watch({ method: "GET", path, query: { watch: "true", ...query } }, subject, (line) => line)

const configMaps = ({ namespace }: Place) => `/api/v1/namespaces/${namespace}/configmaps`

/** Creates objects `n-0` and so on with the label `app=x`. */
const fill = ({ cluster, namespace }: Place, count: number) =>
  Effect.forEach(
    Array.from({ length: count }, (_, index) => `n-${index}`),
    (name) => cluster.create(Resources.ConfigMap, configMap(name, {}, { app: "x" }), { namespace })
  )

const selected = { labelSelector: "app=x" }

const listAt = (object: unknown, key: string): ReadonlyArray<unknown> => {
  const list = at(object, key)
  return Array.isArray(list) ? list : []
}

const names = (list: unknown): ReadonlyArray<unknown> =>
  listAt(list, "items").map((item) => at(item, "metadata", "name"))

/** The names of a table's columns, wide ones with a star, and the cells of its rows without ages. */
const columnsAndCells = (table: unknown): ReadonlyArray<ReadonlyArray<unknown>> => {
  assert.strictEqual(at(table, "kind"), "Table")
  const columns = listAt(table, "columnDefinitions").map((column) =>
    `${textAt(column, "name")}${at(column, "priority") === 1 ? "*" : ""}`
  )
  const age = /^\d+m?s$/
  const rows = listAt(table, "rows").map((row) =>
    listAt(row, "cells").map((cell) => typeof cell === "string" && age.test(cell) ? "Age" : cell)
  )
  return [columns, ...rows]
}

const deletion = (more: JsonObject): JsonObject => ({ apiVersion: "v1", kind: "DeleteOptions", ...more })

const merge = "application/merge-patch+json"

const formatLine = ({ object, type }: WatchLine) => `${type} ${String(at(object, "metadata", "name"))}`

export const protocol: Readonly<Record<string, Case>> = {
  "list: pages have continue tokens and are one snapshot": (place) =>
    Effect.gen(function*() {
      const { cluster, namespace } = place
      yield* fill(place, 5)
      const page = (query: Readonly<Record<string, string>>) => send(place, "GET", configMaps(place), { query })
      const first = yield* page({ ...selected, limit: "2" })
      assert.deepStrictEqual(names(first), ["n-0", "n-1"])
      assert.isUndefined(at(first, "metadata", "remainingItemCount"), "unknown with a selector")
      yield* cluster.create(Resources.ConfigMap, configMap("n-1a", {}, { app: "x" }), { namespace })
      yield* cluster.delete(Resources.ConfigMap, "n-3", { namespace })
      const second = yield* page({ ...selected, limit: "2", continue: textAt(first, "metadata", "continue") })
      assert.deepStrictEqual(names(second), ["n-2", "n-3"])
      assert.strictEqual(textAt(second, "metadata", "resourceVersion"), textAt(first, "metadata", "resourceVersion"))
      const third = yield* page({ ...selected, limit: "2", continue: textAt(second, "metadata", "continue") })
      assert.deepStrictEqual(names(third), ["n-4"])
      assert.include(["", undefined], at(third, "metadata", "continue"))
      const whole = yield* page({})
      const begun = yield* page({ limit: "1" })
      assert.strictEqual(at(begun, "metadata", "remainingItemCount"), names(whole).length - 1)
    }),

  "list: an invalid continue token, or one with a resourceVersion, is rejected": (place) =>
    Effect.gen(function*() {
      yield* fill(place, 2)
      const page = (query: Readonly<Record<string, string>>) => send(place, "GET", configMaps(place), { query })
      const garbage = yield* refusal(page({ limit: "1", continue: "garbage" }))
      assert.strictEqual(garbage.code, 400)
      assert.include(garbage.status?.message ?? "", "continue key is not valid")
      const token = textAt(yield* page({ ...selected, limit: "1" }), "metadata", "continue")
      const both = yield* refusal(page({ limit: "1", continue: token, resourceVersion: "5" }))
      assert.strictEqual(both.code, 400)
      assert.include(both.status?.message ?? "", "specifying resource version is not allowed when using continue")
    }),

  "list: an old resourceVersion is served, a future one times out": (place) =>
    Effect.gen(function*() {
      const { cluster, namespace } = place
      yield* fill(place, 1)
      const list = (query: Readonly<Record<string, string>>) => send(place, "GET", configMaps(place), { query })
      const then = textAt(yield* list(selected), "metadata", "resourceVersion")
      yield* cluster.create(Resources.ConfigMap, configMap("n-1", {}, { app: "x" }), { namespace })
      const exact = yield* list({ ...selected, resourceVersion: then, resourceVersionMatch: "Exact" })
      assert.deepStrictEqual(names(exact), ["n-0"])
      assert.strictEqual(textAt(exact, "metadata", "resourceVersion"), then)
      const now = yield* list({ ...selected, resourceVersion: then, resourceVersionMatch: "NotOlderThan" })
      assert.includeMembers([...names(now)], ["n-0"])
      const alone = yield* refusal(list({ resourceVersionMatch: "Exact" }))
      assert.strictEqual(alone.code, 422)
      const future = yield* refusal(list({ resourceVersion: "99999999999", resourceVersionMatch: "NotOlderThan" }))
      assert.strictEqual(future.reason, "Timeout")
      assert.isTrue(future.hasCause("ResourceVersionTooLarge"))
    }),

  "watch: a compacted resourceVersion is Expired": (place) =>
    Effect.gen(function*() {
      yield* fill(place, 2)
      const events = yield* Stream.runCollect(lines(place, configMaps(place), { resourceVersion: "1" })).pipe(
        Effect.map(Chunk.toReadonlyArray),
        Effect.catchAll((error) => Effect.succeed([{ type: "ERROR" as const, object: { code: error.code ?? 0 } }]))
      )
      assert.strictEqual(events.length, 1)
      assert.strictEqual(events[0]?.type, "ERROR")
      assert.strictEqual(at(events[0], "object", "code"), 410)
      const error = yield* refusal(
        Stream.runDrain(place.cluster.watch(Resources.ConfigMap, { namespace: place.namespace, resourceVersion: "1" }))
      )
      assert.strictEqual(error.reason, "Expired")
    }),

  "watch: ends at timeoutSeconds": (place) =>
    Effect.gen(function*() {
      yield* fill(place, 1)
      const ended = yield* Effect.fork(
        Stream.runCollect(lines(place, configMaps(place), { ...selected, timeoutSeconds: "1" }))
      )
      yield* place.pass("1500 millis")
      const all = Chunk.toReadonlyArray(yield* Fiber.join(ended)).map(formatLine)
      assert.deepStrictEqual(all, ["ADDED n-0"])
    }),

  "watch: returns PartialObjectMetadata if requested": (place) =>
    Effect.gen(function*() {
      yield* fill(place, 1)
      const request: ApiRequest = {
        method: "GET",
        path: configMaps(place),
        query: { watch: "true", ...selected },
        accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
      }
      const first = yield* Stream.runCollect(Stream.take(place.driver.watch(request, subject, (line) => line), 1))
      const [line] = Chunk.toReadonlyArray(first)
      assert.strictEqual(at(line, "object", "kind"), "PartialObjectMetadata")
      assert.strictEqual(at(line, "object", "metadata", "name"), "n-0")
      assert.isUndefined(at(line, "object", "data"))
    }),

  "Table: has a row for each object; the first watch event has the columns": (place) =>
    Effect.gen(function*() {
      const { cluster, driver, namespace } = place
      const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
      const table = (path: string) => Effect.map(send(place, "GET", path, { accept }), columnsAndCells)
      yield* cluster.create(Resources.Pod, pod("a"), { namespace })
      const job = manifest<Job>({ metadata: { name: "a" }, spec: { suspend: true, template: { spec: podSpec } } })
      yield* cluster.create(Resources.Job, job, { namespace })
      yield* fill(place, 1)
      const jobs = yield* cluster.reflect(Resources.Job, { namespace })
      yield* reached(jobs, ({ object }) => (object.status?.conditions?.length ?? 0) > 0)
      const selector = textAt(yield* cluster.get(raw.Job, "a", { namespace }), "metadata", "uid")

      const kinds: ReadonlyArray<readonly [path: string, ...table: ReadonlyArray<ReadonlyArray<unknown>>]> = [
        [
          `/api/v1/namespaces/${namespace}/pods`,
          ["Name", "Ready", "Status", "Restarts", "Age", "IP*", "Node*", "Nominated Node*", "Readiness Gates*"],
          ["a", "0/1", "Pending", "0", "Age", "<none>", "<none>", "<none>", "<none>"]
        ],
        [
          `/apis/batch/v1/namespaces/${namespace}/jobs/a`,
          ["Name", "Status", "Completions", "Duration", "Age", "Containers*", "Images*", "Selector*"],
          [
            "a",
            "Suspended",
            "0/1",
            "",
            "Age",
            "main",
            "registry.example.com/image:1",
            `batch.kubernetes.io/controller-uid=${selector}`
          ]
        ],
        [`/api/v1/namespaces/${namespace}`, ["Name", "Status", "Age"], [namespace, "Active", "Age"]],
        [`${configMaps(place)}/n-0`, ["Name", "Data", "Age"], ["n-0", 0, "Age"]]
      ]
      for (const [path, ...expected] of kinds) {
        assert.deepStrictEqual(yield* table(path), expected, path)
      }
      for (
        const [plural, ...names] of [
          ["nodes", "Name", "Status", "Roles", "Age", "Version"],
          ["secrets", "Name", "Type", "Data", "Age"],
          ["serviceaccounts", "Name", "Age"],
          ["events", "Last Seen", "Type", "Reason", "Object", "Subobject*", "Source*", "Message"],
          ["resourcequotas", "Name", "Request", "Limit", "Age"],
          ["persistentvolumeclaims", "Name", "Status", "Volume", "Capacity", "Access Modes", "StorageClass"]
        ]
      ) {
        const [columns = []] = yield* table(`/api/v1/${plural}`)
        assert.deepStrictEqual(columns.slice(0, names.length), names, plural)
      }

      const request: ApiRequest = {
        method: "GET",
        path: configMaps(place),
        query: { watch: "true", ...selected },
        accept
      }
      yield* cluster.create(Resources.ConfigMap, configMap("n-1", {}, { app: "x" }), { namespace })
      const watched = yield* Stream.runCollect(Stream.take(driver.watch(request, subject, (line) => line), 2))
      const [first, second] = Chunk.toReadonlyArray(watched)
      assert.deepStrictEqual(columnsAndCells(first?.object), [["Name", "Data", "Age"], ["n-0", 0, "Age"]])
      assert.deepStrictEqual(columnsAndCells(second?.object), [[], ["n-1", 0, "Age"]])
      assert.strictEqual(at(second, "object", "rows", 0, "object", "kind"), "PartialObjectMetadata")
    }),

  "paths: an unsupported method is 405, an unknown path 404": (place) =>
    Effect.gen(function*() {
      yield* fill(place, 1)
      const path = configMaps(place)
      const body = manifest<ConfigMap>({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "n-0" } })
      assert.strictEqual((yield* refusal(send(place, "PUT", path, { body }))).code, 405)
      assert.strictEqual((yield* refusal(send(place, "POST", `${path}/n-0`, { body }))).code, 405)
      assert.strictEqual((yield* refusal(send(place, "POST", "/api/v1/configmaps", { body }))).code, 405)
      assert.strictEqual((yield* refusal(send(place, "GET", `${path}/n-0/status`))).code, 404)
      assert.strictEqual((yield* refusal(send(place, "GET", `${path}/n-0/log`))).code, 404)
      assert.strictEqual((yield* refusal(send(place, "GET", "/apis/nobody.example.com/v1/things"))).code, 404)
    }),

  "bodies: media type, kind, name and namespace have to match the path": (place) =>
    Effect.gen(function*() {
      const path = configMaps(place)
      const post = (body: JsonObject, contentType?: string) =>
        refusal(send(place, "POST", path, { body, ...(contentType === undefined ? {} : { contentType }) }))
      const good = manifest<ConfigMap>({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } })
      const odd = yield* post(good, "application/x-odd")
      assert.strictEqual(odd.code, 415)
      assert.strictEqual((yield* post({ ...good, kind: "Secret" })).code, 400)
      assert.strictEqual((yield* post({ ...good, apiVersion: "v2" })).code, 400)
      const elsewhere = yield* post({ ...good, metadata: { name: "a", namespace: "elsewhere" } })
      assert.strictEqual(elsewhere.code, 400)
      assert.strictEqual(
        elsewhere.status?.message,
        "the namespace of the provided object does not match the namespace sent on the request"
      )
      yield* fill(place, 1)
      const renamed = yield* refusal(send(place, "PUT", `${path}/n-0`, { body: good }))
      assert.strictEqual(renamed.code, 400)
      assert.strictEqual(
        renamed.status?.message,
        "the name of the object (a) does not match the name on the URL (n-0)"
      )
    }),

  "dryRun: a patch or deletion changes nothing": (place) =>
    Effect.gen(function*() {
      const [made] = yield* fill(place, 1)
      const path = `${configMaps(place)}/n-0`
      const query = { dryRun: "All" }
      const patched = yield* send(place, "PATCH", path, { query, body: { data: { k: "v" } }, contentType: merge })
      assert.deepStrictEqual(at(patched, "data"), { k: "v" })
      yield* send(place, "DELETE", path, { query })
      yield* send(place, "DELETE", path, { body: deletion({ dryRun: ["All"] }) })
      const after = yield* place.cluster.get(Resources.ConfigMap, "n-0", place)
      assert.strictEqual(after.metadata.resourceVersion, made?.metadata.resourceVersion)
      const unknown = yield* refusal(send(place, "DELETE", path, { query: { dryRun: "Some" } }))
      assert.strictEqual(unknown.reason, "Invalid")
      assert.strictEqual(
        unknown.status?.message,
        "DeleteOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"Some\"]: supported values: \"All\""
      )
      const created = yield* refusal(
        send(place, "POST", configMaps(place), { query: { dryRun: "Some", fieldValidation: "Lax" }, body: {} })
      )
      assert.deepStrictEqual(created.status?.details?.causes?.map(({ field }) => field), ["dryRun", "fieldValidation"])
    }),

  "delete: returns a Status, or the object while it is terminating": (place) =>
    Effect.gen(function*() {
      yield* fill(place, 1)
      const gone = yield* send(place, "DELETE", `${configMaps(place)}/n-0`)
      assert.strictEqual(at(gone, "kind"), "Status")
      assert.strictEqual(at(gone, "status"), "Success")
      assert.deepInclude(at(gone, "details"), { name: "n-0", kind: "configmaps" })
      yield* place.cluster.create(
        Resources.ConfigMap,
        manifest<ConfigMap>({ metadata: { name: "held", finalizers: ["example.com/hold"] } }),
        place
      )
      const held = yield* send(place, "DELETE", `${configMaps(place)}/held`)
      assert.strictEqual(at(held, "kind"), "ConfigMap")
      assert.isString(at(held, "metadata", "deletionTimestamp"))
      const again = yield* place.cluster.create(Resources.ConfigMap, configMap("held"), place).pipe(refusal)
      assert.strictEqual(again.reason, "AlreadyExists")
      assert.strictEqual(again.status?.message, "object is being deleted: configmaps \"held\" already exists")
      const more = yield* refusal(
        place.cluster.patch(
          Resources.ConfigMap,
          "held",
          { merge: { metadata: { finalizers: ["example.com/hold", "example.com/more"] } } },
          place
        )
      )
      assert.strictEqual(more.reason, "Invalid")
      yield* place.cluster.patch(Resources.ConfigMap, "held", { merge: { metadata: { finalizers: null } } }, place)
      const wrong = yield* refusal(
        send(place, "DELETE", `${configMaps(place)}/none`, { body: deletion({ propagationPolicy: "Sideways" }) })
      )
      assert.strictEqual(wrong.reason, "Invalid")
      assert.deepStrictEqual(wrong.status?.details?.causes?.map(({ field }) => field), ["propagationPolicy"])
    }),

  "update: replaces the object except its status": (place) =>
    Effect.gen(function*() {
      const path = `/apis/batch/v1/namespaces/${place.namespace}/jobs`
      const job = manifest<Job>({
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: { name: "a", annotations: { one: "1" } },
        spec: { suspend: true, template: { spec: podSpec } }
      })
      const made = yield* send(place, "POST", path, { body: job })
      assert.strictEqual(at(made, "metadata", "generation"), 1)
      const change = (subresource: string, body: JsonObject) =>
        send(place, "PATCH", `${path}/a${subresource}`, { body, contentType: merge })
      const marked = yield* change("", { metadata: { annotations: { two: "2" } }, status: { active: 7 } })
      assert.strictEqual(at(marked, "metadata", "generation"), 1, "the spec did not change")
      assert.isUndefined(at(marked, "status", "active"))
      const counted = yield* change("/status", { spec: { suspend: false, parallelism: 3 } })
      assert.strictEqual(at(counted, "spec", "suspend"), true, "the status subresource writes only the status")
      assert.strictEqual(at(counted, "metadata", "generation"), 1)
      const wider = yield* change("", { spec: { parallelism: 3 } })
      assert.strictEqual(at(wider, "metadata", "generation"), 2)
      const stale = yield* refusal(
        place.cluster.updateStatus(Resources.Job, {
          metadata: { name: "a", resourceVersion: textAt(made, "metadata", "resourceVersion") },
          status: {}
        }, place)
      )
      assert.strictEqual(stale.reason, "Conflict")
    }),

  "Pod: its containers are immutable": (place) =>
    Effect.gen(function*() {
      yield* place.cluster.create(Resources.Pod, pod("a", { schedulerName: "nobody" }), place)
      const error = yield* refusal(
        place.cluster.patch(Resources.Pod, "a", { merge: { spec: { restartPolicy: "Always" } } }, place)
      )
      assert.strictEqual(error.reason, "Invalid")
      assert.include(error.status?.message ?? "", "pod updates may not change fields other than")
    }),

  "log: empty for an unscheduled pod, rejected for an unknown container": (place) =>
    Effect.gen(function*() {
      const image = "registry.example.com/image:1"
      const containers = [{ name: "one", image }, { name: "two", image }]
      yield* place.cluster.create(Resources.Pod, pod("a", { containers, schedulerName: "nobody" }), place)
      const log = (container?: string) =>
        Stream.runCollect(place.cluster.logs(Resources.Pod, "a", { namespace: place.namespace, container }))
      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* log("one")), [])
      const which = yield* refusal(log())
      assert.strictEqual(which.code, 400)
      assert.strictEqual(
        which.status?.message,
        "a container name must be specified for pod a, choose one of: [one two]"
      )
      const none = yield* refusal(log("three"))
      assert.strictEqual(none.code, 400)
      assert.strictEqual(none.status?.message, "container three is not valid for pod a")
      const gone = yield* refusal(
        Stream.runDrain(place.cluster.logs(Resources.Pod, "nobody", { namespace: place.namespace }))
      )
      assert.strictEqual(gone.reason, "NotFound")
      assert.strictEqual(gone.status?.message, "pods \"nobody\" not found")
    }),

  "discovery: serves the version and each group": (place) =>
    Effect.gen(function*() {
      assert.match(textAt(yield* send(place, "GET", "/version"), "gitVersion"), /^v1\.\d+\.\d+/)
      const batch = yield* send(place, "GET", "/apis/batch")
      assert.strictEqual(at(batch, "kind"), "APIGroup")
      assert.deepStrictEqual(at(batch, "preferredVersion"), { groupVersion: "batch/v1", version: "v1" })
      assert.deepInclude(at(batch, "versions"), { groupVersion: "batch/v1", version: "v1" })
    })
}
