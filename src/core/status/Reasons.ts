/**
 * Why a build cannot start, failed or errored.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { described, named } from "../../effect/Described.js"

/**
 * Why a build cannot start: `reason`, one of the literals, and the reason of the platform (`upstreamReason`).
 *
 * @since 0.1.0
 * @category models
 */
export class Blocked extends Schema.Class<Blocked>("effect-os-builder/BuildStatus/Blocked")({
  /** Why the build cannot start. */
  reason: described(
    "Why the build cannot start.",
    Schema.Literal(
      "Queued",
      "Unschedulable",
      "ImagePull",
      "MissingReference",
      "Quota",
      "Admission",
      "NodeLost",
      "Unknown"
    )
  ),
  /** The platform's own reason, such as `ImagePullBackOff`. */
  upstreamReason: described("The platform's own reason, such as `ImagePullBackOff`.", Schema.optional(Schema.String)),
  /** The platform's message. */
  message: described("The platform's message.", Schema.String)
}, named("Blocked", "Why a build cannot start.")) {}

/**
 * Why a build `Failed`: the Containerfile is invalid, or one of its instructions failed.
 *
 * @since 0.1.0
 * @category schemas
 */
export const FailedReason = Schema.Literal("ContainerfileInvalid", "InstructionFailed")

/**
 * One of the reasons of `Failed`.
 *
 * @since 0.1.0
 * @category models
 */
export type FailedReason = typeof FailedReason.Type

/**
 * Why a build `Errored`: a problem of the platform, a reference or a permission.
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
  "ImageNotFound",
  "ImagePullDenied",
  "ImagePullFailed",
  "MissingReference",
  "NetworkUnavailable",
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
  "Unschedulable",
  "UploadFailed"
)

/**
 * One of the reasons of `Errored`.
 *
 * @since 0.1.0
 * @category models
 */
export type ErroredReason = typeof ErroredReason.Type

/**
 * The reasons after which the same build may succeed when it is repeated unchanged.
 *
 * @since 0.1.0
 * @category models
 */
export const retryableReasons: ReadonlySet<ErroredReason> = new Set<ErroredReason>([
  "BackendUnavailable",
  "DigestLost",
  "Evicted",
  "ImagePullFailed",
  "NetworkUnavailable",
  "NodeLost",
  "PushFailed",
  "UploadFailed"
])
