/**
 * Finds the commit of an input's ref before its build is recorded: in a short Job, whose pod has the repository's secret and
 * nothing else. The application needs no permission to read that secret, and no network to the repository.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { BackendError, BuildRejected, Issue } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import * as DurationText from "../../core/DurationText.js"
import type { GitSource } from "../../core/input/GitSource.js"
import { fromEither } from "../../effect/EitherEffect.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type * as Cluster from "../../kubernetes/Cluster.js"
import type { ClusterError } from "../../kubernetes/ClusterError.js"
import * as GitContainer from "../pod/GitContainer.js"
import { nodeSelector } from "../pod/PodEnvironment.js"
import * as GitResolution from "../script/GitResolution.js"
import type { ClusterDefaults } from "./Definition.js"
import * as ErrorMapping from "./ErrorMapping.js"
import * as ShortPod from "./ShortPod.js"

/** The time from the creation of the Job, in which the image of its pod may have to be pulled. */
const timeout = Duration.minutes(3)

const verb = "resolve"

/** What differs between the backends. */
export interface GitLookup extends GitContainer.GitRunner {
  readonly backend: string
  readonly serviceAccount: string | undefined
  /** The advice if the caller may not create Jobs, for a backend that needs them only for this. */
  readonly withoutJobs?: ((namespace: string) => string) | undefined
}

const small: JsonObject = { cpu: "50m", memory: "64Mi", "ephemeral-storage": "64Mi" }

const podSpec = (
  lookup: GitLookup,
  input: BuildInput,
  git: GitSource,
  { proxy }: ClusterDefaults
): JsonObject => ({
  serviceAccountName: lookup.serviceAccount ?? "default",
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  restartPolicy: "Never",
  terminationGracePeriodSeconds: 1,
  securityContext: GitContainer.podSecurity[lookup.user],
  nodeSelector: { "kubernetes.io/os": "linux", ...nodeSelector(input) },
  containers: [
    GitContainer.container(lookup, input, git, verb, {
      environment: { OSB_GIT_REF: git.ref ?? "", OSB_TIMEOUT_SECONDS: String(GitResolution.timeoutSeconds) },
      resources: { requests: small },
      proxy
    })
  ],
  volumes: [
    { name: "work", emptyDir: { sizeLimit: "64Mi" } },
    ...GitContainer.volumes(git),
    ...GitContainer.trustVolumes(input)
  ]
})

/** Adds the commit of its ref to an input that lacks it. */
export const make = (
  lookup: GitLookup,
  cluster: Cluster.Service,
  clusterDefaults: Effect.Effect<ClusterDefaults, ClusterError>
) =>
(input: BuildInput, namespace: string): Effect.Effect<BuildInput, BuildRejected | BackendError> => {
  const git = GitResolution.unresolved(input)
  if (git === undefined) return Effect.succeed(input)
  const { backend } = lookup
  const operation = `find ${git.ref ?? "HEAD"} of ${git.url}`
  const failed = ErrorMapping.backendError(backend, operation)

  const notRun = (cause: ClusterError): BuildRejected | BackendError => {
    const rejection = ErrorMapping.rejection(cause)
    if (rejection !== undefined) return rejection
    const advice = cause.reason === "Forbidden" ? lookup.withoutJobs?.(namespace) : undefined
    return advice === undefined
      ? failed(cause)
      : new BuildRejected({
        reason: "Denied",
        issues: [new Issue({ path: "context.git.ref", message: advice })],
        cause
      })
  }

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
      advice: `its pod did not end within ${DurationText.format(timeout)}; ` +
        "look at the events of its namespace, or give the commit in context.git.commit",
      spec: podSpec(lookup, input, git, defaults)
    }).pipe(Effect.catchTag("ClusterError", (cause) => Effect.fail(notRun(cause))))
    if (failure !== undefined) {
      return yield* new BackendError({ backend, reason: "Unexpected", operation, detail: failure.message })
    }
    return GitResolution.withCommit(input, git, yield* fromEither(GitResolution.commit(backend, git, ended)))
  })
}
