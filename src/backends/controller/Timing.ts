/**
 * How long who follows builds waits for what.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

/**
 * How long a build may wait silently before its events are asked for; then at twice that distance, and so on: ten thousand
 * that wait for a place must not keep the server busy with what has been said already.
 */
export const explainBackoff = { first: Duration.seconds(10), atMost: Duration.minutes(5) }

/** The distance after another explanation. */
export const longer = (silence: Duration.Duration): Duration.Duration =>
  Duration.min(Duration.times(silence, 2), explainBackoff.atMost)

/**
 * How long the child of a build may be on its way while another client stops the build. A client that creates a child for
 * longer looks for a stop mark afterwards; a client that marks a build without a child waits for this time, and looks again.
 */
export const lateChild = Duration.seconds(2)

/** How long a view may be behind the server before the server itself is asked. */
export const cacheStaleness = Duration.seconds(2)

/** When a build that goes on is to be looked at again, unless something changes before. */
export const until = (
  { explainedBy, wakeAt }: { readonly wakeAt: Option.Option<DateTime.Utc>; readonly explainedBy: string | undefined },
  silence: Duration.Duration,
  now: DateTime.Utc
): Option.Option<DateTime.Utc> => {
  if (explainedBy === undefined) return wakeAt
  const due = DateTime.addDuration(now, silence)
  return Option.some(Option.match(wakeAt, { onNone: () => due, onSome: (time) => DateTime.min(time, due) }))
}
