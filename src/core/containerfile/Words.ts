/**
 * How a line of a Containerfile is split into words. Every function takes any text, in time linear in its length.
 *
 * @since 0.1.0
 */

// unicode.IsSpace of Go, beyond ASCII.
const space = /[\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/

/**
 * Whether a character separates words.
 *
 * @since 0.1.0
 * @category getters
 */
export const isSpace = (char: string): boolean => {
  const code = char.charCodeAt(0)
  return code < 0x80 ? code === 0x20 || (code >= 0x09 && code <= 0x0d) : space.test(char)
}

/**
 * A text without the white space around it.
 *
 * @since 0.1.0
 * @category getters
 */
export const trim = (text: string): string => {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text.charAt(start))) start++
  while (end > start && isSpace(text.charAt(end - 1))) end--
  return text.slice(start, end)
}

/**
 * The words between blanks: `parseStringsWhitespaceDelimited` of github.com/openshift/imagebuilder, line_parsers.go.
 *
 * @since 0.1.0
 * @category getters
 */
export const blankWords = (text: string): ReadonlyArray<string> => text === "" ? [] : text.split(/[\t\v\f\r ]+/)

/**
 * The words between blanks outside quotes, as they are written, quotes included: `parseWords` of line_parsers.go.
 *
 * @since 0.1.0
 * @category getters
 */
export const quotedWords = (text: string, escape: string): ReadonlyArray<string> => {
  const words: Array<string> = []
  let start = -1
  let quote = ""
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (quote === "" && isSpace(char)) {
      if (start >= 0) words.push(text.slice(start, at))
      start = -1
      continue
    }
    if (start < 0) start = at
    if (char === escape && quote !== "'") at++
    else if (quote === char) quote = ""
    else if (quote === "" && (char === "\"" || char === "'")) quote = char
  }
  if (start >= 0) words.push(text.slice(start))
  return words
}

/**
 * The flags (`--from=…`) at the start of an instruction's arguments, without their quotes, and what follows them:
 * `extractBuilderFlags` of split_command.go.
 *
 * @since 0.1.0
 * @category getters
 */
export const leadingFlags = (text: string): { readonly flags: ReadonlyArray<string>; readonly rest: string } => {
  const flags: Array<string> = []
  let at = 0
  while (at < text.length) {
    while (at < text.length && isSpace(text.charAt(at))) at++
    if (!text.startsWith("--", at)) return { flags, rest: trim(text.slice(at)) }
    let flag = ""
    let quote = ""
    for (; at < text.length; at++) {
      const char = text.charAt(at)
      if (quote === "" && isSpace(char)) break
      if (char === "\\") flag += text.charAt(++at)
      else if (quote === char) quote = ""
      else if (quote === "" && (char === "\"" || char === "'")) quote = char
      else flag += char
    }
    if (flag === "--") return { flags, rest: trim(text.slice(at)) }
    flags.push(flag)
  }
  return { flags, rest: "" }
}

/**
 * A JSON list at the start of a text, whatever follows it: `parseJSON` of line_parsers.go. `undefined` if there is none, and
 * `"invalid"` if it has an item that is not a string, which the builder refuses.
 *
 * @since 0.1.0
 * @category getters
 */
export const jsonList = (text: string): ReadonlyArray<string> | "invalid" | undefined => {
  if (!text.startsWith("[")) return undefined
  try {
    const value: unknown = JSON.parse(text.slice(0, listEnd(text)))
    if (!Array.isArray(value)) return undefined
    return value.every((item) => typeof item === "string") ? value : "invalid"
  } catch {
    return undefined
  }
}

const listEnd = (text: string): number => {
  let depth = 0
  const token = /"(?:[^"\\]|\\.)*(?:"|$)|[[{\]}]/gs
  for (const { 0: found, index } of text.matchAll(token)) {
    if (found === "[" || found === "{") depth++
    else if ((found === "]" || found === "}") && --depth === 0) return index + 1
  }
  return text.length
}
