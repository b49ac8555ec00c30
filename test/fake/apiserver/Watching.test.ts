import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Stream, TestClock } from "effect"
import * as Json from "../../../src/fake/Json.js"
import { api, bare, configMap, configMaps, names, refused, started, told, version } from "../../support/FakeApi.js"
import { manifest, type Namespace, type Secret } from "../../support/Manifest.js"

const take = <E>(lines: Stream.Stream<Parameters<typeof told>[0], E>, count: number) =>
  Effect.map(Stream.runCollect(Stream.take(lines, count)), (chunk) => Chunk.toReadonlyArray(chunk))

describe.sequential("lists", () => {
  it.scoped("lists: select by label and field", () =>
    Effect.gen(function*() {
      const { get, post } = api(yield* bare())
      yield* post(configMaps, configMap("a", {}, { labels: { app: "x", tier: "1" } }))
      yield* post(configMaps, configMap("b", {}, { labels: { app: "y" } }))
      yield* post(configMaps, configMap("c"))
      const by = (labelSelector: string) => Effect.map(get(configMaps, { labelSelector }), names)
      assert.deepStrictEqual(yield* by("app=x"), ["a"])
      assert.deepStrictEqual(yield* by("app"), ["a", "b"])
      assert.deepStrictEqual(yield* by("!app"), ["c"])
      assert.deepStrictEqual(yield* by("app!=x"), ["b", "c"])
      assert.deepStrictEqual(yield* by("app in (x, y),tier notin (2)"), ["a", "b"])
      assert.deepStrictEqual(yield* by("tier>0"), ["a"])
      assert.deepStrictEqual(yield* by("app==x,tier=2"), [])
      assert.deepStrictEqual(names(yield* get(configMaps, { fieldSelector: "metadata.name!=a" })), ["b", "c"])
      assert.strictEqual((yield* refused(get(configMaps, { labelSelector: "a=b=c" }))).reason, "BadRequest")
    }))

  it.scoped("lists: are paged over one snapshot until it is compacted", () =>
    Effect.gen(function*() {
      const made = yield* bare()
      const { delete: remove, get, post } = api(made)
      yield* Effect.forEach(["a", "b", "c", "d", "e"], (name) => post(configMaps, configMap(name)))
      const first = yield* get(configMaps, { limit: "2" })
      assert.deepStrictEqual(names(first), ["a", "b"])
      assert.strictEqual(Json.number(first, "metadata", "remainingItemCount"), 3)
      yield* remove(`${configMaps}/c`)
      yield* post(configMaps, configMap("ca"))
      const next = Json.text(first, "metadata", "continue") ?? ""
      const second = yield* get(configMaps, { limit: "2", continue: next })
      assert.deepStrictEqual(names(second), ["c", "d"])
      assert.strictEqual(version(second), version(first))
      const last = yield* get(configMaps, { limit: "2", continue: Json.text(second, "metadata", "continue") ?? "" })
      assert.deepStrictEqual(names(last), ["e"])
      assert.isUndefined(Json.text(last, "metadata", "continue"))
      made.store.compact()
      const status = yield* refused(get(configMaps, { limit: "2", continue: next }))
      assert.deepInclude(status, { code: 410, reason: "Expired" })
      const inconsistent = yield* get(configMaps, { continue: Json.text(status, "metadata", "continue") ?? "" })
      assert.deepStrictEqual(names(inconsistent), ["ca", "d", "e"])
    }))

  it.scoped("lists: return past states and time out for future ones", () =>
    Effect.gen(function*() {
      const { get, post } = api(yield* bare())
      const first = yield* post(configMaps, configMap("a"))
      yield* post(configMaps, configMap("b"))
      const at = { resourceVersion: String(version(first)), resourceVersionMatch: "Exact" }
      assert.deepStrictEqual(names(yield* get(configMaps, at)), ["a"])
      const newer = { resourceVersion: String(version(first)), resourceVersionMatch: "NotOlderThan" }
      assert.deepStrictEqual(names(yield* get(configMaps, newer)), ["a", "b"])
      const status = yield* refused(get(configMaps, { resourceVersion: "999" }))
      assert.deepInclude(status, { code: 504, message: "Timeout: Too large resource version: 999, current: 3" })
    }))

  it.scoped("lists: return PartialObjectMetadata; items of typed kinds have no apiVersion and kind", () =>
    Effect.gen(function*() {
      const { get, post } = api(yield* bare())
      yield* post(configMaps, configMap("a", { x: "1" }))
      const whole = yield* get(configMaps)
      assert.strictEqual(Json.text(whole, "kind"), "ConfigMapList")
      assert.isUndefined(Json.at(whole, "items", 0, "kind"))
      const accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
      const partial = yield* get(configMaps, {}, accept)
      assert.strictEqual(Json.text(partial, "kind"), "PartialObjectMetadataList")
      assert.strictEqual(Json.text(partial, "items", 0, "kind"), "PartialObjectMetadata")
      assert.isUndefined(Json.at(partial, "items", 0, "data"))
    }))
})

describe.sequential("watches", () => {
  it.scoped("from a resourceVersion: emit the later changes", () =>
    Effect.gen(function*() {
      const { delete: remove, merge, post, watch } = api(yield* bare())
      const first = yield* post(configMaps, configMap("a"))
      yield* merge(`${configMaps}/a`, { data: { x: "1" } })
      const fiber = yield* started(take(watch(configMaps, { resourceVersion: String(version(first)) }), 3))
      yield* post(configMaps, configMap("b"))
      yield* remove(`${configMaps}/a`)
      assert.deepStrictEqual((yield* Fiber.join(fiber)).map(told), ["MODIFIED a", "ADDED b", "DELETED a"])
    }))

  it.scoped("without a resourceVersion: emit existing objects, then changes, of the namespace only", () =>
    Effect.gen(function*() {
      const { post, watch } = api(yield* bare())
      yield* post("/api/v1/namespaces", manifest<Namespace>({ metadata: { name: "other" } }))
      yield* post(configMaps, configMap("a"))
      const fiber = yield* started(take(watch(configMaps), 2))
      const everywhere = yield* started(take(watch("/api/v1/configmaps"), 3))
      yield* post("/api/v1/namespaces/other/configmaps", configMap("z"))
      yield* post(configMaps, configMap("b"))
      assert.deepStrictEqual((yield* Fiber.join(fiber)).map(told), ["ADDED a", "ADDED b"])
      assert.deepStrictEqual((yield* Fiber.join(everywhere)).map(told), ["ADDED a", "ADDED z", "ADDED b"])
    }))

  it.scoped("watches: an object that leaves the selection is DELETED in its last selected state, one that enters is ADDED", () =>
    Effect.gen(function*() {
      const { merge, post, watch } = api(yield* bare())
      yield* post(configMaps, configMap("a", {}, { labels: { app: "x" } }))
      const fiber = yield* started(take(watch(configMaps, { labelSelector: "app=x" }), 3))
      const left = yield* merge(`${configMaps}/a`, { metadata: { labels: { app: "y" } } })
      yield* merge(`${configMaps}/a`, { data: { unseen: "1" } })
      yield* merge(`${configMaps}/a`, { metadata: { labels: { app: "x" } } })
      const lines = yield* Fiber.join(fiber)
      assert.deepStrictEqual(lines.map(told), ["ADDED a", "DELETED a", "ADDED a"])
      assert.strictEqual(Json.text(lines[1]?.object, "metadata", "labels", "app"), "x")
      assert.strictEqual(version(lines[1]?.object ?? {}), version(left))
    }))

  it.scoped("sendInitialEvents: end with a bookmark", () =>
    Effect.gen(function*() {
      const made = yield* bare()
      const { post, watch } = api(made)
      yield* post(configMaps, configMap("a"))
      const lines = watch(configMaps, {
        sendInitialEvents: "true",
        resourceVersionMatch: "NotOlderThan",
        allowWatchBookmarks: "true"
      })
      const fiber = yield* started(take(lines, 3))
      yield* post(configMaps, configMap("b"))
      const [, end, ...rest] = yield* Fiber.join(fiber)
      assert.strictEqual(end?.type, "BOOKMARK")
      assert.deepInclude(Json.object(end?.object, "metadata"), {
        resourceVersion: "2",
        annotations: { "k8s.io/initial-events-end": "true" }
      })
      assert.deepStrictEqual(rest.map(told), ["ADDED b"])
      const status = yield* refused(Stream.runDrain(watch(configMaps, { sendInitialEvents: "true" })))
      assert.include(status.message, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
    }))

  it.scoped("watches: a compacted resourceVersion is an ERROR that ends the watch", () =>
    Effect.gen(function*() {
      const made = yield* bare()
      const { post, watch } = api(made)
      const first = yield* post(configMaps, configMap("a"))
      yield* post(configMaps, configMap("b"))
      made.store.compact()
      const lines = yield* Stream.runCollect(watch(configMaps, { resourceVersion: String(version(first)) }))
      const [error] = Chunk.toReadonlyArray(lines)
      assert.strictEqual(lines.length, 1)
      assert.strictEqual(error?.type, "ERROR")
      assert.deepInclude(error?.object, {
        kind: "Status",
        code: 410,
        reason: "Expired",
        message: "too old resource version: 2 (3)"
      })
    }))

  it.scoped("watches: a watch that falls behind the bounded history gets an ERROR", () =>
    Effect.gen(function*() {
      const { merge, post, watch } = api(yield* bare({ history: 4 }))
      const first = yield* post(configMaps, configMap("a"))
      yield* Effect.forEach(Array.from({ length: 12 }), (_, index) =>
        merge(`${configMaps}/a`, { data: { x: String(index) } }))
      const lines = yield* Stream.runCollect(watch(configMaps, { resourceVersion: String(version(first)) }))
      assert.deepStrictEqual(
        Chunk.toReadonlyArray(lines).map((line) =>
          line.type
        ),
        ["ERROR"]
      )
    }))

  it.scoped("watches: emit a bookmark each minute and at timeoutSeconds", () =>
    Effect.gen(function*() {
      const { post, watch } = api(yield* bare())
      const query = { timeoutSeconds: "90", allowWatchBookmarks: "true" }
      const fiber = yield* started(Stream.runCollect(watch(configMaps, query)))
      yield* post("/api/v1/namespaces/ns/secrets", manifest<Secret>({ metadata: { name: "elsewhere" } }))
      yield* TestClock.adjust("1 minute")
      yield* post("/api/v1/namespaces/ns/secrets", manifest<Secret>({ metadata: { name: "elsewhere-too" } }))
      yield* TestClock.adjust("30 seconds")
      const lines = Chunk.toReadonlyArray(yield* Fiber.join(fiber))
      assert.deepStrictEqual(lines.map((line) => [line.type, version(line.object)]), [["BOOKMARK", 2], ["BOOKMARK", 3]])
    }))

  it.scoped("cut: fails every watch", () =>
    Effect.gen(function*() {
      const made = yield* bare()
      const { watch } = api(made)
      const fiber = yield* started(Effect.flip(Stream.runDrain(watch(configMaps))))
      made.gateway.cut()
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "Dropped")
    }))

  it.scoped(
    "watches: a watch of one object among ten thousand does not read the changes of the others",
    () =>
      Effect.gen(function*() {
        const { post, watch } = api(yield* bare())
        const fiber = yield* started(take(watch(configMaps, { fieldSelector: "metadata.name=x5000" }), 1))
        yield* Effect.forEach(Array.from({ length: 10_000 }), (_, index) => post(configMaps, configMap(`x${index}`)), {
          discard: true
        })
        assert.deepStrictEqual((yield* Fiber.join(fiber)).map(told), ["ADDED x5000"])
      }),
    20_000
  )
})
