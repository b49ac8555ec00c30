/**
 * A build in one line.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { BuildRef } from "./BuildRef.js"
import { BuildStatus } from "./BuildStatus.js"
import { Timestamp } from "./DurationText.js"

/**
 * One line of `list`, or of `watch`. `finalImage` is the pullspec that the input asked for, `finishedAt` is there once the
 * build ended.
 *
 * @since 0.1.0
 * @category models
 */
export class BuildSummary extends Schema.Class<BuildSummary>("effect-os-builder/BuildBackend/BuildSummary")({
  ref: BuildRef,
  fingerprint: Schema.String,
  finalImage: Schema.String,
  createdAt: Timestamp,
  finishedAt: Schema.optional(Timestamp),
  status: BuildStatus
}) {}
