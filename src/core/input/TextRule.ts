/**
 * Validation rules for text. A message follows the path of the text, as in `finalImage.pullspec: must include a registry`.
 *
 * @since 0.1.0
 */
import type { LazyArbitrary } from "effect/Arbitrary"
import * as Schema from "effect/Schema"

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
export type TextRule = (text: string) => string | undefined

// -----------------------------------------------------------------------------
// rules
// -----------------------------------------------------------------------------

/**
 * Combines rules: the first problem found counts.
 *
 * @since 0.1.0
 * @category rules
 */
export const first = (...rules: ReadonlyArray<TextRule>): TextRule => (text) => {
  for (const rule of rules) {
    const problem = rule(text)
    if (problem !== undefined) return problem
  }
  return undefined
}

/**
 * Rejects text that does not match, with the given message.
 *
 * @since 0.1.0
 * @category rules
 */
export const matches = (pattern: RegExp, problem: string): TextRule => (text) =>
  pattern.test(text) ? undefined : problem

/**
 * Rejects text that matches, with the given message.
 *
 * @since 0.1.0
 * @category rules
 */
export const lacks = (pattern: RegExp, problem: string): TextRule => (text) => pattern.test(text) ? problem : undefined

/**
 * Rejects an empty text.
 *
 * @since 0.1.0
 * @category rules
 */
export const notEmpty: TextRule = matches(/./s, "must not be empty")

/**
 * Rejects text of more than `limit` bytes of UTF-8.
 *
 * @since 0.1.0
 * @category rules
 */
export const atMostBytes = (limit: number): TextRule => (text) => {
  const bytes = Buffer.byteLength(text)
  return bytes > limit ? `has ${bytes} bytes; at most ${limit} are allowed` : undefined
}

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
export const portable: TextRule = first(lacks(/\0/, "must not contain a NUL character"), wellFormed)

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
  Schema.String.pipe(Schema.filter((text) => rule(text), { arbitrary: () => arbitrary }))

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
      { arbitrary: () => (fc) => fc.integer({ min: options.min, max: options.max }) }
    )
  )
