import { assert, describe, it } from "@effect/vitest"
import { Array, FastCheck } from "effect"
import * as LineSplitter from "../../../src/kubernetes/transport/LineSplitter.js"
import * as Pieces from "../../support/Pieces.js"

const split = (pieces: ReadonlyArray<Buffer>, { atOnce = 1, maxLength = 1024 } = {}) => {
  const splitter = LineSplitter.make(maxLength)
  const lines = Array.empty<string>()
  const withinLimit = Array.chunksOf(pieces, atOnce).every((some) => splitter.push(some, (line) => lines.push(line)))
  return { lines, rest: splitter.rest(), withinLimit }
}

describe("LineSplitter", () => {
  it("push: returns the same lines for any split of the bytes", () => {
    const text = FastCheck.string({ unit: FastCheck.constantFrom("a", "é", "€", "😀", "\n") })
    FastCheck.assert(
      FastCheck.property(text, FastCheck.array(FastCheck.nat(9)), FastCheck.nat(4), (text, cuts, atOnce) => {
        const bytes = Buffer.from(text)
        const { lines, rest } = split(Pieces.cut(bytes, cuts), { atOnce: atOnce + 1 })
        assert.deepStrictEqual([...lines, rest], text.split("\n"))
      })
    )
  })

  it("push: returns false once a line exceeds the limit", () => {
    const half = Buffer.alloc(600, "a")
    assert.isTrue(split([half]).withinLimit)
    assert.isFalse(split([half, half]).withinLimit)
    assert.isTrue(split([half, Buffer.from("\n"), half]).withinLimit)
  })
})
