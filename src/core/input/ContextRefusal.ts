/**
 * Issues of a backend about the kinds of context from elsewhere that it does not support.
 *
 * @since 0.1.0
 */
import type { Issue } from "../BuildError.js"
import * as BuildContext from "./BuildContext.js"
import { unsupported } from "./InputIssue.js"

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
