/** Constructors of schemas whose arguments have another form on Effect 4. */
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaTransformation from "effect/SchemaTransformation"
import type { LazyArbitrary } from "../Arbitrary.js"

export const Defect = Schema.Defect()

export const Literal = <const L extends ReadonlyArray<AST.LiteralValue>>(...literals: L): Schema.Literals<L> =>
  Schema.Literals(literals)

export const Record = <K extends Schema.Record.Key, V extends Schema.Constraint>(
  { key, value }: { readonly key: K; readonly value: V }
) => Schema.Record(key, value)

export const Union = <const Members extends ReadonlyArray<Schema.Constraint>>(
  ...members: Members
): Schema.Union<Members> => Schema.Union(members)

type Fields = Schema.Struct.Fields

type Named = Pick<Annotations, "identifier" | "description">

/** What Effect 4 shows of a class in JSON is its struct, under the name of the class and `Encoded` if it has none of its own. */
const namedStruct = (struct: Schema.Struct<Fields>, { description, identifier }: Named = {}) =>
  identifier === undefined ? struct : struct.annotate({ identifier, description })

export const Class: typeof Schema.Class =
  ((id: string) => (fields: Fields | Schema.Struct<Fields>, annotations?: Named) =>
    Schema.Class<unknown>(id)(namedStruct(Schema.isSchema(fields) ? fields : Schema.Struct(fields), annotations), {
      ...annotations
    })) as never

export const TaggedClass: typeof Schema.TaggedClass =
  ((id: string) => (tag: string, fields: Fields, annotations?: Named) =>
    Schema.Class<unknown>(id)(namedStruct(Schema.TaggedStruct(tag, fields), annotations), { ...annotations })) as never

export const TaggedError: typeof Schema.TaggedError =
  ((id: string) => (tag: string, fields: Fields, annotations?: Named) =>
    Schema.Error<unknown>(id)(namedStruct(Schema.TaggedStruct(tag, fields), annotations), { ...annotations })) as never

export const between =
  (minimum: number, maximum: number) => <S extends Schema.Codec<number, unknown> & Schema.Top>(self: S) =>
    self.check(Schema.isBetween({ minimum, maximum }))

export const positive = () => <S extends Schema.Codec<number, unknown> & Schema.Top>(self: S) =>
  self.check(Schema.isGreaterThan(0))

interface Annotations {
  readonly message?: (() => string) | undefined
  readonly arbitrary?: (() => LazyArbitrary<unknown>) | undefined
  readonly jsonSchema?: object | undefined
  readonly description?: string | undefined
  readonly identifier?: string | undefined
}

type Problem = string | { readonly path: ReadonlyArray<PropertyKey>; readonly message: string }

const issueOf = (problem: Problem) =>
  typeof problem === "string" ? problem : { path: problem.path, issue: problem.message }

/** The message of a filter is an annotation on Effect 4, and generators are derived from the schema. */
export const filter = <S extends Schema.Top>(
  is: (value: NoInfer<S["Type"]>) => boolean | undefined | Problem | ReadonlyArray<Problem>,
  annotations: Annotations = {}
): (self: S) => S["Rebuild"] => {
  const message = annotations.message?.()
  const own = Schema.makeFilter((value: S["Type"]) => {
    const found = is(value)
    if (found === false) return message ?? false
    if (typeof found === "boolean" || found === undefined) return found
    return isMany(found) ? found.map(issueOf) : issueOf(found)
  }, generated(annotations))
  return isWhole(annotations) ? Schema.check<S>(own.abort(), whole(annotations)) : Schema.check<S>(own)
}

const isWhole = ({ jsonSchema }: Annotations): boolean =>
  jsonSchema !== undefined && "type" in jsonSchema && jsonSchema.type === "integer"

/** Of a number without such a check Effect 4 does not write the others: its JSON may be the text `NaN`. */
const whole = ({ arbitrary }: Annotations) =>
  Schema.makeFilter(Number.isInteger, {
    ...generated({ arbitrary }),
    representation: { id: "effect/schema/isInt", payload: null },
    toJsonSchema: () => ({ type: "integer" })
  })

/** Tests read the generator of a schema from its annotations. */
const generated = ({ arbitrary, jsonSchema }: Annotations) => ({
  ...(arbitrary === undefined ? {} : { arbitrary }),
  ...(jsonSchema === undefined ? {} : { toJsonSchema: () => ({ ...jsonSchema }) })
})

const isMany = (found: Problem | ReadonlyArray<Problem>): found is ReadonlyArray<Problem> => Array.isArray(found)

export const pattern =
  (regExp: RegExp, annotations: Annotations = {}) => <I>(self: Schema.Codec<string, I>): Schema.Codec<string, I> =>
    filter<Schema.Codec<string, I>>((text) => regExp.test(text), {
      arbitrary: () => (fc) => fc.stringMatching(regExp),
      ...annotations
    })(self)

interface Transform<A, B> {
  readonly strict?: true
  readonly decode: (value: A) => B
  readonly encode: (value: B) => A
}

export const transform: {
  <B, J, A>(to: Schema.Codec<B, J>, options: Transform<A, J>): <I>(from: Schema.Codec<A, I>) => Schema.Codec<B, I>
  <A, I, B, J>(from: Schema.Codec<A, I>, to: Schema.Codec<B, J>, options: Transform<A, J>): Schema.Codec<B, I>
} = dual(
  (args) => args.length > 2,
  <A, I, B, J>(from: Schema.Codec<A, I>, to: Schema.Codec<B, J>, options: Transform<A, J>): Schema.Codec<B, I> =>
    from.pipe(Schema.decodeTo(to, SchemaTransformation.transform<J, A>(options)))
)

interface Optional<A> {
  readonly nullable?: true
  readonly default: () => A
}

type WithDefault<A, I> = Schema.withConstructorDefault<
  & Schema.decodeTo<
    Schema.toType<Schema.Codec<A, I>>,
    Schema.optional<Schema.NullOr<Schema.Codec<A, I>> | Schema.Codec<A, I>>
  >
  & Schema.WithoutConstructorDefault
>

type Nullable<A, I> = Schema.decodeTo<
  Schema.optionalKey<Schema.toType<Schema.Codec<A, I>>>,
  Schema.optional<Schema.NullOr<Schema.Codec<A, I>>>
>

const isPresent = <A>(value: A | null | undefined): value is A => value !== null && value !== undefined

const withoutDefault = <A, I>(schema: Schema.Codec<A, I>): Schema.Codec<A, A> & Schema.WithoutConstructorDefault =>
  Schema.make(AST.toType(schema.ast))

export const optionalWith: {
  <A, I>(schema: Schema.Codec<A, I>, options: Optional<NoInfer<A>>): WithDefault<A, I>
  <A, I>(schema: Schema.Codec<A, I>, options: { readonly nullable: true }): Nullable<A, I>
  <A, I>(schema: Schema.Codec<A, I>, options: { readonly exact: true }): Schema.optionalKey<Schema.Codec<A, I>>
} = (<A, I>(
  schema: Schema.Codec<A, I>,
  { exact, nullable, ...options }: Partial<Optional<A>> & { readonly exact?: true }
) => {
  if (exact === true) return Schema.optionalKey(schema)
  const from = Schema.optional(nullable === true ? Schema.NullOr(schema) : schema)
  const fallback = options.default
  return fallback === undefined
    ? from.pipe(Schema.decodeTo(Schema.optionalKey(Schema.toType(schema)), {
      decode: SchemaGetter.transformOptional<A, A | null | undefined>(Option.filter(isPresent)),
      encode: SchemaGetter.transformOptional<A | null | undefined, A>((value) => value)
    }))
    : from.pipe(
      Schema.decodeTo(withoutDefault(schema), {
        decode: SchemaGetter.transformOptional<A, A | null | undefined>((value) =>
          Option.orElse(Option.filter(value, isPresent), () => Option.some(fallback()))
        ),
        encode: SchemaGetter.transformOptional<A | null | undefined, A>((value) => value)
      }),
      // A class is constructed without the field, too.
      Schema.withConstructorDefault(Effect.sync(fallback))
    )
}) as never
