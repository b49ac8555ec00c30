import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import * as LineSplitter from "../../../src/kubernetes/transport/LineSplitter.js"

const split = (pieces: ReadonlyArray<Uint8Array>, maxLength = 1024) => {
  const splitter = LineSplitter.make(maxLength)
  const lines: Array<string> = []
  const withinLimit = pieces.every((piece) => splitter.push(piece, (line) => lines.push(line)))
  return { lines, rest: splitter.rest(), withinLimit }
}

describe("LineSplitter", () => {
  it("push: returns the same lines for any split of the bytes", () => {
    const text = FastCheck.string({ unit: FastCheck.constantFrom("a", "é", "€", "😀", "\n") })
    FastCheck.assert(FastCheck.property(text, FastCheck.array(FastCheck.nat(9)), (text, cuts) => {
      const bytes = Buffer.from(text)
      const pieces: Array<Uint8Array> = []
      let start = 0
      for (const cut of cuts) {
        pieces.push(bytes.subarray(start, start + cut))
        start += cut
      }
      pieces.push(new Uint8Array(bytes.subarray(start)))
      const { lines, rest } = split(pieces)
      assert.deepStrictEqual([...lines, rest], text.split("\n"))
    }))
  })

  it("push: returns false once a line exceeds the limit", () => {
    const half = Buffer.alloc(600, "a")
    assert.isTrue(split([half]).withinLimit)
    assert.isFalse(split([half, half]).withinLimit)
    assert.isTrue(split([half, Buffer.from("\n"), half]).withinLimit)
  })
})
