/**
 * The command line: which command was typed, with which values for its flags, and everything that is wrong with it.
 *
 * `node:util.parseArgs` splits it into tokens; the tables of flags say what they mean.
 *
 * @since 0.1.0
 */
import { parseArgs } from "node:util"
import type { Doc, Flags } from "./Flag.js"

/**
 * - `typed`: the values of each flag by its name; a switch has the value `""`.
 * - `problems`: what cannot be parsed. Values are checked later, by the flags themselves.
 *
 * @since 0.1.0
 * @category models
 */
export interface Argv {
  readonly command: string | undefined
  readonly typed: ReadonlyMap<string, ReadonlyArray<string>>
  readonly problems: ReadonlyArray<string>
}

/**
 * Parses what follows the name of the program. Options may stand before the command.
 *
 * @since 0.1.0
 * @category constructors
 */
export const read = (
  args: ReadonlyArray<string>,
  common: Flags,
  commands: Readonly<Record<string, Flags>>
): Argv => {
  const shared = unambiguous([common, ...Object.values(commands)].flatMap(docs))
  const first = tokens(args, shared).find(({ kind }) => kind === "positional")
  const command = first?.kind === "positional" ? first.value : undefined
  const flags = command !== undefined && Object.hasOwn(commands, command) ? commands[command] : undefined
  if (command !== undefined && flags === undefined) {
    const problem = `${JSON.stringify(command)} is not a command${suggestion(command, Object.keys(commands))}`
    return { command: undefined, typed: values(tokens(args, shared), shared).typed, problems: [problem] }
  }
  const known = flags === undefined ? shared : [...docs(flags), ...docs(common)]
  const rest = tokens(args, known).filter(({ index }) => index !== first?.index)
  return { command, ...values(rest, known) }
}

// -----------------------------------------------------------------------------
// tokens
// -----------------------------------------------------------------------------

const docs = (flags: Flags): ReadonlyArray<Doc> => Object.values(flags).map(({ doc }) => doc)

type Token =
  | { readonly kind: "positional"; readonly index: number; readonly value: string }
  | { readonly kind: "option-terminator"; readonly index: number }
  | {
    readonly kind: "option"
    readonly index: number
    readonly name: string
    readonly rawName: string
    readonly value: string | undefined
    readonly inlineValue: boolean | undefined
  }

const tokens = (args: ReadonlyArray<string>, known: ReadonlyArray<Doc>): ReadonlyArray<Token> =>
  parseArgs({
    args: [...args],
    options: Object.fromEntries(
      known.filter(({ positional }) => !positional).map(({ name, short, value }) => [name, {
        type: value === undefined ? "boolean" as const : "string" as const,
        multiple: true,
        ...(short === undefined ? {} : { short })
      }])
    ),
    strict: false,
    allowPositionals: true,
    tokens: true
  }).tokens

/** The flags that mean the same for every command, without the letters that do not: these find the command. */
const unambiguous = (all: ReadonlyArray<Doc>): ReadonlyArray<Doc> =>
  all.filter((doc) =>
    all.every(({ name, value }) => name !== doc.name || (value === undefined) === (doc.value === undefined))
  ).map(({ short, ...doc }) =>
    short === undefined || all.some((other) => other.short === short && other.name !== doc.name)
      ? doc
      : { ...doc, short }
  )

const values = (given: ReadonlyArray<Token>, known: ReadonlyArray<Doc>): Omit<Argv, "command"> => {
  const typed = new Map<string, ReadonlyArray<string>>()
  const problems: Array<string> = []
  const positional = known.filter((doc) => doc.positional)
  const add = (doc: Doc, value: string) => {
    const before = typed.get(doc.name) ?? []
    if (before.length === 1 && !doc.repeated) problems.push(`${doc.label} is given twice`)
    typed.set(doc.name, [...before, value])
  }
  for (const token of given) {
    if (token.kind === "positional") {
      const doc = positional.find(({ name }) => !typed.has(name))
      if (doc === undefined) problems.push(`unexpected argument ${JSON.stringify(token.value)}`)
      else add(doc, token.value)
    } else if (token.kind === "option") {
      const doc = known.find(({ name, positional }) => name === token.name && !positional)
      if (doc === undefined) problems.push(`unknown option ${token.rawName}${suggestion(token.rawName, names(known))}`)
      else if (doc.value === undefined) {
        if (token.inlineValue === true) problems.push(`${doc.label} takes no value`)
        add(doc, "")
      } else {
        // As for kubectl, -n=builds is -n builds.
        const value = token.rawName.startsWith("--") || token.inlineValue !== true
          ? token.value
          : token.value?.replace(/^=/, "")
        const isOption = token.inlineValue === false && value !== undefined &&
          known.some((doc) => value === doc.label || value === `-${doc.short}`)
        if (value === undefined) problems.push(`${doc.label} needs a value`)
        else if (isOption) problems.push(`${doc.label} needs a value; write ${doc.label}=${value} if ${value} is meant`)
        add(doc, value ?? "")
      }
    }
  }
  return { typed, problems }
}

const names = (known: ReadonlyArray<Doc>): ReadonlyArray<string> =>
  known.filter(({ positional }) => !positional).map(({ label }) => label)

// -----------------------------------------------------------------------------
// suggestions
// -----------------------------------------------------------------------------

/** `; did you mean --file?`, if a known word differs by a few letters. */
const suggestion = (typed: string, known: ReadonlyArray<string>): string => {
  const [nearest] = known
    .map((word) => ({ word, distance: distance(typed, word) }))
    .filter(({ distance, word }) => distance <= 1 + Math.floor(word.length / 5))
    .sort((one, other) => one.distance - other.distance)
  return nearest === undefined ? "" : `; did you mean ${nearest.word}?`
}

/** The edits from one word to another: letters inserted, deleted, replaced, or swapped with their neighbour. */
const distance = (one: string, other: string): number => {
  let [before, row]: [Array<number>, Array<number>] = [
    [],
    Array.from({ length: other.length + 1 }, (_, index) => index)
  ]
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const swapped = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      next.push(Math.min(
        at(row, j) + 1,
        at(next, j - 1) + 1,
        at(row, j - 1) + (one[i - 1] === other[j - 1] ? 0 : 1),
        swapped ? at(before, j - 2) + 1 : Infinity
      ))
    }
    ;[before, row] = [row, next]
  }
  return at(row, other.length)
}

const at = (numbers: ReadonlyArray<number>, index: number): number => numbers[index] ?? Infinity
