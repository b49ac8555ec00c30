/**
 * The two places of a Containerfile: its text in a field of the input, or a file of a context from elsewhere.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import type { Issue } from "../BuildError.js"
import * as BuildContext from "./BuildContext.js"
import { unsupportedIf } from "./InputIssue.js"
import type { Problem } from "./Validation.js"

const isGiven = (input: unknown, field: string): boolean =>
  Predicate.hasProperty(input, field) && input[field] !== undefined

/**
 * The problems of `dockerfile` and `dockerfilePath`, of which an input must have exactly one. Accepts any value.
 *
 * @since 0.1.0
 * @category rules
 */
export const problems = (input: unknown): ReadonlyArray<Problem> => {
  if (!Predicate.isRecord(input)) return []
  if (!isGiven(input, "dockerfilePath")) {
    return isGiven(input, "dockerfile") ? [] : [{ path: ["dockerfile"], message: "is required" }]
  }
  const isElsewhere = Predicate.hasProperty(input, "context") && BuildContext.isElsewhereData(input.context)
  return [
    ...(isGiven(input, "dockerfile")
      ? [{ path: ["dockerfilePath"] as const, message: "must be left out, because dockerfile has the text" }]
      : []),
    ...(isElsewhere ? [] : [{
      path: ["dockerfilePath"] as const,
      message: "names a file of a context from git or an image; give the text as dockerfile"
    }])
  ]
}

/**
 * The issue of an input whose Containerfile is to be in an upload, which no backend honours.
 *
 * @since 0.1.0
 * @category getters
 */
export const pathInUpload = (
  { context, dockerfilePath }: {
    readonly context?: BuildContext.BuildContext | undefined
    readonly dockerfilePath?: string | undefined
  }
): ReadonlyArray<Issue> =>
  unsupportedIf(
    BuildContext.isUpload(context) && dockerfilePath !== undefined,
    ["dockerfilePath"],
    "cannot name a file of an upload; give its text as dockerfile"
  )
