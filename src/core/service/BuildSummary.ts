/**
 * A build in one line.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import { described, named } from "../../effect/Described.js"
import { BuildRef } from "../BuildRef.js"
import * as BuildStatus from "../BuildStatus.js"
import { Timestamp } from "../DurationText.js"
import * as ImagePullspec from "../ImagePullspec.js"
import { ReturnedMetadata } from "../input/CallerMetadata.js"

/**
 * One line of `list`, or of `watch`. `finalImage` is the pullspec that the input asked for, `finishedAt` is present once the
 * build ended. `metadata` is that of the input of the call that created the build, empty if it had none; calls that adopted
 * the build do not change it.
 *
 * @since 0.1.0
 * @category models
 */
export class BuildSummary extends Schema.Class<BuildSummary>("effect-os-builder/BuildBackend/BuildSummary")({
  /** The reference of the build. */
  ref: described("The reference of the build.", BuildRef),
  /** The fingerprint of its input. */
  fingerprint: described("The fingerprint of its input.", Schema.String),
  /** The pullspec that the input asked for. */
  finalImage: described("The pullspec that the input asked for.", Schema.String),
  /** When the build was recorded. */
  createdAt: described("When the build was recorded.", Timestamp),
  /** When the build ended; absent while it is unfinished. */
  finishedAt: described("When the build ended; absent while it is unfinished.", Schema.optional(Timestamp)),
  /** The status of the build. */
  status: described("The status of the build.", BuildStatus.BuildStatus),
  /** The metadata of the input of the call that created the build; calls that adopted it do not change it. */
  metadata: described(
    "The metadata of the input of the call that created the build; calls that adopted it do not change it.",
    Schema.optionalWith(ReturnedMetadata, { default: () => ({}) })
  )
}, named("BuildSummary", "One line of `list`, or of `watch`.")) {}

/** Whether a finished build can be adopted: a cancelled or errored one cannot. */
export const isAdoptable = (status: BuildStatus.BuildStatus): boolean =>
  status._tag !== "Errored" && status._tag !== "Cancelled"

/** An older build can also be adopted while it is unfinished, so that equal builds run at the same time only on request. */
export const isAdopted = (status: BuildStatus.BuildStatus, isNewest: boolean): boolean =>
  isNewest ? isAdoptable(status) : !BuildStatus.isTerminal(status)

const endedAt = (summary: BuildSummary): DateTime.Utc => summary.finishedAt ?? summary.createdAt

/** Keeps the newest `keep` builds of each repository, and all that ended after the deadline. */
export const prunable = (
  all: ReadonlyArray<BuildSummary>,
  options: { readonly deadline: DateTime.Utc; readonly keep: number }
): ReadonlyArray<BuildRef> => {
  const kept = new Map<string, number>()
  return all
    .filter((summary) => BuildStatus.isTerminal(summary.status))
    .sort((a, b) => DateTime.toEpochMillis(endedAt(b)) - DateTime.toEpochMillis(endedAt(a)))
    .filter((summary) => {
      const repository = ImagePullspec.repository(summary.finalImage)
      const before = kept.get(repository) ?? 0
      kept.set(repository, before + 1)
      return before >= options.keep && DateTime.lessThan(endedAt(summary), options.deadline)
    })
    .map((summary) => summary.ref)
}
