/**
 * The issues of an input in words for the person who wrote it.
 *
 * @since 0.1.0
 */
import * as SchemaIssue from "../../effect/Issue.js"
import { Issue } from "../BuildError.js"

/**
 * Every issue, with its path as one writes it in code: `mounts[0].path`, `context["a b"]`. Values are not repeated: they may
 * be secret. Beyond a thousand issues the rest are only counted.
 *
 * @since 0.1.0
 * @category conversions
 */
export const fromParseIssue = (issue: SchemaIssue.Issue): ReadonlyArray<Issue> => {
  const found = SchemaIssue.leaves(issue)
  const issues = found.slice(0, maxIssues).map(({ message, path }) => {
    const [field, line] = path
    return field === "dockerfile" && typeof line === "number"
      ? new Issue({ path: field, message, line })
      : new Issue({ path: pathText(path), message })
  })
  return found.length > maxIssues
    ? [...issues, new Issue({ path: "", message: `and ${found.length - maxIssues} more` })]
    : issues
}

const maxIssues = 1000

/**
 * A path as one writes it in code: `mounts[0].path`, `context["a b"]`.
 *
 * @since 0.1.0
 * @category getters
 */
export const pathText = (path: ReadonlyArray<PropertyKey>): string =>
  path.reduce<string>((text, key) => {
    if (typeof key !== "string") return `${text}[${String(key)}]`
    if (/^[A-Za-z_$][\w$]{0,62}$/.test(key)) return text === "" ? key : `${text}.${key}`
    return `${text}[${JSON.stringify(key.length > 200 ? `${key.slice(0, 200)}…` : key)}]`
  }, "")

export type Path = ReadonlyArray<PropertyKey>

export const unsupported = (path: Path, message: string, line?: number): Issue =>
  new Issue({ path: pathText(path), message, line })

export const unsupportedIf = (refused: boolean, path: Path, message: string): ReadonlyArray<Issue> =>
  refused ? [unsupported(path, message)] : []
