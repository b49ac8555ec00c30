/**
 * Waiting until nothing can run, and passing virtual time from one timer to the next.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import * as Vitest from "../names/Vitest.js"

/** A fiber of Effect 4 goes on in a later turn of the event loop, so that what one fiber wakes takes turns of its own. */
const turns = 32

/** Waits until every fiber is done or waits for time or I/O. */
export const settle: Effect.Effect<void> = Effect.callback((resume) => {
  let left = turns
  const next = (): void => {
    left -= 1
    if (left === 0) resume(Effect.void)
    else turn = setImmediate(next)
  }
  let turn = setImmediate(next)
  return Effect.sync(() => clearImmediate(turn))
})

/**
 * Sets the TestClock to the next timer, again and again, until the fiber is done; returns its exit, or none if it still waits
 * after `limit` milliseconds of virtual time, or for something that no timer brings.
 */
export const passTime = <A, E>(
  fiber: Fiber.Fiber<A, E>,
  limit: number
): Effect.Effect<Option.Option<Exit.Exit<A, E>>> =>
  Effect.gen(function*() {
    const start = yield* Clock.currentTimeMillis
    for (;;) {
      yield* settle
      const exit = fiber.pollUnsafe()
      if (exit !== undefined) return Option.some(exit)
      const next = Math.min(...Vitest.sleepsOf(yield* Clock.Clock))
      if (next > start + limit || next === Infinity) return Option.none()
      yield* TestClock.setTime(next)
    }
  })

/**
 * Runs an effect to its end, however much virtual time that takes; returns its value and the milliseconds it took. The effect
 * may also wait for real I/O.
 */
export const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const start = yield* Clock.currentTimeMillis
    const fiber = yield* Effect.forkChild(effect)
    yield* Effect.repeat(passTime(fiber, Number.POSITIVE_INFINITY), { until: Option.isSome })
    const end = yield* Clock.currentTimeMillis
    return { value: yield* Fiber.join(fiber), took: Math.round(end - start) }
  })

export const hasEnded = <A, E>(fiber: Fiber.Fiber<A, E>): boolean => fiber.pollUnsafe() !== undefined
