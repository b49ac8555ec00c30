/**
 * The summary of a build, from its record and its status.
 */
import type * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as BuildStatus from "../../core/BuildStatus.js"
import { skipValidation } from "../../core/input/Validation.js"
import { BuildSummary } from "../../core/service/BuildService.js"
import type { RecordMetadata } from "../record/RecordMetadata.js"

/** An outcome that is not stored yet is one of now, unless the status has a time of its own. */
const finishedAt = (
  { outcome }: RecordMetadata,
  status: BuildStatus.BuildStatus,
  now: DateTime.Utc
): DateTime.Utc | undefined =>
  Option.isSome(outcome)
    ? outcome.value.finishedAt
    : status._tag === "Succeeded"
    ? status.finishedAt
    : BuildStatus.isTerminal(status)
    ? now
    : undefined

export const make = (metadata: RecordMetadata, status: BuildStatus.BuildStatus, now: DateTime.Utc): BuildSummary =>
  new BuildSummary({
    ref: metadata.ref,
    fingerprint: metadata.fingerprint,
    finalImage: metadata.finalImage,
    createdAt: metadata.createdAt,
    finishedAt: finishedAt(metadata, status, now),
    status,
    metadata: metadata.callerMetadata
  }, skipValidation)
