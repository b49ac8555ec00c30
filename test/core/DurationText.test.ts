import { assert, describe, it } from "@effect/vitest"
import { Duration, Either, Option, Schema } from "effect"
import { DurationText } from "effect-os-builder"

describe("parse", () => {
  it("parse: reads what people write", () => {
    const cases: ReadonlyArray<readonly [string, Duration.Duration]> = [
      ["0s", Duration.zero],
      ["90s", Duration.seconds(90)],
      ["1h30m", Duration.minutes(90)],
      ["7d", Duration.days(7)],
      ["2w", Duration.weeks(2)],
      ["250ms", Duration.millis(250)],
      ["1.5h", Duration.minutes(90)],
      ["0.1s", Duration.millis(100)],
      ["1us500ns", Duration.nanos(1500n)],
      ["30 minutes", Duration.minutes(30)],
      ["1 hour", Duration.hours(1)],
      ["1.5 days", Duration.hours(36)],
      ["3 micros", Duration.nanos(3000n)],
      [" 5 seconds ", Duration.seconds(5)]
    ]
    for (const [text, duration] of cases) {
      assert.deepStrictEqual(Option.getOrUndefined(DurationText.parse(text)), duration, text)
    }
  })

  it("parse: reads nothing else", () => {
    const texts = [
      "",
      "s",
      "5",
      "-5s",
      "5 s",
      "5seconds",
      "1h 30m",
      "1,5h",
      ".5h",
      "1e3s",
      "5 fortnights",
      "Infinity",
      "∞"
    ]
    for (const text of [...texts, `${"1".repeat(100)}s`]) {
      assert.isTrue(Option.isNone(DurationText.parse(text)), text)
    }
  })

  it.prop("parse: reads back what format writes", [Schema.BigIntFromSelf], ([number]) => {
    const duration = Duration.nanos(number)
    const back = DurationText.parse(DurationText.format(duration))
    assert.isTrue(Option.isSome(back) && Duration.equals(back.value, duration))
  })
})

it("DurationText: format writes the shortest text", () => {
  assert.strictEqual(DurationText.format(Duration.zero), "0s")
  assert.strictEqual(DurationText.format(Duration.minutes(90)), "1h30m")
  assert.strictEqual(DurationText.format(Duration.millis(1001)), "1s1ms")
  assert.strictEqual(DurationText.format(Duration.millis(1.5)), "1ms500us")
  assert.strictEqual(DurationText.format(Duration.infinity), "infinity")
})

it("DurationText: the schema refuses what cannot be written", () => {
  assert.isTrue(Either.isLeft(Schema.encodeEither(DurationText.DurationText)(Duration.infinity)))
  assert.isTrue(Either.isLeft(Schema.decodeEither(DurationText.DurationText)("soon")))
})

it("DurationText: FromInput takes what Effect takes, and these texts", () => {
  const inputs: ReadonlyArray<readonly [unknown, Duration.Duration]> = [
    [5000, Duration.seconds(5)],
    ["5 seconds", Duration.seconds(5)],
    ["1h30m", Duration.minutes(90)],
    [5_000_000_000n, Duration.seconds(5)],
    [[5, 0], Duration.seconds(5)],
    [Duration.nanos(5_000_000_000n), Duration.seconds(5)],
    [Number.NaN, Duration.zero],
    [Number.POSITIVE_INFINITY, Duration.infinity]
  ]
  for (const [input, duration] of inputs) {
    assert.deepStrictEqual(Schema.decodeUnknownSync(DurationText.FromInput)(input), duration)
  }
  for (const input of [null, undefined, true, {}, [], ["5", 0], "5", () => 5]) {
    assert.isTrue(Either.isLeft(Schema.decodeUnknownEither(DurationText.FromInput)(input)), String(input))
  }
})
