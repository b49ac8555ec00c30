/**
 * Waiting until nothing can run, and passing virtual time from one timer to the next.
 */
import { Chunk, Effect, Fiber, Option, Order, TestClock } from "effect"

/**
 * Waits until every fiber is done or waits for time or I/O. Fibers run in microtasks, and Node runs all microtasks, those that
 * they add as well, before the next turn of its event loop.
 */
export const settle: Effect.Effect<void> = Effect.async((resume) => {
  const turn = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(turn))
})

/**
 * Sets the TestClock to the next timer, again and again, until the fiber is done; returns its exit, or none if it still waits
 * after `limit` milliseconds of virtual time, or for something that no timer brings.
 */
export const passTime = <A, E>(fiber: Fiber.RuntimeFiber<A, E>, limit: number) =>
  Effect.gen(function*() {
    const start = yield* TestClock.currentTimeMillis
    for (;;) {
      yield* settle
      const exit = yield* Fiber.poll(fiber)
      if (Option.isSome(exit)) return exit
      const [next] = Chunk.sort(yield* TestClock.sleeps(), Order.number)
      if (next === undefined || next > start + limit) return Option.none()
      yield* TestClock.setTime(next)
    }
  })

/**
 * Runs an effect to its end, however much virtual time that takes; returns its value and the milliseconds it took. The effect
 * may also wait for real I/O.
 */
export const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const start = yield* TestClock.currentTimeMillis
    const fiber = yield* Effect.fork(effect)
    yield* Effect.repeat(passTime(fiber, Number.POSITIVE_INFINITY), { until: Option.isSome })
    const end = yield* TestClock.currentTimeMillis
    return { value: yield* Fiber.join(fiber), took: Math.round(end - start) }
  })

export const hasEnded = <A, E>(fiber: Fiber.RuntimeFiber<A, E>): boolean => fiber.unsafePoll() !== null
