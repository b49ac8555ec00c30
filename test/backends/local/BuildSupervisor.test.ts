import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Logger, LogLevel } from "effect"
import { BuildInput } from "effect-os-builder"
import { randomUUID } from "node:crypto"
import * as BuildSupervisor from "../../../src/backends/local/BuildSupervisor.js"
import type { Sandbox } from "../../../src/backends/local/Sandbox.js"
import * as StateDirectory from "../../../src/backends/local/StateDirectory.js"
import { BackendError } from "../../../src/core/BuildError.js"
import { digest, input } from "../../support/Records.js"

/** Every command ends like a script that finds no storage. */
const sandbox: Sandbox = {
  ownMounts: false,
  run: () => Effect.succeed({ exitCode: 20, stderr: "" }),
  clear: () => Effect.void,
  evict: () => Effect.void
}

const full = new BackendError({
  backend: "local",
  reason: "Unexpected",
  operation: "keep the outcome",
  detail: "no space left on device"
})

const supervisor = (state: StateDirectory.StateDirectory, sandbox: Sandbox, workDirectory: string) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    return yield* BuildSupervisor.make({
      fs,
      state,
      sandbox: Effect.succeed(sandbox),
      buildah: Effect.succeed({
        fs,
        path,
        sandbox,
        environment: {},
        insecureRegistries: [],
        authFile: undefined,
        knowsHeredocs: true,
        version: [1, 43] as const,
        isolation: "chroot" as const
      }),
      workDirectory,
      interval: "10 millis",
      retryDelay: "10 millis"
    })
  })

/** Begins a build with this input and no other file. */
const begin = (life: BuildSupervisor.BuildSupervisor, given: BuildInput.BuildInput) =>
  Effect.map(
    life.begin(given, {
      baseSecret: undefined,
      finalSecret: undefined,
      entitlement: undefined,
      trustBundle: undefined,
      mounts: [],
      secrets: []
    }, {
      backend: "local",
      namespace: "default",
      name: StateDirectory.nameOf(BuildInput.fingerprint(given), 1)
    }),
    (ref) => {
      assert(ref !== undefined)
      return ref
    }
  )

describe("the life of a local build", () => {
  it.scopedLive("the life of a local build: ends for those who wait in its process, though its outcome cannot be kept", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const folder = yield* fs.makeTempDirectoryScoped()
      const state = StateDirectory.make(fs, path, path.join(folder, "state"), Effect.sync(randomUUID))
      const life = yield* supervisor({ ...state, setOutcome: () => full }, sandbox, path.join(folder, "work"))
      const input = yield* BuildInput.make({
        dockerfile: "FROM scratch",
        baseImage: { pullspec: "127.0.0.1:5000/base:1" },
        finalImage: { pullspec: "127.0.0.1:5000/os:1" }
      })
      const ref = yield* begin(life, input)
      assert.include(["Pending", "Running"], life.current(ref.uid)?._tag)
      const record = yield* state.record(ref)
      assert(record !== undefined)
      yield* life.whenEnded(ref.uid).pipe(Effect.timeout("10 seconds"))
      const status = yield* life.status(record)
      assert(status._tag === "Errored")
      assert.strictEqual(status.reason, "StorageUnavailable", status.message)
      assert.isUndefined(life.current(ref.uid))
    }).pipe(Logger.withMinimumLogLevel(LogLevel.None), Effect.provide(NodeContext.layer)))

  it.scopedLive("the life of a local build: one whose directory is removed is no longer a build of its process", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const folder = yield* fs.makeTempDirectoryScoped()
      const state = StateDirectory.make(fs, path, path.join(folder, "state"), Effect.sync(randomUUID))
      const started = yield* Deferred.make<void>()
      const endless: Sandbox = {
        ...sandbox,
        run: () => Effect.andThen(Deferred.succeed(started, undefined), Effect.never)
      }
      const life = yield* supervisor(state, endless, path.join(folder, "work"))
      const ref = yield* begin(life, input())
      yield* Deferred.await(started)
      const running = life.current(ref.uid)
      assert(running !== undefined)
      assert.strictEqual(running._tag, "Running")
      yield* state.remove(ref)
      yield* life.whenChanged(ref.uid, running).pipe(Effect.timeout("10 seconds"))
      assert.isUndefined(life.current(ref.uid))
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("the life of a local build: a success is told before its files are deleted", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const folder = yield* fs.makeTempDirectoryScoped()
      const state = StateDirectory.make(fs, path, path.join(folder, "state"), Effect.sync(randomUUID))
      const told = yield* Deferred.make<void>()
      const deleted = yield* Deferred.make<void>()
      let clears = 0
      const slow: Sandbox = {
        ownMounts: false,
        run: ({ environment }) =>
          fs.writeFileString(
            environment["OSB_TERMINATION_MESSAGE"] ?? "",
            `{"digest":"${digest}","verb":"push","code":0,"text":""}`
          ).pipe(
            Effect.orDie,
            Effect.as({ exitCode: 0, stderr: "" })
          ),
        // The first call prepares the attempt.
        clear: () =>
          clears++ === 0 ? Effect.void : Effect.andThen(Deferred.await(told), Deferred.succeed(deleted, undefined)),
        evict: () => Effect.void
      }
      const life = yield* supervisor(state, slow, path.join(folder, "work"))
      const ref = yield* begin(life, input())
      const record = yield* state.record(ref)
      assert(record !== undefined)
      const status = yield* Effect.andThen(life.whenEnded(ref.uid), life.status(record)).pipe(
        Effect.timeout("10 seconds"),
        Effect.ensuring(Deferred.succeed(told, undefined))
      )
      assert.strictEqual(status._tag, "Succeeded")
      assert.isDefined(yield* state.outcome(ref))
      yield* Deferred.await(deleted)
    }).pipe(Effect.provide(NodeContext.layer)))
})
