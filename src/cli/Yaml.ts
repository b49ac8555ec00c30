/**
 * Manifests as YAML.
 *
 * @since 0.1.0
 */
import type { Json, JsonObject } from "../kubernetes/client/ApiRequest.js"

// Text that every parser reads as a string without quotes: not as a number, a boolean, null or syntax.
const plain = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[a-z][\w./-]*$/i

const isList = (value: Json): value is ReadonlyArray<Json> => Array.isArray(value)

const isObject = (value: Json): value is JsonObject => typeof value === "object" && value !== null && !isList(value)

const isScalar = (value: Json): boolean => typeof value !== "object" || value === null

/** A value on one line; undefined if it takes several. */
const inline = (value: Json): string | undefined => {
  if (isList(value)) return value.every(isScalar) ? `[${value.map(inline).join(", ")}]` : undefined
  if (isObject(value)) return Object.keys(value).length === 0 ? "{}" : undefined
  return typeof value === "string" && plain.test(value) ? value : JSON.stringify(value)
}

const block = (value: Json): ReadonlyArray<string> => {
  const short = inline(value)
  if (short !== undefined) return [short]
  return isList(value)
    ? value.flatMap((one) => block(one).map((line, index) => `${index === 0 ? "- " : "  "}${line}`))
    : Object.entries(value ?? {}).flatMap(([key, one]) => {
      const short = inline(one)
      return short === undefined
        ? [`${inline(key)}:`, ...block(one).map((line) => isList(one) ? line : `  ${line}`)]
        : [`${inline(key)}: ${short}`]
    })
}

/**
 * Objects as the documents of one file.
 *
 * @since 0.1.0
 * @category conversions
 */
export const format = (documents: ReadonlyArray<JsonObject>): string =>
  documents.map((document) => block(document).map((line) => `${line}\n`).join("")).join("---\n")
