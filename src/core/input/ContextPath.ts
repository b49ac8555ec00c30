/**
 * Names of files in a build context: relative paths with `/` between their parts.
 *
 * @since 0.1.0
 */
import { atMostBytes, first, lacks, notEmpty, oneLine, type TextRule } from "./TextRule.js"

/**
 * A path inside the context, plainly written. A part has at most 255 bytes (NAME_MAX of Linux); the whole at most 1024, which
 * leaves room in PATH_MAX for the directory that holds the context.
 *
 * @since 0.1.0
 * @category rules
 */
export const contextPath: TextRule = first(
  notEmpty,
  oneLine,
  atMostBytes(1024),
  lacks(/^\//, "must be relative to the context, with no slash before it"),
  lacks(/\/\/|\/$/, "must not have an empty part, as two slashes or one at the end make it"),
  lacks(/(?:^|\/)\.\.?(?:\/|$)/, "must not have \".\" or \"..\" as a part; write the path plainly"),
  (path) =>
    path.split("/").some((part) => atMostBytes(255)(part) !== undefined)
      ? "has a part of more than 255 bytes, which no file system takes"
      : undefined
)

/**
 * The directories that a path runs through: `a` and `a/b` for `a/b/c`.
 *
 * @since 0.1.0
 * @category getters
 */
export const directories = (path: string): ReadonlyArray<string> =>
  Array.from(path.matchAll(/\//g), ({ index }) => path.slice(0, index))
