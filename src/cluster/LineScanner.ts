/**
 * Cuts a flow of bytes at its newlines. Bytes are made into text only when a line is whole, so no character is cut in two.
 */

const newline = 10

export interface LineScanner {
  /** Hands over each line that these bytes complete; false once a line is longer than allowed. */
  readonly push: (bytes: Uint8Array, onLine: (line: string) => void) => boolean
  /** What has come after the last newline. */
  readonly rest: () => string
}

export const make = (longest: number): LineScanner => {
  let parts: Array<Buffer> = []
  let length = 0

  const rest = () => (parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)).toString("utf8")

  return {
    push: (bytes, onLine) => {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      let start = 0
      for (let end = buffer.indexOf(newline); end !== -1; end = buffer.indexOf(newline, start)) {
        if (length > 0) {
          parts.push(buffer.subarray(start, end))
          onLine(rest())
          parts = []
          length = 0
        } else {
          onLine(buffer.toString("utf8", start, end))
        }
        start = end + 1
      }
      if (start < buffer.length) {
        parts.push(buffer.subarray(start))
        length += buffer.length - start
      }
      return length <= longest
    },
    rest: () => length === 0 ? "" : rest()
  }
}
