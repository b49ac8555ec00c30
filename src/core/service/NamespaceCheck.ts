/**
 * Checks a namespace before it is used, so that an invalid one is a typed error on every backend.
 */
import * as Effect from "effect/Effect"
import { BackendError, BuildRejected, Issue } from "../BuildError.js"
import { namespace as rule } from "../input/KubernetesName.js"

const problemOf = (namespace: string | undefined): string | undefined =>
  namespace === undefined ? undefined : rule(namespace)

/** For `build`. Undefined: the backend's own. */
export const forBuild = (namespace: string | undefined): Effect.Effect<void, BuildRejected> => {
  const message = problemOf(namespace)
  return message === undefined
    ? Effect.void
    : new BuildRejected({ reason: "InvalidInput", issues: [new Issue({ path: "namespace", message })] })
}

/** For `list` and `watch`; undefined if the namespace is valid. */
export const listError = (backend: string, namespace: string | undefined): BackendError | undefined => {
  const problem = problemOf(namespace)
  return problem === undefined ? undefined : new BackendError({
    backend,
    reason: "Unexpected",
    operation: `list builds in ${JSON.stringify(namespace)}`,
    detail: `the namespace ${problem}`
  })
}
