/**
 * The one interface to build an OS image, whatever runs the build.
 *
 * A backend provides the {@link BuildBackend} tag as a layer; what follows from its methods (`result`, `run`, `events`,
 * `prune`) is written once, here, for all of them.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { BackendError, BuildNotFound, BuildRejected } from "./BuildError.js"
import type { BuildInput } from "./BuildInput.js"
import { BuildRef } from "./BuildRef.js"
import { BuildStatus } from "./BuildStatus.js"
import { Timestamp } from "./DurationText.js"

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
 * What `build` answers: the build, and whether it was there before (`adopted`) or was created by this call.
 *
 * @since 0.1.0
 * @category models
 */
export interface Submission {
  readonly ref: BuildRef
  readonly adopted: boolean
}

/**
 * One line of `list`. `finalImage` is the pullspec that the input asked for, `finishedAt` is there once the build ended.
 *
 * @since 0.1.0
 * @category models
 */
export class BuildSummary extends Schema.Class<BuildSummary>("effect-os-builder/BuildBackend/BuildSummary")({
  ref: BuildRef,
  fingerprint: Schema.String,
  finalImage: Schema.String,
  createdAt: Timestamp,
  finishedAt: Schema.optional(Timestamp),
  status: BuildStatus
}) {}

/**
 * Where a build is put (`namespace`, by default the backend's own), and whether a new one is made even if an equal input
 * was built before (`again`, by default false).
 *
 * @since 0.1.0
 * @category models
 */
export interface BuildOptions {
  readonly namespace?: string | undefined
  readonly again?: boolean | undefined
}

/**
 * `follow`: stay until the build ends (by default false). `tailLines`: begin with so many of the last lines.
 *
 * @since 0.1.0
 * @category models
 */
export interface LogsOptions {
  readonly follow?: boolean | undefined
  readonly tailLines?: number | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ListOptions {
  readonly namespace?: string | undefined
  readonly fingerprint?: string | undefined
}

/**
 * What every backend does.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly name: BackendName
  /** Whether this backend can honour every part of the input; offline, and every objection at once. */
  readonly check: (input: BuildInput) => Effect.Effect<void, BuildRejected>
  /**
   * Starts a build, or adopts the newest one of an equal input if that is unfinished, Succeeded or Failed. Returns once
   * the build is recorded; it then goes on without this process wherever the backend is a cluster.
   */
  readonly build: (
    input: BuildInput,
    options?: BuildOptions
  ) => Effect.Effect<Submission, BuildRejected | BackendError>
  /** The status now. */
  readonly status: (ref: BuildRef) => Effect.Effect<BuildStatus, BuildNotFound | BackendError>
  /** The status now, then each change; ends after a terminal one. */
  readonly changes: (ref: BuildRef) => Stream.Stream<BuildStatus, BuildNotFound | BackendError>
  /** The lines of the log, from its start unless `tailLines` is given; with `follow` it ends when the build does. */
  readonly logs: (ref: BuildRef, options?: LogsOptions) => Stream.Stream<string, BuildNotFound | BackendError>
  /** Stops the build; does nothing to one that ended or is gone. */
  readonly cancel: (ref: BuildRef) => Effect.Effect<void, BackendError>
  /** Forgets the build and everything kept for it; an unfinished one is cancelled first. Nothing happens if it is gone. */
  readonly remove: (ref: BuildRef) => Effect.Effect<void, BackendError>
  /** The builds of this backend, newest first. */
  readonly list: (options?: ListOptions) => Effect.Effect<ReadonlyArray<BuildSummary>, BackendError>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class BuildBackend extends Context.Tag("effect-os-builder/BuildBackend")<BuildBackend, Service>() {}

/**
 * A backend of only the methods a test needs; the others die when called.
 *
 * @since 0.1.0
 * @category testing
 */
export const layerMock = (partial: Partial<Service>): Layer.Layer<BuildBackend> =>
  Layer.mock(BuildBackend, { name: "mock", ...partial })
