// Every error of a build, and how to handle it. The compiler checks that none is left (`never`): an error that a later
// version adds is a compile error here.
import { Duration, Effect, Schedule } from "effect"
import {
  BackendSelection,
  BuildBackend,
  type BuildError,
  BuildInput,
  type BuildRef,
  type BuildStatus,
  type Cluster
} from "effect-os-builder"

export type Answer =
  | { readonly _tag: "Built"; readonly image: string }
  /** The user has to change the input. */
  | { readonly _tag: "Fix"; readonly what: ReadonlyArray<string> }
  /** The same request may work later, unchanged. */
  | { readonly _tag: "TryLater"; readonly why: string; readonly after: Duration.Duration }
  /** An administrator has to look at the platform: a permission, a missing object, a registry. */
  | { readonly _tag: "Escalate"; readonly why: string }
  | { readonly _tag: "Gone"; readonly why: string }

const answer = (answer: Answer) => Effect.succeed(answer)

/** Every error has a readable message and `retryable`; some have `retryAfter`. */
const platform = (
  error: { readonly message: string; readonly retryable: boolean; readonly retryAfter?: Duration.Duration | undefined }
) =>
  answer(
    error.retryable
      ? { _tag: "TryLater", why: error.message, after: error.retryAfter ?? Duration.minutes(5) }
      : { _tag: "Escalate", why: error.message }
  )

const ended = {
  // The build ran and failed because of the Containerfile. Building it again is pointless.
  BuildFailed: ({ status }: BuildError.BuildFailed) =>
    answer({ _tag: "Fix", what: [status.message, ...status.logTail] }),
  // The platform, a reference or a permission is at fault; `status.reason` says which.
  BuildErrored: platform,
  // Another client cancelled it.
  BuildCancelled: (error: BuildError.BuildCancelled) => answer({ _tag: "Gone", why: error.message }),
  // The backend could not be reached. The build may still run: the next `build` of an equal input adopts it.
  BackendError: platform
}

const built = (image: BuildStatus.BuiltImage): Answer => ({ _tag: "Built", image: image.pullspec })

const build = (options: BuildInput.Options): Effect.Effect<Answer, never, BuildBackend.BuildBackend> =>
  BuildInput.make(options).pipe(
    Effect.flatMap((input) =>
      // After a retryable error, `run` starts a new build instead of adopting the old one.
      Effect.retry(BuildBackend.run(input), {
        while: (error) => error.retryable,
        times: 2,
        schedule: Schedule.exponential("10 seconds")
      })
    ),
    Effect.map(built),
    Effect.catchTags({
      ...ended,
      // Nothing was started. Each issue has its place in the input and its line in the Containerfile.
      BuildRejected: (error) =>
        error.reason === "InvalidInput" || error.reason === "Unsupported"
          ? answer({ _tag: "Fix", what: error.issues.map(String) })
          : platform(error)
    })
  )

/** Selects a backend for each request, so that a cluster that cannot build is an answer too. */
export const buildHere = (options: BuildInput.Options): Effect.Effect<Answer, never, Cluster.Cluster> =>
  build(options).pipe(
    Effect.provide(BackendSelection.layer),
    Effect.catchTags({
      // The cluster supports no backend: the message names the missing permission.
      NoBackendAvailable: platform,
      // The cluster did not respond, so no backend was selected.
      ProbeError: platform
    })
  )

/** The outcome of a build that was started earlier. */
export const wait = (ref: BuildRef.BuildRef): Effect.Effect<Answer, never, BuildBackend.BuildBackend> =>
  BuildBackend.result(ref).pipe(
    Effect.map(built),
    Effect.catchTags({
      ...ended,
      // It was removed, or belongs to another cluster.
      BuildNotFound: (error) => answer({ _tag: "Gone", why: error.message })
    })
  )
