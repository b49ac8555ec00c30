/**
 * Heredocs: parts of a Containerfile that an instruction reads as files. Sources of the rules: github.com/moby/buildkit
 * v0.34, frontend/dockerfile/parser/parser.go (heredocsFromLine, heredocFromMatch) and frontend/dockerfile/shell/lex.go, which
 * github.com/openshift/imagebuilder v1.2.21 calls.
 *
 * @since 0.1.0
 */
import { isSpace } from "./Words.js"

/**
 * The redirection that begins a heredoc, such as `<<-"EOF"`.
 *
 * @since 0.1.0
 * @category models
 */
export interface HeredocOpener {
  /** The word as it is written. */
  readonly word: string
  /** The line that ends the body: the word without `<<`, quotes and escapes. */
  readonly delimiter: string
  /** Whether variables in the body are expanded: the delimiter has no quotes. */
  readonly expand: boolean
  /** Whether tabs at the start of its lines are removed: `<<-`. */
  readonly stripsTabs: boolean
}

/**
 * A heredoc with its body.
 *
 * @since 0.1.0
 * @category models
 */
export interface Heredoc extends HeredocOpener {
  /** The line on which the body begins, counted from 1. */
  readonly line: number
  /** The lines of the body, each with a line feed. */
  readonly body: string
  /** Whether a line with the delimiter follows the body. */
  readonly closed: boolean
}

/**
 * The heredocs that a line announces; none where its quotes or variables are not closed.
 *
 * @since 0.1.0
 * @category getters
 */
export const openers = (line: string): ReadonlyArray<HeredocOpener> =>
  line.includes("<<") ? (lex(line, true) ?? []).flatMap(({ text }) => opener(text) ?? []) : []

/**
 * The heredoc that a word announces.
 *
 * @since 0.1.0
 * @category getters
 */
export const opener = (word: string): HeredocOpener | undefined => {
  const [, dash, rest = ""] = /^\d*<<(-?)\s*([^<]*)$/.exec(word) ?? []
  const plain = /^[\w.-]+$/.test(rest) ? [{ text: rest, quoted: false }] : undefined
  const [name, ...others] = plain ?? lex(rest, false) ?? []
  return name === undefined || others.length > 0
    ? undefined
    : { word, delimiter: name.text, expand: !name.quoted, stripsTabs: dash === "-" }
}

interface Word {
  readonly text: string
  readonly quoted: boolean
}

// A builder has no limit; a line that nests deeper counts as one whose variables are not closed.
const maxDepth = 20

/** The words of a line; `raw` keeps quotes and escapes. Undefined if a quote or a variable is not closed. */
const lex = (line: string, raw: boolean): ReadonlyArray<Word> | undefined => new Lexer(line, raw).words()

const variableName = /\p{Nd}+|[@*#?$!0-]|[\p{L}\p{Nd}_]*/uy

/**
 * Reads the words of one line, as `shellWord` of lex.go does. Each method begins at `at` and returns the text that it has read, or
 * undefined if the line ends too early.
 */
class Lexer {
  private at = 0
  private finished: Array<Word> = []
  private word = ""
  private quoted = false
  private readonly line: string
  private readonly raw: boolean

  constructor(line: string, raw: boolean) {
    this.line = line
    this.raw = raw
  }

  words(): ReadonlyArray<Word> | undefined {
    return this.read("", this.raw, 0) === undefined ? undefined : this.finished
  }

  private read(stop: string, keepEscapes: boolean, depth: number): string | undefined {
    let text = ""
    while (this.at < this.line.length) {
      const char = this.line.charAt(this.at)
      if (char === stop) {
        this.at++
        this.finishWord()
        return text
      }
      if (char === "'" || char === "\"") {
        const inside = char === "'" ? this.singleQuotes() : this.doubleQuotes(keepEscapes, depth)
        if (inside === undefined) return undefined
        text += inside
        this.word += inside
        this.quoted = true
      } else if (char === "$") {
        const value = this.dollar(depth)
        if (value === undefined) return undefined
        text += value
        this.append(value)
      } else if (char === "<") {
        const heredoc = this.take(/<<\s*|</y)
        text += heredoc
        this.word += heredoc
      } else if (char === "\\") {
        const next = this.line.charAt(this.at + 1)
        const escaped = keepEscapes ? char + next : next
        text += escaped
        this.word += escaped
        this.at += 2
      } else {
        this.append(char)
        text += char
        this.at++
      }
    }
    this.finishWord()
    return stop === "" ? text : undefined
  }

  private singleQuotes(): string | undefined {
    const end = this.line.indexOf("'", this.at + 1)
    if (end < 0) return undefined
    const inside = this.line.slice(this.at + 1, end)
    this.at = end + 1
    return this.raw ? `'${inside}'` : inside
  }

  private doubleQuotes(keepEscapes: boolean, depth: number): string | undefined {
    let text = ""
    this.at++
    while (this.at < this.line.length) {
      const char = this.line.charAt(this.at)
      if (char === "\"") {
        this.at++
        return this.raw ? `"${text}"` : text
      }
      if (char === "$") {
        const value = this.dollar(depth)
        if (value === undefined) return undefined
        text += value
      } else if (char === "\\") {
        const next = this.line.charAt(this.at + 1)
        const isEscape = next === "\"" || next === "$" || next === "\\"
        text += isEscape ? (keepEscapes ? char + next : next) : keepEscapes ? char + char : char
        this.at += isEscape ? 2 : 1
      } else {
        text += char
        this.at++
      }
    }
    return undefined
  }

  private dollar(depth: number): string | undefined {
    this.at++
    if (this.line.charAt(this.at) !== "{") return `$${this.take(variableName)}`
    this.at++
    if (/^[{}:]?$/.test(this.line.charAt(this.at))) return undefined
    const name = this.take(variableName)
    const operator = this.take(/:?./sy)
    if (operator === "}") return `\${${name}}`
    if (operator === "/") {
      const slash = this.take(/\/?/y)
      const pattern = this.until("/", true, depth)
      const replacement = pattern === undefined ? undefined : this.until("}", true, depth)
      return replacement === undefined ? undefined : `\${${name}/${slash}${pattern}/${replacement}}`
    }
    if (!/^(?::?[-+?]|[#%])$/.test(operator)) return undefined
    const value = this.until("}", operator === "#" || operator === "%", depth)
    return value === undefined ? undefined : `\${${name}${operator}${value}}`
  }

  /** Reads up to `stop`. As in the builder, the part of the word before it is lost. */
  private until(stop: string, keepEscapes: boolean, depth: number): string | undefined {
    if (depth >= maxDepth) return undefined
    const outer = this.finished
    this.finished = []
    this.word = ""
    const text = this.read(stop, keepEscapes, depth + 1)
    this.finished = outer
    return text
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const [found = ""] = pattern.exec(this.line) ?? []
    this.at += found.length
    return found
  }

  /** Adds text to the word, which white space ends. */
  private append(text: string): void {
    for (const char of text) {
      if (isSpace(char)) this.finishWord()
      else this.word += char
    }
  }

  private finishWord(): void {
    if (this.word !== "") this.finished.push({ text: this.word, quoted: this.quoted })
    this.word = ""
    this.quoted = false
  }
}
