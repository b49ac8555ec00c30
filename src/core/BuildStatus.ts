/**
 * The status of a build: one of six. `Failed` is the fault of the input, `Errored` of the platform.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Match from "effect/Match"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { described, named } from "../effect/Described.js"
import { Timestamp } from "./DurationText.js"
import { BuiltImage } from "./status/BuiltImage.js"
import { Blocked, ErroredReason, FailedReason, retryableReasons } from "./status/Reasons.js"

// -----------------------------------------------------------------------------
// parts
// -----------------------------------------------------------------------------

/**
 * The pod in which a build runs or ran.
 *
 * @since 0.1.0
 * @category models
 */
export class PodReference extends Schema.Class<PodReference>("effect-os-builder/BuildStatus/PodReference")({
  /** The namespace of the pod. */
  namespace: described("The namespace of the pod.", Schema.String),
  /** The name of the pod. */
  name: described("The name of the pod.", Schema.String),
  /** The uid of the pod, which distinguishes it from a later one of the same name. */
  uid: described("The uid of the pod, which distinguishes it from a later one of the same name.", Schema.String)
}, named("PodReference", "The pod in which a build runs or ran.")) {}

export {
  /**
   * The image that a build started from.
   *
   * @since 0.1.0
   * @category models
   */
  BaseImage,
  /**
   * The image that a build pushed.
   *
   * @since 0.1.0
   * @category models
   */
  BuiltImage,
  /**
   * The image that was pushed to `tag` with this digest.
   *
   * @since 0.1.0
   * @category constructors
   */
  builtImage
} from "./status/BuiltImage.js"

export * from "./status/Reasons.js"

// -----------------------------------------------------------------------------
// statuses
// -----------------------------------------------------------------------------

const pod = Schema.optional(PodReference)

/**
 * The build is accepted and has not started. `blocked` is the reason, if one is known.
 *
 * @since 0.1.0
 * @category models
 */
export class Pending extends Schema.TaggedClass<Pending>("effect-os-builder/BuildStatus/Pending")("Pending", {
  /** Why it cannot start, if that is known. */
  blocked: described("Why it cannot start, if that is known.", Schema.optional(Blocked)),
  /** The pod of the attempt, once it exists. */
  pod: described("The pod of the attempt, once it exists.", pod)
}, named("Pending", "The build is accepted and has not started.")) {}

/**
 * The build is running. `startedAt` is the start of its first attempt, `attempt` counts from 1. `blocked` is the reason why a
 * further attempt cannot start yet.
 *
 * @since 0.1.0
 * @category models
 */
export class Running extends Schema.TaggedClass<Running>("effect-os-builder/BuildStatus/Running")("Running", {
  /** The start of the first attempt. */
  startedAt: described("The start of the first attempt.", Timestamp),
  /** The number of the attempt, counted from 1. */
  attempt: described("The number of the attempt, counted from 1.", Schema.Int.pipe(Schema.positive())),
  /** Why a further attempt cannot start yet. */
  blocked: described("Why a further attempt cannot start yet.", Schema.optional(Blocked)),
  /** The pod of the attempt, once it exists. */
  pod: described("The pod of the attempt, once it exists.", pod)
}, named("Running", "The build is running.")) {}

/**
 * The image is built and pushed.
 *
 * @since 0.1.0
 * @category models
 */
export class Succeeded extends Schema.TaggedClass<Succeeded>("effect-os-builder/BuildStatus/Succeeded")("Succeeded", {
  /** The image that was pushed. */
  image: described("The image that was pushed.", BuiltImage),
  /** The start of the first attempt. */
  startedAt: described("The start of the first attempt.", Timestamp),
  /** The end of the last attempt. */
  finishedAt: described("The end of the last attempt.", Timestamp),
  /** The pod that pushed the image; it may be gone. */
  pod: described("The pod that pushed the image; it may be gone.", pod)
}, named("Succeeded", "The image is built and pushed.")) {}

/**
 * The build ran and failed because of the Containerfile or its inputs: repeating it unchanged is pointless. `exitCode` is
 * that of the failed instruction, if known; `logTail` has the last lines of the log.
 *
 * @since 0.1.0
 * @category models
 */
export class Failed extends Schema.TaggedClass<Failed>("effect-os-builder/BuildStatus/Failed")("Failed", {
  /** Whether the Containerfile itself is invalid, or one of its instructions failed. */
  reason: described("Whether the Containerfile itself is invalid, or one of its instructions failed.", FailedReason),
  /** The message of the builder. */
  message: described("The message of the builder.", Schema.String),
  /** The exit code of the instruction that failed, if it is known. */
  exitCode: described("The exit code of the instruction that failed, if it is known.", Schema.optional(Schema.Int)),
  /** The last lines of the log. */
  logTail: described("The last lines of the log.", Schema.Array(Schema.String)),
  /** The pod in which the build failed; it may be gone. */
  pod: described("The pod in which the build failed; it may be gone.", pod)
}, named("Failed", "The build ran and failed because of the Containerfile or its inputs.")) {}

/**
 * The platform, a reference or a permission is at fault. `retryable`: whether the same build may succeed when it is repeated.
 * `upstreamReason` is the platform's own reason.
 *
 * @since 0.1.0
 * @category models
 */
export class Errored extends Schema.TaggedClass<Errored>("effect-os-builder/BuildStatus/Errored")("Errored", {
  /** The cause of the error. */
  reason: described("The cause of the error.", ErroredReason),
  /** The message of the platform. */
  message: described("The message of the platform.", Schema.String),
  /** Whether the same build may succeed when it is repeated. */
  retryable: described("Whether the same build may succeed when it is repeated.", Schema.Boolean),
  /** The platform's own reason, such as `OOMKilled`. */
  upstreamReason: described("The platform's own reason, such as `OOMKilled`.", Schema.optional(Schema.String)),
  /** The last lines of the log. */
  logTail: described("The last lines of the log.", Schema.Array(Schema.String)),
  /** The pod of the last attempt; it may be gone. */
  pod: described("The pod of the last attempt; it may be gone.", pod)
}, named("Errored", "The platform, a reference or a permission is at fault.")) {}

/**
 * The build was cancelled.
 *
 * @since 0.1.0
 * @category models
 */
export class Cancelled extends Schema.TaggedClass<Cancelled>("effect-os-builder/BuildStatus/Cancelled")("Cancelled", {
  /** The pod of the attempt that was stopped; it may be gone. */
  pod: described("The pod of the attempt that was stopped; it may be gone.", pod)
}, named("Cancelled", "The build was cancelled.")) {}

/**
 * The schema of the statuses with which a build ends.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Terminal = Schema.Union(Succeeded, Failed, Errored, Cancelled)

/**
 * A status with which a build ends.
 *
 * @since 0.1.0
 * @category models
 */
export type Terminal = typeof Terminal.Type

/**
 * The schema of every status: encodes to JSON, to be stored or sent.
 *
 * @since 0.1.0
 * @category schemas
 */
export const BuildStatus = Schema.Union(Pending, Running, Succeeded, Failed, Errored, Cancelled)

/**
 * The union of the statuses.
 *
 * @since 0.1.0
 * @category models
 */
export type BuildStatus = typeof BuildStatus.Type

// -----------------------------------------------------------------------------
// constructors
// -----------------------------------------------------------------------------

/**
 * An `Errored` whose `retryable` is derived from its reason by {@link retryableReasons}.
 *
 * @example
 * ```ts
 * import { BuildStatus } from "effect-os-builder"
 *
 * const status = BuildStatus.errored("PushFailed", { message: "503 from registry.example.com" })
 * console.log(status.retryable) // true
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const errored = (
  reason: ErroredReason,
  details: {
    readonly message: string
    readonly upstreamReason?: string | undefined
    readonly logTail?: ReadonlyArray<string> | undefined
    readonly pod?: PodReference | undefined
  }
): Errored =>
  new Errored({
    reason,
    message: details.message,
    retryable: retryableReasons.has(reason),
    logTail: details.logTail ?? [],
    // Unknown fields are left out, so that a status is equal to itself after it was stored.
    ...(details.upstreamReason === undefined ? {} : { upstreamReason: details.upstreamReason }),
    ...(details.pod === undefined ? {} : { pod: details.pod })
  })

// -----------------------------------------------------------------------------
// guards and getters
// -----------------------------------------------------------------------------

/**
 * Whether the build has ended. A terminal status is final.
 *
 * @example
 * ```ts
 * import { BuildBackend, type BuildRef, BuildStatus } from "effect-os-builder"
 * import { Stream } from "effect"
 *
 * const outcome = (ref: BuildRef.BuildRef) => Stream.filter(BuildBackend.changes(ref), BuildStatus.isTerminal)
 * ```
 *
 * @since 0.1.0
 * @category guards
 */
export const isTerminal = (status: BuildStatus): status is Terminal =>
  status._tag !== "Pending" && status._tag !== "Running"

/**
 * The outcome in one word: success, failure (Failed), error (Errored or Cancelled); undefined while the build is
 * unfinished.
 *
 * @since 0.1.0
 * @category getters
 */
export const outcome = (status: BuildStatus): "success" | "failure" | "error" | undefined => {
  switch (status._tag) {
    case "Pending":
    case "Running":
      return undefined
    case "Succeeded":
      return "success"
    case "Failed":
      return "failure"
    case "Errored":
    case "Cancelled":
      return "error"
  }
}

/**
 * Matches on the status with one function for each; the compiler reports a missing one.
 *
 * @example
 * ```ts
 * import { BuildStatus } from "effect-os-builder"
 *
 * const describe = BuildStatus.match({
 *   Pending: (status) => status.blocked?.message ?? "waiting",
 *   Running: (status) => `attempt ${status.attempt}`,
 *   Succeeded: (status) => status.image.pullspec,
 *   Failed: (status) => `${status.reason}: ${status.message}`,
 *   Errored: (status) => `${status.reason}: ${status.message}`,
 *   Cancelled: () => "cancelled"
 * })
 * console.log(describe(new BuildStatus.Cancelled({}))) // cancelled
 * ```
 *
 * @since 0.1.0
 * @category pattern matching
 */
export const match = Match.typeTags<BuildStatus>()

/**
 * Whether two statuses are equal.
 *
 * @since 0.1.0
 * @category equivalences
 */
export const equivalence = (self: BuildStatus, that: BuildStatus): boolean =>
  self === that || (self._tag === that._tag && sameFields(self, that))

// `Schema.equivalence` of a union compiles itself for each comparison: too slow for each event of each build.
const sameFields = (self: object, that: object): boolean => {
  const fields = Object.entries(self)
  return fields.length === Object.keys(that).length &&
    fields.every(([name, value]) => Object.hasOwn(that, name) && sameValue(value, Reflect.get(that, name)))
}

// `Equal.equals` keeps the hashes of the parts until a full garbage collection.
const sameValue = (self: unknown, that: unknown): boolean => {
  if (self === that) return true
  if (DateTime.isDateTime(self)) {
    return DateTime.isDateTime(that) && DateTime.toEpochMillis(self) === DateTime.toEpochMillis(that)
  }
  return Array.isArray(self) && Array.isArray(that)
    ? self.length === that.length && self.every((item, index) => item === that[index])
    : Predicate.isReadonlyRecord(self) && Predicate.isReadonlyRecord(that) && sameFields(self, that)
}
