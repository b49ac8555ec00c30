import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import * as Resource from "../../../src/kubernetes/Resource.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { absent, at, type Case, configMap, pod, podSpec, raw, refusal, textAt } from "../../support/ClusterCase.js"
import { type ConfigMap, manifest } from "../../support/Manifest.js"

export const objects: Readonly<Record<string, Case>> = {
  "create: sets server fields and returns the stored object": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const made = yield* cluster.create(raw.ConfigMap, configMap("a", { data: { k: "v" } }), { namespace })
      assert.match(textAt(made, "metadata", "uid"), /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
      assert.match(textAt(made, "metadata", "creationTimestamp"), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      assert.match(textAt(made, "metadata", "resourceVersion"), /^\d+$/)
      assert.strictEqual(at(made, "metadata", "generation"), undefined)
      assert.deepStrictEqual(at(made, "data"), { k: "v" })
      const read = yield* cluster.get(Resources.ConfigMap, "a", { namespace })
      assert.strictEqual(read.metadata.resourceVersion, textAt(made, "metadata", "resourceVersion"))
    }),

  "update: the resource version 0 is none": ({ driver, namespace }) =>
    Effect.gen(function*() {
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      const send = (method: "POST" | "PUT", path: string, body: JsonObject) =>
        driver.request({ method, path, query: {}, body }, { verb: "ask", resource: "the server" })
      yield* send("POST", path, { metadata: { name: "a" } })
      const next = yield* send("PUT", `${path}/a`, { metadata: { name: "a", resourceVersion: "0" }, data: { k: "v" } })
      assert.deepStrictEqual(at(next, "data"), { k: "v" })
    }),

  "patch: the result of a strategic merge patch has to fit the kind": ({ driver, namespace }) =>
    Effect.gen(function*() {
      const path = `/api/v1/namespaces/${namespace}/pods`
      const about = { verb: "ask", resource: "the server" }
      yield* driver.request({ method: "POST", path, query: {}, body: { ...pod("a") } }, about)
      const contentType = "application/strategic-merge-patch+json"
      const refused = (body: JsonObject) =>
        Effect.map(
          refusal(driver.request({ method: "PATCH", path: `${path}/a`, query: {}, body, contentType }, about)),
          (error) => error.status?.message
        )
      assert.deepStrictEqual(
        yield* Effect.forEach(
          [{ metadata: { labels: "x" } }, { spec: "x" }, { spec: { tolerations: "x" } }],
          refused
        ),
        [
          " \"\" is invalid: patch: Invalid value: \"map[metadata:map[labels:x]]\": cannot restore map from string",
          " \"\" is invalid: patch: Invalid value: \"map[spec:x]\": cannot restore struct from: string",
          " \"\" is invalid: patch: Invalid value: \"map[spec:map[tolerations:x]]\": cannot restore slice from string"
        ]
      )
    }),

  "create: makes a name from generateName": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const { metadata } = yield* cluster.create(
        Resources.ConfigMap,
        manifest<ConfigMap>({ metadata: { generateName: "some-" } }),
        { namespace }
      )
      assert.match(metadata.name, /^some-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
    }),

  "create: an existing name is AlreadyExists": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      yield* cluster.create(Resources.ConfigMap, configMap("a"), { namespace })
      const error = yield* refusal(cluster.create(Resources.ConfigMap, configMap("a"), { namespace }))
      assert.strictEqual(error.reason, "AlreadyExists")
      assert.strictEqual(error.status?.message, "configmaps \"a\" already exists")
      assert.deepInclude(error.status?.details, { name: "a", kind: "configmaps" })
    }),

  "get: a missing object is NotFound with the server's message": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const job = yield* refusal(cluster.get(Resources.Job, "none", { namespace }))
      assert.strictEqual(job.reason, "NotFound")
      assert.strictEqual(job.status?.message, "jobs.batch \"none\" not found")
      assert.deepInclude(job.status?.details, { name: "none", kind: "jobs", group: "batch" })
      const none = { namespace: "no-such-namespace" }
      const place = yield* refusal(cluster.create(Resources.ConfigMap, configMap("a"), none))
      assert.strictEqual(place.status?.message, "namespaces \"no-such-namespace\" not found")
    }),

  "create: an invalid object is rejected with every cause": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const error = yield* refusal(
        cluster.create(Resources.ConfigMap, configMap("Not_A_Name", { data: { "a/b": "" } }, { "a b": "c d" }), {
          namespace
        })
      )
      assert.strictEqual(error.reason, "Invalid")
      const fields = error.status?.details?.causes?.map(({ field }) => field) ?? []
      assert.includeMembers(fields, ["metadata.name", "metadata.labels", "data[a/b]"])
    }),

  "create: annotations may have 256 KiB": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const annotated = (name: string, length: number) =>
        cluster.create(
          Resources.ConfigMap,
          manifest<ConfigMap>({ metadata: { name, annotations: { k: "x".repeat(length) } } }),
          { namespace }
        )
      yield* annotated("a", 256 * 1024 - 1)
      const error = yield* refusal(annotated("b", 256 * 1024))
      assert.strictEqual(error.reason, "Invalid")
      assert.deepStrictEqual(
        error.status?.details?.causes?.map(({ field, message, reason }) => [field, message, reason]),
        [["metadata.annotations", "Too long: may not be more than 262144 bytes", "FieldValueTooLong"]]
      )
    }),

  "create: an unknown field is an error with strict": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const wrong = { ...pod("a"), spec: { ...podSpec, conteiners: [] } }
      const error = yield* refusal(cluster.create(Resources.Pod, wrong, { namespace, strict: true }))
      assert.strictEqual(error.code, 400)
      assert.include(error.status?.message ?? "", "unknown field \"spec.conteiners\"")
      yield* cluster.create(Resources.Pod, wrong, { namespace })
    }),

  "create: a dry run returns the object and stores nothing": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const answer = yield* cluster.create(raw.ConfigMap, configMap("a"), { namespace, dryRun: true })
      assert.isNotEmpty(textAt(answer, "metadata", "uid"))
      assert.strictEqual((yield* refusal(cluster.get(Resources.ConfigMap, "a", { namespace }))).reason, "NotFound")
    }),

  "patch: an old resourceVersion is a Conflict": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const { metadata } = yield* cluster.create(Resources.ConfigMap, configMap("a"), { namespace })
      const merge = (resourceVersion: string, value: string) =>
        cluster.patch(Resources.ConfigMap, "a", { merge: { metadata: { resourceVersion }, data: { k: value } } }, {
          namespace
        })
      const second = yield* merge(metadata.resourceVersion, "1")
      const error = yield* refusal(merge(metadata.resourceVersion, "2"))
      assert.strictEqual(error.reason, "Conflict")
      assert.include(error.status?.message ?? "", "the object has been modified")
      yield* merge(second.metadata.resourceVersion, "3")
    }),

  "patch: a no-op keeps the resourceVersion": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const made = yield* cluster.create(Resources.ConfigMap, configMap("a", { data: { k: "v" } }), { namespace })
      const same = yield* cluster.patch(Resources.ConfigMap, "a", { merge: { data: { k: "v" } } }, { namespace })
      assert.strictEqual(same.metadata.resourceVersion, made.metadata.resourceVersion)
    }),

  "patch: merges, removes with null, and applies JSON patch tests": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      yield* cluster.create(Resources.ConfigMap, configMap("a", { data: { k: "v", l: "w" } }), { namespace })
      const merged = yield* cluster.patch(Resources.ConfigMap, "a", { merge: { data: { k: null, m: "x" } } }, {
        namespace
      })
      assert.deepStrictEqual(merged.data, { l: "w", m: "x" })
      const json = (
        ...ops: ReadonlyArray<{ readonly op: string; readonly path: string; readonly value?: string | null }>
      ) => cluster.patch(Resources.ConfigMap, "a", { json: ops }, { namespace })
      const moved = yield* json({ op: "test", path: "/data/l", value: "w" }, { op: "remove", path: "/data/l" })
      assert.deepStrictEqual(moved.data, { m: "x" })
      const failed = yield* refusal(json({ op: "test", path: "/data/m", value: "other" }))
      assert.strictEqual(failed.code, 422)
      assert.strictEqual(failed.reason, "Invalid")
      // A test of null passes for a key that is absent, of which the stop of a build makes use.
      yield* cluster.patch(
        Resources.ConfigMap,
        "a",
        { merge: { metadata: { annotations: { "example.com/a": "1" } } } },
        {
          namespace
        }
      )
      const path = "/metadata/annotations/example.com~1b"
      const marked = yield* json({ op: "test", path, value: null }, { op: "add", path, value: "2" })
      assert.deepStrictEqual(marked.metadata.annotations, { "example.com/a": "1", "example.com/b": "2" })
      const present = yield* refusal(json({ op: "test", path, value: null }, { op: "add", path, value: "3" }))
      assert.strictEqual(present.code, 422)
    }),

  "ConfigMap: an immutable one accepts annotations only": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      yield* cluster.create(Resources.ConfigMap, configMap("a", { immutable: true, data: { k: "v" } }), { namespace })
      const error = yield* refusal(
        cluster.patch(Resources.ConfigMap, "a", { merge: { data: { k: "w" } } }, { namespace })
      )
      assert.strictEqual(error.reason, "Invalid")
      assert.include(error.status?.message ?? "", "field is immutable when `immutable` is set")
      const marked = yield* cluster.patch(
        Resources.ConfigMap,
        "a",
        { merge: { metadata: { annotations: { "example.com/mark": "1" } } } },
        { namespace }
      )
      assert.strictEqual(marked.metadata.annotations?.["example.com/mark"], "1")
    }),

  "status subresource: writes only the status; the main resource all but the status": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      yield* cluster.create(Resources.Pod, pod("a", { schedulerName: "nobody" }), { namespace })
      const status = { phase: "Running", message: "so it is" }
      const ignored = yield* cluster.patch(Resources.Pod, "a", { merge: { status } }, { namespace })
      assert.strictEqual(ignored.status?.phase, "Pending")
      const written = yield* cluster.patch(
        Resources.Pod,
        "a",
        { merge: { status, metadata: { labels: { not: "this" } } } },
        { namespace, subresource: "status" }
      )
      assert.strictEqual(written.status?.message, "so it is")
    }),

  "delete: honours the preconditions uid and resourceVersion": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const { metadata } = yield* cluster.create(Resources.ConfigMap, configMap("a"), { namespace })
      const uid = "00000000-0000-4000-8000-000000000000"
      const other = yield* refusal(cluster.delete(Resources.ConfigMap, "a", { namespace, uid }))
      assert.strictEqual(other.reason, "Conflict")
      assert.include(other.status?.message ?? "", "the UID in the precondition")
      const old = yield* refusal(cluster.delete(Resources.ConfigMap, "a", { namespace, resourceVersion: "1" }))
      assert.strictEqual(old.reason, "Conflict")
      yield* cluster.delete(Resources.ConfigMap, "a", {
        namespace,
        uid: metadata.uid,
        resourceVersion: metadata.resourceVersion
      })
      assert.strictEqual((yield* refusal(cluster.get(Resources.ConfigMap, "a", { namespace }))).reason, "NotFound")
    }),

  "delete: waits for finalizers": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      yield* cluster.create(
        Resources.ConfigMap,
        manifest<ConfigMap>({ metadata: { name: "a", finalizers: ["example.com/hold"] } }),
        { namespace }
      )
      yield* cluster.delete(Resources.ConfigMap, "a", { namespace })
      const held = yield* cluster.get(Resources.ConfigMap, "a", { namespace })
      assert.isString(held.metadata.deletionTimestamp)
      yield* cluster.patch(Resources.ConfigMap, "a", { merge: { metadata: { finalizers: null } } }, { namespace })
      assert.strictEqual((yield* refusal(cluster.get(Resources.ConfigMap, "a", { namespace }))).reason, "NotFound")
    }),

  "delete: dependents are garbage-collected": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const owner = yield* cluster.create(Resources.ConfigMap, configMap("owner"), { namespace })
      const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: owner.metadata.uid }]
      yield* cluster.create(
        Resources.ConfigMap,
        manifest<ConfigMap>({ metadata: { name: "owned", ownerReferences } }),
        { namespace }
      )
      const reflector = yield* cluster.reflect(Resources.ConfigMap, { namespace })
      yield* reflector.list
      yield* cluster.delete(Resources.ConfigMap, "owner", { namespace, propagation: "Background" })
      yield* absent(reflector, ({ metadata }) => metadata.name === "owned")
    }),

  "labelSelector: supports every operator": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      yield* cluster.create(Resources.ConfigMap, configMap("a", {}, { app: "x", tier: "1" }), { namespace })
      yield* cluster.create(Resources.ConfigMap, configMap("b", {}, { app: "y" }), { namespace })
      yield* cluster.create(Resources.ConfigMap, configMap("c", {}, { other: "" }), { namespace })
      const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
        ["app=x", ["a"]],
        ["app==x", ["a"]],
        ["app,app!=x", ["b"]],
        ["app in (x,y)", ["a", "b"]],
        ["app,app notin (x)", ["b"]],
        ["tier", ["a"]],
        ["!app,other", ["c"]],
        ["other=", ["c"]],
        ["app=x,tier=2", []]
      ]
      for (const [labelSelector, names] of cases) {
        const { items } = yield* cluster.list(Resources.ConfigMap, { namespace, labelSelector })
        assert.deepStrictEqual(items.map(({ metadata }) => metadata.name), names, labelSelector)
      }
      const wrong = yield* refusal(cluster.list(Resources.ConfigMap, { namespace, labelSelector: "app in x" }))
      assert.strictEqual(wrong.code, 400)
    }),

  "fieldSelector: supports some fields and rejects others": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      yield* cluster.create(Resources.Pod, pod("a", { schedulerName: "nobody" }), { namespace })
      yield* cluster.create(Resources.Pod, pod("b", { schedulerName: "nobody" }), { namespace })
      const names = (fieldSelector: string) =>
        Effect.map(cluster.list(Resources.Pod, { namespace, fieldSelector }), ({ items }) =>
          items.map(({ metadata }) => metadata.name))
      assert.deepStrictEqual(yield* names("metadata.name=b"), ["b"])
      assert.deepStrictEqual(yield* names("metadata.name!=b,status.phase=Pending"), ["a"])
      assert.deepStrictEqual(yield* names("spec.nodeName="), ["a", "b"])
      assert.strictEqual((yield* refusal(names("spec.subdomain=x"))).code, 400)
    }),

  "metadataOnly: returns only metadata": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const made = yield* cluster.create(Resources.ConfigMap, configMap("a", { data: { k: "v" } }, { app: "x" }), {
        namespace
      })
      const only = Resource.metadataOnly({ version: "v1", plural: "configmaps", kind: "ConfigMap" })
      assert.deepStrictEqual(yield* cluster.get(only, "a", { namespace }), { metadata: made.metadata })
      const { items } = yield* cluster.list(only, { namespace, labelSelector: "app=x" })
      assert.deepStrictEqual(items, [{ metadata: made.metadata }])
    })
}
