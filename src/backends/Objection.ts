/**
 * What a backend has against an input, in the words of its tables.
 */
import { Issue } from "../build/BuildError.js"
import * as InputIssue from "../build/InputIssue.js"

export type Path = ReadonlyArray<PropertyKey>

export const issue = (path: Path, message: string, line?: number): Issue =>
  new Issue({ path: InputIssue.pathText(path), message, line })

export const when = (refused: boolean, path: Path, message: string): ReadonlyArray<Issue> =>
  refused ? [issue(path, message)] : []
