/** Effects that a callback completes. A fiber of Effect 4 goes on within the call of `resume`, unless it is left to the scheduler. */
import * as Effect from "effect/Effect"

export const later = <A, E>(
  register: (resume: (effect: Effect.Effect<A, E>) => void) => Effect.Effect<void> | void
): Effect.Effect<A, E> =>
  Effect.withFiber((fiber) =>
    Effect.callback<A, E>((resume) =>
      register((effect) => fiber.currentDispatcher.scheduleTask(() => resume(effect), 0))
    )
  )
