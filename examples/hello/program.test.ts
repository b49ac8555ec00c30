import { assert, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { BuildBackend } from "effect-os-builder"
import { program } from "./program.js"

it.effect("program: waits for its image", () =>
  Effect.gen(function*() {
    const memory = yield* BuildBackend.MemoryBackend
    yield* memory.outcome({ _tag: "Succeeds", after: "20 minutes" })
    const running = yield* Effect.fork(program)
    yield* TestClock.adjust("20 minutes")
    yield* Fiber.join(running)
    const [build] = yield* BuildBackend.list()
    assert.strictEqual(build?.status._tag, "Succeeded")
  }).pipe(Effect.provide(BuildBackend.layerMemory)))
