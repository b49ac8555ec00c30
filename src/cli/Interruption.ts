/**
 * A limit on the time that a command takes to stop.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/**
 * The same effect, which is abandoned if it has not ended within `timeout` after its interruption.
 *
 * @since 0.1.0
 * @category combinators
 */
export const bounded = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  options: { readonly timeout: Duration.DurationInput; readonly onTimeout: Effect.Effect<void, never, R> }
): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkDaemon(restore(effect))
      return yield* restore(Fiber.join(fiber)).pipe(
        Effect.onInterrupt(() =>
          Fiber.interruptFork(fiber).pipe(
            Effect.zipRight(Effect.timeoutOption(Effect.interruptible(Fiber.await(fiber)), options.timeout)),
            Effect.tap((ended) => ended._tag === "None" ? options.onTimeout : Effect.void)
          )
        )
      )
    })
  )
