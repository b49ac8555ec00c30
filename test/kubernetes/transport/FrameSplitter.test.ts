import { assert, describe, it } from "@effect/vitest"
import { Array, FastCheck } from "effect"
import * as FrameSplitter from "../../../src/kubernetes/transport/FrameSplitter.js"
import * as Pieces from "../../support/Pieces.js"

const frame = (bytes: Uint8Array): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

const split = (pieces: ReadonlyArray<Buffer>, { atOnce = 1, maxLength = 1024 } = {}) => {
  const splitter = FrameSplitter.make(maxLength)
  const frames = Array.empty<string>()
  const withinLimit = Array.chunksOf(pieces, atOnce).every((some) =>
    splitter.push(some, (one) => frames.push(one.toString("hex")))
  )
  return { frames, rest: splitter.rest().toString("hex"), withinLimit }
}

describe("FrameSplitter", () => {
  it("push: returns the same frames for any split of the bytes", () => {
    const frames = FastCheck.array(FastCheck.uint8Array({ maxLength: 20 }))
    FastCheck.assert(
      FastCheck.property(frames, FastCheck.array(FastCheck.nat(9)), FastCheck.nat(4), (frames, cuts, atOnce) => {
        const bytes = Buffer.concat([...frames.map(frame), Buffer.from([0, 0, 0, 9, 1])])
        assert.deepStrictEqual(split(Pieces.cut(bytes, cuts), { atOnce: atOnce + 1 }), {
          frames: frames.map((one) => Buffer.from(one).toString("hex")),
          rest: "0000000901",
          withinLimit: true
        })
      })
    )
  })

  it("push: returns false once a frame exceeds the limit", () => {
    assert.isTrue(split([frame(Buffer.alloc(1024)), frame(Buffer.alloc(1024))]).withinLimit)
    assert.isFalse(split([frame(Buffer.alloc(1025))]).withinLimit)
    assert.isFalse(split([Buffer.from([0xff, 0xff, 0xff, 0xff])]).withinLimit)
  })
})
