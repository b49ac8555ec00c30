/**
 * Splits a byte stream at newlines. Bytes are decoded only in whole lines, so a multi-byte character is never split.
 */
import * as LineText from "../client/LineText.js"
import { joined } from "./ResponseBody.js"

const newline = 10

export interface LineSplitter<P> {
  /** Calls `onPart` with the lines that these pieces complete. Returns false once a line exceeds the limit. */
  readonly push: (pieces: ReadonlyArray<Buffer>, onPart: (part: P) => void) => boolean
  /** Takes the bytes after the last newline. */
  readonly rest: () => P
}

/** Makes a splitter into lines, of at most `maxLength` bytes. */
export const make = (maxLength: number): LineSplitter<string> => {
  const { push, rest } = bytes(maxLength)
  return {
    push: (pieces, onLine) => push(pieces, (lines) => LineText.forEach(lines, onLine)),
    rest: () => rest().toString("utf8")
  }
}

/** The same as bytes of one or more lines, with newlines between them, for a caller that decodes a line where it is used. */
export const bytes = (maxLength: number): LineSplitter<Buffer> => {
  let parts: Array<Buffer> = []
  let length = 0

  const add = (part: Buffer) => {
    if (part.length === 0) return
    parts.push(part)
    length += part.length
  }

  const rest = (): Buffer => {
    const taken = joined(parts)
    parts = []
    length = 0
    return taken
  }

  return {
    push: (pieces, onLines) => {
      const last = pieces.findLastIndex((piece) => piece.includes(newline))
      for (const [index, piece] of pieces.entries()) {
        if (index === last) {
          const end = piece.lastIndexOf(newline)
          add(piece.subarray(0, end))
          onLines(rest())
          add(piece.subarray(end + 1))
        } else add(piece)
      }
      return length <= maxLength
    },
    rest
  }
}
