/**
 * What can be said of a build: one of six states. `Failed` is the user's fault, `Errored` the platform's.
 *
 * @since 0.1.0
 */
import * as Equal from "effect/Equal"
import * as Match from "effect/Match"
import * as Schema from "effect/Schema"
import { Timestamp } from "./DurationText.js"
import * as ImagePullspec from "./ImagePullspec.js"

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
  namespace: Schema.String,
  name: Schema.String,
  uid: Schema.String
}) {}

/**
 * The image that a build pushed. `pullspec` names it by digest, `tag` is the reference that the input asked for.
 *
 * @since 0.1.0
 * @category models
 */
export class BuiltImage extends Schema.Class<BuiltImage>("effect-os-builder/BuildStatus/BuiltImage")({
  pullspec: Schema.String,
  digest: Schema.String.pipe(Schema.pattern(/^sha256:[a-f0-9]{64}$/)),
  tag: Schema.String,
  architecture: Schema.optional(Schema.String)
}) {}

/**
 * The image that was pushed to `tag` and got this digest.
 *
 * @since 0.1.0
 * @category constructors
 */
export const builtImage = ({ architecture, digest, tag }: {
  readonly tag: string
  readonly digest: string
  readonly architecture?: string | undefined
}): BuiltImage =>
  new BuiltImage({
    pullspec: `${ImagePullspec.repository(tag)}@${digest}`,
    digest,
    tag,
    ...(architecture === undefined ? {} : { architecture })
  })

/**
 * Why a build waits, in our word and in the platform's.
 *
 * @since 0.1.0
 * @category models
 */
export class Blocked extends Schema.Class<Blocked>("effect-os-builder/BuildStatus/Blocked")({
  reason: Schema.Literal(
    "Queued",
    "Unschedulable",
    "ImagePull",
    "MissingReference",
    "Quota",
    "Admission",
    "NodeLost",
    "Unknown"
  ),
  upstreamReason: Schema.optional(Schema.String),
  message: Schema.String
}) {}

/**
 * What was wrong with the input of a build that `Failed`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const FailedReason = Schema.Literal("ContainerfileInvalid", "InstructionFailed")

/**
 * @since 0.1.0
 * @category models
 */
export type FailedReason = typeof FailedReason.Type

/**
 * What was wrong with the platform, a reference or a permission of a build that `Errored`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ErroredReason = Schema.Literal(
  "AdmissionDenied",
  "BackendUnavailable",
  "BuilderTooOld",
  "CredentialsInvalid",
  "Deleted",
  "DigestLost",
  "Evicted",
  "ImagePullDenied",
  "ImagePullFailed",
  "MissingReference",
  "NodeLost",
  "OutOfDisk",
  "OutOfMemory",
  "PendingTimeout",
  "PushDenied",
  "PushFailed",
  "QuotaExceeded",
  "StorageUnavailable",
  "Timeout",
  "Unknown",
  "Unschedulable"
)

/**
 * @since 0.1.0
 * @category models
 */
export type ErroredReason = typeof ErroredReason.Type

/**
 * The reasons after which the same build, unchanged, may succeed when it is tried again.
 *
 * @since 0.1.0
 * @category models
 */
export const retryableReasons: ReadonlySet<ErroredReason> = new Set<ErroredReason>([
  "BackendUnavailable",
  "DigestLost",
  "Evicted",
  "ImagePullFailed",
  "NodeLost",
  "PushFailed"
])

// -----------------------------------------------------------------------------
// states
// -----------------------------------------------------------------------------

const pod = Schema.optional(PodReference)

/**
 * The build is accepted and has not begun; `blocked` says why when something is in the way.
 *
 * @since 0.1.0
 * @category models
 */
export class Pending extends Schema.TaggedClass<Pending>("effect-os-builder/BuildStatus/Pending")("Pending", {
  blocked: Schema.optional(Blocked),
  pod
}) {}

/**
 * The build runs. `startedAt` is the start of its first attempt, `attempt` counts from 1; `blocked` says why a further
 * attempt cannot start yet.
 *
 * @since 0.1.0
 * @category models
 */
export class Running extends Schema.TaggedClass<Running>("effect-os-builder/BuildStatus/Running")("Running", {
  startedAt: Timestamp,
  attempt: Schema.Int.pipe(Schema.positive()),
  blocked: Schema.optional(Blocked),
  pod
}) {}

/**
 * The image is built and pushed.
 *
 * @since 0.1.0
 * @category models
 */
export class Succeeded extends Schema.TaggedClass<Succeeded>("effect-os-builder/BuildStatus/Succeeded")("Succeeded", {
  image: BuiltImage,
  startedAt: Timestamp,
  finishedAt: Timestamp,
  pod
}) {}

/**
 * The build ran, and what the user wrote is at fault: trying again without a change is pointless. `exitCode` is that of
 * the failed instruction where it is known; `logTail` holds the last lines of the log.
 *
 * @since 0.1.0
 * @category models
 */
export class Failed extends Schema.TaggedClass<Failed>("effect-os-builder/BuildStatus/Failed")("Failed", {
  reason: FailedReason,
  message: Schema.String,
  exitCode: Schema.optional(Schema.Int),
  logTail: Schema.Array(Schema.String),
  pod
}) {}

/**
 * The platform, a reference or a permission is at fault. `retryable` says whether the same build may succeed when tried
 * again; `upstreamReason` is the platform's own word.
 *
 * @since 0.1.0
 * @category models
 */
export class Errored extends Schema.TaggedClass<Errored>("effect-os-builder/BuildStatus/Errored")("Errored", {
  reason: ErroredReason,
  message: Schema.String,
  retryable: Schema.Boolean,
  upstreamReason: Schema.optional(Schema.String),
  logTail: Schema.Array(Schema.String),
  pod
}) {}

/**
 * The build was stopped on request.
 *
 * @since 0.1.0
 * @category models
 */
export class Cancelled extends Schema.TaggedClass<Cancelled>("effect-os-builder/BuildStatus/Cancelled")("Cancelled", {
  pod
}) {}

/**
 * The states in which a build ends.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Terminal = Schema.Union(Succeeded, Failed, Errored, Cancelled)

/**
 * @since 0.1.0
 * @category models
 */
export type Terminal = typeof Terminal.Type

/**
 * Every state, as JSON: so that a status can be stored or sent.
 *
 * @since 0.1.0
 * @category schemas
 */
export const BuildStatus = Schema.Union(Pending, Running, Succeeded, Failed, Errored, Cancelled)

/**
 * @since 0.1.0
 * @category models
 */
export type BuildStatus = typeof BuildStatus.Type

// -----------------------------------------------------------------------------
// constructors
// -----------------------------------------------------------------------------

/**
 * An `Errored` whose `retryable` follows from its reason by {@link retryableReasons}.
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
    // What is not known is left out, so that a status is equal to itself after it was stored.
    ...(details.upstreamReason === undefined ? {} : { upstreamReason: details.upstreamReason }),
    ...(details.pod === undefined ? {} : { pod: details.pod })
  })

// -----------------------------------------------------------------------------
// questions
// -----------------------------------------------------------------------------

/**
 * Whether the build has ended; a terminal status is final.
 *
 * @since 0.1.0
 * @category guards
 */
export const isTerminal: (status: BuildStatus) => status is Terminal = Schema.is(Terminal)

/**
 * The three ends the platform's card names: success, failure (the user's fault), error (the platform's, or cancelled);
 * undefined while the build goes on.
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
 * One function for each state, all of them: the compiler names the one that is missing.
 *
 * @example
 * ```ts
 * import { BuildStatus } from "effect-os-builder"
 *
 * const say = BuildStatus.match({
 *   Pending: (status) => status.blocked?.message ?? "waiting",
 *   Running: (status) => `attempt ${status.attempt}`,
 *   Succeeded: (status) => status.image.pullspec,
 *   Failed: (status) => `${status.reason}: ${status.message}`,
 *   Errored: (status) => `${status.reason}: ${status.message}`,
 *   Cancelled: () => "cancelled"
 * })
 * console.log(say(new BuildStatus.Cancelled({}))) // cancelled
 * ```
 *
 * @since 0.1.0
 * @category pattern matching
 */
export const match = Match.typeTags<BuildStatus>()

/**
 * Whether two statuses say the same.
 *
 * @since 0.1.0
 * @category equivalences
 */
export const equivalence = (self: BuildStatus, that: BuildStatus): boolean =>
  self === that || (self._tag === that._tag && sameFields(self, that))

// `Schema.equivalence` of a union prepares itself anew for each two that it compares: too slow for each event of each build.
const sameFields = (self: object, that: object): boolean => {
  const fields = Object.entries(self)
  return fields.length === Object.keys(that).length &&
    fields.every(([name, value]) => Object.hasOwn(that, name) && sameValue(value, Reflect.get(that, name)))
}

const sameValue = (self: unknown, that: unknown): boolean =>
  Array.isArray(self) && Array.isArray(that)
    ? self.length === that.length && self.every((item, index) => item === that[index])
    : Equal.equals(self, that)
