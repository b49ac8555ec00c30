/**
 * Schemas with own checks in both directions: what `declare` and `transformOrFail` are on one major version of Effect and
 * `Declaration` and `decodeTo` on the next.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import type { LazyArbitrary } from "./Arbitrary.js"
import { type Ast, type Issue, wrong } from "./Issue.js"

/** Reads a value by a schema. */
export type Parse<A> = (input: unknown) => Either.Either<A, Issue>

/** Reads a value by a schema: reports everything that is wrong, and unknown fields too. */
export const strict = <A, I>(schema: Schema.Schema<A, I>): Parse<A> =>
  ParseResult.decodeUnknownEither(schema, { errors: "all", onExcessProperty: "error" })

/** The annotations of a declaration. */
export interface Annotations {
  readonly [AST.SurrogateAnnotationId]: AST.AST
  readonly jsonSchema?: object
}

/** The annotations of a declaration whose JSON Schema is that of another schema with further keywords. */
export const jsonSchemaLike = <A, I>(schema: Schema.Schema<A, I>, keywords: object = {}): Annotations => ({
  [AST.SurrogateAnnotationId]: schema.ast,
  ...(Object.keys(keywords).length === 0 ? {} : { jsonSchema: keywords })
})

/** A conversion of which each direction may refuse a value with a message. */
export const convert = <A, I, T, F>(from: Schema.Schema<F, I>, to: Schema.Schema<A, T>, options: {
  readonly decode: (value: F) => Either.Either<T, string>
  readonly encode: (value: T) => Either.Either<F, string>
}): Schema.Schema<A, I> =>
  Schema.transformOrFail(from, to, {
    strict: true,
    decode: (value, _, ast) => Either.mapLeft(options.decode(value), (message) => wrong(ast, value, message)),
    encode: (value, _, ast) => Either.mapLeft(options.encode(value), (message) => wrong(ast, value, message))
  })

/** A schema around another: each direction reads the value by it, and has a word before or after. */
export const around = <A, I, B, J>(part: Schema.Schema<A, I>, options: {
  readonly decode: (parse: Parse<A>, input: unknown, ast: Ast) => Either.Either<B, Issue>
  readonly encode: (parse: Parse<I>, input: unknown, ast: Ast) => Either.Either<J, Issue>
  readonly arbitrary: (part: LazyArbitrary<A>) => LazyArbitrary<B>
  readonly annotations?: Annotations
}): Schema.Schema<B, J> =>
  Schema.declare([part], {
    decode: (part) => {
      const parse = ParseResult.decodeUnknownEither(part)
      return (input, parseOptions, ast) => options.decode((value) => parse(value, parseOptions), input, ast)
    },
    encode: (part) => {
      const parse = ParseResult.encodeUnknownEither(part)
      return (input, parseOptions, ast) => options.encode((value) => parse(value, parseOptions), input, ast)
    }
  }, { arbitrary: options.arbitrary, ...options.annotations })

/**
 * The first schema for the values that are its own, and otherwise the second: a union would not know which of the two a value
 * with a mistake is meant to be. `weight`: how many of the values of a test are of the second, for each of the first.
 */
export const choose = <A, I, A1 extends A, I1 extends I, A2 extends A, I2 extends I>(
  isFirst: (input: unknown) => boolean,
  first: Schema.Schema<A1, I1>,
  second: Schema.Schema<A2, I2>,
  { annotations, weight = 1 }: { readonly weight?: number; readonly annotations?: Annotations } = {}
): Schema.Schema<A, I> =>
  Schema.declare([first, second], {
    decode: (first, second) => {
      const [one, other] = [ParseResult.decodeUnknownEither(first), ParseResult.decodeUnknownEither(second)]
      return (input, options): Either.Either<A, Issue> => (isFirst(input) ? one : other)(input, options)
    },
    encode: (first, second) => {
      const [one, other] = [ParseResult.encodeUnknownEither(first), ParseResult.encodeUnknownEither(second)]
      return (input, options): Either.Either<I, Issue> => (isFirst(input) ? one : other)(input, options)
    }
  }, {
    arbitrary: (first, second) => (fc) =>
      fc.oneof({ arbitrary: first(fc), weight: 1 }, { arbitrary: second(fc), weight }),
    ...annotations
  })

/** Data of a schema that decodes to an effect, which reads it; the JSON Schema is that of the schema. */
export const deferred = <A, I, E extends { readonly message: string }>(
  schema: Schema.Schema<A, I>,
  isEffect: (value: unknown) => value is Effect.Effect<A, E>,
  decode: (data: unknown) => Effect.Effect<A, E>
): Schema.Schema<Effect.Effect<A, E>, unknown> =>
  Schema.transformOrFail(
    Schema.Unknown.annotations({ ...jsonSchemaLike(schema) }),
    Schema.declare(isEffect),
    {
      strict: true,
      decode: (data) => ParseResult.succeed(decode(data)),
      encode: (effect, _, ast) =>
        Effect.matchEffect(effect, {
          onFailure: ({ message }) => ParseResult.fail(wrong(ast, effect, message)),
          onSuccess: ParseResult.encode(schema)
        })
    }
  )

/** An optional field. An explicit `undefined` is dropped, so that values with the same meaning are equal. */
export const optional = <A, I>(
  schema: Schema.Schema<A, I>
): Schema.PropertySignature<"?:", A, never, "?:", I | undefined, false, never> =>
  Schema.optionalToOptional(Schema.UndefinedOr(schema), Schema.typeSchema(schema), {
    decode: Option.filter(Predicate.isNotUndefined),
    encode: (value) => value
  })

/** The second argument of a class whose fields are valid already: checking them again costs as much as reading them. */
export const skipValidation = true
