/**
 * Cuts a flow of bytes at its newlines. Bytes are made into text only when a line is whole, so no character is cut in two.
 */

import { textOf } from "./ResponseBody.js"

const newline = 10

/**
 * How many bytes become text at once, where lines are short: to ask for the text of a line costs more than to cut it from a
 * larger one. A line that is kept keeps those around it.
 */
const together = 4096

export interface LineSplitter {
  /** Hands over each line that these bytes complete; false once a line is longer than allowed. */
  readonly push: (bytes: Uint8Array, onLine: (line: string) => void) => boolean
  /** Takes what has come after the last newline. */
  readonly rest: () => string
}

export const make = (longest: number): LineSplitter => {
  let parts: Array<Buffer> = []
  let length = 0

  const rest = () => {
    const text = textOf(parts)
    parts = []
    length = 0
    return text
  }

  return {
    push: (bytes, onLine) => {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      let start = 0
      if (length > 0) {
        const end = buffer.indexOf(newline)
        if (end !== -1) {
          parts.push(buffer.subarray(0, end))
          onLine(rest())
          start = end + 1
        }
      }
      for (let end = endOfLines(buffer, start); length === 0 && end >= start; end = endOfLines(buffer, start)) {
        cut(buffer.toString("utf8", start, end), onLine)
        start = end + 1
      }
      if (start < buffer.length) {
        parts.push(buffer.subarray(start))
        length += buffer.length - start
      }
      return length <= longest
    },
    rest
  }
}

/** Where the last of those lines ends that are made into text at once, one at least; before the start if there is none. */
const endOfLines = (buffer: Buffer, start: number): number => {
  const end = buffer.lastIndexOf(newline, Math.min(start + together, buffer.length) - 1)
  return end >= start ? end : buffer.indexOf(newline, start)
}

const cut = (lines: string, onLine: (line: string) => void): void => {
  let start = 0
  for (let end = lines.indexOf("\n"); end !== -1; end = lines.indexOf("\n", start)) {
    onLine(lines.slice(start, end))
    start = end + 1
  }
  onLine(start === 0 ? lines : lines.slice(start))
}
