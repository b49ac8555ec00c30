/**
 * Records and lists of which every part is looked at, and all that is wrong with them is said at once.
 *
 * `Schema.Record` drops keys that its key schema refuses and loses one called `__proto__`; and a filter on a record or list
 * is silent as long as a part of it is wrong.
 *
 * @since 0.1.0
 */
import type { LazyArbitrary } from "effect/Arbitrary"
import * as Arr from "effect/Array"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as AST from "effect/SchemaAST"
import { first, type Rule } from "./Rule.js"

/**
 * What is wrong with one part, or, without a path, with the whole.
 *
 * @since 0.1.0
 * @category models
 */
export interface Problem {
  readonly path?: Arr.NonEmptyReadonlyArray<PropertyKey>
  readonly message: string
}

/**
 * Keys and what stands under them.
 *
 * @since 0.1.0
 * @category models
 */
export interface Entries<A> {
  readonly [key: string]: A
}

type Parse<A> = (value: unknown) => Either.Either<A, ParseResult.ParseIssue>

// Parses each part under its key, and adds what is wrong with them together.
const parts = <K extends PropertyKey, A>(
  ast: AST.AST,
  input: unknown,
  items: Iterable<readonly [K, unknown]>,
  parse: Parse<A>,
  together: (parsed: ReadonlyArray<readonly [K, A]>) => ReadonlyArray<Problem>
): Either.Either<ReadonlyArray<readonly [K, A]>, ParseResult.ParseIssue> => {
  const parsed: Array<readonly [K, A]> = []
  const issues: Array<ParseResult.ParseIssue> = []
  for (const [key, value] of items) {
    Either.match(parse(value), {
      onLeft: (issue) => issues.push(new ParseResult.Pointer(key, input, issue)),
      onRight: (result) => parsed.push([key, result])
    })
  }
  for (const { message, path } of together(parsed)) {
    const issue = new ParseResult.Type(ast, input, message)
    issues.push(path === undefined ? issue : new ParseResult.Pointer(path, input, issue))
  }
  return Arr.isNonEmptyArray(issues)
    ? Either.left(new ParseResult.Composite(ast, input, issues))
    : Either.right(parsed)
}

const nothing = (): ReadonlyArray<Problem> => []

const ordinary: Rule = (key) =>
  key === "__proto__" ? "is a name that JavaScript keeps for itself; choose another" : undefined

/**
 * A record of which every key keeps a rule, every value a schema, and the whole (all keys, and the values that are right in
 * themselves) a rule of its own.
 *
 * @since 0.1.0
 * @category schemas
 */
export const entries = <A, I>(options: {
  readonly key: Rule
  readonly value: Schema.Schema<A, I>
  readonly together?: (
    keys: ReadonlyArray<string>,
    values: ReadonlyArray<readonly [string, A]>
  ) => ReadonlyArray<Problem>
  readonly arbitrary: { readonly key: LazyArbitrary<string>; readonly maxKeys: number }
}): Schema.Schema<Entries<A>, Entries<I>> => {
  const keyRule = first(ordinary, options.key)
  const together = options.together ?? nothing

  const record = <B>(
    parse: Parse<B>,
    problems: (keys: ReadonlyArray<string>, values: ReadonlyArray<readonly [string, B]>) => ReadonlyArray<Problem>
  ) =>
  (input: unknown, ast: AST.AST): Either.Either<Entries<B>, ParseResult.ParseIssue> => {
    if (!Predicate.isRecord(input) || input instanceof Uint8Array) {
      return Either.left(new ParseResult.Type(ast, input, "must be an object"))
    }
    const keys = Object.keys(input)
    return Either.map(
      parts(ast, input, Object.entries(input), parse, (values) => [
        ...keys.flatMap((key) => {
          const message = keyRule(key)
          return message === undefined ? [] : [{ path: Arr.of(key), message }]
        }),
        ...problems(keys, values)
      ]),
      Object.fromEntries
    )
  }

  return Schema.declare([options.value], {
    decode: (value) => (input, parseOptions, ast) =>
      record(ParseResult.decodeUnknownEither(value, parseOptions), together)(input, ast),
    encode: (value) => (input, parseOptions, ast) =>
      record(ParseResult.encodeUnknownEither(value, parseOptions), nothing)(input, ast)
  }, {
    arbitrary: (value) => (fc) =>
      fc.dictionary(options.arbitrary.key(fc), value(fc), { maxKeys: options.arbitrary.maxKeys, noNullPrototype: true })
        .filter((record) => together(Object.keys(record), Object.entries(record)).length === 0)
  })
}

/**
 * A list of which every item keeps a schema, and the whole a rule of its own, which is asked even where an item is wrong.
 *
 * @since 0.1.0
 * @category schemas
 */
export const list = <A, I>(options: {
  readonly item: Schema.Schema<A, I>
  readonly together: (items: ReadonlyArray<unknown>) => ReadonlyArray<Problem>
  readonly maxItems: number
}): Schema.Schema<ReadonlyArray<A>, ReadonlyArray<I>> => {
  const array =
    <B>(parse: Parse<B>) => (input: unknown, ast: AST.AST): Either.Either<ReadonlyArray<B>, ParseResult.ParseIssue> =>
      !Array.isArray(input)
        ? Either.left(new ParseResult.Type(ast, input, "must be a list"))
        : input.length > options.maxItems
        ? Either.left(
          new ParseResult.Type(ast, input, `has ${input.length} items; at most ${options.maxItems} are allowed`)
        )
        : Either.map(
          parts(ast, input, input.entries(), parse, () => options.together(input)),
          Arr.map(([, item]) => item)
        )

  return Schema.declare([options.item], {
    decode: (item) => (input, parseOptions, ast) =>
      array(ParseResult.decodeUnknownEither(item, parseOptions))(input, ast),
    encode: (item) => (input, parseOptions, ast) =>
      array(ParseResult.encodeUnknownEither(item, parseOptions))(input, ast)
  }, {
    arbitrary: (item) => (fc) =>
      fc.array(item(fc), { maxLength: Math.min(3, options.maxItems) })
        .filter((items) => options.together(items).length === 0)
  })
}
