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
const lex = (line: string, raw: boolean): ReadonlyArray<Word> | undefined => {
  let at = 0
  let words: Array<Word> = []
  let word = ""
  let quoted = false

  const finishWord = () => {
    if (word !== "") words.push({ text: word, quoted })
    word = ""
    quoted = false
  }

  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const [found = ""] = pattern.exec(line) ?? []
    at += found.length
    return found
  }

  const single = (): string | undefined => {
    const end = line.indexOf("'", at + 1)
    if (end < 0) return undefined
    const inside = line.slice(at + 1, end)
    at = end + 1
    return raw ? `'${inside}'` : inside
  }

  const double = (keepEscapes: boolean, depth: number): string | undefined => {
    let text = ""
    at++
    while (at < line.length) {
      const char = line.charAt(at)
      if (char === "\"") {
        at++
        return raw ? `"${text}"` : text
      }
      if (char === "$") {
        const value = dollar(depth)
        if (value === undefined) return undefined
        text += value
      } else if (char === "\\") {
        const next = line.charAt(at + 1)
        const isEscape = next === "\"" || next === "$" || next === "\\"
        text += isEscape ? (keepEscapes ? char + next : next) : keepEscapes ? char + char : char
        at += isEscape ? 2 : 1
      } else {
        text += char
        at++
      }
    }
    return undefined
  }

  const dollar = (depth: number): string | undefined => {
    at++
    if (line.charAt(at) !== "{") return `$${take(/\p{Nd}+|[@*#?$!0-]|[\p{L}\p{Nd}_]*/uy)}`
    at++
    if (/^[{}:]?$/.test(line.charAt(at))) return undefined
    const name = take(/\p{Nd}+|[@*#?$!0-]|[\p{L}\p{Nd}_]*/uy)
    const operator = take(/:?./sy)
    if (operator === "}") return `\${${name}}`
    if (operator === "/") {
      const slash = take(/\/?/y)
      const pattern = until("/", true, depth)
      const replacement = pattern === undefined ? undefined : until("}", true, depth)
      return replacement === undefined ? undefined : `\${${name}/${slash}${pattern}/${replacement}}`
    }
    if (!/^(?::?[-+?]|[#%])$/.test(operator)) return undefined
    const value = until("}", operator === "#" || operator === "%", depth)
    return value === undefined ? undefined : `\${${name}${operator}${value}}`
  }

  /** Reads up to `stop`. As in the builder, the part of the word before it is lost. */
  const until = (stop: string, keepEscapes: boolean, depth: number): string | undefined => {
    if (depth >= maxDepth) return undefined
    const outer = words
    words = []
    word = ""
    const text = read(stop, keepEscapes, depth + 1)
    words = outer
    return text
  }

  const read = (stop: string, keepEscapes: boolean, depth: number): string | undefined => {
    let text = ""
    while (at < line.length) {
      const char = line.charAt(at)
      if (char === stop) {
        at++
        finishWord()
        return text
      }
      if (char === "'" || char === "\"") {
        const inside = char === "'" ? single() : double(keepEscapes, depth)
        if (inside === undefined) return undefined
        text += inside
        word += inside
        quoted = true
      } else if (char === "$") {
        const value = dollar(depth)
        if (value === undefined) return undefined
        text += value
        for (const part of value) {
          if (isSpace(part)) finishWord()
          else word += part
        }
      } else if (char === "<") {
        const heredoc = take(/<<\s*|</y)
        text += heredoc
        word += heredoc
      } else if (char === "\\") {
        const next = line.charAt(at + 1)
        text += keepEscapes ? char + next : next
        word += keepEscapes ? char + next : next
        at += 2
      } else {
        if (isSpace(char)) finishWord()
        else word += char
        text += char
        at++
      }
    }
    finishWord()
    return stop === "" ? text : undefined
  }

  return read("", raw, 0) === undefined ? undefined : words
}
