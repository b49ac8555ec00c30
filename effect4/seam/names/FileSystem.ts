/** A position in a file is a bigint on Effect 4. */
export const Size = (bytes: number): bigint => BigInt(bytes)
