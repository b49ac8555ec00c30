/**
 * The instructions of a Containerfile, as buildah reads them: github.com/openshift/imagebuilder v1.2.21, dockerfile/parser.
 *
 * @since 0.1.0
 */
import { type Heredoc, type HeredocOpener, openers } from "./Heredoc.js"
import { blankWords, isSpace, jsonList, leadingFlags, quotedWords, trim } from "./Words.js"

/**
 * An instruction without its place in the file, such as the trigger of `ONBUILD`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Command {
  /** In capitals: `RUN`. */
  readonly keyword: string
  /** The flags before the arguments, without their quotes: `--from=builder`. */
  readonly flags: ReadonlyArray<string>
  /** Everything after the flags, with continuation lines joined. */
  readonly rest: string
  /**
   * The arguments: the items of a JSON list, else as the instruction splits them, with their quotes. A shell command is one
   * argument.
   */
  readonly args: ReadonlyArray<string>
  /** Whether the arguments are a JSON list; "invalid" if it has items that are not strings, which the builder refuses. */
  readonly json: boolean | "invalid"
  /** The instruction after `ONBUILD`. */
  readonly trigger?: Command
}

/**
 * An instruction: where it begins and ends (lines are counted from 1, the last one includes its heredocs), and its heredocs.
 *
 * @since 0.1.0
 * @category models
 */
export interface Instruction extends Command {
  readonly line: number
  readonly lastLine: number
  readonly heredocs: ReadonlyArray<Heredoc>
  /**
   * A `<<` with a blank after it, as in `$(( 1 << 4 ))`, that no line ends: a shift for some builders, and for others the start
   * of a heredoc that is not closed.
   */
  readonly shift?: HeredocOpener
}

/**
 * A Containerfile that was read.
 *
 * @since 0.1.0
 * @category models
 */
export interface Parsed {
  readonly instructions: ReadonlyArray<Instruction>
  /** The character that continues a line. */
  readonly escape: "\\" | "`"
  /** Whether a `# escape` line says so. */
  readonly hasEscapeDirective: boolean
  /** The problem of `# escape`. */
  readonly directiveProblems: ReadonlyArray<{ readonly line: number; readonly message: string }>
}

// -----------------------------------------------------------------------------
// lines
// -----------------------------------------------------------------------------

/**
 * The lines of a text, without the carriage return at their end.
 *
 * @since 0.1.0
 * @category getters
 */
export const lines = (text: string): ReadonlyArray<string> => {
  const all = text.replace(/^\uFEFF/, "").split("\n").map((line) => line.replace(/\r$/, ""))
  return all.at(-1) === "" ? all.slice(0, -1) : all
}

interface Directives extends Pick<Parsed, "escape" | "hasEscapeDirective" | "directiveProblems"> {}

// Directives are read up to the first line that is none of them; buildah knows no other than this one.
const directives = (all: ReadonlyArray<string>): Directives => {
  const chosen: Array<string> = []
  for (const line of all) {
    const [, character] = /^#[ \t]*escape[ \t]*=[ \t]*(.)/i.exec(trimStart(line)) ?? []
    if (character === undefined) break
    chosen.push(character)
  }
  const directiveProblems = chosen.flatMap((character, index) =>
    index > 0
      ? [{ line: index + 1, message: "escape is set a second time" }]
      : character !== "`" && character !== "\\"
      ? [{ line: 1, message: "escape must be \\ or `" }]
      : []
  )
  return { escape: chosen[0] === "`" ? "`" : "\\", hasEscapeDirective: chosen.length > 0, directiveProblems }
}

const trimStart = (line: string): string => {
  let start = 0
  while (start < line.length && isSpace(line.charAt(start))) start++
  return line.slice(start)
}

// -----------------------------------------------------------------------------
// constructors
// -----------------------------------------------------------------------------

/**
 * Reads a Containerfile. Takes any text, in time linear in its length.
 *
 * @since 0.1.0
 * @category constructors
 */
export const parse = (text: string): Parsed => {
  const all = lines(text)
  const found = directives(all)
  const continuation = found.escape === "`" ? /`[ \t]*$/ : /\\[ \t]*$/
  const instructions: Array<Instruction> = []
  let at = 0

  const endsOf = lastLines(all)

  const takeHeredoc = (opener: HeredocOpener): Heredoc => {
    const line = at + 1
    const body: Array<string> = []
    while (at < all.length) {
      const raw = all[at++] ?? ""
      const text = opener.stripsTabs ? raw.replace(/^\t+/, "") : raw
      if (text.replace(/\r+$/, "") === opener.delimiter) return { ...opener, line, body: body.join(""), closed: true }
      body.push(`${text}\n`)
    }
    return { ...opener, line, body: body.join(""), closed: false }
  }

  while (at < all.length) {
    const line = at + 1
    const first = trimStart(all[at++] ?? "")
    if (first === "" || first.startsWith("#")) continue
    let content = first.replace(continuation, "")
    let continues = continuation.test(first)
    while (continues && at < all.length) {
      const part = all[at++] ?? ""
      if (/^(?:#|$)/.test(trimStart(part))) continue
      content += part.replace(continuation, "")
      continues = continuation.test(part)
    }
    const command = commandOf(content, found.escape)
    const announced = takesHeredocs(command) ? openers(content) : []
    const [only, ...others] = announced
    const isShift = only !== undefined && others.length === 0 && /^\d*<<-?\s/.test(only.word) && endsOf(only) < at
    const shift = isShift && (command.trigger ?? command).keyword === "RUN" ? only : undefined
    const heredocs = shift === undefined ? announced.map(takeHeredoc) : []
    instructions.push({ ...command, line, lastLine: at, heredocs, ...(shift === undefined ? {} : { shift }) })
  }
  return { ...found, instructions }
}

/** The index of the last line that could end a heredoc, below 0 if there is none. */
const lastLines = (all: ReadonlyArray<string>): (opener: HeredocOpener) => number => {
  const maps = new Map<boolean, ReadonlyMap<string, number>>()
  const mapOf = (stripsTabs: boolean): ReadonlyMap<string, number> => {
    const known = maps.get(stripsTabs) ?? new Map(
      all.map((raw, index) => [(stripsTabs ? raw.replace(/^\t+/, "") : raw).replace(/\r+$/, ""), index])
    )
    maps.set(stripsTabs, known)
    return known
  }
  return ({ delimiter, stripsTabs }) => mapOf(stripsTabs).get(delimiter) ?? -1
}

const takesHeredocs = (command: Command): boolean => {
  const { json, keyword } = command.trigger ?? command
  return json !== true && ["ADD", "COPY", "RUN"].includes(keyword)
}

const commandOf = (content: string, escape: string, isTrigger = false): Command => {
  const [, keyword = "", after = ""] = /^([^\t\v\f\r ]*)[\t\v\f\r ]*(.*)$/s.exec(trim(content)) ?? []
  const { flags, rest } = leadingFlags(after)
  return { keyword: keyword.toUpperCase(), flags, rest, ...argumentsOf(keyword.toUpperCase(), rest, escape, isTrigger) }
}

const argumentsOf = (
  keyword: string,
  rest: string,
  escape: string,
  isTrigger: boolean
): Pick<Command, "args" | "json" | "trigger"> => {
  switch (keyword) {
    case "ADD":
    case "COPY":
    case "VOLUME":
      return listOr(rest, blankWords)
    case "CMD":
    case "ENTRYPOINT":
    case "RUN":
    case "SHELL":
      return listOr(rest, whole)
    case "HEALTHCHECK": {
      const [, type = "", after = ""] = /^(\S*)\s*(.*)$/s.exec(rest) ?? []
      const { args, json } = listOr(after, whole)
      return { args: type === "" ? [] : [type, ...args], json }
    }
    case "ONBUILD":
      return rest === "" || isTrigger
        ? { args: whole(rest), json: false }
        : { args: [rest], json: false, trigger: commandOf(rest, escape, true) }
    case "ARG":
    case "ENV":
    case "LABEL":
      return { args: quotedWords(rest, escape), json: false }
    case "EXPOSE":
    case "FROM":
      return { args: blankWords(rest), json: false }
    default:
      return { args: whole(rest), json: false }
  }
}

const whole = (rest: string): ReadonlyArray<string> => rest === "" ? [] : [rest]

const listOr = (
  rest: string,
  split: (rest: string) => ReadonlyArray<string>
): Pick<Command, "args" | "json"> => {
  const list = jsonList(rest)
  return list === undefined
    ? { args: split(rest), json: false }
    : list === "invalid"
    ? { args: [], json: "invalid" }
    : { args: list, json: true }
}
