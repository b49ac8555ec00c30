/**
 * Validation rules for text. A message follows the path of the text, as in `finalImage.pullspec: must include a registry`.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import type { LazyArbitrary } from "../../effect/Arbitrary.js"

// -----------------------------------------------------------------------------
// models
// -----------------------------------------------------------------------------

/**
 * Returns the problem of a text, or undefined if it is valid. A rule accepts any text, runs in time linear in its length, and
 * does not repeat the text, which might contain a secret.
 *
 * @since 0.1.0
 * @category models
 */
export interface TextRule {
  (text: string): string | undefined
  /** Keywords of JSON Schema that hold for every text that the rule accepts. */
  readonly keywords?: ReadonlyArray<TextKeywords>
}

/**
 * Keywords of JSON Schema for text.
 *
 * @since 0.1.0
 * @category models
 */
export interface TextKeywords {
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly not?: { readonly pattern: string }
}

// -----------------------------------------------------------------------------
// rules
// -----------------------------------------------------------------------------

/**
 * A rule, with the keywords of JSON Schema that express it.
 *
 * @since 0.1.0
 * @category rules
 */
export const withKeywords = (
  rule: (text: string) => string | undefined,
  ...keywords: ReadonlyArray<TextKeywords>
): TextRule => Object.assign((text: string) => rule(text), { keywords })

/**
 * Combines rules: the first problem found counts.
 *
 * @since 0.1.0
 * @category rules
 */
export const first = (...rules: ReadonlyArray<TextRule>): TextRule =>
  withKeywords((text) => {
    for (const rule of rules) {
      const problem = rule(text)
      if (problem !== undefined) return problem
    }
    return undefined
  }, ...rules.flatMap(({ keywords = [] }) => keywords))

// JSON Schema has no flags, and not every validator knows the properties of Unicode (`\p`), which need one.
const sourceOf = ({ flags, source }: RegExp): string | undefined =>
  flags === "" ? source.replace(/\\(.)/g, (escaped, character) => character === "/" ? "/" : escaped) : undefined

/**
 * Rejects text that does not match, with the given message.
 *
 * @since 0.1.0
 * @category rules
 */
export const matches = (regex: RegExp, problem: string): TextRule => {
  const pattern = sourceOf(regex)
  return withKeywords(
    (text) => regex.test(text) ? undefined : problem,
    ...(pattern === undefined ? [] : [{ pattern }])
  )
}

/**
 * Rejects text that matches, with the given message.
 *
 * @since 0.1.0
 * @category rules
 */
export const lacks = (regex: RegExp, problem: string): TextRule => {
  const pattern = sourceOf(regex)
  return withKeywords(
    (text) => regex.test(text) ? problem : undefined,
    ...(pattern === undefined ? [] : [{ not: { pattern } }])
  )
}

/**
 * Rejects an empty text.
 *
 * @since 0.1.0
 * @category rules
 */
export const notEmpty: TextRule = withKeywords((text) => text === "" ? "must not be empty" : undefined, {
  minLength: 1
})

/**
 * Rejects text of more than `limit` bytes of UTF-8.
 *
 * @since 0.1.0
 * @category rules
 */
export const atMostBytes = (limit: number): TextRule =>
  withKeywords((text) => {
    const bytes = Buffer.byteLength(text)
    return bytes > limit ? `has ${bytes} bytes; at most ${limit} are allowed` : undefined
    // JSON Schema counts characters, each of which has a byte or more.
  }, { maxLength: limit })

/**
 * Rejects half of a surrogate pair, which is not a character and cannot be encoded in UTF-8.
 *
 * @since 0.1.0
 * @category rules
 */
export const wellFormed: TextRule = lacks(
  /\p{Surrogate}/u,
  "must be valid Unicode; it contains half of a surrogate pair"
)

/**
 * Rejects text that a process cannot receive unchanged: invalid Unicode, and NUL, which neither arguments nor environment
 * variables can contain.
 *
 * @since 0.1.0
 * @category rules
 */
export const portable: TextRule = first(lacks(/\0/u, "must not contain a NUL character"), wellFormed)

/**
 * Rejects line breaks, tabs and other control characters as well.
 *
 * @since 0.1.0
 * @category rules
 */
export const oneLine: TextRule = first(
  portable,
  lacks(/\p{Cc}/u, "must not contain line breaks or other control characters")
)

// -----------------------------------------------------------------------------
// schemas
// -----------------------------------------------------------------------------

/**
 * Arbitrary short texts of characters that often need escaping, for tests.
 *
 * @since 0.1.0
 * @category arbitraries
 */
export const anyText: LazyArbitrary<string> = (fc) =>
  fc.string({ unit: fc.constantFrom(..."a1 \t\r\n'\"`$\\=:,;#%{}/-é漢😀"), maxLength: 12 })

/**
 * The schema of texts that a rule accepts, with an arbitrary for tests.
 *
 * @since 0.1.0
 * @category schemas
 */
export const textBy = (rule: TextRule, arbitrary: LazyArbitrary<string>): Schema.Schema<string> =>
  Schema.String.pipe(
    Schema.filter((text) => rule(text), { arbitrary: () => arbitrary, jsonSchema: jsonSchemaOf(rule) })
  )

/**
 * The JSON Schema of the texts that a rule accepts, and of those that it rejects for reasons that JSON Schema cannot say.
 *
 * @since 0.1.0
 * @category getters
 */
export const jsonSchemaOf = ({ keywords = [] }: TextRule): JsonText => {
  const minLength = Math.max(0, ...keywords.flatMap(({ minLength }) => minLength ?? []))
  const maxLength = Math.min(Infinity, ...keywords.flatMap(({ maxLength }) => maxLength ?? []))
  const [pattern, ...patterns] = keywords.flatMap(({ pattern }) => pattern ?? [])
  const further = [
    ...patterns.map((pattern) => ({ pattern })),
    ...keywords.flatMap(({ not }) => not === undefined ? [] : [{ not }])
  ]
  return {
    type: "string",
    ...(minLength === 0 ? {} : { minLength }),
    ...(maxLength === Infinity ? {} : { maxLength }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(further.length === 0 ? {} : { allOf: further })
  }
}

/**
 * The JSON Schema of a text.
 *
 * @since 0.1.0
 * @category models
 */
export interface JsonText extends TextKeywords {
  readonly type: "string"
  readonly allOf?: ReadonlyArray<TextKeywords>
}

/**
 * The whole numbers from `min` to `max`, both included; `problem` is the message for other numbers.
 *
 * @since 0.1.0
 * @category schemas
 */
export const wholeNumber = (options: {
  readonly min: number
  readonly max: number
  readonly problem: string
}): Schema.Schema<number> =>
  Schema.Number.pipe(
    Schema.filter(
      (value) => Number.isInteger(value) && value >= options.min && value <= options.max ? undefined : options.problem,
      {
        arbitrary: () => (fc) => fc.integer({ min: options.min, max: options.max }),
        jsonSchema: { type: "integer", minimum: options.min, maximum: options.max }
      }
    )
  )
