import { Chunk, Deferred, Effect, Fiber, Order, TestClock } from "effect"

/** Runs an effect to its end, whatever time it takes, and tells both. */
export const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const start = yield* TestClock.currentTimeMillis
    const done = yield* Deferred.make<void>()
    const fiber = yield* Effect.fork(Effect.ensuring(effect, Deferred.succeed(done, undefined)))
    while (!(yield* Deferred.isDone(done))) {
      yield* TestClock.adjust(0)
      const [next] = Chunk.sort(yield* TestClock.sleeps(), Order.number)
      if (next !== undefined) {
        yield* TestClock.setTime(next)
      }
    }
    const end = yield* TestClock.currentTimeMillis
    return { value: yield* Fiber.join(fiber), took: Math.round(end - start) }
  })
