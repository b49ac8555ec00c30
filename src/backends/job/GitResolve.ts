/**
 * Finds the commit of an input's ref before its build is recorded: in a short Job, whose pod has the repository's secret and
 * nothing else. The application needs no permission to read that secret, and no network to the repository.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { randomUUID } from "node:crypto"
import { BackendError, type BuildRejected } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import type * as Cluster from "../../kubernetes/Cluster.js"
import * as Resource from "../../kubernetes/Resource.js"
import * as Resources from "../../kubernetes/Resources.js"
import type { ClusterDefaults } from "../controller/Definition.js"
import * as ErrorMapping from "../controller/ErrorMapping.js"
import * as PodBlocked from "../pod/PodBlocked.js"
import * as PodFailure from "../pod/PodFailure.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import * as GitResolution from "../script/GitResolution.js"
import * as TerminationMessage from "../script/TerminationMessage.js"
import * as GitPod from "./GitPod.js"
import type { JobProfile } from "./JobProfile.js"

/** How long to wait for the pod to start and to end: its image may have to be pulled. */
const limit = Duration.minutes(3)

const interval = Duration.seconds(1)

/** The label by which the pod is found: it belongs to no build yet. */
const label = "effect-os-builder/git"

const container = ({ status }: Resources.Pod) => status?.containerStatuses?.find(({ name }) => name === "resolve")

export const make = (
  profile: JobProfile,
  cluster: Cluster.Service,
  clusterDefaults: Effect.Effect<ClusterDefaults, Parameters<ReturnType<typeof ErrorMapping.backendError>>[0]>
) =>
(input: BuildInput, namespace: string): Effect.Effect<BuildInput, BuildRejected | BackendError> => {
  const git = GitResolution.unresolved(input)
  if (git === undefined) return Effect.succeed(input)
  const operation = `find ${git.ref ?? "HEAD"} of ${git.url}`
  const name = `os-git-${randomUUID()}`
  const failed = ErrorMapping.backendError(profile.name, operation)

  const create = Effect.gen(function*() {
    const defaults = yield* Effect.mapError(clusterDefaults, failed)
    yield* cluster.create(
      Resources.Job,
      Resource.object(Resources.Job, {
        metadata: {
          name,
          namespace,
          labels: { [RecordMetadata.label.managedBy]: RecordMetadata.manager, [label]: name }
        },
        spec: {
          completions: 1,
          parallelism: 1,
          backoffLimit: 0,
          activeDeadlineSeconds: Duration.toSeconds(limit),
          // Where this process ends before it deletes the Job.
          ttlSecondsAfterFinished: 60,
          template: {
            metadata: {
              labels: { [RecordMetadata.label.managedBy]: RecordMetadata.manager, [label]: name }
            },
            spec: GitPod.resolveSpec(profile, input, git, defaults)
          }
        }
      })
    ).pipe(Effect.mapError((cause) => ErrorMapping.rejection(cause) ?? failed(cause)))
  })

  const look = Effect.gen(function*() {
    const { items } = yield* cluster.list(Resources.Pod, { namespace, labelSelector: `${label}=${name}` })
    return Option.fromNullable(items.at(-1))
  }).pipe(Effect.mapError(failed))

  // The last pod that was seen says why nothing came of it.
  let last: Resources.Pod | undefined
  const ended = Effect.gen(function*() {
    for (;;) {
      const pod = Option.getOrUndefined(yield* look)
      last = pod ?? last
      const end = pod === undefined ? undefined : container(pod)?.state?.terminated
      if (end !== undefined) return end
      const fate = pod === undefined ? undefined : PodFailure.classify(pod, () => false)
      if (fate !== undefined) {
        return yield* new BackendError({ backend: profile.name, reason: "Unexpected", operation, detail: fate.message })
      }
      yield* Effect.sleep(interval)
    }
  }).pipe(Effect.timeoutFail({
    duration: limit,
    onTimeout: () =>
      new BackendError({
        backend: profile.name,
        reason: "Timeout",
        operation,
        detail: (last === undefined ? undefined : PodBlocked.classify(last, [])?.message) ??
          `the pod of the Job ${name} has not started; look at its events, or give the commit in context.git.commit`
      })
  }))

  const remove = cluster.delete(Resources.Job, name, { namespace, propagation: "Background" }).pipe(
    Effect.timeout("10 seconds"),
    Effect.ignore
  )

  return Effect.acquireUseRelease(create, () => ended, () => remove).pipe(
    Effect.flatMap((end) => {
      const message = TerminationMessage.parse(end.message ?? "")
      const words = message === undefined ? (end.message ?? "").trim() : ""
      return Either.map(
        GitResolution.commit(profile.name, git, { exitCode: end.exitCode, message, words }),
        (commit) => GitResolution.withCommit(input, git, commit)
      )
    })
  )
}
