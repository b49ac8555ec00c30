/**
 * Records with keys chosen by the user, such as build arguments or file names.
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { LazyArbitrary } from "../../effect/Arbitrary.js"
import * as Codec from "../../effect/Codec.js"
import * as SchemaIssue from "../../effect/Issue.js"
import { first, jsonSchemaOf, lacks, type TextRule } from "./TextRule.js"
import { issues, type Problem } from "./Validation.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface ValidatedRecord<A> {
  readonly [key: string]: A
}

/**
 * A record with a rule for every key, a schema for every value, and an optional rule for the whole (all keys, and the values
 * that are valid by themselves). All problems are reported at once. `maxKeys` is for JSON Schema: `together` has it as well. `plain`
 * returns what the schema would decode a value to, or undefined if the schema has to read it: for the usual value of a large record.
 *
 * `Schema.Record` would drop keys that its key schema rejects, and lose a key named `__proto__`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const validatedRecord = <A, I>(options: {
  readonly key: TextRule
  readonly value: Schema.Schema<A, I>
  readonly plain?: Plain<A>
  readonly together?: Together<A>
  readonly maxKeys?: number
  readonly arbitrary: { readonly key: LazyArbitrary<string>; readonly maxKeys: number }
}): Schema.Schema<ValidatedRecord<A>, ValidatedRecord<I>> => {
  const key = first(ordinary, options.key)
  const together = options.together ?? nothing
  const plain = options.plain ?? none
  return Codec.around<A, I, ValidatedRecord<A>, ValidatedRecord<I>>(options.value, {
    decode: (parse, input, ast) => record(ast, input, key, { parse, plain }, together),
    encode: (parse, input, ast) => record(ast, input, key, { parse, plain: none }, nothing),
    arbitrary: (value) => (fc) =>
      fc.dictionary(options.arbitrary.key(fc), value(fc), { maxKeys: options.arbitrary.maxKeys, noNullPrototype: true })
        .filter((record) => together(Object.keys(record), Object.entries(record)).length === 0),
    annotations: Codec.jsonSchemaLike(Schema.Record({ key: Schema.String, value: options.value }), {
      propertyNames: jsonSchemaOf(key),
      ...(options.maxKeys === undefined ? {} : { maxProperties: options.maxKeys })
    })
  })
}

type Together<A> = (
  keys: ReadonlyArray<string>,
  values: ReadonlyArray<readonly [string, A]>
) => ReadonlyArray<Problem>

type Plain<A> = (value: unknown) => A | undefined

const none = () => undefined

const nothing = (): ReadonlyArray<Problem> => []

const ordinary: TextRule = lacks(/^__proto__$/, "is reserved; choose another name")

const record = <A>(
  ast: SchemaIssue.Ast,
  input: unknown,
  keyRule: TextRule,
  { parse, plain }: { readonly parse: Codec.Parse<A>; readonly plain: Plain<A> },
  together: Together<A>
): Either.Either<ValidatedRecord<A>, SchemaIssue.Issue> => {
  if (!Predicate.isRecord(input) || input instanceof Uint8Array) {
    return Either.left(SchemaIssue.wrong(ast, input, "must be an object"))
  }
  const values: Array<readonly [string, A]> = []
  const found: Array<SchemaIssue.Issue> = []
  for (const [key, value] of Object.entries(input)) {
    const message = keyRule(key)
    if (message !== undefined) found.push(...issues(ast, input, [{ path: Arr.of(key), message }]))
    const known = plain(value)
    if (known !== undefined) {
      values.push([key, known])
      continue
    }
    Either.match(parse(value), {
      onLeft: (issue) => found.push(SchemaIssue.at(key, input, issue)),
      onRight: (parsed) => values.push([key, parsed])
    })
  }
  const whole = issues(ast, input, together(Object.keys(input), values))
  return SchemaIssue.succeedUnless(ast, input, [...found, ...whole], Object.fromEntries(values))
}
