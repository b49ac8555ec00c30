/**
 * The hashes in the names of ReplicaSets and ControllerRevisions, in the alphabet of generated names: SafeEncodeString of
 * k8s.io/apimachinery pkg/util/rand (v0.37).
 *
 * @since 0.1.0
 */
import * as Json from "../Json.js"

const alphabet = "bcdfghjklmnpqrstvwxz2456789"

/** FNV-1 of 32 bits. */
const fnv = (text: string): number =>
  Buffer.from(text).reduce((hash, byte) => (Math.imul(hash, 0x01000193) ^ byte) >>> 0, 0x811c9dc5)

const encoded = (hash: number): string =>
  [...String(hash)].map((digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join("")

/** A value whose keys are in order, as Go writes a map. @since 0.1.0 @category conversions */
export const ordered = (value: Json.Value): Json.Value =>
  Json.isList(value)
    ? value.map(ordered)
    : Json.isObject(value)
    ? Object.fromEntries(Object.keys(value).toSorted().map((key) => [key, ordered(value[key] ?? null)]))
    : value

const escapes: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029"
}

/** The hash of a value as Go encodes it; `collisions` makes another of an equal value. @since 0.1.0 @category getters */
export const of = (value: Json.Value, collisions: number): string => {
  const text = JSON.stringify(ordered(value)).replaceAll(/[<>&\u2028\u2029]/g, (one) => escapes[one] ?? one)
  return encoded(fnv(text + String(collisions)))
}
