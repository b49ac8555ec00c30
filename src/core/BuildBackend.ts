/**
 * One interface for building an OS image, whichever backend runs the build. {@link run} is all that most programs need: input
 * in, image out. {@link build} returns a ref at once, for programs that ask for the status later.
 *
 * A backend provides the {@link BuildBackend} tag as a layer. Each function here calls the method of the same name on the
 * service in that tag; a program that holds the service calls the method itself.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { BackendError, BaseUnavailable, BuildNotFound, BuildRejected } from "./BuildError.js"
import type * as BuildEvent from "./BuildEvent.js"
import type * as BuildInput from "./BuildInput.js"
import type { BuildRef } from "./BuildRef.js"
import type * as BuildStatus from "./BuildStatus.js"
import {
  type BaseCheck,
  BuildBackend,
  type BuildEnded,
  type BuildOptions,
  type BuildSummary,
  type EventsOfOptions,
  type ListOptions,
  type LogsOptions,
  type Methods,
  type PruneOptions,
  type RunOptions,
  type Service,
  type Submission
} from "./service/BuildService.js"
import { derive } from "./service/Derived.js"

export * from "./service/BuildService.js"
export { derive } from "./service/Derived.js"
export { layerMemory, MemoryBackend } from "./service/MemoryBackend.js"
export { make } from "./service/Traced.js"

// -----------------------------------------------------------------------------
// testing
// -----------------------------------------------------------------------------

const unimplemented = (name: string) => Effect.die(new Error(`layerMock: ${name} is not implemented`))

/**
 * A backend named `mock` with only the methods that a test needs; the others die when called. `run`, `result`, `events`, `eventsOf`
 * and `prune` are derived from the given methods, unless they are given themselves.
 *
 * @example
 * ```ts
 * import { BuildBackend } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const test = BuildBackend.list().pipe(
 *   Effect.provide(BuildBackend.layerMock({ list: () => Effect.succeed([]) }))
 * )
 * ```
 *
 * @since 0.1.0
 * @category testing
 */
export const layerMock = (partial: Partial<Service>): Layer.Layer<BuildBackend> => {
  const methods: Methods = {
    name: "mock",
    check: () => unimplemented("check"),
    build: () => unimplemented("build"),
    status: () => unimplemented("status"),
    changes: () => Stream.fromEffect(unimplemented("changes")),
    logs: () => Stream.fromEffect(unimplemented("logs")),
    cancel: () => unimplemented("cancel"),
    remove: () => unimplemented("remove"),
    isOutdated: () => unimplemented("isOutdated"),
    list: () => unimplemented("list"),
    watch: () => Stream.fromEffect(unimplemented("watch")),
    ...partial
  }
  return Layer.succeed(BuildBackend, { ...derive(methods), ...partial })
}

// -----------------------------------------------------------------------------
// accessors
// -----------------------------------------------------------------------------

/**
 * Checks that the backend supports every part of the input. Fails with `BuildRejected` ("Unsupported") and every issue at once.
 * Sends no requests. `build` makes the same check.
 *
 * @since 0.1.0
 * @category accessors
 */
export const check = (input: BuildInput.BuildInput): Effect.Effect<void, BuildRejected, BuildBackend> =>
  Effect.flatMap(BuildBackend, (backend) => backend.check(input))

/**
 * Starts a build, or adopts (`adopted`) the newest one of an equal input if that is unfinished, Succeeded or Failed, else an
 * older one that is unfinished. Returns once the build is recorded: keep its ref, which any process can use.
 *
 * Adoption does not check that the image still exists in its registry, or that a floating base tag has not moved. To force a new
 * build, use `again`, or another `revision` in the input.
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
 * The status of a build now. Fails with `BuildNotFound` if the build was removed, or belongs to another cluster.
 *
 * @since 0.1.0
 * @category accessors
 */
export const status = (
  ref: BuildRef
): Effect.Effect<BuildStatus.BuildStatus, BuildNotFound | BackendError, BuildBackend> =>
  Effect.flatMap(BuildBackend, (backend) => backend.status(ref))

/**
 * Emits the status now, then each change; ends after a terminal status. Outages of the API server are waited out. Fails with
 * `BuildNotFound` if there is no such build at first; a build that is deleted later becomes `Errored` ("Deleted").
 *
 * @since 0.1.0
 * @category accessors
 */
export const changes = (
  ref: BuildRef
): Stream.Stream<BuildStatus.BuildStatus, BuildNotFound | BackendError, BuildBackend> =>
  Stream.unwrap(Effect.map(BuildBackend, (backend) => backend.changes(ref)))

/**
 * Emits the lines of a build's log so far, of all its attempts; with `follow`, until the build ends. After a lost connection it
 * resumes with the next line.
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
 * Stops a build; its status becomes `Cancelled`. Does nothing to a build that has ended or was removed.
 *
 * @since 0.1.0
 * @category accessors
 */
export const cancel = (ref: BuildRef): Effect.Effect<void, BackendError, BuildBackend> =>
  Effect.flatMap(BuildBackend, (backend) => backend.cancel(ref))

/**
 * Deletes a build and everything stored for it, except the pushed image; an unfinished build is cancelled first.
 *
 * @since 0.1.0
 * @category accessors
 */
export const remove = (ref: BuildRef): Effect.Effect<void, BackendError, BuildBackend> =>
  Effect.flatMap(BuildBackend, (backend) => backend.remove(ref))

/**
 * Whether the tag of the base image has moved since the build. A short pod on a cluster, or buildah on this machine, fetches the
 * manifest from the registry with the credentials of the build. Undefined if the build has not Succeeded, or has no digest of its
 * base.
 *
 * @example
 * ```ts
 * import { BuildBackend, type BuildInput, type BuildRef } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const rebuild = (input: BuildInput.BuildInput, ref: BuildRef.BuildRef) =>
 *   Effect.gen(function*() {
 *     const check = yield* BuildBackend.isOutdated(ref)
 *     if (check?.outdated === true) yield* BuildBackend.run(input, { again: true })
 *   })
 * ```
 *
 * @since 0.1.0
 * @category accessors
 */
export const isOutdated = (
  ref: BuildRef
): Effect.Effect<BaseCheck | undefined, BuildNotFound | BaseUnavailable | BackendError, BuildBackend> =>
  Effect.flatMap(BuildBackend, (backend) => backend.isOutdated(ref))

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
 * Emits the current status of each build of the backend in one namespace, then each change of any of them. Never ends by itself.
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
// accessors of the derived methods
// -----------------------------------------------------------------------------

/**
 * Waits for a build to end and returns its image, or fails with its other outcomes: `BuildFailed`, `BuildErrored` or
 * `BuildCancelled`. Interrupting it does not affect the build.
 *
 * @example
 * ```ts
 * import { BuildBackend, type BuildRef } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const digest = (ref: BuildRef.BuildRef) => Effect.map(BuildBackend.result(ref), (image) => image.digest)
 * ```
 *
 * @since 0.1.0
 * @category accessors
 */
export const result = (
  ref: BuildRef
): Effect.Effect<BuildStatus.BuiltImage, BuildEnded | BuildNotFound | BackendError, BuildBackend> =>
  Effect.flatMap(BuildBackend, (backend) => backend.result(ref))

/**
 * Builds an input and waits for its image. Fails with `BuildRejected` if nothing was started, `BuildFailed` if the build
 * failed because of the Containerfile or its inputs, `BuildErrored` if it failed because of the platform, `BuildCancelled` if
 * it was cancelled, and `BackendError` if the backend could not be reached; the build may still be running then.
 *
 * When interrupted, it cancels the build if this call created it, which takes at most 10 seconds.
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
 * @category accessors
 */
export const run = (
  input: BuildInput.BuildInput,
  options?: RunOptions
): Effect.Effect<BuildStatus.BuiltImage, BuildRejected | BuildEnded | BackendError, BuildBackend> =>
  Effect.flatMap(BuildBackend, (backend) => backend.run(input, options))

/**
 * Builds an input and emits everything that happens: its submission, its statuses, the lines of its log, the steps of its
 * Containerfile. Ends when the build has ended and its log was read; the outcome is the last `StatusChanged`, not an error.
 * If it is interrupted or not read to its end, it cancels the build if this call created it. For an adopted build it emits the
 * latest status, and the whole log from the first line.
 *
 * @example
 * ```ts
 * import { BuildBackend, type BuildInput } from "effect-os-builder"
 * import { Console, Stream } from "effect"
 *
 * const follow = (input: BuildInput.BuildInput) =>
 *   Stream.runForEach(BuildBackend.events(input), (event) => Console.log(event._tag))
 * ```
 *
 * @since 0.1.0
 * @category accessors
 */
export const events = (
  input: BuildInput.BuildInput,
  options?: RunOptions
): Stream.Stream<BuildEvent.BuildEvent, BuildRejected | BuildNotFound | BackendError, BuildBackend> =>
  Stream.unwrap(Effect.map(BuildBackend, (backend) => backend.events(input, options)))

/**
 * Emits what happens to a build: its status now and each change in order, the lines of its log with their numbers, the steps
 * of its Containerfile. Ends when the build has ended and its log was read; never cancels it.
 *
 * To resume after a lost connection, pass the number of the last received line plus one as `fromLine`. With Server-Sent Events
 * that number is the Last-Event-ID. Lines are counted from 1, as `logs` returns them. Statuses have no numbers: the current one is
 * always first.
 *
 * @example
 * ```ts
 * import { BuildBackend, type BuildRef } from "effect-os-builder"
 * import { Stream } from "effect"
 *
 * const serverSentEvents = (ref: BuildRef.BuildRef, lastEventId: number) =>
 *   BuildBackend.eventsOf(ref, { fromLine: lastEventId + 1 }).pipe(
 *     Stream.map((event) =>
 *       event._tag === "LogLine" ? `id: ${event.number}\ndata: ${event.line}\n\n` : `event: ${event._tag}\ndata:\n\n`
 *     )
 *   )
 * ```
 *
 * @since 0.1.0
 * @category accessors
 */
export const eventsOf = (
  ref: BuildRef,
  options?: EventsOfOptions
): Stream.Stream<Exclude<BuildEvent.BuildEvent, BuildEvent.Submitted>, BuildNotFound | BackendError, BuildBackend> =>
  Stream.unwrap(Effect.map(BuildBackend, (backend) => backend.eventsOf(ref, options)))

/**
 * Removes builds that ended longer ago than `olderThan`, in one namespace, and returns their refs; images stay in their
 * registries.
 *
 * @example
 * ```ts
 * import { BuildBackend } from "effect-os-builder"
 *
 * const removed = BuildBackend.prune({ olderThan: "7 days", keep: 3 })
 * ```
 *
 * @since 0.1.0
 * @category accessors
 */
export const prune = (options: PruneOptions): Effect.Effect<ReadonlyArray<BuildRef>, BackendError, BuildBackend> =>
  Effect.flatMap(BuildBackend, (backend) => backend.prune(options))
