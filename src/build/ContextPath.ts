/**
 * Names of files in the build context: relative paths with `/` between their parts.
 *
 * @since 0.1.0
 */
import { atMostBytes, first, oneLine, portable, type Rule } from "./Rule.js"

const segments: Rule = (path) => {
  for (const segment of path.split("/")) {
    if (segment === "") return "must not have an empty part, as two slashes or one at the end make"
    if (segment === "." || segment === "..") return `must not have "${segment}" in it; write the path plainly`
    // NAME_MAX of Linux.
    if (atMostBytes(255)(segment) !== undefined) return "has a part of more than 255 bytes, which no file system takes"
  }
  return undefined
}

/**
 * A plain path inside the context. 1024 bytes leave room, under PATH_MAX of Linux, for the directory that holds the context.
 *
 * @since 0.1.0
 * @category rules
 */
export const contextPath: Rule = first(
  (path) => path === "" ? "must not be empty" : undefined,
  portable,
  oneLine,
  atMostBytes(1024),
  (path) => path.startsWith("/") ? "must be relative to the context, without a slash at its start" : undefined,
  segments
)

/**
 * The directories that a path runs through: `a` and `a/b` for `a/b/c`.
 *
 * @since 0.1.0
 * @category getters
 */
export const directories = (path: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
    found.push(path.slice(0, slash))
  }
  return found
}
