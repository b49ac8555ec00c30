/**
 * Schemas with a rule for the whole value.
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"

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
  Schema.declare([schema], {
    decode: (part) => (input, options, ast) => {
      const parsed = ParseResult.decodeUnknownEither(part, options)(input)
      const own = issues(ast, input, rule(input))
      return Either.match(parsed, {
        onLeft: (issue) => Either.left(new ParseResult.Composite(ast, input, [issue, ...own])),
        onRight: (value) => succeedUnless(ast, input, own, value)
      })
    },
    encode: (part) => (input, options) => ParseResult.encodeUnknownEither(part, options)(input)
  }, {
    arbitrary: (part) => (fc) => part(fc).filter((value) => rule(value).length === 0),
    ...jsonSchemaLike(schema, keywords)
  })

/**
 * The annotations of a declaration whose JSON Schema is that of another schema with further keywords.
 *
 * @since 0.1.0
 * @category annotations
 */
export const jsonSchemaLike = <A, I>(schema: Schema.Schema<A, I>, keywords: object = {}) => ({
  [AST.SurrogateAnnotationId]: schema.ast,
  ...(Predicate.isRecord(keywords) && Object.keys(keywords).length === 0 ? {} : { jsonSchema: keywords })
})

/**
 * Converts problems to parse issues.
 *
 * @since 0.1.0
 * @category conversions
 */
export const issues = (
  ast: AST.AST,
  input: unknown,
  problems: ReadonlyArray<Problem>
): ReadonlyArray<ParseResult.ParseIssue> =>
  problems.map(({ message, path }) => {
    const issue = new ParseResult.Type(ast, input, message)
    return path === undefined ? issue : new ParseResult.Pointer(path, input, issue)
  })

/**
 * Returns the value, or fails with the issues if there are any.
 *
 * @since 0.1.0
 * @category constructors
 */
export const succeedUnless = <A>(
  ast: AST.AST,
  input: unknown,
  found: ReadonlyArray<ParseResult.ParseIssue>,
  value: A
): Either.Either<A, ParseResult.ParseIssue> =>
  Arr.isNonEmptyReadonlyArray(found)
    ? Either.left(new ParseResult.Composite(ast, input, found))
    : Either.right(value)

/**
 * An optional field. An explicit `undefined` is dropped, so that values with the same meaning are equal.
 *
 * @since 0.1.0
 * @category schemas
 */
export const optional = <A, I>(
  schema: Schema.Schema<A, I>
): Schema.PropertySignature<"?:", A, never, "?:", I | undefined, false, never> =>
  Schema.optionalToOptional(Schema.UndefinedOr(schema), Schema.typeSchema(schema), {
    decode: Option.filter(Predicate.isNotUndefined),
    encode: (value) => value
  })

export const skipValidation = true
