/**
 * Regular expressions of schemas, which are Go's (RE2), as JavaScript's.
 *
 * @since 0.1.0
 */

const classes: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  blank: "\\t ",
  cntrl: "\\x00-\\x1F\\x7F",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\t\\n\\v\\f\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f"
}

const compile = (text: string, flags: string): RegExp | undefined => {
  try {
    return new RegExp(text, flags)
  } catch {
    return undefined
  }
}

// An escape is read whole, so that a backslash that is escaped itself begins none.
const escapes = (text: string): string =>
  text.replaceAll(
    /\\(?:([pP])([A-Z])|[^])/g,
    (escape, kind: string | undefined, category: string) =>
      kind !== undefined ? `\\${kind}{${category}}` : escape === "\\A" ? "^" : escape === "\\z" ? "$" : escape
  )

const known = new Map<string, RegExp | undefined>()

/** The expression; undefined if JavaScript has no such one. @since 0.1.0 @category constructors  */
export const parse = (pattern: string): RegExp | undefined => {
  if (known.has(pattern)) {
    return known.get(pattern)
  }
  const [start = "", goFlags = ""] = /^\(\?([ims]+)\)/.exec(pattern) ?? []
  const text = escapes(pattern.slice(start.length))
    .replaceAll("(?P<", "(?<")
    .replaceAll(/\[:([a-z]+):\]/g, (whole, name: string) => classes[name] ?? whole)
  // Without the flag u, JavaScript has more escapes, as Go has, but a category of characters is then its letters.
  const expression = compile(text, `${goFlags}u`) ?? (/\\p/i.test(text) ? undefined : compile(text, goFlags))
  known.set(pattern, expression)
  return expression
}
