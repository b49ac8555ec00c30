/**
 * One problem of an input.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { described, named } from "../../effect/Described.js"

/**
 * One problem of an input: its place (`finalImage.pullspec`, `context["a b"]`, or empty for the whole input), a message that
 * describes what to change, and for a Containerfile the line, counted from 1.
 *
 * @example
 * ```ts
 * import { BuildError } from "effect-os-builder"
 *
 * const issue = new BuildError.Issue({ path: "dockerfile", message: "must begin with FROM", line: 1 })
 * console.log(String(issue)) // dockerfile (line 1): must begin with FROM
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export class Issue extends Schema.Class<Issue>("effect-os-builder/BuildError/Issue")({
  /** The place in the input, such as `finalImage.pullspec`; empty for the whole input. */
  path: described("The place in the input, such as `finalImage.pullspec`; empty for the whole input.", Schema.String),
  /** What is wrong, and what to change. */
  message: described("What is wrong, and what to change.", Schema.String),
  /** The line of the Containerfile, counted from 1. */
  line: described("The line of the Containerfile, counted from 1.", Schema.optional(Schema.Int))
}, named("BuildIssue", "One problem of an input.")) {
  override toString(): string {
    const line = this.line === undefined ? "" : ` (line ${this.line})`
    return this.path === "" ? `${this.message}${line}` : `${this.path}${line}: ${this.message}`
  }
}
