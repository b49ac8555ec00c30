/**
 * The intervals at which followed builds are confirmed and explained.
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
 * How long a request that creates a child may take while another client stops the build. A client whose request took longer
 * reads the stop mark afterwards; a client that marks a build without a child waits for this time and reads it again.
 */
export const lateChild = Duration.seconds(2)

/** The pause between two explanations of a backend in one namespace: at most fifty requests a second. */
export const explainInterval = Duration.millis(20)

/** How far an informer may lag behind the server before the server itself is read. */
export const cacheStaleness = Duration.seconds(2)

/** How long an informer is waited for to show a record that was just created, before the records are listed. */
export const recordShown = Duration.seconds(1)

/** How long a followed log may stay open after its container has ended, before its rest is requested. */
export const logEndDelay = Duration.seconds(5)

/** How long a build rests after the server was read, unless an informer reports a change. */
export const confirmInterval = Duration.seconds(10)
