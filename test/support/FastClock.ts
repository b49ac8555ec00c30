/**
 * A clock that runs faster than real time, for programs that wait beside real sockets and processes, where virtual time cannot
 * know that nothing else is left to do.
 */
import { Clock, Duration, Effect } from "effect"

/** A clock that has its time from a function, in milliseconds. */
export const reading = (millis: () => number, sleep: Clock.Clock["sleep"]): Clock.Clock => {
  const nanos = () => BigInt(millis()) * 1_000_000n
  return {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: millis,
    unsafeCurrentTimeNanos: nanos,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanos: Effect.sync(nanos),
    sleep
  }
}

/** `factor`: how many seconds pass in one real second. */
export const make = (factor: number): Clock.Clock => {
  const real = Clock.make()
  const start = real.unsafeCurrentTimeMillis()
  return reading(
    () => Math.floor(start + (real.unsafeCurrentTimeMillis() - start) * factor),
    (duration) => real.sleep(Duration.times(duration, 1 / factor))
  )
}
