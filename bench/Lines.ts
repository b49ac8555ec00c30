/**
 * Cuts bytes into lines: as little as it takes.
 */

const newline = 10

/** Hands over each line that the bytes complete. */
export const cut = (onLine: (line: string) => void): (part: Buffer) => void => {
  let rest: Buffer = Buffer.alloc(0)
  return (part) => {
    const bytes = rest.length === 0 ? part : Buffer.concat([rest, part])
    let start = 0
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      onLine(bytes.toString("utf8", start, end))
      start = end + 1
    }
    rest = bytes.subarray(start)
  }
}
