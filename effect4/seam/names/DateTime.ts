/** A distance is a Duration on Effect 4, and a number of milliseconds, which may be negative, on Effect 3. */
import * as DateTime from "effect/DateTime"

export const distance = (self: DateTime.DateTime, other: DateTime.DateTime): number =>
  DateTime.toEpochMillis(other) - DateTime.toEpochMillis(self)
