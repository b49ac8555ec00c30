/**
 * What can go wrong with a build, one class for each thing a caller would handle differently. Each has a `message` for
 * people, and says whether trying again, unchanged, may help (`retryable`).
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
import { BuildRef } from "./BuildRef.js"
import { Errored, Failed } from "./BuildStatus.js"
import { DurationText } from "./DurationText.js"

/**
 * @since 0.1.0
 * @category type ids
 */
export const TypeId: TypeId = "~effect-os-builder/BuildError"

/**
 * @since 0.1.0
 * @category type ids
 */
export type TypeId = "~effect-os-builder/BuildError"

/**
 * One thing that is wrong with an input: where (`finalImage.pullspec`, `context["a b"]`, or empty for the whole), what in
 * words to act on, and for a Containerfile the line, counted from 1.
 *
 * @since 0.1.0
 * @category models
 */
export class Issue extends Schema.Class<Issue>("effect-os-builder/BuildError/Issue")({
  path: Schema.String,
  message: Schema.String,
  line: Schema.optional(Schema.Int)
}) {
  override toString(): string {
    const line = this.line === undefined ? "" : ` (line ${this.line})`
    return this.path === "" ? `${this.message}${line}` : `${this.path}${line}: ${this.message}`
  }
}

const rejections = {
  InvalidInput: "the input is not valid",
  Unsupported: "this backend cannot honour the input",
  Denied: "the cluster's policy refuses the build",
  QuotaExceeded: "the namespace's quota leaves no room for the build",
  MissingReference: "objects that the build needs do not exist"
} as const

/**
 * The build was not accepted, and nothing was left behind. `issues` names everything that is wrong, not just the first.
 *
 * - `InvalidInput`: it is wrong whatever builds it; from `BuildInput.make` and `decode`.
 * - `Unsupported`: this backend cannot honour it; another one may.
 * - `Denied`: an admission policy of the cluster (PodSecurity, SCC, a webhook) refuses it.
 * - `QuotaExceeded`: the namespace has no room just now; retryable.
 * - `MissingReference`: the namespace, or an object that the input names, is not there. On a cluster a secret that is missing
 *   shows only when a pod waits for it: the build is `blocked`, and Errored when its `pendingTimeout` ends.
 *
 * @since 0.1.0
 * @category errors
 */
export class BuildRejected
  extends Schema.TaggedError<BuildRejected>("effect-os-builder/BuildError/BuildRejected")("BuildRejected", {
    reason: Schema.Literal("InvalidInput", "Unsupported", "Denied", "QuotaExceeded", "MissingReference"),
    issues: Schema.Array(Issue),
    cause: Schema.optional(Schema.Defect)
  })
{
  readonly [TypeId]: TypeId = TypeId
  override get message(): string {
    return [`Build rejected: ${rejections[this.reason]}.`, ...this.issues.map((issue) => `  - ${issue}`)].join("\n")
  }
  /** True for a full quota: room may be made meanwhile. */
  get retryable(): boolean {
    return this.reason === "QuotaExceeded"
  }
}

/**
 * The backend knows no such build: it was removed, or never existed here.
 *
 * @since 0.1.0
 * @category errors
 */
export class BuildNotFound
  extends Schema.TaggedError<BuildNotFound>("effect-os-builder/BuildError/BuildNotFound")("BuildNotFound", {
    ref: BuildRef
  })
{
  readonly [TypeId]: TypeId = TypeId
  override get message(): string {
    return `No build ${this.ref}: it was removed, or it is of another cluster or namespace.`
  }
  get retryable(): boolean {
    return false
  }
}

/**
 * The build ran, and what the user wrote is at fault; never retryable. `status` has the reason, the exit code of the
 * instruction, and the end of the log.
 *
 * @since 0.1.0
 * @category errors
 */
export class BuildFailed
  extends Schema.TaggedError<BuildFailed>("effect-os-builder/BuildError/BuildFailed")("BuildFailed", {
    ref: BuildRef,
    status: Failed
  })
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
 * The platform, a reference or a permission is at fault. `status.reason` says which of `BuildStatus.ErroredReason`. After it,
 * building an equal input makes a new build.
 *
 * @since 0.1.0
 * @category errors
 */
export class BuildErrored
  extends Schema.TaggedError<BuildErrored>("effect-os-builder/BuildError/BuildErrored")("BuildErrored", {
    ref: BuildRef,
    status: Errored
  })
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
 * Somebody cancelled the build. Building an equal input makes a new one.
 *
 * @since 0.1.0
 * @category errors
 */
export class BuildCancelled
  extends Schema.TaggedError<BuildCancelled>("effect-os-builder/BuildError/BuildCancelled")("BuildCancelled", {
    ref: BuildRef
  })
{
  readonly [TypeId]: TypeId = TypeId
  override get message(): string {
    return `Build ${this.ref} was cancelled.`
  }
  get retryable(): boolean {
    return false
  }
}

const troubles = {
  Unreachable: "cannot be reached",
  Unauthorized: "does not accept the credentials",
  Forbidden: "is not allowed to",
  Throttled: "asks for fewer requests",
  Timeout: "did not answer in time",
  Conflict: "found it changed by somebody else at the same time",
  UnknownBackend: "is not provided here",
  Unexpected: "answered in a way that was not foreseen"
} as const

/**
 * The backend itself could not do what was asked; nothing is said of the build, which may go on. `operation` is what was
 * tried, `detail` what was answered. `retryAfter` is how long to wait, where the server named a time.
 *
 * Unreachable, Throttled, Timeout and Conflict are retryable. `UnknownBackend`: the ref is of a backend that is not there.
 *
 * @since 0.1.0
 * @category errors
 */
export class BackendError
  extends Schema.TaggedError<BackendError>("effect-os-builder/BuildError/BackendError")("BackendError", {
    backend: Schema.String,
    reason: Schema.Literal(
      "Unreachable",
      "Unauthorized",
      "Forbidden",
      "Throttled",
      "Timeout",
      "Conflict",
      "UnknownBackend",
      "Unexpected"
    ),
    operation: Schema.String,
    detail: Schema.optional(Schema.String),
    retryAfter: Schema.optional(DurationText),
    cause: Schema.optional(Schema.Defect)
  })
{
  readonly [TypeId]: TypeId = TypeId
  override get message(): string {
    const detail = this.detail === undefined ? "" : `: ${this.detail}`
    return `Cannot ${this.operation}: the ${this.backend} backend ${troubles[this.reason]}${detail}`
  }
  get retryable(): boolean {
    return this.reason === "Unreachable" || this.reason === "Throttled" || this.reason === "Timeout" ||
      this.reason === "Conflict"
  }
}

/**
 * Every error of this module.
 *
 * @since 0.1.0
 * @category errors
 */
export type BuildError = BuildRejected | BuildNotFound | BuildFailed | BuildErrored | BuildCancelled | BackendError

/**
 * Every error as JSON, so that it can be stored or sent.
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
  BackendError
)

/**
 * @since 0.1.0
 * @category guards
 */
export const isBuildError: (u: unknown) => u is BuildError = Schema.is(BuildError)
