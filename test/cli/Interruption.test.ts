import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Ref, TestClock } from "effect"
import * as Interruption from "../../src/cli/Interruption.js"

const bounded = <A, E>(effect: Effect.Effect<A, E>, givenUp: Ref.Ref<boolean>) =>
  Interruption.bounded(effect, { timeout: "20 seconds", onTimeout: Ref.set(givenUp, true) })

describe("Interruption", () => {
  it.effect("no interruption: changes nothing", () =>
    Effect.gen(function*() {
      const givenUp = yield* Ref.make(false)
      assert.strictEqual(yield* bounded(Effect.succeed(1), givenUp), 1)
      assert.strictEqual(yield* Effect.flip(bounded(Effect.fail("no"), givenUp)), "no")
      assert.isFalse(yield* Ref.get(givenUp))
    }))

  it.effect("finalizers: may run until the timeout", () =>
    Effect.gen(function*() {
      const givenUp = yield* Ref.make(false)
      const finalized = yield* Ref.make(false)
      const started = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(bounded(
        Deferred.succeed(started, undefined).pipe(
          Effect.zipRight(Effect.never),
          Effect.onInterrupt(() => Effect.delay(Ref.set(finalized, true), "19 seconds"))
        ),
        givenUp
      ))
      yield* Deferred.await(started)
      yield* Fiber.interruptFork(fiber)
      yield* TestClock.adjust("19 seconds")
      assert.isTrue(Exit.isInterrupted(yield* Fiber.await(fiber)))
      assert.isTrue(yield* Ref.get(finalized))
      assert.isFalse(yield* Ref.get(givenUp))
    }))

  it.effect("finalizers: are abandoned at the timeout", () =>
    Effect.gen(function*() {
      const givenUp = yield* Ref.make(false)
      const started = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(bounded(
        Deferred.succeed(started, undefined).pipe(
          Effect.zipRight(Effect.never),
          Effect.onInterrupt(() => Effect.never)
        ),
        givenUp
      ))
      yield* Deferred.await(started)
      yield* Fiber.interruptFork(fiber)
      yield* TestClock.adjust("20 seconds")
      assert.isTrue(Exit.isInterrupted(yield* Fiber.await(fiber)))
      assert.isTrue(yield* Ref.get(givenUp))
    }))
})
