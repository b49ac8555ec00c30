/**
 * Patterns of paths, as `filepath.Match` of Go has them.
 *
 * @since 0.1.0
 */

type Token = "star" | ((char: string) => boolean)

// Longer patterns, and those with `**`, count as matching everything.
const maxLength = 1000

const tokens = (segment: string): ReadonlyArray<Token> | undefined => {
  const found: Array<Token> = []
  const pattern = /\*+|\?|\[(\^?)((?:\\?[^\]\\](?:-\\?[^\]\\])?|\\.)+)\]|\\(.)|([^*?[\\])/suy
  while (pattern.lastIndex < segment.length) {
    const match = pattern.exec(segment)
    if (match === null) return undefined
    const [text, negated, ranges, escaped, plain] = match
    if (text.startsWith("*")) found.push("star")
    else if (ranges !== undefined) found.push(inRanges(ranges, negated === "^"))
    else if (text === "?") found.push(() => true)
    else found.push((char) => char === (escaped ?? plain))
  }
  return found
}

const inRanges = (text: string, negated: boolean) => {
  const ranges = Array.from(text.matchAll(/\\?(.)(?:-\\?(.))?/gsu), ([, from = "", to = from]) => [from, to] as const)
  return (char: string): boolean => ranges.some(([from, to]) => from <= char && char <= to) !== negated
}

/** Goes back to the last star only, so that the time is at most the product of the lengths. */
const matchSegment = (pattern: ReadonlyArray<Token>, segment: ReadonlyArray<string>): boolean => {
  let at = 0
  let token = 0
  let star = -1
  let resume = 0
  while (at < segment.length) {
    const expected = pattern[token]
    if (expected === "star") {
      star = token++
      resume = at
    } else if (expected !== undefined && expected(segment[at] ?? "")) {
      token++
      at++
    } else if (star >= 0) {
      token = star + 1
      at = ++resume
    } else {
      return false
    }
  }
  return pattern.slice(token).every((rest) => rest === "star")
}

/**
 * Whether a path may match; true for a pattern that cannot be read.
 *
 * @since 0.1.0
 * @category getters
 */
export const matcher = (pattern: string): (path: string) => boolean => {
  const segments = pattern.split("/").map(tokens)
  if (pattern.length > maxLength || pattern.includes("**") || segments.includes(undefined)) return () => true
  return (path) => {
    const parts = path.split("/")
    return parts.length === segments.length &&
      segments.every((segment, index) => matchSegment(segment ?? [], Array.from(parts[index] ?? "")))
  }
}
