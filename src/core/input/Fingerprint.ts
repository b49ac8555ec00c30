/**
 * Hashes the parts of an input that determine the image.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"

/**
 * A value to hash: text, bytes, a list in its order, or a record, whose order of keys does not matter.
 *
 * @since 0.1.0
 * @category models
 */
export type Content = string | Uint8Array | ReadonlyArray<Content> | { readonly [key: string]: Content }

const alphabet = "abcdefghijklmnopqrstuvwxyz234567"

/**
 * 26 characters of lower-case base32 (RFC 4648): the first 130 bits of a SHA-256, which may stand in a Kubernetes name.
 *
 * The encoding that is hashed can be read in one way only: a text or bytes as its length, a colon, and its UTF-8 or bytes; a
 * list as `[`, its items and `]`; a record as `{`, its keys and values in the order of the keys' UTF-16 code units, and `}`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (content: Content): string => {
  const hash = createHash("sha256")
  // Each call of OpenSSL takes longer than it takes to hash a name, so texts are put together until there are bytes.
  let text = ""
  const write = (part: Content): void => {
    if (typeof part === "string") {
      text += `${Buffer.byteLength(part)}:${part}`
    } else if (part instanceof Uint8Array) {
      hash.update(`${text}${part.byteLength}:`).update(part)
      text = ""
    } else if (isList(part)) {
      text += "["
      part.forEach(write)
      text += "]"
    } else {
      text += "{"
      for (const [key, value] of Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1)) {
        write(key)
        write(value)
      }
      text += "}"
    }
  }
  write(content)
  return base32(hash.update(text).digest()).slice(0, 26)
}

const isList = (content: Content): content is ReadonlyArray<Content> => Array.isArray(content)

const base32 = (bytes: Uint8Array): string => {
  let text = ""
  let bits = 0
  let count = 0
  for (const byte of bytes) {
    bits = (bits << 8) | byte
    count += 8
    while (count >= 5) {
      count -= 5
      text += alphabet.charAt((bits >> count) & 31)
    }
    bits &= (1 << count) - 1
  }
  return text
}
