/**
 * A clock that is put forward by a second at a time: a real controller takes so long from one step of a Job to the next, and which
 * pods it removes depends on their ages.
 */
import { Clock, Effect } from "effect"
import * as FastClock from "../../support/FastClock.js"

export interface SteppedClock extends Clock.Clock {
  readonly step: Effect.Effect<void>
}

export const make = (): SteppedClock => {
  const real = Clock.make()
  let ahead = 0
  return {
    ...FastClock.reading(() => real.unsafeCurrentTimeMillis() + ahead, real.sleep),
    step: Effect.sync(() => {
      ahead += 1000
    })
  }
}
