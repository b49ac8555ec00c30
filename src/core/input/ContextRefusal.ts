/**
 * Issues of a backend about the kinds of context from elsewhere that it does not support.
 *
 * @since 0.1.0
 */
import type { Issue } from "../BuildError.js"
import type { BuildInput } from "../BuildInput.js"
import * as BuildContext from "./BuildContext.js"
import { unsupported, unsupportedIf } from "./InputIssue.js"

/**
 * What a backend says of each kind of context that it does not support.
 *
 * @since 0.1.0
 * @category models
 */
export interface Refusals {
  readonly git?: string
  readonly image?: string
  readonly upload?: string
}

/**
 * The refusal of a kind that a backend does not fetch.
 *
 * @since 0.1.0
 * @category constants
 */
export const notFetched = "is not supported by this backend; pass the files of the context"

/**
 * The issue of an input whose Containerfile is to be in an upload.
 *
 * @since 0.1.0
 * @category getters
 */
export const pathInUpload = (
  { context, dockerfilePath }: Pick<BuildInput, "context" | "dockerfilePath">
): ReadonlyArray<Issue> =>
  unsupportedIf(
    BuildContext.isUpload(context) && dockerfilePath !== undefined,
    ["dockerfilePath"],
    "cannot name a file of an upload; give its text as dockerfile"
  )

/**
 * The issues of an input whose context is of one of these kinds.
 *
 * @since 0.1.0
 * @category getters
 */
export const issues = (context: BuildContext.BuildContext | undefined, refusals: Refusals): ReadonlyArray<Issue> => {
  const kind = BuildContext.isGit(context)
    ? "git"
    : BuildContext.isImage(context)
    ? "image"
    : BuildContext.isUpload(context)
    ? "upload"
    : undefined
  const message = kind === undefined ? undefined : refusals[kind]
  return kind === undefined || message === undefined ? [] : [unsupported(["context", kind], message)]
}
