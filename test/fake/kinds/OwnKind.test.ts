import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Json from "../../../src/fake/Json.js"
import * as OwnKind from "../../../src/fake/kinds/OwnKind.js"
import { api, bare, refused } from "../../support/FakeApi.js"

const widgets = "/apis/example.com/v1/namespaces/ns/widgets"

const widget = OwnKind.make({ group: "example.com", version: "v1", kind: "Widget", scale: true })

describe("own kinds", () => {
  it.effect("own kinds: are stored with every field, and have a status and a scale", () =>
    Effect.gen(function*() {
      const { get, merge, post } = api(yield* bare({ kinds: [widget] }))
      yield* post(widgets, {
        metadata: { name: "a" },
        spec: { replicas: 2, any: { thing: [1] } },
        status: { lost: true }
      })
      const made = yield* get(`${widgets}/a`)
      assert.deepStrictEqual(made["spec"], { replicas: 2, any: { thing: [1] } })
      assert.isUndefined(made["status"])
      assert.strictEqual(made["apiVersion"], "example.com/v1")
      yield* merge(`${widgets}/a/status`, { status: { replicas: 1, selector: "app=x" } })
      const scale = yield* merge(`${widgets}/a/scale`, { spec: { replicas: 5 } })
      assert.deepInclude(scale, { kind: "Scale", spec: { replicas: 5 }, status: { replicas: 1, selector: "app=x" } })
      assert.strictEqual(Json.number(yield* get(`${widgets}/a`), "spec", "replicas"), 5)
      const names = Json.objects(yield* get("/apis/example.com/v1"), "resources").map((one) => Json.text(one, "name"))
      assert.deepStrictEqual(names, ["widgets", "widgets/scale", "widgets/status"])
    }))

  it.effect("own kinds: a request for a kind that the fake lacks has a hint", () =>
    Effect.gen(function*() {
      const { get, send } = api(yield* bare())
      assert.strictEqual((yield* refused(get(widgets))).code, 404)
      const error = yield* Effect.flip(send({ method: "GET", path: widgets, query: {} }))
      assert.deepInclude(error, {
        _tag: "Refused",
        hint:
          "the fake cluster has no widgets in example.com/v1: create its CustomResourceDefinition, or give FakeCluster the "
          + "kind in \"kinds\""
      })
    }))
})
