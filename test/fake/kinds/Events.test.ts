/** The messages and forms are those of kube-apiserver 1.37.1; differential/CoreRules.ts has each rule. */
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Stream } from "effect"
import * as Json from "../../../src/fake/Json.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { api, bare, names, refused } from "../../support/FakeApi.js"

const core = "/api/v1/namespaces/ns/events"
const events = "/apis/events.k8s.io/v1/namespaces/ns/events"

const time = "2026-01-02T03:04:05.678901Z"

const read: JsonObject = {
  metadata: { name: "a" },
  regarding: { kind: "Pod", name: "p", namespace: "ns" },
  ...{ eventTime: time, type: "Normal", reason: "Read", action: "Reading", note: "It was read." },
  ...{ reportingController: "example.com/reader", reportingInstance: "reader-1" }
}

describe("Events", () => {
  it.scoped("Events: one of events.k8s.io is one of the core group, too", () =>
    Effect.gen(function*() {
      const client = api(yield* bare())
      const made = yield* client.post(events, read)
      assert.deepInclude(made, { apiVersion: "events.k8s.io/v1", note: "It was read.", deprecatedSource: {} })
      assert.notProperty(made, "message")
      const same = yield* client.get(`${core}/a`)
      assert.deepInclude(same, {
        apiVersion: "v1",
        involvedObject: { kind: "Pod", name: "p", namespace: "ns" },
        message: "It was read.",
        reportingComponent: "example.com/reader",
        source: {},
        firstTimestamp: null,
        eventTime: time
      })
      assert.strictEqual(Json.text(same, "metadata", "uid"), Json.text(made, "metadata", "uid"))
      assert.deepStrictEqual(names(yield* client.get(events)), ["a"])
      assert.deepStrictEqual(names(yield* client.get(core, { fieldSelector: "source=example.com/reader" })), ["a"])
      assert.deepStrictEqual(names(yield* client.get(events, { fieldSelector: "regarding.name=q" })), [])
    }))

  it.scoped("Events: one of the core group is watched and deleted in events.k8s.io", () =>
    Effect.gen(function*() {
      const client = api(yield* bare())
      const involvedObject = { kind: "Pod", name: "p", namespace: "ns" }
      const { metadata } = yield* client.post(core, {
        metadata: { name: "a" },
        involvedObject,
        message: "It was read."
      })
      const lines = yield* client.watch(events).pipe(
        Stream.take(1),
        Stream.runCollect,
        Effect.map(Chunk.toReadonlyArray)
      )
      assert.deepInclude(lines[0]?.object, {
        apiVersion: "events.k8s.io/v1",
        regarding: involvedObject,
        note: "It was read."
      })
      assert.deepInclude(yield* client.delete(`${events}/a`), {
        details: { name: "a", group: "events.k8s.io", kind: "events", uid: Json.text(metadata, "uid") ?? "" }
      })
      assert.strictEqual((yield* refused(client.get(`${events}/a`))).message, "events.events.k8s.io \"a\" not found")
    }))

  it.scoped("Events: those of events.k8s.io are validated, and only their series changes", () =>
    Effect.gen(function*() {
      const client = api(yield* bare())
      assert.strictEqual(
        (yield* refused(client.post(events, { ...read, eventTime: null, type: "Odd" }))).message,
        "Event \"a\" is invalid: [eventTime: Required value, type: Invalid value: \"\": has invalid value: Odd]"
      )
      yield* client.post(events, read)
      assert.strictEqual(
        (yield* refused(client.merge(`${events}/a`, { note: "Other." }))).message,
        "Event \"a\" is invalid: message: Invalid value: \"Other.\": field is immutable"
      )
      const series = { count: 2, lastObservedTime: time }
      assert.deepInclude(yield* client.merge(`${events}/a`, { series }), { series })
      assert.deepInclude(yield* client.merge(`${core}/a`, { message: "Other." }), { message: "Other.", series })
    }))
})
