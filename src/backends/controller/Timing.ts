/**
 * The intervals at which followed builds are confirmed, explained and retried.
 */
import * as Duration from "effect/Duration"

/**
 * How long a build may stay pending without a change before its events are read: 10 seconds at first, doubled after each
 * explanation. Ten thousand builds that wait for capacity must not keep the API server busy with known reasons.
 */
export const explainBackoff = { first: Duration.seconds(10), atMost: Duration.minutes(5) }

/** The explain backoff after one more explanation. */
export const nextExplainBackoff = (backoff: Duration.Duration): Duration.Duration =>
  Duration.min(Duration.times(backoff, 2), explainBackoff.atMost)

/**
 * How long the child of a build may be on its way while another client stops the build. A client that creates a child for
 * longer looks for a stop mark afterwards; a client that marks a build without a child waits for this time, and looks again.
 */
export const lateChild = Duration.seconds(2)

/** The pause between two explanations of a backend in one namespace: at most fifty requests a second. */
export const explainInterval = Duration.millis(20)

/** How far an informer may lag behind the server before the server itself is read. */
export const cacheStaleness = Duration.seconds(2)

/** How long a build rests after the server was read, unless an informer reports a change. */
export const confirmInterval = Duration.seconds(10)

const retryFirst = Duration.millis(500)
const retryAtMost = Duration.seconds(30)

/**
 * The wait before the retry after `failures` consecutive retryable errors: doubled each time, up to half a minute, jittered
 * by ±20% with `random` from [0, 1), and never shorter than the server asked for.
 */
export const retryDelay = (
  failures: number,
  random: number,
  retryAfter: Duration.Duration = Duration.zero
): Duration.Duration =>
  Duration.max(
    Duration.times(Duration.min(Duration.times(retryFirst, 2 ** (failures - 1)), retryAtMost), 0.8 + 0.4 * random),
    retryAfter
  )
