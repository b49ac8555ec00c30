import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Stream } from "effect"
import * as Json from "../../../src/fake/Json.js"
import { api, bare, configMap, configMaps, pod, pods, refused, version } from "../../support/FakeApi.js"

describe("deletions", () => {
  it.effect("deletions: are immediate without finalizers, with the server's response", () =>
    Effect.gen(function*() {
      const { delete: remove, get, post } = api(yield* bare())
      const made = yield* post(configMaps, configMap("a"))
      assert.deepStrictEqual(yield* remove(`${configMaps}/a`), {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Success",
        details: { name: "a", kind: "configmaps", uid: Json.text(made, "metadata", "uid") ?? "" }
      })
      assert.strictEqual((yield* refused(get(`${configMaps}/a`))).code, 404)
      assert.strictEqual((yield* refused(remove(`${configMaps}/a`))).code, 404)
      yield* post(pods, pod("p"))
      assert.strictEqual(Json.text(yield* remove(`${pods}/p`), "kind"), "Pod")
    }))

  it.effect("deletions: honour the preconditions", () =>
    Effect.gen(function*() {
      const { delete: remove, merge, post } = api(yield* bare())
      const made = yield* post(configMaps, configMap("a"))
      const next = yield* merge(`${configMaps}/a`, { data: { x: "1" } })
      const resourceVersion = String(version(made))
      assert.strictEqual((yield* refused(remove(`${configMaps}/a`, { preconditions: { resourceVersion } }))).code, 409)
      const uid = Json.text(next, "metadata", "uid") ?? ""
      yield* remove(`${configMaps}/a`, { preconditions: { uid, resourceVersion: String(version(next)) } })
    }))

  it.effect("deletions: wait for finalizers", () =>
    Effect.gen(function*() {
      const { delete: remove, get, merge, post } = api(yield* bare())
      yield* post(configMaps, configMap("a", {}, { finalizers: ["example.com/wait"] }))
      const marked = yield* remove(`${configMaps}/a`)
      assert.strictEqual(Json.text(marked, "metadata", "deletionTimestamp"), "1970-01-01T00:00:00Z")
      assert.strictEqual(yield* remove(`${configMaps}/a`), marked)
      const more = merge(`${configMaps}/a`, { metadata: { finalizers: ["example.com/wait", "example.com/more"] } })
      assert.include((yield* refused(more)).message, "no new finalizers can be added if the object is being deleted")
      assert.include((yield* refused(post(configMaps, configMap("a")))).message, "object is being deleted: ")
      yield* merge(`${configMaps}/a`, { metadata: { finalizers: null } })
      assert.strictEqual((yield* refused(get(`${configMaps}/a`))).code, 404)
    }))

  it.effect("deletions: the last event is without the update that removes the finalizers", () =>
    Effect.gen(function*() {
      const { delete: remove, get, post, put, watch } = api(yield* bare())
      const made = yield* post(configMaps, configMap("a", { x: "1" }, { finalizers: ["example.com/wait"] }))
      yield* remove(`${configMaps}/a`)
      const last = yield* put(`${configMaps}/a`, configMap("a", { x: "2" }))
      assert.strictEqual(Json.text(last, "data", "x"), "2")
      assert.strictEqual((yield* refused(get(`${configMaps}/a`))).code, 404)
      const lines = yield* Stream.runCollect(
        Stream.take(watch(configMaps, { resourceVersion: String(version(made)) }), 2)
      )
      assert.deepStrictEqual(
        Chunk.toReadonlyArray(lines).map(({ object, type }) => [
          type,
          Json.text(object, "data", "x"),
          Json.texts(object, "metadata", "finalizers")
        ]),
        [["MODIFIED", "1", ["example.com/wait"]], ["DELETED", "1", ["example.com/wait"]]]
      )
    }))

  it.effect("deletions: of a scheduled pod take its grace period, which can only be shortened", () =>
    Effect.gen(function*() {
      const { delete: remove, get, post } = api(yield* bare())
      yield* post(pods, pod("p", { nodeName: "node-1" }))
      const marked = yield* remove(`${pods}/p`)
      assert.strictEqual(Json.number(marked, "metadata", "deletionGracePeriodSeconds"), 30)
      assert.strictEqual(Json.text(marked, "metadata", "deletionTimestamp"), "1970-01-01T00:00:30Z")
      assert.strictEqual(Json.number(marked, "metadata", "generation"), 2)
      assert.strictEqual(yield* remove(`${pods}/p`, { gracePeriodSeconds: 60 }), marked)
      const sooner = yield* remove(`${pods}/p`, { gracePeriodSeconds: 5 })
      assert.strictEqual(Json.text(sooner, "metadata", "deletionTimestamp"), "1970-01-01T00:00:05Z")
      yield* remove(`${pods}/p`, { gracePeriodSeconds: 0 })
      assert.strictEqual((yield* refused(get(`${pods}/p`))).code, 404)
      yield* post(pods, pod("nowhere"))
      yield* remove(`${pods}/nowhere`)
      assert.strictEqual((yield* refused(get(`${pods}/nowhere`))).code, 404)
    }))

  it.effect("deletions: with an unknown propagation policy are invalid", () =>
    Effect.gen(function*() {
      const { delete: remove, post } = api(yield* bare())
      yield* post(configMaps, configMap("a"))
      const status = yield* refused(remove(`${configMaps}/a`, { propagationPolicy: "Sideways" }))
      assert.strictEqual(
        status.message,
        "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"Sideways\": supported values: "
          + "\"Foreground\", \"Background\", \"Orphan\", \"nil\""
      )
    }))
})
