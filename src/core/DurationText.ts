/**
 * Codecs for time: durations as text such as `1h30m`, timestamps as RFC 3339.
 *
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Codec from "../effect/Codec.js"

// Nanoseconds, the largest unit first.
const units: ReadonlyMap<string, bigint> = new Map([
  ["w", 604_800_000_000_000n],
  ["d", 86_400_000_000_000n],
  ["h", 3_600_000_000_000n],
  ["m", 60_000_000_000n],
  ["s", 1_000_000_000n],
  ["ms", 1_000_000n],
  ["us", 1_000n],
  ["ns", 1n]
])

// The words of Effect's DurationInput, without the s of the plural.
const words: ReadonlyMap<string, string> = new Map([
  ["nano", "ns"],
  ["micro", "us"],
  ["milli", "ms"],
  ["second", "s"],
  ["minute", "m"],
  ["hour", "h"],
  ["day", "d"],
  ["week", "w"]
])

/**
 * Parses a duration without loss: `90s`, `1h30m`, `7d`, `250ms`, or Effect's form, `30 minutes`. None if the text is invalid.
 *
 * @example
 * ```ts
 * import { DurationText } from "effect-os-builder"
 *
 * DurationText.parse("1h30m") // Some(90 minutes)
 * DurationText.parse("soon") // None
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const parse = (text: string): Option.Option<Duration.Duration> => {
  // No sensible duration is longer than this, and BigInt takes more than linear time.
  if (text.length > 100) return Option.none()
  const [, amount, word] = /^\s*(\d+(?:\.\d+)?) +([a-z]+?)s?\s*$/.exec(text) ?? []
  const unit = word === undefined ? undefined : words.get(word)
  const compact = unit === undefined ? text.trim() : `${amount}${unit}`
  if (!/^(?:\d+(?:\.\d+)?(?:[num]s|[smhdw]))+$/.test(compact)) return Option.none()
  let nanos = 0n
  for (const [, whole = "", fraction = "", unit = ""] of compact.matchAll(/(\d+)(?:\.(\d+))?([num]s|[smhdw])/g)) {
    nanos += BigInt(`${whole}${fraction}`) * (units.get(unit) ?? 0n) / 10n ** BigInt(fraction.length)
  }
  return Option.some(fromNanos(nanos))
}

/**
 * The shortest text that {@link parse} reads back to the same duration, such as `1h30m` or `0s`. An infinite duration
 * becomes `infinity`, which {@link parse} does not read.
 *
 * @example
 * ```ts
 * import { DurationText } from "effect-os-builder"
 * import { Duration } from "effect"
 *
 * DurationText.format(Duration.minutes(90)) // "1h30m"
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const format = (duration: Duration.Duration): string => {
  if (!Duration.isFinite(duration)) return "infinity"
  let rest = toNanos(duration)
  let text = ""
  for (const [unit, size] of units) {
    if (rest >= size) text += `${rest / size}${unit}`
    rest %= size
  }
  return text === "" ? "0s" : text
}

// Uses milliseconds where they are exact, so that equal durations also have equal representations.
const fromNanos = (nanos: bigint): Duration.Duration =>
  nanos % 1_000_000n === 0n && nanos / 1_000_000n <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Duration.millis(Number(nanos / 1_000_000n))
    : Duration.nanos(nanos)

const toNanos = (duration: Duration.Duration): bigint =>
  Duration.match(duration, { onMillis: (millis) => BigInt(millis) * 1_000_000n, onNanos: (nanos) => nanos })

// Only a short text is repeated.
const invalid = (input: unknown): string =>
  `invalid duration${
    typeof input === "string" && input.length <= 40 ? ` ${JSON.stringify(input)}` : ""
  }; use for example 90s or 1h30m`

// The JSON Schema of the texts of `parse`.
const jsonSchema = {
  type: "string",
  maxLength: 100,
  pattern: String.raw`^\s*(?:(?:[0-9]+(?:\.[0-9]+)?(?:[num]s|[smhdw]))+|` +
    String.raw`[0-9]+(?:\.[0-9]+)? +(?:nano|micro|milli|second|minute|hour|day|week)s?)\s*$`,
  examples: ["90s", "1h30m", "30 minutes"]
} as const

/**
 * A finite duration as text, to the nanosecond.
 *
 * @example
 * ```ts
 * import { DurationText } from "effect-os-builder"
 * import * as Schema from "effect/Schema"
 *
 * const duration = Schema.decodeSync(DurationText.DurationText)("90 minutes")
 * console.log(Schema.encodeSync(DurationText.DurationText)(duration)) // 1h30m
 * ```
 *
 * @since 0.1.0
 * @category schemas
 */
export const DurationText: Schema.Schema<Duration.Duration, string> = Codec.convert(
  Schema.String.annotations({ jsonSchema }),
  Schema.DurationFromSelf,
  {
    decode: (text) => Either.fromOption(parse(text), () => invalid(text)),
    encode: (duration) =>
      Duration.isFinite(duration) ? Either.right(format(duration)) : Either.left("must be a finite duration")
  }
).annotations({ identifier: "DurationText" })

/**
 * Decodes a duration from everything that Effect accepts (`Duration.DurationInput`; a number is milliseconds), and from the
 * texts of {@link parse}.
 *
 * @example
 * ```ts
 * import { DurationText } from "effect-os-builder"
 * import { Schema } from "effect"
 *
 * const decode = Schema.decodeUnknownSync(DurationText.FromInput)
 * decode("1h30m")
 * decode(5000) // 5 seconds
 * ```
 *
 * @since 0.1.0
 * @category schemas
 */
export const FromInput: Schema.Schema<Duration.Duration, unknown> = Codec.convert(
  Schema.Unknown,
  Schema.DurationFromSelf,
  {
    decode: (input) =>
      Either.map(
        Either.fromOption(
          typeof input === "string" ? parse(input) : Duration.decodeUnknown(input),
          () => invalid(input)
        ),
        (duration) => Duration.isFinite(duration) ? fromNanos(toNanos(duration)) : duration
      ),
    encode: Either.right
  }
)

/**
 * A timestamp as RFC 3339 text, the format of Kubernetes.
 *
 * @example
 * ```ts
 * import { DurationText } from "effect-os-builder"
 * import { Schema } from "effect"
 *
 * const time = Schema.decodeSync(DurationText.Timestamp)("2026-11-29T12:00:00Z")
 * ```
 *
 * @since 0.1.0
 * @category schemas
 */
export const Timestamp: Schema.Schema<DateTime.Utc, string> = Schema.DateTimeUtc.annotations({
  jsonSchema: { type: "string", format: "date-time" }
})
