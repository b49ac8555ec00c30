/**
 * The delay before a request or a watch is retried.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

// client-go's reflector (tools/cache/reflector.go): 800 ms, doubled up to 30 s.
const minDelay = 800
const maxDelay = 30_000

/** A longer Retry-After is capped. */
const maxRetryAfter = Duration.minutes(5)

/** After this time without a failure, the next one counts as the first. */
const resetAfter = Duration.toMillis(Duration.minutes(2))

/** The number of consecutive failures, and the time of the last one in milliseconds. */
export interface Failures {
  readonly count: number
  readonly last: number
}

export const none: Failures = { count: 0, last: 0 }

export const failed = (failures: Failures, now: number): Failures => ({
  count: now - failures.last >= resetAfter ? 1 : failures.count + 1,
  last: now
})

/** The upper bound of the delay after this number of consecutive failures, in milliseconds. */
export const ceiling = (failures: number): number => Math.min(maxDelay, minDelay * 2 ** Math.max(0, failures - 1))

/** Retry-After if the server sent one; else a random part of the ceiling, so that clients do not reconnect all at once. */
export const delay = (
  failures: number,
  retryAfter: Duration.Duration | undefined
): Effect.Effect<Duration.Duration> =>
  retryAfter === undefined
    ? Effect.map(Random.nextRange(0, ceiling(failures)), Duration.millis)
    : Effect.succeed(Duration.min(retryAfter, maxRetryAfter))
