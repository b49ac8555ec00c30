/**
 * The interface of every backend, and its tag.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type {
  BackendError,
  BaseUnavailable,
  BuildCancelled,
  BuildErrored,
  BuildFailed,
  BuildNotFound,
  BuildRejected
} from "../BuildError.js"
import { type BuildEvent, PassedOver, type Submitted } from "../BuildEvent.js"
import type { BuildInput } from "../BuildInput.js"
import type { BuildRef } from "../BuildRef.js"
import type { BaseImage, BuildStatus, BuiltImage } from "../BuildStatus.js"
import { BuildSummary } from "./BuildSummary.js"

export { BuildSummary, PassedOver }

// -----------------------------------------------------------------------------
// models
// -----------------------------------------------------------------------------

/**
 * The name of a backend, the first part of a {@link BuildRef}: `openshift`, `custom`, `single-node`, `local`, or yours.
 *
 * @since 0.1.0
 * @category models
 */
export type BackendName = "openshift" | "custom" | "single-node" | "local" | (string & {})

/**
 * The result of `build`: the build, and whether it existed before (`adopted`) or was created by this call. `passedOver`: the
 * backends that a selection prefers and that cannot honour the input, the preferred one first; absent if there is none.
 *
 * @since 0.1.0
 * @category models
 */
export interface Submission {
  readonly ref: BuildRef
  readonly adopted: boolean
  readonly passedOver?: ReadonlyArray<PassedOver> | undefined
}

/**
 * `namespace`: where the build is created, by default the backend's own. `again`: create a new build even if an equal input was
 * built before, by default false.
 *
 * @since 0.1.0
 * @category models
 */
export interface BuildOptions {
  readonly namespace?: string | undefined
  readonly again?: boolean | undefined
}

/**
 * `follow`: continue until the build ends, by default false. `tailLines`: begin with this many of the last lines.
 *
 * @since 0.1.0
 * @category models
 */
export interface LogsOptions {
  readonly follow?: boolean | undefined
  /** How many of the last lines to emit; default: all. A whole number, otherwise the stream fails with `BackendError`. */
  readonly tailLines?: number | undefined
}

/**
 * Which builds `list` and `watch` return.
 *
 * @since 0.1.0
 * @category models
 */
export interface ListOptions {
  /** By default the backend's own. */
  readonly namespace?: string | undefined
  /** Only builds of an input with this `BuildInput.fingerprint`. */
  readonly fingerprint?: string | undefined
  /** Only builds whose `BuildSummary.metadata` has each of these entries. Compared by the client, not by the server. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/**
 * What happens to a build that this call created when the caller is interrupted: `cancel` it (the default) or `detach`,
 * leaving it running. A build that was adopted is never cancelled.
 *
 * @since 0.1.0
 * @category models
 */
export interface RunOptions extends BuildOptions {
  readonly onInterrupt?: "cancel" | "detach" | undefined
}

/**
 * `fromLine`: the number of the first line of the log to emit, counted from 1 (the default). Any other number than a whole
 * one from 1 fails with `BackendError`.
 *
 * @since 0.1.0
 * @category models
 */
export interface EventsOfOptions {
  readonly fromLine?: number | undefined
}

/**
 * Which builds `prune` removes.
 *
 * @since 0.1.0
 * @category models
 */
export interface PruneOptions {
  /** Builds that ended longer ago than this: `"7 days"`; a number is milliseconds. */
  readonly olderThan: Duration.DurationInput
  /** How many of the newest finished builds of each final image's repository to keep regardless of age; by default none. */
  readonly keep?: number | undefined
  /** By default the backend's own. */
  readonly namespace?: string | undefined
}

/**
 * The base image of a build, and what its name is in the registry now. `current` is the digest of the manifest for the image's
 * architecture; `outdated` if it differs from the one that was built on (`base.manifestDigest`, or else `base.digest`). An index
 * that was changed for other architectures alone makes no image outdated.
 *
 * @since 0.1.0
 * @category models
 */
export interface BaseCheck {
  readonly outdated: boolean
  readonly base: BaseImage
  readonly current: string
}

/**
 * The outcomes of a build without an image.
 *
 * @since 0.1.0
 * @category errors
 */
export type BuildEnded = BuildFailed | BuildErrored | BuildCancelled

/**
 * The methods that a backend implements. {@link Derived} has the methods derived from them.
 *
 * @since 0.1.0
 * @category models
 */
export interface Methods {
  /** The first part of its refs. */
  readonly name: BackendName
  /** Fails with every part of the input that this backend does not support. Sends no requests. */
  readonly check: (input: BuildInput) => Effect.Effect<void, BuildRejected>
  /**
   * Starts a build, or adopts the newest one of an equal input (`BuildInput.fingerprint`) if that is unfinished, Succeeded
   * or Failed, else an older one that is unfinished. Returns once the build is recorded; on a cluster it then runs without this
   * process.
   */
  readonly build: (
    input: BuildInput,
    options?: BuildOptions
  ) => Effect.Effect<Submission, BuildRejected | BackendError>
  /** The status now. It only goes forward: a terminal one is final, and nothing returns to Pending. */
  readonly status: (ref: BuildRef) => Effect.Effect<BuildStatus, BuildNotFound | BackendError>
  /** The status now, then each change; ends after a terminal one. A build deleted meanwhile is Errored("Deleted"). */
  readonly changes: (ref: BuildRef) => Stream.Stream<BuildStatus, BuildNotFound | BackendError>
  /** The lines of the log, from its start unless `tailLines` is given; with `follow` it ends when the build does. */
  readonly logs: (ref: BuildRef, options?: LogsOptions) => Stream.Stream<string, BuildNotFound | BackendError>
  /** Stops the build, whose status is Cancelled then; does nothing to a build that has ended or was removed. */
  readonly cancel: (ref: BuildRef) => Effect.Effect<void, BackendError>
  /** Deletes the build and everything stored for it; an unfinished one is cancelled first. Idempotent. */
  readonly remove: (ref: BuildRef) => Effect.Effect<void, BackendError>
  /**
   * Whether the tag of the base image has moved since the build, as the registry says now; undefined if the build has not Succeeded
   * or does not have the digest of its base (OpenShift, `FROM scratch`).
   */
  readonly isOutdated: (
    ref: BuildRef
  ) => Effect.Effect<BaseCheck | undefined, BuildNotFound | BaseUnavailable | BackendError>
  /** The builds of this backend in one namespace, newest first. */
  readonly list: (options?: ListOptions) => Effect.Effect<ReadonlyArray<BuildSummary>, BackendError>
  /**
   * The status of each build that `list` returns, then each change: one stream for any number of builds, where `changes` is one
   * for each. Includes builds that begin meanwhile; one that is removed while it runs is Errored("Deleted"). A slow consumer
   * receives only the latest status of each build. Never ends by itself.
   */
  readonly watch: (options?: ListOptions) => Stream.Stream<BuildSummary, BackendError>
}

/**
 * The methods derived from those of a backend, the same for every backend ({@link derive}).
 *
 * @since 0.1.0
 * @category models
 */
export interface Derived {
  /**
   * Builds an input and waits for its image. When interrupted, it cancels the build if this call created it, and waits for
   * that for at most 10 seconds.
   */
  readonly run: (
    input: BuildInput,
    options?: RunOptions
  ) => Effect.Effect<BuiltImage, BuildRejected | BuildEnded | BackendError>
  /** Waits for a build to end and returns its image. Interrupting it does not affect the build. */
  readonly result: (ref: BuildRef) => Effect.Effect<BuiltImage, BuildEnded | BuildNotFound | BackendError>
  /**
   * Builds an input and emits every event; ends when the build has ended and its log was read. Of a build that it adopts it emits
   * the latest status, and the whole log from the first line on.
   */
  readonly events: (
    input: BuildInput,
    options?: RunOptions
  ) => Stream.Stream<BuildEvent, BuildRejected | BuildNotFound | BackendError>
  /** Emits the events of an existing build, with its log from line `fromLine` on; never cancels the build. */
  readonly eventsOf: (
    ref: BuildRef,
    options?: EventsOfOptions
  ) => Stream.Stream<Exclude<BuildEvent, Submitted>, BuildNotFound | BackendError>
  /** Removes builds that ended longer ago than `olderThan`, and returns their refs. */
  readonly prune: (options: PruneOptions) => Effect.Effect<ReadonlyArray<BuildRef>, BackendError>
}

/**
 * A backend. To write one, pass an {@link Implementation} to {@link make}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service extends Methods, Derived {}

/**
 * A backend as it is passed to {@link make}. One that cannot watch all its builds at once leaves `watch` out: `list` is then
 * called every two seconds. Without `isOutdated`, nothing is known of bases.
 *
 * @since 0.1.0
 * @category models
 */
export type Implementation = Omit<Methods, "watch" | "isOutdated"> & Partial<Pick<Methods, "watch" | "isOutdated">>

/**
 * The backend in use. Each backend module has a layer that provides it; `BackendSelection.layer` provides the one that suits
 * the cluster.
 *
 * @since 0.1.0
 * @category tags
 */
export class BuildBackend extends Context.Tag("effect-os-builder/BuildBackend")<BuildBackend, Service>() {}
