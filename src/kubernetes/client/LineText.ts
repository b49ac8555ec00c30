/**
 * Lines in UTF-8, with newlines between them, decoded where they are used.
 */

const newline = 10

/**
 * Lines are decoded together in blocks of at most this many bytes: one decode and many slices are cheaper than many decodes. A
 * retained line keeps the text of its block in memory.
 */
const blockSize = 4096

/** Where the block that begins here ends: at the last newline in it, so that it has one line at least, or at the end of the bytes. */
export const endOfBlock = (bytes: Buffer, from: number): number => {
  if (bytes.length - from <= blockSize) return bytes.length
  const last = bytes.lastIndexOf(newline, from + blockSize - 1)
  const end = last >= from ? last : bytes.indexOf(newline, from)
  return end === -1 ? bytes.length : end
}

/** Where the line that begins here ends. */
export const endOfLine = (text: string, start: number): number => {
  const end = text.indexOf("\n", start)
  return end === -1 ? text.length : end
}

/** Calls `onLine` with each line. */
export const forEach = (bytes: Buffer, onLine: (line: string) => void): void => {
  for (let from = 0; from <= bytes.length;) {
    const to = endOfBlock(bytes, from)
    const text = bytes.toString("utf8", from, to)
    for (let start = 0; start <= text.length;) {
      const end = endOfLine(text, start)
      onLine(text.slice(start, end))
      start = end + 1
    }
    from = to + 1
  }
}
