/**
 * Splits a byte stream into the frames of a watch in protobuf: each is its length in four bytes, the first the highest, and as
 * many bytes.
 */
import { joined } from "./ResponseBody.js"

const headerLength = 4

export interface FrameSplitter {
  /** Calls `onFrame` with each frame that these pieces complete. Returns false once a frame exceeds the limit. */
  readonly push: (pieces: ReadonlyArray<Buffer>, onFrame: (frame: Buffer) => void) => boolean
  /** Takes the bytes of an incomplete frame. */
  readonly rest: () => Buffer
}

/** Makes a splitter that allows frames of `maxLength` bytes. */
export const make = (maxLength: number): FrameSplitter => {
  let parts: Array<Buffer> = []
  let length = 0
  /** How many bytes there have to be before the next frame can be read. */
  let needed = headerLength

  const rest = (): Buffer => {
    const bytes = joined(parts)
    parts = []
    length = 0
    needed = headerLength
    return bytes
  }

  return {
    push: (pieces, onFrame) => {
      for (const piece of pieces) {
        parts.push(piece)
        length += piece.length
      }
      if (length < needed) return true
      const buffer = rest()
      let start = 0
      while (buffer.length - start >= headerLength) {
        const frameLength = buffer.readUInt32BE(start)
        if (frameLength > maxLength) return false
        const end = start + headerLength + frameLength
        if (end > buffer.length) {
          needed = headerLength + frameLength
          break
        }
        onFrame(buffer.subarray(start + headerLength, end))
        start = end
      }
      if (start < buffer.length) {
        parts.push(buffer.subarray(start))
        length = buffer.length - start
      }
      return true
    },
    rest
  }
}
