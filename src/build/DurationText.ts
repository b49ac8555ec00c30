/**
 * The codecs of time, all in one file: durations as text that people write, points in time as RFC 3339.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

const unitMillis: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const words: Readonly<Record<string, string>> = {
  milli: "ms",
  millis: "ms",
  second: "s",
  seconds: "s",
  minute: "m",
  minutes: "m",
  hour: "h",
  hours: "h",
  day: "d",
  days: "d",
  week: "w",
  weeks: "w"
}

const compact = /^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/
const spoken = /^(\d+(?:\.\d+)?) (\w+)$/

/**
 * Reads a duration as people write it: `90s`, `1h30m`, `7d`, `250ms`, or in Effect's own words `30 minutes`, `1 hour`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const parse = (text: string): Option.Option<Duration.Duration> => {
  const trimmed = text.trim()
  const inWords = spoken.exec(trimmed)
  if (inWords !== null) {
    const [, amount, word] = inWords
    const unit = word === undefined ? undefined : words[word]
    if (amount === undefined || unit === undefined) return Option.none()
    return unit === "w" ? millis(Number(amount) * 7 * 86_400_000) : parse(`${amount}${unit}`)
  }
  if (!compact.test(trimmed)) return Option.none()
  let total = 0
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)) {
    total += Number(amount) * (unitMillis[unit ?? ""] ?? Number.NaN)
  }
  return millis(total)
}

const millis = (value: number): Option.Option<Duration.Duration> =>
  Number.isSafeInteger(Math.round(value)) ? Option.some(Duration.millis(Math.round(value))) : Option.none()

/**
 * The shortest text that {@link parse} reads back to the same milliseconds, such as `1h30m` or `0s`.
 *
 * @since 0.1.0
 * @category getters
 */
export const format = (duration: Duration.Duration): string => {
  let rest = Math.round(Duration.toMillis(duration))
  if (rest === 0) return "0s"
  let text = ""
  for (const unit of ["d", "h", "m", "s", "ms"]) {
    const size = unitMillis[unit] ?? 1
    const amount = Math.floor(rest / size)
    if (amount > 0) text += `${amount}${unit}`
    rest -= amount * size
  }
  return text
}

/**
 * A finite duration as text, to the millisecond.
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
export const DurationText: Schema.Schema<Duration.Duration, string> = Schema.transformOrFail(
  Schema.String,
  Schema.DurationFromSelf,
  {
    strict: true,
    decode: (text, _, ast) =>
      Option.match(parse(text), {
        onNone: () =>
          ParseResult.fail(
            new ParseResult.Type(
              ast,
              text,
              `${JSON.stringify(text)} is no duration; write 90s, 1h30m, 7d or "30 minutes"`
            )
          ),
        onSome: ParseResult.succeed
      }),
    encode: (duration, _, ast) =>
      Duration.isFinite(duration)
        ? ParseResult.succeed(format(duration))
        : ParseResult.fail(new ParseResult.Type(ast, duration, "an infinite duration cannot be written"))
  }
).annotations({ identifier: "DurationText" })

/**
 * A duration from what Effect takes for one, and from the texts of {@link parse}.
 *
 * @since 0.1.0
 * @category schemas
 */
export const FromInput: Schema.Schema<Duration.Duration, unknown> = Schema.transformOrFail(
  Schema.Unknown,
  Schema.DurationFromSelf,
  {
    strict: true,
    decode: (input, _, ast) =>
      Option.match(typeof input === "string" ? parse(input) : Duration.decodeUnknown(input), {
        onNone: () =>
          ParseResult.fail(new ParseResult.Type(ast, input, "is no duration; write 90s, 1h30m, 7d or \"30 minutes\"")),
        onSome: ParseResult.succeed
      }),
    encode: ParseResult.succeed
  }
)

/**
 * A point in time as RFC 3339 text, as Kubernetes writes it.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Timestamp: typeof Schema.DateTimeUtc = Schema.DateTimeUtc
