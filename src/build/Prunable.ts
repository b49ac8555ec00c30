/**
 * Which finished builds are to be forgotten.
 */
import * as DateTime from "effect/DateTime"
import type { BuildRef } from "./BuildRef.js"
import * as BuildStatus from "./BuildStatus.js"
import type { BuildSummary } from "./BuildSummary.js"
import * as ImagePullspec from "./ImagePullspec.js"

const endedAt = (summary: BuildSummary): DateTime.Utc => summary.finishedAt ?? summary.createdAt

/** Of each repository the newest `keep` stay, and all that ended after the deadline. */
export const of = (
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
