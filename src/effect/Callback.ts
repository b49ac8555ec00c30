/** Effects that a callback completes. */
import * as Effect from "effect/Effect"

/** The fiber goes on after the call of `resume`: what the caller of the callback does next comes first, on both major versions. */
export const later = <A, E>(
  register: (resume: (effect: Effect.Effect<A, E>) => void) => Effect.Effect<void> | void
): Effect.Effect<A, E> => Effect.async<A, E>(register)
