/**
 * One option or argument of a command: its names, its help, and how the text that was typed becomes a value.
 *
 * Its first parameter is written as in the help: `-f, --file FILE`; `--json`, which takes no value; `REF`, an argument.
 *
 * This module does not import Effect and Schema, so that help prints quickly: they take longer to load than everything else. Readers of
 * values that need them are in `Parsers`.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import type { BuildRef } from "../core/BuildRef.js"

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
 * The description of a flag for the parser and the help.
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
 * Readers of values that need Effect or Schema. The Left is a problem, as the rest of a sentence that begins with the flag.
 *
 * @since 0.1.0
 * @category models
 */
export interface Parsers {
  readonly duration: (text: string) => Either.Either<Duration.Duration, string>
  readonly namespace: (text: string) => Either.Either<string, string>
  readonly ref: (text: string) => Either.Either<BuildRef, string>
}

/**
 * Reads the text of a value.
 *
 * @since 0.1.0
 * @category models
 */
export type Reader<A> = (text: string, parsers: Parsers) => Either.Either<A, string>

/**
 * From the values that were typed, in their order, to the value that a command receives.
 *
 * @since 0.1.0
 * @category models
 */
export interface Flag<out A> {
  readonly doc: Doc
  readonly read: (typed: ReadonlyArray<string>, parsers: Parsers) => Either.Either<A, string>
}

/**
 * The flags of a command, by the names under which it receives their values.
 *
 * @since 0.1.0
 * @category models
 */
export type Flags<A extends object = Readonly<Record<string, unknown>>> = { readonly [K in keyof A]: Flag<A[K]> }

/**
 * The values of some flags from what was given for each, by its name; or everything that is wrong with them. What was not `typed`
 * comes from the environment, and its variable is named.
 *
 * @since 0.1.0
 * @category conversions
 */
export const decode = <A extends object>(
  flags: Flags<A>,
  parsers: Parsers,
  given: ReadonlyMap<string, ReadonlyArray<string>>,
  typed = given
): Either.Either<A, ReadonlyArray<string>> => {
  const values: Partial<A> = {}
  const problems: Array<string> = []
  for (const key in flags) {
    const { doc, read } = flags[key]
    const value = read(given.get(doc.name) ?? [], parsers)
    if (Either.isRight(value)) {
      values[key] = value.right
    } else {
      const source = doc.variable !== undefined && given.has(doc.name) && !typed.has(doc.name)
        ? doc.variable
        : doc.label
      problems.push(`${source} ${value.left}`)
    }
  }
  return hasEvery(flags, values) ? Either.right(values) : Either.left(problems)
}

const hasEvery = <A extends object>(flags: Flags<A>, values: Partial<A>): values is A =>
  Object.keys(flags).every((key) => Object.hasOwn(values, key))

// -----------------------------------------------------------------------------
// constructors
// -----------------------------------------------------------------------------

interface Base {
  readonly usage: string
  readonly description: string
  readonly settings: Settings | undefined
  readonly repeated?: boolean
}

const make = <A>({ description, repeated = false, settings, usage }: Base, read: Flag<A>["read"]): Flag<A> => {
  const [, short, option, value] = /^(?:-(\w), )?--([\w-]+)(?: (.+))?$/.exec(usage) ?? []
  const names = option === undefined
    ? { name: usage, label: usage, value: usage, positional: true }
    : { name: option, label: `--${option}`, short, value, positional: false }
  return { doc: { ...names, ...settings, repeated, description }, read }
}

/**
 * A switch: present or absent.
 *
 * @since 0.1.0
 * @category constructors
 */
export const toggle = (usage: string, description: string, settings?: Settings): Flag<boolean> =>
  make({ usage, description, settings }, (typed) => Either.right(typed.length > 0))

/**
 * A value that may be absent.
 *
 * @since 0.1.0
 * @category constructors
 */
export const text = (usage: string, description: string, settings?: Settings): Flag<string | undefined> =>
  optionalBy(usage, Either.right, description, settings)

/**
 * A value that must be given, and what `read` makes of it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const requiredBy = <A>(
  usage: string,
  read: Reader<A>,
  description: string,
  settings?: Settings
): Flag<A> =>
  make(
    { usage, description, settings },
    ([text], parsers) => text === undefined ? Either.left("is required") : read(text, parsers)
  )

/**
 * A value that may be absent, and what `read` makes of it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const optionalBy = <A>(
  usage: string,
  read: Reader<A>,
  description: string,
  settings?: Settings
): Flag<A | undefined> =>
  make<A | undefined>(
    { usage, description, settings },
    ([text], parsers) => text === undefined ? Either.right(undefined) : read(text, parsers)
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
): Flag<string> => make({ usage, description, settings }, ([text = otherwise]) => Either.right(text))

/**
 * An option that can be given any number of times.
 *
 * @since 0.1.0
 * @category constructors
 */
export const repeated = (usage: string, description: string, settings?: Settings): Flag<ReadonlyArray<string>> =>
  make({ usage, description, settings, repeated: true }, Either.right)

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
  make({ usage, description, settings, repeated: true }, (typed) => {
    const found = new Map<string, string>()
    for (const text of typed) {
      const equals = text.indexOf("=")
      if (equals < 1) return Either.left("must be KEY=VALUE")
      const key = text.slice(0, equals)
      if (found.has(key)) return Either.left(`has ${JSON.stringify(key)} twice`)
      found.set(key, text.slice(equals + 1))
    }
    return Either.right(Object.fromEntries(found))
  })

/**
 * A whole number of at most nine digits, and at most `max`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const wholeNumber = (
  usage: string,
  description: string,
  settings?: Settings,
  max?: number
): Flag<number | undefined> =>
  optionalBy(
    usage,
    (text) =>
      /^\d{1,9}$/.test(text) && (max === undefined || Number(text) <= max)
        ? Either.right(Number(text))
        : Either.left(`must be a whole number${max === undefined ? "" : ` from 0 to ${max}`}`),
    description,
    settings
  )

/**
 * One of some words.
 *
 * @since 0.1.0
 * @category constructors
 */
export const oneOf = <const A extends readonly [string, ...ReadonlyArray<string>]>(
  usage: string,
  choices: A,
  description: string,
  settings?: Settings
): Flag<A[number] | undefined> =>
  optionalBy(
    usage,
    (text) => {
      const choice = choices.find((choice): choice is A[number] => choice === text)
      return choice === undefined ? Either.left(`must be one of ${choices.join(", ")}`) : Either.right(choice)
    },
    description,
    settings
  )
