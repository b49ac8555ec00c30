/**
 * A clock that is put forward by a second at a time: a real controller takes so long from one step of a Job to the next, and which
 * pods it removes depends on their ages.
 */
import { Clock, Effect } from "effect"

export interface SteppedClock extends Clock.Clock {
  readonly step: Effect.Effect<void>
}

export const make = (): SteppedClock => {
  const real = Clock.make()
  let ahead = 0
  const millis = () => real.unsafeCurrentTimeMillis() + ahead
  const nanos = () => BigInt(millis()) * 1_000_000n
  return {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: millis,
    unsafeCurrentTimeNanos: nanos,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanos: Effect.sync(nanos),
    sleep: real.sleep,
    step: Effect.sync(() => {
      ahead += 1000
    })
  }
}
