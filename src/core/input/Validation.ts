/**
 * Schemas with a rule for the whole value.
 *
 * @since 0.1.0
 */
import type * as Arr from "effect/Array"
import * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import * as Codec from "../../effect/Codec.js"
import * as SchemaIssue from "../../effect/Issue.js"

/**
 * A problem of one part of a value, or, without a path, of the whole value.
 *
 * @since 0.1.0
 * @category models
 */
export interface Problem {
  readonly path?: Arr.NonEmptyReadonlyArray<PropertyKey>
  readonly message: string
}

/**
 * A schema with a rule for the whole value. Unlike a filter, the rule also runs when a part is invalid, so that all problems
 * are reported at once. It therefore receives the raw value and must not rely on its shape. `keywords` are those of JSON Schema
 * that say the same.
 *
 * @since 0.1.0
 * @category combinators
 */
export const validated = <A, I>(
  schema: Schema.Schema<A, I>,
  rule: (value: unknown) => ReadonlyArray<Problem>,
  keywords: object = {}
): Schema.Schema<A, I> =>
  Codec.around<A, I, A, I>(schema, {
    decode: (parse, input, ast) => {
      const own = issues(ast, input, rule(input))
      return Either.flatMap(
        Either.mapLeft(parse(input), (issue) => SchemaIssue.together(ast, input, [issue, ...own])),
        (value) => SchemaIssue.succeedUnless(ast, input, own, value)
      )
    },
    encode: (parse, input) => parse(input),
    arbitrary: (part) => (fc) => part(fc).filter((value) => rule(value).length === 0),
    annotations: Codec.jsonSchemaLike(schema, keywords)
  })

/**
 * Converts problems to parse issues.
 *
 * @since 0.1.0
 * @category conversions
 */
export const issues = (
  ast: SchemaIssue.Ast,
  input: unknown,
  problems: ReadonlyArray<Problem>
): ReadonlyArray<SchemaIssue.Issue> =>
  problems.map(({ message, path }) => {
    const issue = SchemaIssue.wrong(ast, input, message)
    return path === undefined ? issue : SchemaIssue.at(path, input, issue)
  })

export { optional, skipValidation } from "../../effect/Codec.js"
