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
 * The result of `build`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Submission {
  readonly ref: BuildRef
  /** Whether the build existed before; otherwise this call created it. */
  readonly adopted: boolean
  /** The preferred backends of a selection that cannot honour the input, in the order of preference; absent if there is none. */
  readonly passedOver?: ReadonlyArray<PassedOver> | undefined
}

/**
 * Options of `build`.
 *
 * @since 0.1.0
 * @category models
 */
export interface BuildOptions {
  /** The namespace of the build; default: the backend's own. */
  readonly namespace?: string | undefined
  /** Creates a new build even if there is one of an equal input to adopt; default: false. */
  readonly again?: boolean | undefined
}

/**
 * Options of `logs`.
 *
 * @since 0.1.0
 * @category models
 */
export interface LogsOptions {
  /** Continues until the build ends; default: false. */
  readonly follow?: boolean | undefined
  /**
   * How many of the last lines to begin with; default: all. A whole number, otherwise the stream fails with `BackendError`. A
   * kubelet counts a line of more than 16 KiB as several lines, so that on a cluster the first line may lack its beginning.
   */
  readonly tailLines?: number | undefined
}

/**
 * Which builds `list` and `watch` return.
 *
 * @since 0.1.0
 * @category models
 */
export interface ListOptions {
  /** The namespace of the builds; default: the backend's own. */
  readonly namespace?: string | undefined
  /** Only builds of an input with this `BuildInput.fingerprint`. */
  readonly fingerprint?: string | undefined
  /** Only builds whose `BuildSummary.metadata` has each of these entries. Compared by the client, not by the server. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/**
 * Options of `run` and `events`.
 *
 * @since 0.1.0
 * @category models
 */
export interface RunOptions extends BuildOptions {
  /**
   * What happens to a build that this call created when the caller is interrupted: `cancel` (the default) cancels it, `detach`
   * leaves it running. An adopted build is never cancelled.
   */
  readonly onInterrupt?: "cancel" | "detach" | undefined
}

/**
 * Options of `eventsOf`.
 *
 * @since 0.1.0
 * @category models
 */
export interface EventsOfOptions {
  /**
   * The number of the first line of the log to emit, counted from 1; default: 1. A whole number, otherwise the stream fails with
   * `BackendError`.
   */
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
  /** How many of the newest finished builds of each final image's repository to keep regardless of age; default: 0. */
  readonly keep?: number | undefined
  /** The namespace of the builds; default: the backend's own. */
  readonly namespace?: string | undefined
}

/**
 * The base image of a build, compared with its registry.
 *
 * @since 0.1.0
 * @category models
 */
export interface BaseCheck {
  /**
   * Whether `current` differs from the manifest that was built on (`base.manifestDigest`, or else `base.digest`). An index that has
   * changed only for other architectures does not make an image outdated.
   */
  readonly outdated: boolean
  /** The base image as it was when the build pulled it. */
  readonly base: BaseImage
  /** The digest of the manifest that the name of the base has now, for the image's architecture. */
  readonly current: string
}

/**
 * The errors of a build that ended without an image.
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
  /** Fails with an issue for every part of the input that this backend does not support. Sends no requests. */
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
  /** Emits the status now, then each change; ends after a terminal one. A build deleted meanwhile is Errored("Deleted"). */
  readonly changes: (ref: BuildRef) => Stream.Stream<BuildStatus, BuildNotFound | BackendError>
  /** Emits the lines of the log, from its start unless `tailLines` is given; with `follow` it ends when the build does. */
  readonly logs: (ref: BuildRef, options?: LogsOptions) => Stream.Stream<string, BuildNotFound | BackendError>
  /** Stops the build; its status becomes Cancelled. Does nothing to a build that has ended or was removed. */
  readonly cancel: (ref: BuildRef) => Effect.Effect<void, BackendError>
  /** Deletes the build and everything stored for it; an unfinished one is cancelled first. Idempotent. */
  readonly remove: (ref: BuildRef) => Effect.Effect<void, BackendError>
  /**
   * Whether the tag of the base image has moved in its registry since the build. Undefined if the build has not Succeeded, or has no
   * digest of its base (OpenShift, `FROM scratch`).
   */
  readonly isOutdated: (
    ref: BuildRef
  ) => Effect.Effect<BaseCheck | undefined, BuildNotFound | BaseUnavailable | BackendError>
  /** The builds of this backend in one namespace, newest first. */
  readonly list: (options?: ListOptions) => Effect.Effect<ReadonlyArray<BuildSummary>, BackendError>
  /**
   * Emits the status of each build that `list` returns, then each change of any of them, builds that begin later included. A build
   * that is removed while it runs is Errored("Deleted"). A slow consumer receives only the latest status of each build. Never ends
   * by itself.
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
   * Builds an input and waits for its image. When interrupted, it cancels the build if this call created it, which takes at most 10
   * seconds.
   */
  readonly run: (
    input: BuildInput,
    options?: RunOptions
  ) => Effect.Effect<BuiltImage, BuildRejected | BuildEnded | BackendError>
  /** Waits for a build to end and returns its image. Interrupting it does not affect the build. */
  readonly result: (ref: BuildRef) => Effect.Effect<BuiltImage, BuildEnded | BuildNotFound | BackendError>
  /**
   * Builds an input and emits every event; ends when the build has ended and its log was read. For an adopted build it emits the
   * latest status, and the whole log from the first line.
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
 * A backend as it is passed to {@link make}. Without `watch`, `list` is called every two seconds instead. Without `isOutdated`, the
 * result of that method is always undefined.
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
