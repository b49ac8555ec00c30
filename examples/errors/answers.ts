// Every error that building can end with, and what to do about each. The types prove it: nothing is left (`never`), and an
// error that a later version adds is a compile error here.
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
  /** What the user wrote has to change. */
  | { readonly _tag: "Fix"; readonly what: ReadonlyArray<string> }
  /** The same request may work later, unchanged. */
  | { readonly _tag: "TryLater"; readonly why: string; readonly after: Duration.Duration }
  /** Somebody has to look at the platform: a permission, an object that is missing, a registry. */
  | { readonly _tag: "Escalate"; readonly why: string }
  | { readonly _tag: "Gone"; readonly why: string }

const answer = (answer: Answer) => Effect.succeed(answer)

/** Every error has a message for people and says whether trying again may help; some say when. */
const platform = (
  error: { readonly message: string; readonly retryable: boolean; readonly retryAfter?: Duration.Duration | undefined }
) =>
  answer(
    error.retryable
      ? { _tag: "TryLater", why: error.message, after: error.retryAfter ?? Duration.minutes(5) }
      : { _tag: "Escalate", why: error.message }
  )

const ended = {
  // The build ran, and the Containerfile is at fault. Building it again is pointless.
  BuildFailed: ({ status }: BuildError.BuildFailed) =>
    answer({ _tag: "Fix", what: [status.message, ...status.logTail] }),
  // The platform, a reference or a permission is at fault; `status.reason` says which.
  BuildErrored: platform,
  // Somebody stopped it.
  BuildCancelled: (error: BuildError.BuildCancelled) => answer({ _tag: "Gone", why: error.message }),
  // The backend could not be asked. The build may go on: the next `build` of an equal input adopts it.
  BackendError: platform
}

const built = (image: BuildStatus.BuiltImage): Answer => ({ _tag: "Built", image: image.pullspec })

const build = (options: BuildInput.Options): Effect.Effect<Answer, never, BuildBackend.BuildBackend> =>
  BuildInput.make(options).pipe(
    Effect.flatMap((input) =>
      // After an error that may pass, `run` makes a new build, and does not adopt the old one.
      Effect.retry(BuildBackend.run(input), {
        while: (error) => error.retryable,
        times: 2,
        schedule: Schedule.exponential("10 seconds")
      })
    ),
    Effect.map(built),
    Effect.catchTags({
      ...ended,
      // Nothing was started. Every issue is listed, with its place in the input and its line in the Containerfile.
      BuildRejected: (error) =>
        error.reason === "InvalidInput" || error.reason === "Unsupported"
          ? answer({ _tag: "Fix", what: error.issues.map(String) })
          : platform(error)
    })
  )

/** Chooses a backend for each request, so that a cluster which cannot build is an answer too. */
export const buildHere = (options: BuildInput.Options): Effect.Effect<Answer, never, Cluster.Cluster> =>
  build(options).pipe(
    Effect.provide(BackendSelection.layer),
    Effect.catchTags({
      // Asked, and the answer was no: the message names what to grant.
      NoBackendAvailable: platform,
      // It could not be asked, so nothing was chosen.
      ProbeError: platform
    })
  )

/** What became of a build that was started before. */
export const wait = (ref: BuildRef.BuildRef): Effect.Effect<Answer, never, BuildBackend.BuildBackend> =>
  BuildBackend.result(ref).pipe(
    Effect.map(built),
    Effect.catchTags({
      ...ended,
      // Somebody removed it, or it is of another cluster.
      BuildNotFound: (error) => answer({ _tag: "Gone", why: error.message })
    })
  )
