/**
 * Paths of files in a build context: relative, separated by `/`.
 *
 * @since 0.1.0
 */
import { atMostBytes, first, lacks, notEmpty, oneLine, type TextRule } from "./TextRule.js"

/**
 * A normalized path inside the context. A segment has at most 255 bytes (NAME_MAX of Linux), and the path at most 1024, which
 * leaves room in PATH_MAX for the directory that contains the context.
 *
 * @since 0.1.0
 * @category rules
 */
export const contextPath: TextRule = first(
  notEmpty,
  oneLine,
  atMostBytes(1024),
  lacks(/^\//, "must be relative to the context, without a leading slash"),
  lacks(/\/\/|\/$/, "must not contain a double slash or end with a slash"),
  lacks(/(?:^|\/)\.\.?(?:\/|$)/, "must not contain a \".\" or \"..\" segment"),
  (path) =>
    path.split("/").some((part) => atMostBytes(255)(part) !== undefined)
      ? "has a segment of more than 255 bytes, the limit of file systems"
      : undefined
)

/**
 * The parent directories of a path: `a` and `a/b` for `a/b/c`.
 *
 * @since 0.1.0
 * @category getters
 */
export const directories = (path: string): ReadonlyArray<string> =>
  Array.from(path.matchAll(/\//g), ({ index }) => path.slice(0, index))
