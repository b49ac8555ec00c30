/**
 * Splits a byte stream at newlines. Bytes are decoded only in whole lines, so a multi-byte character is never split.
 */

import { decodeText } from "./ResponseBody.js"

const newline = 10

/**
 * Short lines are decoded together in blocks of at most this many bytes: one decode and many slices are cheaper than many
 * decodes. A retained line keeps the text of its block in memory.
 */
const blockSize = 4096

export interface LineSplitter {
  /** Calls `onLine` with each line that these bytes complete. Returns false once a line exceeds the limit. */
  readonly push: (bytes: Uint8Array, onLine: (line: string) => void) => boolean
  /** Takes the bytes after the last newline. */
  readonly rest: () => string
}

/** Makes a splitter that allows lines of `maxLength` bytes. */
export const make = (maxLength: number): LineSplitter => {
  const { push, rest } = blocks(maxLength)
  return { push: (bytes, onLine) => push(bytes, (block) => splitText(block, onLine)), rest }
}

/** The same for blocks of one or more lines, with newlines between them, for a caller that cuts a line where it is used. */
export const blocks = (maxLength: number): LineSplitter => {
  let parts: Array<Buffer> = []
  let length = 0

  const rest = () => {
    const text = decodeText(parts)
    parts = []
    length = 0
    return text
  }

  return {
    push: (bytes, onBlock) => {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      let start = 0
      if (length > 0) {
        const end = buffer.indexOf(newline)
        if (end !== -1) {
          parts.push(buffer.subarray(0, end))
          onBlock(rest())
          start = end + 1
        }
      }
      for (let end = endOfBlock(buffer, start); length === 0 && end >= start; end = endOfBlock(buffer, start)) {
        onBlock(buffer.toString("utf8", start, end))
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

/** The last newline of the next block, which holds one line at least; -1 if there is none. */
const endOfBlock = (buffer: Buffer, start: number): number => {
  const end = buffer.lastIndexOf(newline, Math.min(start + blockSize, buffer.length) - 1)
  return end >= start ? end : buffer.indexOf(newline, start)
}

const splitText = (lines: string, onLine: (line: string) => void): void => {
  let start = 0
  for (let end = lines.indexOf("\n"); end !== -1; end = lines.indexOf("\n", start)) {
    onLine(lines.slice(start, end))
    start = end + 1
  }
  onLine(start === 0 ? lines : lines.slice(start))
}
