import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Config, ConfigProvider, Effect, Layer, Stream } from "effect"
import { BuildBackend, BuildRef, LocalBuildBackend } from "effect-os-builder"

const ref = new BuildRef.BuildRef({
  backend: "local",
  namespace: "default",
  name: "os-build-aaaaaaaaaaaaaaaaaaaaaaaaaa-1",
  uid: "0e0e0e0e-0000-4000-8000-000000000000"
})

/** Runs with the backend in a home of its own, set up by the environment. */
const withHome = <A, E>(effect: Effect.Effect<A, E, BuildBackend.BuildBackend>) =>
  Effect.scoped(Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const home = yield* fs.makeTempDirectoryScoped()
    const settings = { insecureRegistries: Config.array(Config.string(), "INSECURE").pipe(Config.withDefault([])) }
    return yield* effect.pipe(
      Effect.provide(LocalBuildBackend.layerConfig(settings)),
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["HOME", home]])))
    )
  })).pipe(Effect.provide(NodeContext.layer))

describe("LocalBuildBackend", () => {
  it.live("knows no build in a home where none was made, and makes nothing by looking", () =>
    withHome(Effect.gen(function*() {
      assert.deepStrictEqual(yield* BuildBackend.list(), [])
      assert.strictEqual((yield* Effect.flip(BuildBackend.status(ref)))._tag, "BuildNotFound")
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(BuildBackend.logs(ref))))._tag, "BuildNotFound")
      yield* BuildBackend.cancel(ref)
      yield* BuildBackend.remove(ref)
      assert.deepStrictEqual(yield* BuildBackend.list({ namespace: "../.." }), [])
    })))

  it.live("says what it cannot read of its environment", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        Layer.build(LocalBuildBackend.layerConfig({ namespace: Config.string("NAMESPACE") })).pipe(
          Effect.scoped,
          Effect.provide(NodeContext.layer),
          Effect.withConfigProvider(ConfigProvider.fromMap(new Map()))
        )
      )
      assert.include(String(error), "NAMESPACE")
    }))
})
