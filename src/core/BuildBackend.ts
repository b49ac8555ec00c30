/**
 * The one interface to build an OS image, whatever runs the build. {@link run} is all that most programs need: input in,
 * image out. {@link build} answers with a ref at once, for those that ask again later.
 *
 * A backend provides the {@link BuildBackend} tag as a layer; what follows from its methods (`result`, `run`, `events`,
 * `prune`) is written once, here, for all of them.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import {
  BackendError,
  BuildCancelled,
  BuildErrored,
  BuildFailed,
  type BuildNotFound,
  type BuildRejected
} from "./BuildError.js"
import * as BuildEvent from "./BuildEvent.js"
import type * as BuildInput from "./BuildInput.js"
import type { BuildRef } from "./BuildRef.js"
import * as BuildStatus from "./BuildStatus.js"
import {
  BuildBackend,
  type BuildOptions,
  type BuildSummary,
  type ListOptions,
  type LogsOptions,
  type Service,
  type Submission
} from "./service/BuildService.js"
import { prunable } from "./service/BuildSummary.js"

export * from "./service/BuildService.js"
export { layerMemory, MemoryBackend } from "./service/MemoryBackend.js"

// -----------------------------------------------------------------------------
// testing
// -----------------------------------------------------------------------------

/**
 * A backend of only the methods a test needs, named `mock`; the others die when called.
 *
 * @since 0.1.0
 * @category testing
 */
export const layerMock = (partial: Partial<Service>): Layer.Layer<BuildBackend> =>
  Layer.mock(BuildBackend, { name: "mock", ...partial })

// -----------------------------------------------------------------------------
// accessors
// -----------------------------------------------------------------------------

/**
 * Whether the backend can honour every part of the input: fails with `BuildRejected` ("Unsupported") and every objection
 * at once. Asks no cluster; `build` checks by itself.
 *
 * @since 0.1.0
 * @category accessors
 */
export const check = (input: BuildInput.BuildInput): Effect.Effect<void, BuildRejected, BuildBackend> =>
  Effect.flatMap(BuildBackend, (backend) => backend.check(input))

/**
 * Starts a build, or adopts (`adopted`) the newest one of an equal input if that is unfinished, Succeeded or Failed, else an
 * older one that is unfinished. Answers once the build is recorded: keep its ref, and ask again from any process.
 *
 * Adopting does not look whether the image is still in its registry or a floating base tag has moved: `again`, or another
 * `revision` in the input, is for that.
 *
 * @since 0.1.0
 * @category accessors
 */
export const build = (
  input: BuildInput.BuildInput,
  options?: BuildOptions
): Effect.Effect<Submission, BuildRejected | BackendError, BuildBackend> =>
  Effect.flatMap(BuildBackend, (backend) => backend.build(input, options))

/**
 * The status of a build now. Fails with `BuildNotFound` if the build was removed, or is of another cluster.
 *
 * @since 0.1.0
 * @category accessors
 */
export const status = (
  ref: BuildRef
): Effect.Effect<BuildStatus.BuildStatus, BuildNotFound | BackendError, BuildBackend> =>
  Effect.flatMap(BuildBackend, (backend) => backend.status(ref))

/**
 * The status now, then each change; ends after a terminal one. Outages of the API server are waited out. `BuildNotFound` is
 * for a build that was never seen; one that goes away meanwhile is `Errored` ("Deleted").
 *
 * @since 0.1.0
 * @category accessors
 */
export const changes = (
  ref: BuildRef
): Stream.Stream<BuildStatus.BuildStatus, BuildNotFound | BackendError, BuildBackend> =>
  Stream.unwrap(Effect.map(BuildBackend, (backend) => backend.changes(ref)))

/**
 * The lines of a build's log so far, over all its attempts; with `follow` until the build ends. After a dropped connection
 * it goes on where it was.
 *
 * @since 0.1.0
 * @category accessors
 */
export const logs = (
  ref: BuildRef,
  options?: LogsOptions
): Stream.Stream<string, BuildNotFound | BackendError, BuildBackend> =>
  Stream.unwrap(Effect.map(BuildBackend, (backend) => backend.logs(ref, options)))

/**
 * Stops a build, which is `Cancelled` then; does nothing to one that ended or is gone.
 *
 * @since 0.1.0
 * @category accessors
 */
export const cancel = (ref: BuildRef): Effect.Effect<void, BackendError, BuildBackend> =>
  Effect.flatMap(BuildBackend, (backend) => backend.cancel(ref))

/**
 * Forgets a build and everything kept for it but its image; an unfinished one is cancelled first.
 *
 * @since 0.1.0
 * @category accessors
 */
export const remove = (ref: BuildRef): Effect.Effect<void, BackendError, BuildBackend> =>
  Effect.flatMap(BuildBackend, (backend) => backend.remove(ref))

/**
 * The builds of the backend in one namespace, newest first.
 *
 * @since 0.1.0
 * @category accessors
 */
export const list = (
  options?: ListOptions
): Effect.Effect<ReadonlyArray<BuildSummary>, BackendError, BuildBackend> =>
  Effect.flatMap(BuildBackend, (backend) => backend.list(options))

/**
 * How each build of the backend in one namespace stands now, then each change of any of them: one stream, however many
 * there are. Never ends by itself.
 *
 * @example
 * ```ts
 * import { BuildBackend } from "effect-os-builder"
 * import { Console, Stream } from "effect"
 *
 * const program = BuildBackend.watch().pipe(
 *   Stream.runForEach(({ ref, status }) => Console.log(`${ref}: ${status._tag}`))
 * )
 * ```
 *
 * @since 0.1.0
 * @category accessors
 */
export const watch = (options?: ListOptions): Stream.Stream<BuildSummary, BackendError, BuildBackend> =>
  Stream.unwrap(Effect.map(BuildBackend, (backend) => backend.watch(options)))

// -----------------------------------------------------------------------------
// what follows from them
// -----------------------------------------------------------------------------

/**
 * The ways in which a build ends without an image.
 *
 * @since 0.1.0
 * @category errors
 */
export type BuildEnded = BuildFailed | BuildErrored | BuildCancelled

const results = Metric.counter("effect_os_builder_results", {
  description: "Builds whose end was awaited, by backend and outcome",
  incremental: true
})

const settle = (ref: BuildRef, status: BuildStatus.Terminal): Effect.Effect<BuildStatus.BuiltImage, BuildEnded> => {
  switch (status._tag) {
    case "Succeeded":
      return Effect.succeed(status.image)
    case "Failed":
      return Effect.fail(new BuildFailed({ ref, status }))
    case "Errored":
      return Effect.fail(new BuildErrored({ ref, status }))
    case "Cancelled":
      return Effect.fail(new BuildCancelled({ ref }))
  }
}

const resultOf = (
  backend: Service,
  ref: BuildRef
): Effect.Effect<BuildStatus.BuiltImage, BuildEnded | BuildNotFound | BackendError> =>
  Stream.runHead(Stream.filter(backend.changes(ref), BuildStatus.isTerminal)).pipe(
    Effect.flatMap(Option.match({
      onNone: () =>
        Effect.fail(
          new BackendError({
            backend: backend.name,
            reason: "Unexpected",
            operation: `wait for ${ref}`,
            detail: "its changes ended before the build did"
          })
        ),
      onSome: Effect.succeed
    })),
    Effect.tap((status) =>
      Metric.update(
        results.pipe(Metric.tagged("backend", ref.backend), Metric.tagged("outcome", status._tag)),
        1
      )
    ),
    Effect.flatMap((status) => settle(ref, status))
  )

/**
 * Waits for a build to end, and answers its image, or fails with how it ended instead: `BuildFailed`, `BuildErrored` or
 * `BuildCancelled`. Interrupting it leaves the build alone.
 *
 * @since 0.1.0
 * @category combinators
 */
export const result = (
  ref: BuildRef
): Effect.Effect<BuildStatus.BuiltImage, BuildEnded | BuildNotFound | BackendError, BuildBackend> =>
  Effect.flatMap(BuildBackend, (backend) => resultOf(backend, ref))

/**
 * What happens to a build that this call created when the caller is interrupted: `cancel` it (the default) or `detach`,
 * leaving it to go on. A build that was adopted is somebody else's, and is always left.
 *
 * @since 0.1.0
 * @category models
 */
export interface RunOptions extends BuildOptions {
  readonly onInterrupt?: "cancel" | "detach" | undefined
}

// How long an interrupted caller waits: for a create that is under way, and then for the cancellation of what it created.
const interruptGrace = Duration.seconds(10)

interface Held {
  readonly submission: Submission
  /** From here on, closing the scope cancels nothing. */
  readonly letGo: Effect.Effect<void>
}

const submit = (
  backend: Service,
  input: BuildInput.BuildInput,
  options: RunOptions | undefined
): Effect.Effect<Held, BuildRejected | BackendError, Scope.Scope> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const building = backend.build(input, options)
      if (options?.onInterrupt === "detach") {
        return { submission: yield* restore(building), letGo: Effect.void }
      }
      const holds = yield* Ref.make(true)
      const creating = yield* Effect.forkScoped(Effect.interruptible(building))
      const cancelOwn = Fiber.await(creating).pipe(
        Effect.flatMap((exit) =>
          Exit.isSuccess(exit) && !exit.value.adopted ? backend.cancel(exit.value.ref) : Effect.void
        ),
        Effect.interruptible,
        Effect.timeout(interruptGrace),
        Effect.catchAllCause((cause) => Effect.logWarning("The build of an interrupted caller may go on", cause)),
        Effect.annotateLogs({ package: "effect-os-builder", module: "BuildBackend" })
      )
      yield* Effect.addFinalizer(() => Effect.whenEffect(cancelOwn, Ref.get(holds)))
      const submission = yield* restore(Fiber.join(creating))
      return { submission, letGo: Ref.set(holds, false) }
    })
  )

/**
 * Builds an input and waits for its image. Fails with `BuildRejected` if nothing was started, `BuildFailed` if the
 * Containerfile is at fault, `BuildErrored` if the platform is, `BuildCancelled` if somebody stopped it; with `BackendError`
 * if the backend could not be asked, and then the build may go on.
 *
 * When interrupted, it cancels the build if this call created it, and waits for that for at most 10 seconds.
 *
 * @example
 * ```ts
 * import { BuildBackend, BuildInput } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const input = yield* BuildInput.make({
 *     dockerfile: "ARG BASE_IMAGE\nFROM $BASE_IMAGE\nRUN echo hello > /hello",
 *     baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
 *     finalImage: { pullspec: "registry.example.com/os/hello:1", secretName: "push" }
 *   })
 *   const image = yield* BuildBackend.run(input)
 *   yield* Effect.log(image.pullspec)
 * })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const run = (
  input: BuildInput.BuildInput,
  options?: RunOptions
): Effect.Effect<BuildStatus.BuiltImage, BuildRejected | BuildEnded | BackendError, BuildBackend> =>
  Effect.gen(function*() {
    const backend = yield* BuildBackend
    const { letGo, submission } = yield* submit(backend, input, options)
    return yield* resultOf(backend, submission.ref).pipe(
      Effect.onExit((exit) => Exit.isInterrupted(exit) ? Effect.void : letGo),
      Effect.catchTag("BuildNotFound", () =>
        Effect.fail(
          new BackendError({
            backend: backend.name,
            reason: "Unexpected",
            operation: `wait for ${submission.ref}`,
            detail: "the build was removed while it was waited for"
          })
        ))
    )
  }).pipe(Effect.scoped, Effect.withSpan("BuildBackend.run", { captureStackTrace: false }))

/**
 * Builds an input and tells everything that happens: its submission, its status changes, its log, the steps of its
 * Containerfile. Ends when the build has ended and its log is told; how it ended is in the last `StatusChanged`, and no
 * error. When interrupted or read no further, it cancels the build if this call created it.
 *
 * @since 0.1.0
 * @category combinators
 */
export const events = (
  input: BuildInput.BuildInput,
  options?: RunOptions
): Stream.Stream<BuildEvent.BuildEvent, BuildRejected | BuildNotFound | BackendError, BuildBackend> =>
  Stream.unwrapScoped(Effect.gen(function*() {
    const backend = yield* BuildBackend
    const { letGo, submission } = yield* submit(backend, input, options)
    const statuses = backend.changes(submission.ref).pipe(
      Stream.tap((status) => BuildStatus.isTerminal(status) ? letGo : Effect.void),
      Stream.tapError(() => letGo),
      Stream.map((status) => new BuildEvent.StatusChanged({ status }))
    )
    const lines = backend.logs(submission.ref, { follow: true }).pipe(
      Stream.mapConcat((line): ReadonlyArray<BuildEvent.BuildEvent> => [
        new BuildEvent.LogLine({ line }),
        ...Option.toArray(BuildEvent.stepOf(line))
      ]),
      Stream.catchAll((error) => Stream.make(new BuildEvent.LogLost({ error })))
    )
    return Stream.concat(
      Stream.make(new BuildEvent.Submitted(submission)),
      Stream.merge(statuses, lines)
    )
  }))

/**
 * Removes builds that ended longer ago than `olderThan` (`"7 days"`; a number is milliseconds), in `namespace`, by default
 * the backend's own. Of each final image's repository the newest `keep` finished builds stay, whatever their age (by default
 * none). Answers what was removed; images stay in their registries.
 *
 * @since 0.1.0
 * @category combinators
 */
export const prune = (options: {
  readonly olderThan: Duration.DurationInput
  readonly keep?: number | undefined
  readonly namespace?: string | undefined
}): Effect.Effect<ReadonlyArray<BuildRef>, BackendError, BuildBackend> =>
  Effect.gen(function*() {
    const backend = yield* BuildBackend
    const now = yield* DateTime.now
    const deadline = DateTime.subtractDuration(now, options.olderThan)
    const all = yield* backend.list({ namespace: options.namespace })
    const removed = prunable(all, { deadline, keep: options.keep ?? 0 })
    yield* Effect.forEach(removed, (ref) => backend.remove(ref), { concurrency: 8, discard: true })
    return removed
  }).pipe(Effect.withSpan("BuildBackend.prune", { captureStackTrace: false }))
