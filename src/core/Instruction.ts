/**
 * The instructions of a Containerfile, told apart as buildah tells them: `github.com/openshift/imagebuilder` v1.2,
 * dockerfile/parser/parser.go, with the words of `github.com/moby/buildkit`, frontend/dockerfile/shell/lex.go.
 *
 * The parser library then reads each of them; the whole text it would mistake: some heredocs it does not see, and of the
 * others it takes the bodies for arguments.
 *
 * @since 0.1.0
 */

/**
 * Part of the text that an instruction takes as a file: the word that closes it, and whether a line does.
 *
 * @since 0.1.0
 * @category models
 */
export interface Heredoc {
  readonly name: string
  readonly closed: boolean
}

/**
 * An instruction on one line, its continuations joined and its options (`--from=…`) set apart. `line` is its first,
 * counted from 1; `keyword` is in capitals.
 *
 * @since 0.1.0
 * @category models
 */
export interface Instruction {
  readonly line: number
  readonly keyword: string
  readonly options: ReadonlyArray<string>
  readonly rest: string
  readonly heredocs: ReadonlyArray<Heredoc>
}

/**
 * The instructions of a text, known or not.
 *
 * @since 0.1.0
 * @category constructors
 */
export const instructions = (text: string): ReadonlyArray<Instruction> => {
  const lines = text.replace(/^\uFEFF/, "").split("\n").map((line) => line.replace(/\r$/, ""))
  const continuation = /^\s*#[ \t]*escape[ \t]*=[ \t]*`/i.test(lines[0] ?? "") ? /`[ \t]*$/ : /\\[ \t]*$/
  const found: Array<Instruction> = []
  let at = 0
  while (at < lines.length) {
    const line = at + 1
    let content = ""
    let continues = true
    while (continues && at < lines.length) {
      const part = lines[at++] ?? ""
      const isBlank = /^\s*(?:#|$)/.test(part)
      if (!isBlank) content += part.replace(continuation, "")
      continues = isBlank ? at > line : continuation.test(part)
    }
    if (content.trim() === "") continue
    const { keyword, options, rest } = split(content)
    const heredocs = openers(keyword, rest).map(({ name, stripsTabs }) => {
      const closes = (body: string) => (stripsTabs ? body.replace(/^\t+/, "") : body) === name
      while (at < lines.length && !closes(lines[at] ?? "")) at++
      return { name, closed: at++ < lines.length }
    })
    found.push({ line, keyword, options, rest, heredocs })
  }
  return found
}

/**
 * The keyword of an instruction, its options, and its arguments.
 *
 * @since 0.1.0
 * @category getters
 */
export const split = (content: string): Pick<Instruction, "keyword" | "options" | "rest"> => {
  const [, keyword = "", options = "", rest = ""] = /^\s*(\S+)\s*((?:--\S+(?:\s+|$))*)(.*)$/s.exec(content) ?? []
  return { keyword: keyword.toUpperCase(), options: options.match(/\S+/g) ?? [], rest: rest.trimEnd() }
}

/**
 * The items of a JSON list of texts, the other form that arguments can have; undefined if they have not.
 *
 * @since 0.1.0
 * @category getters
 */
export const jsonList = (rest: string): ReadonlyArray<string> | undefined => {
  if (!rest.startsWith("[")) return undefined
  try {
    const value: unknown = JSON.parse(rest)
    return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined
  } catch {
    return undefined
  }
}

// -----------------------------------------------------------------------------
// heredocs
// -----------------------------------------------------------------------------

interface Opener {
  readonly name: string
  readonly stripsTabs: boolean
}

const openers = (keyword: string, rest: string): ReadonlyArray<Opener> => {
  if (keyword === "ONBUILD") {
    const trigger = split(rest)
    return trigger.keyword === "ONBUILD" ? [] : openers(trigger.keyword, trigger.rest)
  }
  if (!["ADD", "COPY", "RUN"].includes(keyword) || !rest.includes("<<") || jsonList(rest) !== undefined) return []
  return words(rest).flatMap((word) => {
    const [, dash, quoted] = /^\d*<<(-?)\s*([^<]*)$/.exec(word) ?? []
    const name = quoted === undefined ? "" : unquoted(quoted)
    return name === "" ? [] : [{ name, stripsTabs: dash === "-" }]
  })
}

// What a line is made of; whitespace counts only between tokens, and that after << belongs to it. Where a quote is not
// closed or a ${} is not of the kind that the builder knows, no token matches, and the line has no heredocs.
const token =
  /\s+|<<\s*|'[^']*'|"(?:[^"\\]|\\.)*"|\\.?|\$\{(?:[A-Za-z_]\w*|\d+|[@*#?$!-])(?:\}|(?::?[-+?]|[#%/])[^}]*\})|\$(?!\{)|[^\s'"\\$]/sy

const words = (line: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  let word = ""
  token.lastIndex = 0
  while (token.lastIndex < line.length) {
    const [part] = token.exec(line) ?? []
    if (part === undefined) return []
    if (part.trim() === "") {
      if (word !== "") found.push(word)
      word = ""
    } else {
      word += part
    }
  }
  return word === "" ? found : [...found, word]
}

const unquoted = (word: string): string =>
  word.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.?)/gs,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\(["$\\])/g, "$1") ?? escaped ?? ""
  )
