import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import * as LineSplitter from "../../../src/kubernetes/transport/LineSplitter.js"

const scan = (pieces: ReadonlyArray<Uint8Array>, longest = 1024) => {
  const scanner = LineSplitter.make(longest)
  const lines: Array<string> = []
  const bounded = pieces.every((piece) => scanner.push(piece, (line) => lines.push(line)))
  return { lines, rest: scanner.rest(), bounded }
}

describe("LineScanner", () => {
  it("finds the same lines however the bytes are cut", () => {
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
      const { lines, rest } = scan(pieces)
      assert.deepStrictEqual([...lines, rest], text.split("\n"))
    }))
  })

  it("says when a line has no end", () => {
    const half = Buffer.alloc(600, "a")
    assert.isTrue(scan([half]).bounded)
    assert.isFalse(scan([half, half]).bounded)
    assert.isTrue(scan([half, Buffer.from("\n"), half]).bounded)
  })
})
