/**
 * A build in one line, from its record and its status.
 */
import type * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as BuildStatus from "../../core/BuildStatus.js"
import { skipValidation } from "../../core/input/Validation.js"
import { BuildSummary } from "../../core/service/BuildService.js"
import type { RecordMetadata } from "../record/RecordMetadata.js"

/** An end that nobody has kept yet is one of now, unless it tells itself when it was. */
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

export const of = (glance: RecordMetadata, status: BuildStatus.BuildStatus, now: DateTime.Utc): BuildSummary =>
  new BuildSummary({
    ref: glance.ref,
    fingerprint: glance.fingerprint,
    finalImage: glance.finalImage,
    createdAt: glance.createdAt,
    finishedAt: finishedAt(glance, status, now),
    status
  }, skipValidation)
