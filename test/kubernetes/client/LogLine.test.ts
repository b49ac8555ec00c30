import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { timestampLength } from "../../../src/kubernetes/client/LogLine.js"

describe("LogLine", () => {
  it("timestampLength: finds timestamps of every width, and takes nothing else for one", () => {
    const rows: ReadonlyArray<readonly [line: string, length: number]> = [
      ["2026-11-22T10:00:00.123456789Z text", 30],
      ["2026-11-22T10:00:00.123456789Z ", 30],
      ["2026-11-22T10:00:00.123456789Z", 30],
      ["2026-11-22T10:00:00Z text", 20],
      ["2026-11-22T10:00:00.1Z text", 22],
      ["2026-11-22T10:00:00.1234567890Z text", 31],
      ["2026-11-22T10:00:00.123456789+02:00 text", 35],
      ["2026-11-22T10:00:00.12345678xZ text", 0],
      ["2026-11-22 10:00:00.123456789Z text", 0],
      ["2026-11-22T10:00:00.123456789Ztext", 0],
      ["text", 0],
      ["", 0]
    ]
    for (const [line, length] of rows) assert.strictEqual(timestampLength(line), length, line)
  })

  it("timestampLength: a line with one changed character has a timestamp only if that is a digit still", () => {
    const line = "2026-11-22T10:00:00.123456789Z text"
    FastCheck.assert(
      FastCheck.property(FastCheck.nat(30), FastCheck.string({ minLength: 1, maxLength: 1 }), (at, other) => {
        const changed = line.slice(0, at) + other + line.slice(at + 1)
        const isDigit = /^\d$/.test(line.charAt(at)) && /^[0-9]$/.test(other)
        assert.strictEqual(timestampLength(changed) === 30, isDigit || other === line.charAt(at))
      })
    )
  })
})
