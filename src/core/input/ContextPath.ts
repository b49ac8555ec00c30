/**
 * Paths of files in a build context: relative, separated by `/`.
 *
 * @since 0.1.0
 */
import { atMostBytes, first, lacks, notEmpty, oneLine, type TextRule, withKeywords } from "./TextRule.js"

const segment: TextRule = atMostBytes(255)

// The usual path, which is valid by this alone: a context may have thousands, and each rule below takes its time.
const isUsual = (path: string): boolean =>
  path.length <= 255 && /^[\w+@~-][\w+@~.-]*(?:\/[\w+@~-][\w+@~.-]*)*$/.test(path)

const rule = first(
  notEmpty,
  oneLine,
  atMostBytes(1024),
  lacks(/^\//, "must be relative to the context, without a leading slash"),
  lacks(/\/\/|\/$/, "must not contain a double slash or end with a slash"),
  lacks(/(?:^|\/)\.\.?(?:\/|$)/, "must not contain a \".\" or \"..\" segment"),
  (path) =>
    path.split("/").some((part) => segment(part) !== undefined)
      ? "has a segment of more than 255 bytes, the limit of file systems"
      : undefined
)

/**
 * A normalized path inside the context. A segment has at most 255 bytes (NAME_MAX of Linux), and the path at most 1024, which
 * leaves room in PATH_MAX for the directory that contains the context.
 *
 * @since 0.1.0
 * @category rules
 */
export const contextPath: TextRule = withKeywords(
  (path) => isUsual(path) ? undefined : rule(path),
  ...(rule.keywords ?? [])
)

/**
 * The parent directories of a path: `a` and `a/b` for `a/b/c`.
 *
 * @since 0.1.0
 * @category getters
 */
export const directories = (path: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (let end = path.indexOf("/"); end >= 0; end = path.indexOf("/", end + 1)) found.push(path.slice(0, end))
  return found
}
