/**
 * The errors of builds, one class for each case that a caller handles differently. Each has a readable `message`, and
 * `retryable`: whether repeating the call unchanged may succeed.
 *
 * @example
 * ```ts
 * import { BuildBackend, type BuildInput } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const build = (input: BuildInput.BuildInput) =>
 *   BuildBackend.run(input).pipe(
 *     Effect.catchTag("BuildFailed", ({ status }) => Effect.die(`fix the Containerfile: ${status.message}`)),
 *     Effect.retry({ while: (error) => error.retryable, times: 3 })
 *   )
 * ```
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { described, named } from "../effect/Described.js"
import { once } from "../effect/Once.js"
import { BuildRef } from "./BuildRef.js"
import { BaseImage, Errored, Failed } from "./BuildStatus.js"
import { DurationText } from "./DurationText.js"
import { Issue } from "./input/Issue.js"

/**
 * Marks the errors of this module.
 *
 * @since 0.1.0
 * @category type ids
 */
export const TypeId: TypeId = "~effect-os-builder/BuildError"

/**
 * @since 0.1.0
 * @category type ids
 */
export type TypeId = "~effect-os-builder/BuildError"

export * from "./input/Issue.js"

const rejections = {
  InvalidInput: "the input is not valid",
  Unsupported: "this backend cannot honour the input",
  Denied: "the cluster's policy refuses the build",
  QuotaExceeded: "the quota of the namespace is exhausted",
  MissingReference: "objects that the build needs do not exist"
} as const

/**
 * The build was not accepted, and nothing was left behind. `issues` lists every problem, not only the first.
 *
 * - `InvalidInput`: invalid on every backend; from `BuildInput.make` and `decode`.
 * - `Unsupported`: this backend cannot honour the input; another one may.
 * - `Denied`: an admission policy of the cluster (PodSecurity, SCC, a webhook) refuses it.
 * - `QuotaExceeded`: the quota of the namespace is exhausted at the moment; retryable.
 * - `MissingReference`: the namespace, or an object that the input names, does not exist. On a cluster a missing secret shows
 *   only when a pod waits for it: the build is `blocked`, and Errored when its `pendingTimeout` ends.
 *
 * @example
 * ```ts
 * import { BuildInput } from "effect-os-builder"
 * import { Console, Effect } from "effect"
 *
 * const program = BuildInput.decode({ dockerfile: "RUN true" }).pipe(
 *   Effect.catchTag("BuildRejected", ({ issues }) => Effect.forEach(issues, (issue) => Console.error(String(issue))))
 * )
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class BuildRejected
  extends Schema.TaggedError<BuildRejected>("effect-os-builder/BuildError/BuildRejected")("BuildRejected", {
    /** Which kind of rejection it is. */
    reason: described(
      "Which kind of rejection it is.",
      Schema.Literal("InvalidInput", "Unsupported", "Denied", "QuotaExceeded", "MissingReference")
    ),
    /** Every problem, not only the first. */
    issues: described("Every problem, not only the first.", Schema.Array(Issue)),
    /** The error behind it, if there is one. */
    cause: described("The error behind it, if there is one.", Schema.optional(Schema.Defect))
  }, named("BuildRejected", "The build was not accepted, and nothing was left behind."))
{
  readonly [TypeId]: TypeId = TypeId
  override get message(): string {
    return [`Build rejected: ${rejections[this.reason]}.`, ...this.issues.map((issue) => `  - ${issue}`)].join("\n")
  }
  /** True for `QuotaExceeded` only. */
  get retryable(): boolean {
    return this.reason === "QuotaExceeded"
  }
}

/**
 * The backend has no such build: it was removed, or never existed in this cluster and namespace. Not retryable.
 *
 * @example
 * ```ts
 * import { BuildBackend, type BuildRef } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const statusOf = (ref: BuildRef.BuildRef) =>
 *   BuildBackend.status(ref).pipe(Effect.catchTag("BuildNotFound", () => Effect.succeed(undefined)))
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class BuildNotFound
  extends Schema.TaggedError<BuildNotFound>("effect-os-builder/BuildError/BuildNotFound")("BuildNotFound", {
    /** The reference that was asked for. */
    ref: described("The reference that was asked for.", BuildRef)
  }, named("BuildNotFound", "The backend has no such build."))
{
  readonly [TypeId]: TypeId = TypeId
  override get message(): string {
    return `No build ${this.ref}: it was removed, or belongs to another cluster or namespace.`
  }
  get retryable(): boolean {
    return false
  }
}

/**
 * The build ran and failed because of the Containerfile or its inputs. Not retryable. `status` has the reason, the exit code
 * of the instruction, and the tail of the log.
 *
 * @example
 * ```ts
 * import { BuildBackend, type BuildInput } from "effect-os-builder"
 * import { Console, Effect } from "effect"
 *
 * const build = (input: BuildInput.BuildInput) =>
 *   BuildBackend.run(input).pipe(
 *     Effect.tapErrorTag("BuildFailed", ({ status }) => Console.error(status.logTail.join("\n")))
 *   )
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class BuildFailed
  extends Schema.TaggedError<BuildFailed>("effect-os-builder/BuildError/BuildFailed")("BuildFailed", {
    /** The reference of the build. */
    ref: described("The reference of the build.", BuildRef),
    /** The reason, the exit code of the instruction and the last lines of the log. */
    status: described("The reason, the exit code of the instruction and the last lines of the log.", Failed)
  }, named("BuildFailed", "The build ran and failed because of the Containerfile or its inputs."))
{
  readonly [TypeId]: TypeId = TypeId
  override get message(): string {
    return `Build ${this.ref} failed (${this.status.reason}): ${this.status.message}`
  }
  get retryable(): boolean {
    return false
  }
}

/**
 * The platform, a reference or a permission is at fault. `status.reason` is one of `BuildStatus.ErroredReason`; retryable if
 * `status.retryable` is true. Building an equal input afterwards starts a new build.
 *
 * @example
 * ```ts
 * import { BuildBackend, type BuildInput } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const build = (input: BuildInput.BuildInput) =>
 *   BuildBackend.run(input).pipe(
 *     Effect.catchTag("BuildErrored", (error) =>
 *       error.status.reason === "PushDenied" ? Effect.die("the push secret lacks permission") : Effect.fail(error))
 *   )
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class BuildErrored
  extends Schema.TaggedError<BuildErrored>("effect-os-builder/BuildError/BuildErrored")("BuildErrored", {
    /** The reference of the build. */
    ref: described("The reference of the build.", BuildRef),
    /** The reason, and whether building again may help. */
    status: described("The reason, and whether building again may help.", Errored)
  }, named("BuildErrored", "The platform, a reference or a permission is at fault."))
{
  readonly [TypeId]: TypeId = TypeId
  override get message(): string {
    const advice = this.status.retryable ? " (building again may help)" : ""
    return `Build ${this.ref} errored (${this.status.reason}): ${this.status.message.trimEnd()}${advice}`
  }
  get retryable(): boolean {
    return this.status.retryable
  }
}

/**
 * The build was cancelled by another client. Not retryable; building an equal input starts a new build.
 *
 * @example
 * ```ts
 * import { BuildBackend, type BuildInput } from "effect-os-builder"
 * import { Console, Effect } from "effect"
 *
 * const build = (input: BuildInput.BuildInput) =>
 *   BuildBackend.run(input).pipe(Effect.catchTag("BuildCancelled", ({ ref }) => Console.log(`cancelled: ${ref}`)))
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class BuildCancelled
  extends Schema.TaggedError<BuildCancelled>("effect-os-builder/BuildError/BuildCancelled")("BuildCancelled", {
    /** The reference of the build. */
    ref: described("The reference of the build.", BuildRef)
  }, named("BuildCancelled", "The build was cancelled by another client."))
{
  readonly [TypeId]: TypeId = TypeId
  override get message(): string {
    return `Build ${this.ref} was cancelled.`
  }
  get retryable(): boolean {
    return false
  }
}

/**
 * The base image of a build could not be looked up in its registry. `status` has the reason, such as `ImageNotFound` or
 * `ImagePullDenied`. The build itself is unaffected. Retryable if `status.retryable` is true.
 *
 * @example
 * ```ts
 * import { BuildBackend, type BuildRef } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const isGone = (ref: BuildRef.BuildRef) =>
 *   BuildBackend.isOutdated(ref).pipe(
 *     Effect.as(false),
 *     Effect.catchTag("BaseUnavailable", ({ status }) => Effect.succeed(status.reason === "ImageNotFound"))
 *   )
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class BaseUnavailable
  extends Schema.TaggedError<BaseUnavailable>("effect-os-builder/BuildError/BaseUnavailable")("BaseUnavailable", {
    /** The reference of the build. */
    ref: described("The reference of the build.", BuildRef),
    /** The base image that could not be looked up. */
    base: described("The base image that could not be looked up.", BaseImage),
    /** Why it could not be looked up. */
    status: described("Why it could not be looked up.", Errored)
  }, named("BaseUnavailable", "The base image of a build could not be looked up in its registry."))
{
  readonly [TypeId]: TypeId = TypeId
  override get message(): string {
    return `Cannot look up the base ${this.base.pullspec} of ${this.ref} (${this.status.reason}): ${this.status.message}`
  }
  get retryable(): boolean {
    return this.status.retryable
  }
}

const problems = {
  Unreachable: "cannot be reached",
  Unauthorized: "does not accept the credentials",
  Forbidden: "is not allowed to",
  Throttled: "is throttling requests",
  Timeout: "did not respond in time",
  Conflict: "found that another client changed it at the same time",
  UnknownBackend: "is not provided here",
  Unexpected: "returned an unexpected response"
} as const

/**
 * The backend could not perform an operation. The build itself may still be running.
 *
 * - `Unreachable` (the API server or `host`), `Throttled`, `Timeout`, `Conflict` (with another client): retryable.
 * - `Unauthorized`, `Forbidden`: the credentials are not accepted, or lack a permission.
 * - `UnknownBackend`: the ref belongs to a backend that is not provided. `Unexpected`: anything else.
 *
 * @example
 * ```ts
 * import { BuildBackend, type BuildRef } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const cancel = (ref: BuildRef.BuildRef) =>
 *   BuildBackend.cancel(ref).pipe(Effect.retry({ while: ({ retryable }) => retryable, times: 3 }))
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class BackendError
  extends Schema.TaggedError<BackendError>("effect-os-builder/BuildError/BackendError")("BackendError", {
    /** The name of the backend. */
    backend: described("The name of the backend.", Schema.String),
    /** Which kind of failure it is. */
    reason: described(
      "Which kind of failure it is.",
      Schema.Literal(
        "Unreachable",
        "Unauthorized",
        "Forbidden",
        "Throttled",
        "Timeout",
        "Conflict",
        "UnknownBackend",
        "Unexpected"
      )
    ),
    /** The attempted operation. */
    operation: described("The attempted operation.", Schema.String),
    /** The response of the platform. */
    detail: described("The response of the platform.", Schema.optional(Schema.String)),
    /** The host that could not be reached, if it is not the platform's, such as that of a Git repository. */
    host: described(
      "The host that could not be reached, if it is not the platform's, such as that of a Git repository.",
      Schema.optional(Schema.String)
    ),
    /** How long to wait before the next call, if the server named a time. */
    retryAfter: described(
      "How long to wait before the next call, if the server named a time.",
      Schema.optional(DurationText)
    ),
    /** The error behind it, if there is one. */
    cause: described("The error behind it, if there is one.", Schema.optional(Schema.Defect))
  }, named("BackendError", "The backend could not perform an operation."))
{
  readonly [TypeId]: TypeId = TypeId
  override get message(): string {
    const detail = this.detail === undefined ? "" : `: ${this.detail}`
    const subject = this.host === undefined ? `the ${this.backend} backend` : `the host ${this.host}`
    return `Cannot ${this.operation}: ${subject} ${problems[this.reason]}${detail}`
  }
  get retryable(): boolean {
    return this.reason === "Unreachable" || this.reason === "Throttled" || this.reason === "Timeout" ||
      this.reason === "Conflict"
  }
}

/**
 * The union of the errors of this module.
 *
 * @since 0.1.0
 * @category errors
 */
export type BuildError =
  | BuildRejected
  | BuildNotFound
  | BuildFailed
  | BuildErrored
  | BuildCancelled
  | BaseUnavailable
  | BackendError

/**
 * The schema of every error: encodes to JSON, to be stored or sent.
 *
 * @example
 * ```ts
 * import { BuildError } from "effect-os-builder"
 * import { Schema } from "effect"
 *
 * const encode = Schema.encodeSync(BuildError.BuildError)
 * ```
 *
 * @since 0.1.0
 * @category schemas
 */
export const BuildError = Schema.Union(
  BuildRejected,
  BuildNotFound,
  BuildFailed,
  BuildErrored,
  BuildCancelled,
  BaseUnavailable,
  BackendError
)

/**
 * Whether a value is an error of this module.
 *
 * @example
 * ```ts
 * import { BuildError } from "effect-os-builder"
 *
 * const describe = (cause: unknown) => BuildError.isBuildError(cause) ? cause.message : String(cause)
 * ```
 *
 * @since 0.1.0
 * @category guards
 */
export const isBuildError = (u: unknown): u is BuildError => isOne()(u)

const isOne = once(() => Schema.is(BuildError))
