/** Effect 4 interrupts a fiber without waiting for its end by a method of the fiber. */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

export const interruptFork = <A, E>(fiber: Fiber.Fiber<A, E>): Effect.Effect<void> =>
  Effect.sync(() => fiber.interruptUnsafe())
