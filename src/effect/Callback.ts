/** Effects that a callback completes. */
import * as Effect from "effect/Effect"

/** The fiber continues after the call of `resume` has returned, on both major versions: the rest of the callback's caller runs first. */
export const later = <A, E>(
  register: (resume: (effect: Effect.Effect<A, E>) => void) => Effect.Effect<void> | void
): Effect.Effect<A, E> => Effect.async<A, E>(register)
