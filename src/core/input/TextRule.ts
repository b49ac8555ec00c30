/**
 * Rules: what is wrong with a text, in words that are read after its path, as in `finalImage.pullspec: names no registry`.
 *
 * @since 0.1.0
 */
import type { LazyArbitrary } from "effect/Arbitrary"
import * as Schema from "effect/Schema"

// -----------------------------------------------------------------------------
// models
// -----------------------------------------------------------------------------

/**
 * Says what is wrong, or undefined if nothing is. A rule takes any text, in time linear in its length, and does not repeat
 * it: it might hold a secret.
 *
 * @since 0.1.0
 * @category models
 */
export type TextRule = (text: string) => string | undefined

// -----------------------------------------------------------------------------
// rules
// -----------------------------------------------------------------------------

/**
 * The first problem that several rules find, in their order.
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
 * Objects to what does not match, in the words given.
 *
 * @since 0.1.0
 * @category rules
 */
export const matches = (pattern: RegExp, problem: string): TextRule => (text) =>
  pattern.test(text) ? undefined : problem

/**
 * Objects to what matches, in the words given.
 *
 * @since 0.1.0
 * @category rules
 */
export const lacks = (pattern: RegExp, problem: string): TextRule => (text) => pattern.test(text) ? problem : undefined

/**
 * Objects to an empty text.
 *
 * @since 0.1.0
 * @category rules
 */
export const notEmpty: TextRule = matches(/./s, "must not be empty")

/**
 * Objects to more than so many bytes of UTF-8.
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
export const wellFormed: TextRule = lacks(/\p{Surrogate}/u, "must be valid Unicode; it holds half of a surrogate pair")

/**
 * Objects to what cannot be passed on as it is: besides broken Unicode a NUL, which neither arguments nor environment
 * variables of a process can hold.
 *
 * @since 0.1.0
 * @category rules
 */
export const portable: TextRule = first(lacks(/\0/, "must not contain a NUL character"), wellFormed)

/**
 * Objects also to line breaks, tabs and other control characters.
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
 * Short texts of characters that are often mistreated, for tests.
 *
 * @since 0.1.0
 * @category arbitraries
 */
export const anyText: LazyArbitrary<string> = (fc) =>
  fc.string({ unit: fc.constantFrom(..."a1 \t\r\n'\"`$\\=:,;#%{}/-é漢😀"), maxLength: 12 })

/**
 * The texts that a rule has nothing against, with some of them for tests.
 *
 * @since 0.1.0
 * @category schemas
 */
export const textBy = (rule: TextRule, arbitrary: LazyArbitrary<string>): Schema.Schema<string> =>
  Schema.String.pipe(Schema.filter((text) => rule(text), { arbitrary: () => arbitrary }))

/**
 * The whole numbers from `min` to `max`, both included; `problem` is what is said of others.
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
