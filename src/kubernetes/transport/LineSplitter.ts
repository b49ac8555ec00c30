/**
 * Splits a byte stream at newlines. Bytes are decoded only in whole lines, so a multi-byte character is never split.
 */
import * as LineText from "../client/LineText.js"
import { joined } from "./ResponseBody.js"

const newline = 10

export interface LineSplitter<P> {
  /** Calls `onPart` with what these bytes complete. Returns false once a line exceeds the limit. */
  readonly push: (bytes: Uint8Array, onPart: (part: P) => void) => boolean
  /** Takes what is after the last newline. */
  readonly rest: () => P
}

/** Makes a splitter into lines, of at most `maxLength` bytes. */
export const make = (maxLength: number): LineSplitter<string> => {
  const { push, rest } = bytes(maxLength)
  return {
    push: (bytes, onLine) => push(bytes, (lines) => LineText.forEach(lines, onLine)),
    rest: () => rest().toString("utf8")
  }
}

/** The same as bytes of one or more lines, with newlines between them, for a caller that decodes a line where it is used. */
export const bytes = (maxLength: number): LineSplitter<Buffer> => {
  let parts: Array<Buffer> = []
  let length = 0

  const rest = (): Buffer => {
    const taken = joined(parts)
    parts = []
    length = 0
    return taken
  }

  return {
    push: (bytes, onLines) => {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      let start = 0
      if (length > 0) {
        const end = buffer.indexOf(newline)
        if (end !== -1) {
          parts.push(buffer.subarray(0, end))
          onLines(rest())
          start = end + 1
        }
      }
      const end = length > 0 ? -1 : buffer.lastIndexOf(newline)
      if (end >= start) {
        onLines(buffer.subarray(start, end))
        start = end + 1
      }
      if (start < buffer.length) {
        parts.push(buffer.subarray(start))
        length += buffer.length - start
      }
      return length <= maxLength
    },
    rest
  }
}
