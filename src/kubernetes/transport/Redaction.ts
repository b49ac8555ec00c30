/**
 * What went wrong with what holds credentials, without a word of them. Errors of parsers quote what they parsed, and those of
 * processes the command that was to run: an error is never kept, and its words only where they are known not to quote.
 */
import * as Predicate from "effect/Predicate"
import { codeOf } from "./HttpAgent.js"

const longest = 500

const fieldOf = (u: unknown, name: string): unknown => Predicate.isReadonlyRecord(u) ? u[name] : undefined

export const redact = (error: unknown): string => {
  // js-yaml: its message shows the lines around.
  const reason = fieldOf(error, "reason")
  const line = fieldOf(fieldOf(error, "mark"), "line")
  if (Predicate.isString(reason) && Predicate.isNumber(line)) return `${reason}, in line ${line + 1}`
  // V8: its message shows the text around.
  if (error instanceof SyntaxError) return "what came is not JSON"
  return (error instanceof Error ? error.message || codeOf(error) : String(error)).trim().slice(0, longest)
}
