/**
 * The init container `context` of a build pod, which fetches the commit of a Git repository before anything is built.
 */
import type { BuildInput } from "../../core/BuildInput.js"
import type { GitSource } from "../../core/input/GitSource.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { ClusterDefaults } from "../controller/Definition.js"
import * as GitContainer from "../pod/GitContainer.js"
import * as GitScript from "../script/GitScript.js"
import type { JobProfile } from "./JobSettings.js"

/** The init container of a build pod that fetches the commit. */
export const contextContainer = (
  { settings }: JobProfile,
  input: BuildInput,
  git: GitSource,
  { proxy }: ClusterDefaults,
  options: { readonly timeoutSeconds: string; readonly resources: JsonObject }
): JsonObject =>
  GitContainer.container({ image: settings.gitImage, user: "nobody" }, input, git, "context", {
    environment: GitScript.contextVariables(input, git, options.timeoutSeconds),
    resources: options.resources,
    proxy
  })
