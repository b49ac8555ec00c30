/**
 * How a command can go wrong, and the exit status that says so.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Predicate from "effect/Predicate"
import type { BuildError } from "../core/BuildError.js"
import type { ConfigurationError } from "../kubernetes/kubeconfig/ConfigurationError.js"
import type { ProbeError } from "../selection/ProbeError.js"
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
 * No backend that was asked can honour the input; the answers of each are printed already.
 *
 * @since 0.1.0
 * @category errors
 */
export class NoBackendCan extends Data.TaggedError("NoBackendCan") {
  override get message(): string {
    return "No backend can build this."
  }
}

/**
 * No backend can build on the cluster, or it is not known which; the report is printed already.
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
 * A fault of this program.
 *
 * @since 0.1.0
 * @category errors
 */
export class InternalError extends Data.TaggedError("InternalError")<{ readonly defect: unknown }> {
  override get message(): string {
    const words = Predicate.isError(this.defect) ? this.defect.message : String(this.defect)
    return `os-builder met an error of its own: ${words}\nThe same with \`--log-level debug\` tells where.`
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
  | InternalError
  | BuildError
  | ConfigurationError
  | NoBackendAvailable
  | ProbeError

/**
 * The exit status of each end: part of what the command promises.
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
    // Policy and quota are the platform's; the rest is in what was typed.
    case "BuildRejected":
      return error.reason === "Denied" || error.reason === "QuotaExceeded" ? exitStatus.errored : exitStatus.usage
    case "BuildErrored":
    case "BuildCancelled":
    case "BackendError":
    case "ConfigurationError":
    case "NoBackendAvailable":
    case "NothingAvailable":
    case "ProbeError":
    case "InternalError":
      return exitStatus.errored
  }
}
