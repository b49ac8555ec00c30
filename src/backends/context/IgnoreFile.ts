/**
 * The language of `.containerignore` and `.dockerignore`, as github.com/moby/patternmatcher reads it: patterns begin at the
 * root of the context, later ones override earlier ones, and `!` includes a file again although its directory is excluded.
 * It differs from the language of `.gitignore`.
 *
 * @since 0.1.0
 */
import * as Posix from "node:path/posix"

interface Pattern {
  readonly segments: ReadonlyArray<string>
  readonly expression: RegExp
  readonly exception: boolean
}

/**
 * The patterns of an ignore file, in their order.
 *
 * @since 0.1.0
 * @category models
 */
export interface IgnoreFile {
  readonly patterns: ReadonlyArray<Pattern>
  /** Lines that are not patterns, counted from 1. */
  readonly problems: ReadonlyArray<{ readonly line: number; readonly message: string }>
}

/**
 * @since 0.1.0
 * @category constants
 */
export const empty: IgnoreFile = { patterns: [], problems: [] }

/**
 * Reads the text of an ignore file (patternmatcher, ignorefile/ignorefile.go).
 *
 * @since 0.1.0
 * @category constructors
 */
export const parse = (text: string): IgnoreFile => {
  const patterns: Array<Pattern> = []
  const problems: Array<{ readonly line: number; readonly message: string }> = []
  text.replace(/^\uFEFF/, "").split("\n").forEach((whole, index) => {
    const line = whole.trim()
    if (whole.startsWith("#") || line === "") return
    const exception = line.startsWith("!")
    const pattern = clean(exception ? line.slice(1).trim() : line)
    const expression = pattern === "" ? undefined : compile(pattern)
    if (expression === undefined) {
      problems.push({ line: index + 1, message: `${JSON.stringify(line)} is not a pattern` })
    } else {
      patterns.push({ segments: pattern.split("/"), expression, exception })
    }
  })
  return { patterns, problems }
}

const clean = (pattern: string): string =>
  pattern === "" ? "" : Posix.normalize(pattern).replace(/(?<=.)\/$/, "").replace(/^\/(?=.)/, "")

/**
 * Whether a file or directory of the context is excluded. `path` is relative and normalized.
 *
 * @since 0.1.0
 * @category getters
 */
export const ignores = ({ patterns }: IgnoreFile, path: string): boolean => {
  if (patterns.length === 0) return false
  const parts = path.split("/")
  const withParents = parts.map((_, index) => parts.slice(0, index + 1).join("/"))
  return patterns.reduce(
    (ignored, { exception, expression }) =>
      exception === ignored && withParents.some((candidate) => expression.test(candidate)) ? !exception : ignored,
    false
  )
}

/**
 * Whether a pattern may include a file again below a directory that is excluded.
 *
 * @since 0.1.0
 * @category getters
 */
export const mayHoldExceptions = ({ patterns }: IgnoreFile, directory: string): boolean => {
  const parts = directory.split("/")
  return patterns.some(({ exception, segments }) => {
    if (!exception) return false
    for (const [index, part] of parts.entries()) {
      const segment = segments[index]
      if (segment === undefined) return false
      if (/[*?[\\]/.test(segment)) return true
      if (segment !== part) return false
    }
    return segments.length > parts.length
  })
}

// -----------------------------------------------------------------------------
// patterns as regular expressions
// -----------------------------------------------------------------------------

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")

// As patternmatcher.go compiles it: "**/" matches any number of directories, or none. A pattern that is "**" and plain
// text is compared with the end of the path, so that "**name" also matches "dir/first-name".
const compile = (pattern: string): RegExp | undefined => {
  const suffix = /^\*\*(\/?)([^*?[\]\\]+)$/.exec(pattern)
  if (suffix !== null) {
    const [, slash = "", rest = ""] = suffix
    return new RegExp(`^${slash === "" ? ".*" : "(?:.*/)?"}${literal(rest)}$`, "su")
  }
  let expression = ""
  let rest = pattern
  while (rest !== "") {
    const token = tokens.find(([syntax]) => syntax.test(rest))
    if (token === undefined) return undefined
    const [syntax, translate] = token
    const [matched = "", inner = ""] = syntax.exec(rest) ?? []
    const translated = translate(inner)
    if (translated === undefined) return undefined
    expression += translated
    rest = rest.slice(matched.length)
  }
  return new RegExp(`^${expression}$`, "su")
}

const tokens: ReadonlyArray<readonly [RegExp, (inner: string) => string | undefined]> = [
  [/^\*\*\/?$/, () => ".*"],
  [/^\*\*\/?/, () => "(?:.*/)?"],
  [/^\*/, () => "[^/]*"],
  [/^\?/, () => "[^/]"],
  [/^\\(.)/su, literal],
  [/^\[((?:\\.|[^\]\\])+)\]/su, (inner) => characterClass(inner)],
  [/^([^[\\])/su, literal]
]

// The classes of Go's filepath.Match: characters and ranges, which a backslash may escape, after an optional "^".
const characterClass = (inner: string): string | undefined => {
  const items = inner.replace(/^\^/, "")
  const range = /(\\.|[^\\\]-])(?:-(\\.|[^\\\]-]))?/gsu
  if (items === "" || items.replace(range, "") !== "") return undefined
  let body = ""
  for (const [, from = "", to = from] of items.matchAll(range)) {
    const [first, last] = [unescaped(from), unescaped(to)]
    if (codePoint(last) < codePoint(first)) return undefined
    body += `${inClass(first)}-${inClass(last)}`
  }
  return `[${inner.startsWith("^") ? "^" : ""}${body}]`
}

const unescaped = (text: string): string => text.startsWith("\\") ? text.slice(1) : text

const codePoint = (text: string): number => text.codePointAt(0) ?? 0

const inClass = (character: string): string => /[\\\]^-]/.test(character) ? `\\${character}` : character
