/**
 * Finds the commit of an input's ref before its build is recorded: in a short Job, whose pod has the repository's secret and
 * nothing else. The application needs no permission to read that secret, and no network to the repository.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { BackendError, type BuildRejected } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import { fromEither } from "../../effect/EitherEffect.js"
import type * as Cluster from "../../kubernetes/Cluster.js"
import type { ClusterError } from "../../kubernetes/ClusterError.js"
import type { ClusterDefaults } from "../controller/Definition.js"
import * as ErrorMapping from "../controller/ErrorMapping.js"
import * as GitResolution from "../script/GitResolution.js"
import * as GitPod from "./GitPod.js"
import type { JobProfile } from "./JobProfile.js"
import * as ShortPod from "./ShortPod.js"

/** From the creation of the Job on: the image of its pod may have to be pulled. */
const timeout = Duration.minutes(3)

const verb = "resolve"

/** The input with the commit of its ref, if that is not known yet. */
export const make = (
  profile: JobProfile,
  cluster: Cluster.Service,
  clusterDefaults: Effect.Effect<ClusterDefaults, ClusterError>
) =>
(input: BuildInput, namespace: string): Effect.Effect<BuildInput, BuildRejected | BackendError> => {
  const git = GitResolution.unresolved(input)
  if (git === undefined) return Effect.succeed(input)
  const backend = profile.name
  const operation = `find ${git.ref ?? "HEAD"} of ${git.url}`
  const failed = ErrorMapping.backendError(backend, operation)
  return Effect.gen(function*() {
    const defaults = yield* Effect.mapError(clusterDefaults, failed)
    const { failure, ...ended } = yield* ShortPod.run(cluster, {
      backend,
      operation,
      verb,
      namespace,
      prefix: "os-git-",
      owner: undefined,
      timeout,
      advice: `its pod did not end within ${Duration.format(timeout)}; ` +
        "look at the events of its namespace, or give the commit in context.git.commit",
      spec: GitPod.resolveSpec(profile, input, git, defaults)
    }).pipe(
      Effect.catchTag("ClusterError", (cause) => Effect.fail(ErrorMapping.rejection(cause) ?? failed(cause)))
    )
    if (failure !== undefined) {
      return yield* new BackendError({ backend, reason: "Unexpected", operation, detail: failure.message })
    }
    return GitResolution.withCommit(input, git, yield* fromEither(GitResolution.commit(backend, git, ended)))
  })
}
