/** What of a duration has another form on Effect 4. */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"

const isInput = (input: unknown): input is Duration.Input =>
  Duration.isDuration(input) || Predicate.isNumber(input) || Predicate.isBigInt(input) || Predicate.isString(input) ||
  (Array.isArray(input) && input.length === 2 && input.every(Predicate.isNumber))

/** `Duration.fromInput` of Effect 4 takes an object without fields for a duration of nothing. */
export const decodeUnknown = (input: unknown): Option.Option<Duration.Duration> =>
  isInput(input) ? Duration.fromInput(input) : Option.none()

/** Infinity has a case of its own on Effect 4; it is in milliseconds on Effect 3. */
export const match = <A, B>(self: Duration.Duration, options: {
  readonly onMillis: (millis: number) => A
  readonly onNanos: (nanos: bigint) => B
}): A | B =>
  Duration.match(self, {
    ...options,
    onInfinity: () => options.onMillis(Infinity),
    onNegativeInfinity: () => options.onMillis(-Infinity)
  })

/** A duration is never negative on Effect 3; Effect 4 has negative ones. */
const notNegative = (duration: Duration.Duration): Duration.Duration => Duration.max(duration, Duration.zero)

/** `NaN` is zero on both. */
export const millis = (amount: number): Duration.Duration => notNegative(Duration.millis(amount))

export const nanos = (amount: bigint): Duration.Duration => notNegative(Duration.nanos(amount))

export const seconds = (amount: number): Duration.Duration => notNegative(Duration.seconds(amount))

export const subtract = (self: Duration.Input, other: Duration.Input): Duration.Duration =>
  notNegative(Duration.subtract(Duration.fromInputUnsafe(self), Duration.fromInputUnsafe(other)))
