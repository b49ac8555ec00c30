/**
 * How long to wait before a request is repeated.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

// client-go's reflector (tools/cache/reflector.go): 800 ms, doubled up to 30 s.
const first = 800
const longest = 30_000

/** A server that asks for more is not believed. */
const longestRetryAfter = Duration.minutes(5)

/** After this long without a failure, the next one is the first again. */
const health = Duration.toMillis(Duration.minutes(2))

/** Failures in a row, and when the last one was. */
export interface Failures {
  readonly count: number
  readonly last: number
}

export const none: Failures = { count: 0, last: 0 }

export const failed = (failures: Failures, now: number): Failures => ({
  count: now - failures.last >= health ? 1 : failures.count + 1,
  last: now
})

/** The upper bound of the wait after so many failures in a row, in milliseconds. */
export const ceiling = (failures: number): number => Math.min(longest, first * 2 ** Math.max(0, failures - 1))

/** What the server asks for wins; else a random part of the ceiling, so that clients cut at once don't return at once. */
export const delay = (
  failures: number,
  retryAfter: Duration.Duration | undefined
): Effect.Effect<Duration.Duration> =>
  retryAfter === undefined
    ? Effect.map(Random.nextRange(0, ceiling(failures)), Duration.millis)
    : Effect.succeed(Duration.min(retryAfter, longestRetryAfter))
