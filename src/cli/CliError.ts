/**
 * The errors of the command, and their exit statuses.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import type { BuildError } from "../core/BuildError.js"
import type { BuildRef } from "../core/BuildRef.js"
import * as DurationText from "../core/DurationText.js"
import type { ConfigurationError } from "../kubernetes/kubeconfig/ConfigurationError.js"
import type { ProbeError } from "../selection/Probe.js"
import type { NoBackendAvailable } from "../selection/Report.js"

/**
 * The command line cannot be run: everything that is wrong with it, and the command whose help explains it.
 *
 * @since 0.1.0
 * @category errors
 */
export class UsageError extends Data.TaggedError("UsageError")<{
  readonly problems: ReadonlyArray<string>
  readonly command?: string | undefined
}> {
  override get message(): string {
    const help = ["os-builder", ...(this.command === undefined ? [] : [this.command]), "--help"].join(" ")
    return [...this.problems, `Run \`${help}\` for the usage.`].join("\n")
  }
}

/**
 * No backend supports the input; the issues of each have been printed.
 *
 * @since 0.1.0
 * @category errors
 */
export class NoBackendCan extends Data.TaggedError("NoBackendCan") {
  override get message(): string {
    return "No backend supports this input."
  }
}

/**
 * The probes found no backend to use; their report has been printed.
 *
 * @since 0.1.0
 * @category errors
 */
export class NothingAvailable extends Data.TaggedError("NothingAvailable") {
  override get message(): string {
    return "No backend would be chosen on this cluster."
  }
}

/**
 * A build has not ended within the time that `wait` was given.
 *
 * @since 0.1.0
 * @category errors
 */
export class StillRunning extends Data.TaggedError("StillRunning")<{
  readonly ref: BuildRef
  readonly timeout: Duration.Duration
}> {
  override get message(): string {
    return `Build ${this.ref} has not ended within ${DurationText.format(this.timeout)}; it continues.`
  }
  get retryable(): boolean {
    return true
  }
}

/**
 * A bug of this program.
 *
 * @since 0.1.0
 * @category errors
 */
export class InternalError extends Data.TaggedError("InternalError")<{ readonly defect: unknown }> {
  override get message(): string {
    const message = Predicate.isError(this.defect) ? this.defect.message : String(this.defect)
    return `Internal error: ${message}\nRun the command with \`--log-level debug\` for the stack trace.`
  }
}

/**
 * @since 0.1.0
 * @category errors
 */
export type CliError =
  | UsageError
  | NoBackendCan
  | NothingAvailable
  | StillRunning
  | InternalError
  | BuildError
  | ConfigurationError
  | NoBackendAvailable
  | ProbeError

/**
 * The exit status of each outcome; part of the public contract of the command.
 *
 * @since 0.1.0
 * @category constants
 */
export const exitStatus = { success: 0, failed: 1, usage: 2, errored: 3, interrupted: 130 } as const

/**
 * @since 0.1.0
 * @category models
 */
export type ExitStatus = typeof exitStatus[keyof typeof exitStatus]

/**
 * @since 0.1.0
 * @category getters
 */
export const exitStatusOf = (error: CliError): ExitStatus => {
  switch (error._tag) {
    case "BuildFailed":
      return exitStatus.failed
    case "UsageError":
    case "NoBackendCan":
    case "BuildNotFound":
      return exitStatus.usage
    // Policy and quota belong to the platform, the other reasons to the input.
    case "BuildRejected":
      return error.reason === "Denied" || error.reason === "QuotaExceeded" ? exitStatus.errored : exitStatus.usage
    case "BuildErrored":
    case "BuildCancelled":
    case "BaseUnavailable":
    case "BackendError":
    case "ConfigurationError":
    case "NoBackendAvailable":
    case "NothingAvailable":
    case "StillRunning":
    case "ProbeError":
    case "InternalError":
      return exitStatus.errored
  }
}
