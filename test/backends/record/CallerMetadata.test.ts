import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { BuildBackend, BuildInput, Cluster, CustomBuildBackend, Resources } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"

const options: BuildInput.Options = {
  dockerfile: "FROM registry.example.com/base:1",
  baseImage: { pullspec: "registry.example.com/base:1" },
  finalImage: { pullspec: "registry.example.com/os:1" },
  metadata: { team: "a" }
}

const layer = Layer.provideMerge(CustomBuildBackend.layer, FakeCluster.vanilla)

const recordOf = (name: string) => Cluster.get(Resources.ConfigMap, name)

describe("metadata of the caller", () => {
  it.effect("record: it is an annotation alone, so that versions without it read the input", () =>
    Effect.gen(function*() {
      const { ref } = yield* BuildBackend.build(yield* BuildInput.make(options))
      const { data = {}, metadata } = yield* recordOf(ref.name)
      assert.strictEqual(metadata.annotations?.["effect-os-builder/metadata"], "{\"team\":\"a\"}")
      assert.notInclude(data["input.json"], "metadata")
    }).pipe(Effect.provide(layer)))

  it.effect("record: one without metadata, or with an annotation that is not an object of texts, has none", () =>
    Effect.gen(function*() {
      const cluster = yield* Cluster.Cluster
      const { metadata: _, ...none } = options
      const { ref } = yield* BuildBackend.build(yield* BuildInput.make(none))
      assert.notProperty((yield* recordOf(ref.name)).metadata.annotations, "effect-os-builder/metadata")
      for (const text of [null, "{", "{\"team\":1}", "[]"]) {
        yield* cluster.patch(Resources.ConfigMap, ref.name, {
          merge: { metadata: { annotations: { "effect-os-builder/metadata": text } } }
        })
        assert.deepStrictEqual((yield* BuildBackend.list()).map(({ metadata }) => metadata), [{}], String(text))
      }
    }).pipe(Effect.provide(layer)))

  it.effect("list: asks for the status of no build that the filter leaves out", () =>
    Effect.gen(function*() {
      const { outcome, requests } = yield* FakeCluster.FakeCluster
      yield* outcome(FakeCluster.held)
      yield* BuildBackend.build(yield* BuildInput.make(options))
      const before = (yield* requests).length
      assert.deepStrictEqual(yield* BuildBackend.list({ metadata: { team: "b" } }), [])
      assert.lengthOf((yield* requests).slice(before), 1)
    }).pipe(Effect.provide(layer)))
})
