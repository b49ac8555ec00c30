/** Bytes that arrive in pieces. */

/** The bytes in pieces of the given lengths, and the rest. */
export const cut = (bytes: Buffer, lengths: ReadonlyArray<number>): ReadonlyArray<Buffer> => {
  const pieces: Array<Buffer> = []
  let start = 0
  for (const length of lengths) {
    pieces.push(bytes.subarray(start, start + length))
    start += length
  }
  return [...pieces, Buffer.from(bytes.subarray(start))]
}
