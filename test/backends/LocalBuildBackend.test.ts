import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Config, ConfigProvider, DateTime, Effect, Layer, Stream } from "effect"
import { BuildBackend, BuildInput, BuildRef, LocalBuildBackend } from "effect-os-builder"
import { randomUUID } from "node:crypto"
import { readEnvironment } from "../../src/backends/local/LocalSettings.js"
import { ProcessIdentity, self } from "../../src/backends/local/ProcessIdentity.js"
import * as StateDirectory from "../../src/backends/local/StateDirectory.js"

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
  it.live("LocalBuildBackend: knows no build in a home where none was made, and makes nothing by looking", () =>
    withHome(Effect.gen(function*() {
      assert.deepStrictEqual(yield* BuildBackend.list(), [])
      assert.strictEqual((yield* Effect.flip(BuildBackend.status(ref)))._tag, "BuildNotFound")
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(BuildBackend.logs(ref))))._tag, "BuildNotFound")
      yield* BuildBackend.cancel(ref)
      yield* BuildBackend.remove(ref)
      assert.strictEqual((yield* Effect.flip(BuildBackend.list({ namespace: "../.." })))._tag, "BackendError")
    })))

  it.live("status: builds of another machine are recognised by their heartbeat", () =>
    Effect.scoped(Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const stateDirectory = yield* fs.makeTempDirectoryScoped()
      const state = StateDirectory.make(fs, path, stateDirectory, Effect.sync(randomUUID))
      const input = yield* BuildInput.make({
        dockerfile: "FROM scratch",
        baseImage: { pullspec: "127.0.0.1:5000/base:1" },
        finalImage: { pullspec: "127.0.0.1:5000/os:1" }
      })
      const now = yield* DateTime.now
      const elsewhere = (name: string, owner: ProcessIdentity, sign: DateTime.Utc) =>
        Effect.gen(function*() {
          const record = new StateDirectory.LocalRecord({
            ref: new BuildRef.BuildRef({ ...ref, name }),
            fingerprint: "a".repeat(26),
            createdAt: DateTime.subtract(now, { hours: 1 }),
            finalImage: input.finalImage.pullspec,
            owner,
            workFolder: path.join(stateDirectory, "nowhere")
          })
          yield* state.create(record, input)
          yield* state.setSign(record.ref, sign)
          return yield* BuildBackend.status(record.ref)
        })
      const here = yield* self(fs)
      const there = new ProcessIdentity({ ...here, place: "another machine" })
      const gone = new ProcessIdentity({ ...here, startTime: "0" })
      const statuses = yield* Effect.all([
        elsewhere("os-build-aaaaaaaaaaaaaaaaaaaaaaaaaa-1", there, now),
        elsewhere("os-build-aaaaaaaaaaaaaaaaaaaaaaaaaa-2", there, DateTime.subtract(now, { minutes: 2 })),
        elsewhere("os-build-aaaaaaaaaaaaaaaaaaaaaaaaaa-3", gone, now),
        elsewhere("os-build-aaaaaaaaaaaaaaaaaaaaaaaaaa-4", here, DateTime.subtract(now, { minutes: 2 }))
      ]).pipe(Effect.provide(LocalBuildBackend.layerWith({ stateDirectory })))
      assert.deepStrictEqual(
        statuses.map((status) => status._tag === "Errored" ? status.reason : status._tag),
        ["Pending", "NodeLost", "NodeLost", "Pending"]
      )
    })).pipe(Effect.provide(NodeContext.layer)))

  it.live("LocalBuildBackend: a relative directory of the XDG specification is ignored", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const read = (environment: Readonly<Record<string, string>>) =>
        readEnvironment(fs, {}).pipe(
          Effect.withConfigProvider(
            ConfigProvider.fromMap(new Map(Object.entries({ HOME: "/home/u", ...environment })))
          )
        )
      const { stateDirectory, workDirectory } = yield* read({ XDG_STATE_HOME: "/state", XDG_CACHE_HOME: "/cache" })
      assert.deepStrictEqual([stateDirectory, workDirectory], ["/state/effect-os-builder", "/cache/effect-os-builder"])
      assert.deepStrictEqual(yield* read({ XDG_STATE_HOME: "state", XDG_CACHE_HOME: "./cache" }), yield* read({}))
    }).pipe(Effect.provide(NodeContext.layer)))

  it.live("LocalBuildBackend: says what it cannot read of its environment", () =>
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
