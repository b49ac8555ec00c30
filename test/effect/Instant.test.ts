import { assert, it } from "@effect/vitest"
import { DateTime } from "effect"
import * as Instant from "../../src/effect/Instant.js"

const millis = (text: string | undefined): number | undefined => {
  const time = Instant.ofText(text)
  return time === undefined ? undefined : DateTime.toEpochMillis(time)
}

it("Instant: reads the times that API servers and clients write", () => {
  assert.strictEqual(millis("1970-01-01T00:00:01Z"), 1_000)
  assert.strictEqual(millis("1970-01-01T00:00:00.250000Z"), 250)
  assert.strictEqual(millis("1970-01-01T01:00:00+01:00"), 0)
  assert.strictEqual(millis("1970-01-01T00:00:00"), 0)
})

it("Instant: a text without a time has none", () => {
  for (const text of [undefined, "", "soon", "2026-13-01T00:00:00Z"]) assert.isUndefined(Instant.ofText(text))
})
