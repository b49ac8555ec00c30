/**
 * The attributes of spans about builds, under names that stay.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import type { Attributes } from "../../effect/Spans.js"
import type { BuildError } from "../BuildError.js"
import { fingerprint } from "../BuildInput.js"
import type { BuildInput } from "../BuildInput.js"
import type { BuildRef } from "../BuildRef.js"
import type * as BuildStatus from "../BuildStatus.js"

/** @since 0.1.0 @category constants */
export const attribute = {
  backend: "os_builder.backend",
  ref: "os_builder.ref",
  fingerprint: "os_builder.fingerprint",
  image: "os_builder.image",
  digest: "os_builder.digest",
  outcome: "os_builder.outcome",
  reason: "os_builder.reason",
  adopted: "os_builder.adopted",
  passedOver: "os_builder.passed_over",
  verdict: "os_builder.verdict",
  evidence: "os_builder.evidence",
  /** OpenTelemetry's own name. */
  errorType: "error.type"
} as const

/**
 * `isRead`: whether the program reads the attributes. The fingerprint is left out where it does not.
 *
 * @since 0.1.0
 * @category constructors
 */
export const ofInput = (backend: string, input: BuildInput, isRead = true): Attributes => ({
  [attribute.backend]: backend,
  ...(isRead ? { [attribute.fingerprint]: fingerprint(input) } : {}),
  [attribute.image]: input.finalImage.pullspec
})

/** @since 0.1.0 @category constructors */
export const ofRef = (ref: BuildRef): Attributes => ({
  [attribute.backend]: ref.backend,
  [attribute.ref]: String(ref)
})

/**
 * The outcome of a terminal status, with its image or reason; nothing of another status.
 *
 * @since 0.1.0
 * @category constructors
 */
export const ofStatus = (status: BuildStatus.BuildStatus): Attributes => {
  switch (status._tag) {
    case "Pending":
    case "Running":
      return {}
    case "Succeeded":
      return {
        [attribute.outcome]: status._tag,
        [attribute.image]: status.image.tag,
        [attribute.digest]: status.image.digest
      }
    case "Failed":
    case "Errored":
      return { [attribute.outcome]: status._tag, [attribute.reason]: status.reason }
    case "Cancelled":
      return { [attribute.outcome]: status._tag }
  }
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const ofError = (error: BuildError): Attributes => ({
  ...(isResult(error) ? {} : { [attribute.errorType]: error._tag }),
  ...(Predicate.hasProperty(error, "ref") ? { [attribute.ref]: String(error.ref) } : {}),
  ...reasonOf(error)
})

const reasonOf = (error: BuildError): Attributes => {
  switch (error._tag) {
    case "BuildFailed":
    case "BuildErrored":
      return ofStatus(error.status)
    case "BuildCancelled":
      return { [attribute.outcome]: "Cancelled" }
    case "BuildNotFound":
      return { [attribute.reason]: "NotFound" }
    case "BaseUnavailable":
      return { [attribute.reason]: error.status.reason }
    case "BuildRejected":
    case "BackendError":
      return { [attribute.reason]: error.reason }
  }
}

/**
 * Whether an error is a result of the call rather than a fault of the platform: a refusal, a build that is not there, a build
 * that failed because of what its author wrote, or one that was cancelled. Spans of such calls have not failed.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isResult = (error: BuildError): boolean =>
  error._tag !== "BackendError" && error._tag !== "BuildErrored" && error._tag !== "BaseUnavailable"
