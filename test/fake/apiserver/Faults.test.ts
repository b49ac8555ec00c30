import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Stream, TestClock } from "effect"
import * as Faults from "../../../src/fake/apiserver/Faults.js"
import * as Json from "../../../src/fake/Json.js"
import { api, bare, configMap, configMaps, refused, started, told } from "../../support/FakeApi.js"

describe.sequential("faults", () => {
  it.scoped("faults: apply to matching requests, as often as requested", () =>
    Effect.gen(function*() {
      const made = yield* bare()
      const { get, post } = api(made)
      made.faults.add({ verb: "create", resource: "configmaps", name: "a" }, Faults.throttled("7 seconds"), 2)
      const status = yield* refused(post(configMaps, configMap("a")))
      assert.deepInclude(status, { code: 429, reason: "TooManyRequests" })
      assert.strictEqual(Json.number(status, "details", "retryAfterSeconds"), 7)
      yield* post(configMaps, configMap("b"))
      assert.strictEqual((yield* refused(post(configMaps, configMap("a")))).code, 429)
      yield* post(configMaps, configMap("a"))
      const lift = made.faults.add({ resource: "jobs.batch" }, Faults.unavailable())
      assert.strictEqual((yield* refused(get("/apis/batch/v1/jobs"))).code, 503)
      lift()
      yield* get("/apis/batch/v1/jobs")
    }))

  it.scoped("loseResponse, drop: lose the connection after or before the request is carried out", () =>
    Effect.gen(function*() {
      const made = yield* bare()
      const { get, post } = api(made)
      made.faults.add({ verb: "create" }, Faults.loseResponse, 1)
      assert.deepInclude(yield* Effect.flip(post(configMaps, configMap("a"))), {
        _tag: "Dropped",
        carriedOut: "unknown"
      })
      yield* get(`${configMaps}/a`)
      made.faults.add({ verb: "create" }, Faults.drop, 1)
      assert.deepInclude(yield* Effect.flip(post(configMaps, configMap("b"))), { _tag: "Dropped", carriedOut: "no" })
      assert.strictEqual((yield* refused(get(`${configMaps}/b`))).code, 404)
    }))

  it.scoped("latency, delayEvents, repeatEvents: delay responses and delay or repeat events", () =>
    Effect.gen(function*() {
      const made = yield* bare()
      const { get, post, watch } = api(made)
      yield* post(configMaps, configMap("a"))
      made.faults.add({ verb: "get" }, Faults.latency("5 seconds"), 1)
      const slow = yield* started(get(`${configMaps}/a`))
      yield* TestClock.adjust("4 seconds")
      assert.isTrue((yield* Fiber.poll(slow))._tag === "None")
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(slow)
      made.faults.add({ verb: "watch" }, Faults.repeatEvents, 1)
      const lines = yield* Stream.runCollect(Stream.take(watch(configMaps), 2))
      assert.deepStrictEqual(Chunk.toReadonlyArray(lines).map(told), ["ADDED a", "ADDED a"])
      made.faults.add({ verb: "watch" }, Faults.delayEvents("3 seconds"), 1)
      const late = yield* started(Stream.runHead(watch(configMaps)))
      yield* TestClock.adjust("2 seconds")
      assert.isTrue((yield* Fiber.poll(late))._tag === "None")
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(late)
    }))

  it.scoped("outage: refuses connections for a time", () =>
    Effect.gen(function*() {
      const made = yield* bare()
      const { get } = api(made)
      made.faults.outage(60_000)
      assert.deepInclude(yield* Effect.flip(get(configMaps)), { _tag: "Dropped", carriedOut: "no" })
      yield* TestClock.adjust("1 minute")
      yield* get(configMaps)
    }))
})

describe("recorded requests", () => {
  it.scoped("recorded requests: have verb, resource, name and body", () =>
    Effect.gen(function*() {
      const made = yield* bare()
      const { get, post, watch } = api(made)
      yield* post(configMaps, configMap("a", { x: "1" }))
      yield* get("/apis/batch/v1/namespaces/ns/jobs/j/status").pipe(Effect.ignore)
      yield* Stream.runHead(watch(configMaps))
      const seen = made.gateway.requests.map(({ name, namespace, resource, verb }) => [verb, resource, namespace, name])
      assert.deepStrictEqual(seen, [
        ["create", "namespaces", "", "ns"],
        ["create", "configmaps", "ns", "a"],
        ["get", "jobs.batch/status", "ns", "j"],
        ["watch", "configmaps", "ns", ""]
      ])
      assert.deepInclude(made.gateway.requests[1]?.body, { data: { x: "1" } })
    }))
})
