/**
 * Rules: what is wrong with a text, in words that are read after its path, as in `finalImage.pullspec: names no registry`.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * Says what is wrong, or undefined if nothing is. A rule is total, takes time linear in the length of the text, and never
 * repeats the text where it might hold a secret.
 *
 * @since 0.1.0
 * @category models
 */
export type Rule<A = string> = (value: A) => string | undefined

/**
 * The first objection of several rules, which are asked in order.
 *
 * @since 0.1.0
 * @category combinators
 */
export const first = <A>(...rules: ReadonlyArray<Rule<A>>): Rule<A> => (value) => {
  for (const rule of rules) {
    const problem = rule(value)
    if (problem !== undefined) return problem
  }
  return undefined
}

/**
 * Objects to what does not match, in the words given.
 *
 * @since 0.1.0
 * @category constructors
 */
export const matches = (pattern: RegExp, problem: string): Rule => (text) => pattern.test(text) ? undefined : problem

/**
 * Objects to more than so many UTF-8 bytes.
 *
 * @since 0.1.0
 * @category constructors
 */
export const atMostBytes = (limit: number): Rule => (text) =>
  // Three bytes at most for each code unit: the count is only taken where it can matter.
  text.length * 3 > limit && Buffer.byteLength(text) > limit
    ? `is ${Buffer.byteLength(text)} bytes long; at most ${limit} are allowed`
    : undefined

/**
 * Text that can be stored and passed on byte for byte: no NUL, which neither an argument nor an environment variable can
 * carry, and no half of a surrogate pair, which UTF-8 cannot.
 *
 * @since 0.1.0
 * @category constructors
 */
export const portable: Rule = (text) =>
  text.includes("\0")
    ? "must not contain a NUL character"
    : wellFormed(text)

/**
 * Objects to half of a surrogate pair: it is no character, and UTF-8 cannot hold it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const wellFormed: Rule = (text) =>
  /\p{Surrogate}/u.test(text) ? "must be valid Unicode; it holds half of a surrogate pair" : undefined

/**
 * Objects to line breaks, tabs and other control characters.
 *
 * @since 0.1.0
 * @category constructors
 */
export const oneLine: Rule = (text) =>
  /\p{Cc}/u.test(text) ? "must not contain line breaks or other control characters" : undefined

/**
 * The texts that a rule has no objection to.
 *
 * @since 0.1.0
 * @category schemas
 */
export const text = (rule: Rule, annotations: Schema.Annotations.Filter<string>): Schema.Schema<string> =>
  Schema.String.pipe(Schema.filter((value) => rule(value), annotations))
