/**
 * One option or argument of a command: its names, its help, and how the text that was typed becomes a value.
 *
 * Its first parameter is written as in the help: `-f, --file FILE`; `--json`, which takes no value; `REF`, an argument.
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Codec from "../effect/Codec.js"
import * as SchemaIssue from "../effect/Issue.js"

/**
 * - `group`: the heading under which the help lists it; by default `Options`.
 * - `variable`: the environment variable that is read when the option is absent.
 *
 * @since 0.1.0
 * @category models
 */
export interface Settings {
  readonly group?: string
  readonly variable?: string
}

/**
 * What the parser and the help need to know about a flag.
 *
 * - `name`: the option without its dashes, or the name of an argument.
 * - `label`: the flag in messages: `--file`, or `REF`.
 * - `value`: the placeholder of its value; a switch has none.
 *
 * @since 0.1.0
 * @category models
 */
export interface Doc extends Settings {
  readonly name: string
  readonly label: string
  readonly short?: string | undefined
  readonly value?: string | undefined
  readonly repeated: boolean
  readonly positional: boolean
  readonly description: string
}

/**
 * A schema from the values that were typed, in their order, to the value that a command receives.
 *
 * @since 0.1.0
 * @category models
 */
export type Flag<A> = Schema.Schema<A, ReadonlyArray<string>> & { readonly doc: Doc }

/**
 * The flags of a command, by the names under which it receives their values.
 *
 * @since 0.1.0
 * @category models
 */
export type Flags = Readonly<Record<string, Schema.Schema.AnyNoContext & { readonly doc: Doc }>>

/**
 * The values of some flags from what was given for each, by its name; or everything that is wrong with them. What was not `typed`
 * comes from the environment, and its variable is named.
 *
 * @since 0.1.0
 * @category conversions
 */
export const decode = <A, I>(
  schema: Schema.Schema<A, I> & { readonly fields: Flags },
  given: ReadonlyMap<string, ReadonlyArray<string>>,
  typed = given
): Either.Either<A, ReadonlyArray<string>> => {
  const source = (doc: Doc | undefined) =>
    doc?.variable !== undefined && given.has(doc.name) && !typed.has(doc.name) ? doc.variable : doc?.label
  return Schema.decodeUnknownEither(schema, { errors: "all" })(
    Object.fromEntries(Object.entries(schema.fields).map(([key, { doc }]) => [key, given.get(doc.name) ?? []]))
  ).pipe(
    Either.mapLeft((error) =>
      SchemaIssue.messages(error).map(({ message, path: [key] }) =>
        `${source(schema.fields[String(key)]?.doc)} ${message}`
      )
    )
  )
}

// -----------------------------------------------------------------------------
// constructors
// -----------------------------------------------------------------------------

const Typed = Schema.Array(Schema.String)

/**
 * How the text of a value is read; the left is a problem, as the rest of a sentence that begins with the flag.
 *
 * @since 0.1.0
 * @category models
 */
export interface Reader<A> {
  readonly schema: Schema.Schema<A>
  readonly read: (text: string) => Either.Either<A, string>
}

interface Base {
  readonly usage: string
  readonly description: string
  readonly settings: Settings | undefined
  readonly repeated?: boolean
}

const make = <A>(
  { description, repeated = false, settings, usage }: Base,
  schema: Schema.Schema<A>,
  read: (typed: ReadonlyArray<string>) => Either.Either<A, string>
): Flag<A> => {
  const [, short, option, value] = /^(?:-(\w), )?--([\w-]+)(?: (.+))?$/.exec(usage) ?? []
  const names = option === undefined
    ? { name: usage, label: usage, value: usage, positional: true }
    : { name: option, label: `--${option}`, short, value, positional: false }
  return Object.assign(
    Codec.convert(Typed, schema, {
      decode: read,
      encode: () => Either.left("is read only")
    }),
    { doc: { ...names, ...settings, repeated, description } }
  )
}

/**
 * A switch: present or absent.
 *
 * @since 0.1.0
 * @category constructors
 */
export const toggle = (usage: string, description: string, settings?: Settings): Flag<boolean> =>
  make({ usage, description, settings }, Schema.Boolean, (typed) => Either.right(typed.length > 0))

/**
 * A value that may be absent.
 *
 * @since 0.1.0
 * @category constructors
 */
export const text = (usage: string, description: string, settings?: Settings): Flag<string | undefined> =>
  optionalBy(usage, { schema: Schema.String, read: Either.right }, description, settings)

/**
 * A value that must be given.
 *
 * @since 0.1.0
 * @category constructors
 */
export const required = (usage: string, description: string, settings?: Settings): Flag<string> =>
  requiredBy(usage, { schema: Schema.String, read: Either.right }, description, settings)

/**
 * A value that must be given, and what `read` makes of it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const requiredBy = <A>(
  usage: string,
  reader: Reader<A>,
  description: string,
  settings?: Settings
): Flag<A> =>
  make(
    { usage, description, settings },
    reader.schema,
    ([text]) => text === undefined ? Either.left("is required") : reader.read(text)
  )

/**
 * A value that may be absent, and what `read` makes of it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const optionalBy = <A>(
  usage: string,
  reader: Reader<A>,
  description: string,
  settings?: Settings
): Flag<A | undefined> =>
  make(
    { usage, description, settings },
    Schema.UndefinedOr(reader.schema),
    ([text]) => text === undefined ? Either.right(undefined) : reader.read(text)
  )

/**
 * A value that is `otherwise` when it is absent.
 *
 * @since 0.1.0
 * @category constructors
 */
export const withDefault = (
  usage: string,
  otherwise: string,
  description: string,
  settings?: Settings
): Flag<string> => make({ usage, description, settings }, Schema.String, ([text = otherwise]) => Either.right(text))

/**
 * An option that can be given any number of times.
 *
 * @since 0.1.0
 * @category constructors
 */
export const repeated = (usage: string, description: string, settings?: Settings): Flag<ReadonlyArray<string>> =>
  make({ usage, description, settings, repeated: true }, Typed, Either.right)

/**
 * `KEY=VALUE`, any number of times, each key once.
 *
 * @since 0.1.0
 * @category constructors
 */
export const pairs = (
  usage: string,
  description: string,
  settings?: Settings
): Flag<Readonly<Record<string, string>>> =>
  make(
    { usage, description, settings, repeated: true },
    Schema.Record({ key: Schema.String, value: Schema.String }),
    (typed) => {
      const found = new Map<string, string>()
      for (const text of typed) {
        const equals = text.indexOf("=")
        if (equals < 1) return Either.left("must be KEY=VALUE")
        const key = text.slice(0, equals)
        if (found.has(key)) return Either.left(`has ${JSON.stringify(key)} twice`)
        found.set(key, text.slice(equals + 1))
      }
      return Either.right(Object.fromEntries(found))
    }
  )

/**
 * A whole number of at most nine digits.
 *
 * @since 0.1.0
 * @category constructors
 */
export const wholeNumber = (usage: string, description: string, settings?: Settings): Flag<number | undefined> =>
  optionalBy(
    usage,
    {
      schema: Schema.Number,
      read: (text) => /^\d{1,9}$/.test(text) ? Either.right(Number(text)) : Either.left("must be a whole number")
    },
    description,
    settings
  )

/**
 * One of some words.
 *
 * @since 0.1.0
 * @category constructors
 */
export const oneOf = <const A extends Arr.NonEmptyReadonlyArray<string>>(
  usage: string,
  choices: A,
  description: string,
  settings?: Settings
): Flag<A[number] | undefined> =>
  optionalBy(
    usage,
    {
      schema: Schema.Literal(...choices),
      read: (text) =>
        Either.fromOption(
          Arr.findFirst(choices, (choice): choice is A[number] => choice === text),
          () => `must be one of ${choices.join(", ")}`
        )
    },
    description,
    settings
  )
