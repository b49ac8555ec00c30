/** The union of schedules is their minimum on Effect 4. */
import * as Schedule from "effect/Schedule"

export const union = <A, I, B, I2>(one: Schedule.Schedule<A, I>, other: Schedule.Schedule<B, I2>) =>
  Schedule.min([one, other])
