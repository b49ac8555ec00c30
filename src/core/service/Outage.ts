/**
 * Waiting for a platform that is away.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { BackendError, BuildNotFound } from "../BuildError.js"

/** It is asked again: soon at first, then every half a minute. */
const schedule = Schedule.exponential("500 millis").pipe(
  Schedule.union(Schedule.spaced("30 seconds")),
  Schedule.jittered
)

/** Waits out what may pass. */
export const patiently = <A, E extends BuildNotFound | BackendError>(
  effect: Effect.Effect<A, E>
): Effect.Effect<A, E> => Effect.retry(effect, { schedule, while: (error) => error.retryable })
