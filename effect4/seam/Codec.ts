/**
 * Schemas with own checks in both directions. `Schema.declareConstructor` has one function for both, so these are made of the
 * node itself, which takes one for each.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaParser from "effect/SchemaParser"
import * as SchemaTransformation from "effect/SchemaTransformation"
import type { LazyArbitrary } from "./Arbitrary.js"
import type { Ast, Issue } from "./Issue.js"
import * as JsonSchema from "./names/JsonSchema.js"

/** Reads a value by a schema. */
export type Parse<A> = (input: unknown) => Result.Result<A, Issue>

/** Reads a value by a schema: reports everything that is wrong, and unknown fields too. */
export const strict = <A, I>(schema: Schema.Codec<A, I>): Parse<A> =>
  SchemaParser.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error", reportInput: true })

/** What a declaration says of itself. */
export interface Annotations extends Schema.Annotations.Annotations {
  readonly toCodecJson?: () => AST.Link
}

/** The annotations of a declaration whose JSON Schema is that of another schema with further keywords. */
export const jsonSchemaLike = <A, I>(
  schema: Schema.Codec<A, I>,
  keywords: object = {},
  identifier?: string
): Annotations => ({
  toCodecJson: () => new AST.Link(JsonSchema.like(schema, keywords, identifier).ast, SchemaTransformation.passthrough())
})

/** A conversion of which each direction may refuse a value with a message. */
export const convert = <A, I, T, F>(from: Schema.Codec<F, I>, to: Schema.Codec<A, T>, options: {
  readonly decode: (value: F) => Result.Result<T, string>
  readonly encode: (value: T) => Result.Result<F, string>
}): Schema.decodeTo<Schema.Codec<A, T>, Schema.Codec<F, I>> =>
  JsonSchema.withKeywords(from).pipe(Schema.decodeTo(
    to,
    SchemaTransformation.transformEffect({
      decode: (value: F) => Effect.fromResult(Result.mapError(options.decode(value), refusal)),
      encode: (value: T) => Effect.fromResult(Result.mapError(options.encode(value), refusal))
    })
  ))

const refusal = (message: string): Issue => new SchemaIssue.InvalidValue({ message })

/** A schema around another: each direction reads the value by it, and has a word before or after. */
export const around = <A, I, B, J>(part: Schema.Codec<A, I>, options: {
  readonly decode: (parse: Parse<A>, input: unknown, ast: Ast) => Result.Result<B, Issue>
  readonly encode: (parse: Parse<I>, input: unknown, ast: Ast) => Result.Result<J, Issue>
  readonly arbitrary: (part: LazyArbitrary<A>) => LazyArbitrary<B>
  readonly annotations?: Annotations
}): Schema.Codec<B, J> =>
  Schema.make<Schema.Codec<B, J>>(
    new AST.Declaration(
      [part.ast],
      ([node]) => {
        const parse = SchemaParser.decodeUnknownResult(codecOf<A, I>(node))
        return (input, ast, parseOptions) =>
          Effect.fromResult(options.decode((value) => parse(value, parseOptions), input, ast))
      },
      { arbitrary: options.arbitrary, ...options.annotations },
      undefined,
      undefined,
      undefined,
      undefined,
      ([node]) => {
        const parse = SchemaParser.decodeUnknownResult(codecOf<I, A>(node))
        return (input, ast, parseOptions) =>
          Effect.fromResult(options.encode((value) => parse(value, parseOptions), input, ast))
      }
    )
  )

const codecOf = <A, I>(node: AST.AST | undefined): Schema.Codec<A, I> =>
  Schema.make<Schema.Codec<A, I>>(node ?? AST.never)

/**
 * The first schema for the values that are its own, and otherwise the second: a union would not know which of the two a value
 * with a mistake is meant to be.
 */
export const choose = <A, I, A1 extends A, I1 extends I, A2 extends A, I2 extends I>(
  isFirst: (input: unknown) => boolean,
  first: Schema.Codec<A1, I1>,
  second: Schema.Codec<A2, I2>,
  { annotations, weight = 1 }: { readonly weight?: number; readonly annotations?: Annotations } = {}
): Schema.Codec<A, I> =>
  Schema.make<Schema.Codec<A, I>>(
    new AST.Declaration([first.ast, second.ast], ([one, two]) => {
      const parseFirst = SchemaParser.decodeUnknownResult(codecOf<unknown, unknown>(one))
      const parseSecond = SchemaParser.decodeUnknownResult(codecOf<unknown, unknown>(two))
      return (input, _, options) => Effect.fromResult((isFirst(input) ? parseFirst : parseSecond)(input, options))
    }, { arbitrary: eitherOf(weight), ...annotations })
  )

const eitherOf = (weight: number) => <A>(first: LazyArbitrary<A>, second: LazyArbitrary<A>): LazyArbitrary<A> => (fc) =>
  fc.oneof({ arbitrary: first(fc), weight: 1 }, { arbitrary: second(fc), weight })

const isAnything = (_: unknown): _ is unknown => true

/** Data of a schema that decodes to an effect, which reads it; the JSON Schema is that of the schema. */
export const deferred = <A, I, E extends { readonly message: string }>(
  schema: Schema.Codec<A, I>,
  isEffect: (value: unknown) => value is Effect.Effect<A, E>,
  decode: (data: unknown) => Effect.Effect<A, E>
): Schema.Codec<Effect.Effect<A, E>, unknown> =>
  Schema.declare(isAnything, jsonSchemaLike(schema, {}, AST.resolveIdentifier(schema.ast))).pipe(Schema.decodeTo(
    Schema.declare(isEffect),
    SchemaTransformation.transformEffect({
      decode: (data: unknown) => Effect.succeed(decode(data)),
      encode: (effect: Effect.Effect<A, E>): Effect.Effect<unknown, Issue> =>
        Effect.matchEffect(effect, {
          onFailure: ({ message }): Effect.Effect<unknown, Issue> => Effect.fail(refusal(message)),
          onSuccess: (value) => SchemaParser.encodeEffect(schema)(value)
        })
    })
  ))

/** An optional field. An explicit `undefined` is dropped, so that values with the same meaning are equal. */
export const optional = <A, I>(schema: Schema.Codec<A, I>) =>
  Schema.optionalKey(Schema.UndefinedOr(schema)).pipe(
    Schema.decodeTo(Schema.optionalKey(Schema.toType(schema)), {
      decode: SchemaGetter.transformOptional<A, A | undefined>(Option.filter(Predicate.isNotUndefined)),
      encode: SchemaGetter.transformOptional<A | undefined, A>((value) => value)
    })
  )

/** The second argument of a class whose fields are valid already: checking them again costs as much as reading them. */
export const skipValidation = { disableChecks: true } as const
