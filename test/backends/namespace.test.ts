import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Stream } from "effect"
import { BackendSelection, BuildBackend, Cluster, CustomBuildBackend } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { input } from "../support/Records.js"
import { backends } from "../support/Worlds.js"

const invalid = ["No such", "", "a/b", "-a", "a".repeat(64), "../x"]

const rejects = (backend: BuildBackend.Service, namespace: string | undefined) =>
  Effect.gen(function*() {
    const given = input()
    const rejected = yield* Effect.flip(backend.build(given, { namespace }))
    assert(rejected._tag === "BuildRejected")
    assert.strictEqual(rejected.reason, "InvalidInput")
    assert.deepStrictEqual(rejected.issues.map(({ path }) => path), ["namespace"])
  })

const rejectsAll = (backend: BuildBackend.Service) =>
  Effect.gen(function*() {
    for (const namespace of invalid) {
      yield* rejects(backend, namespace)
      const error = yield* Effect.flip(backend.list({ namespace }))
      assert.match(error.message, /^Cannot list builds in ".*": /)
      yield* Effect.flip(Stream.runDrain(backend.watch({ namespace })))
    }
  })

describe("an invalid namespace", () => {
  for (const { make, name, options } of backends) {
    it.scoped(`${name}: is a typed error, without a request`, () =>
      Effect.gen(function*() {
        const { cluster, control } = yield* FakeCluster.make(options)
        yield* rejectsAll(yield* Effect.provideService(make, Cluster.Cluster, cluster))
        assert.deepStrictEqual(yield* control.requests, [])
      }))
  }

  it.scoped("memory: is a typed error", () =>
    Effect.flatMap(
      Layer.build(BuildBackend.layerMemory),
      (context) => rejectsAll(Context.get(context, BuildBackend.BuildBackend))
    ))

  it.scoped("auto: is a typed error, without a request", () =>
    Effect.gen(function*() {
      const { cluster, control } = yield* FakeCluster.make()
      const context = yield* Effect.provideService(Layer.build(BackendSelection.layer), Cluster.Cluster, cluster)
      const before = yield* control.requests
      yield* rejectsAll(Context.get(context, BuildBackend.BuildBackend))
      assert.deepStrictEqual(yield* control.requests, before)
    }))

  it.scoped("in the settings: is a typed error of build", () =>
    Effect.gen(function*() {
      const { cluster } = yield* FakeCluster.make()
      const backend = yield* Effect.provideService(
        CustomBuildBackend.make({ namespace: "No such" }),
        Cluster.Cluster,
        cluster
      )
      yield* rejects(backend, undefined)
    }))
})
