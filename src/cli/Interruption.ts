/**
 * How long a command may take to stop.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/**
 * The same effect, which is given up when it takes longer than `patience` to end after it was interrupted.
 *
 * @since 0.1.0
 * @category combinators
 */
export const bounded = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  options: { readonly patience: Duration.DurationInput; readonly onGivenUp: Effect.Effect<void, never, R> }
): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkDaemon(restore(effect))
      return yield* restore(Fiber.join(fiber)).pipe(
        Effect.onInterrupt(() =>
          Fiber.interruptFork(fiber).pipe(
            Effect.zipRight(Effect.timeoutOption(Effect.interruptible(Fiber.await(fiber)), options.patience)),
            Effect.tap((ended) => ended._tag === "None" ? options.onGivenUp : Effect.void)
          )
        )
      )
    })
  )
