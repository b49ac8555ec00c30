/**
 * Helpers for the plan of an entry: its problems, and the files it names.
 */
import { type Entry, resolvePath } from "./LoadingRules.js"

/** A file that is read when it is needed, or the content itself. */
export type Material =
  | { readonly _tag: "File"; readonly path: string; readonly field: string }
  | { readonly _tag: "Content"; readonly bytes: Buffer; readonly field: string }

export interface Problem {
  readonly part: "cluster" | "user"
  readonly text: string
}

export const label = (kind: string, { file, name }: Entry<unknown>) => `${file}, ${kind} "${name}"`

/** The problems of one entry, each with the field. */
export const problemsOf = (part: Problem["part"], entry: Entry<unknown>) => {
  const found: Array<Problem> = []
  return {
    found,
    add: (condition: boolean, field: string, text: string) => {
      if (condition) found.push({ part, text: `${label(part, entry)}: \`${field}\` ${text}` })
    }
  }
}

/** Reports a problem of a field, if the condition holds. */
export type Add = ReturnType<typeof problemsOf>["add"]

export const material = (entry: Entry<unknown>, field: string, file: string, data: string): Material | undefined =>
  data !== ""
    ? { _tag: "Content", bytes: Buffer.from(data, "base64"), field: `${field}-data` }
    : file !== ""
    ? { _tag: "File", path: resolvePath(entry, file), field }
    : undefined
