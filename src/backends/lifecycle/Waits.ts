/**
 * How long who follows builds waits for what.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { BackendError, BuildNotFound } from "../../build/BuildError.js"

/**
 * How long a build may wait silently before its events are asked for; then at twice that distance, and so on: ten thousand
 * that wait for a place must not keep the server busy with what has been said already.
 */
export const explainAfter = { first: Duration.seconds(10), atMost: Duration.minutes(5) }

/** How long a view may be behind the server before the server itself is asked. */
export const viewGrace = Duration.seconds(2)

/** While the API server is away, it is asked again: soon at first, then every half a minute. */
const outage = Schedule.exponential("500 millis").pipe(
  Schedule.union(Schedule.spaced("30 seconds")),
  Schedule.jittered
)

/** Waits out what may pass. */
export const patiently = <A, E extends BuildNotFound | BackendError>(
  effect: Effect.Effect<A, E>
): Effect.Effect<A, E> => Effect.retry(effect, { schedule: outage, while: (error) => error.retryable })
