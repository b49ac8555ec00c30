import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import * as LineText from "../../../src/kubernetes/client/LineText.js"

describe("LineText", () => {
  it("forEach: the lines of any bytes, of more than a block too", () => {
    const byte = FastCheck.constantFrom(10, 10, 32, 97, 0, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80, 0xe2, 0xed, 0xff)
    const part = FastCheck.tuple(FastCheck.array(byte, { maxLength: 9 }), FastCheck.constantFrom(1, 3, 500, 3_000))
      .map(([bytes, times]) => Buffer.concat(Array.from({ length: times }, () => Buffer.from(bytes))))
    FastCheck.assert(FastCheck.property(FastCheck.array(part, { maxLength: 9 }), (parts) => {
      const bytes = Buffer.concat(parts)
      const lines: Array<string> = []
      LineText.forEach(bytes, (line) => lines.push(line))
      assert.deepStrictEqual(lines, bytes.toString("utf8").split("\n"))
    }))
  })
})
