/**
 * The output of `--json`: one document per line, whose kind is in `type`. Its shape is part of the public contract.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { BuildSummary } from "../core/BuildBackend.js"
import { Issue } from "../core/BuildError.js"
import { type BuildEvent, PassedOver, Step } from "../core/BuildEvent.js"
import * as BuildRef from "../core/BuildRef.js"
import { BuildStatus, BuiltImage } from "../core/BuildStatus.js"
import { Timestamp } from "../core/DurationText.js"
import { type Report, Row } from "../selection/Report.js"
import { type CliError, exitStatusOf } from "./CliError.js"
import { type Description, Objects } from "./Description.js"

/**
 * The documents. `ref` is a text that other commands take; `status` is the library's `BuildStatus` as JSON, whose `_tag` is
 * Pending, Running, Succeeded, Failed, Errored or Cancelled.
 *
 * `build` prints `submitted`, then `status`, `log`, `step` and `log-lost` as they occur, and finally one `result` or `error`.
 * `demo` prints the same after each `cluster` and its `probe`s; `rbac` prints one `object` for each manifest.
 *
 * @since 0.1.0
 * @category schemas
 */
export const JsonLine = Schema.Union(
  Schema.Struct({
    type: Schema.Literal("submitted"),
    ref: BuildRef.FromString,
    adopted: Schema.Boolean,
    passedOver: Schema.optional(Schema.Array(PassedOver))
  }),
  Schema.Struct({ type: Schema.Literal("status"), ref: BuildRef.FromString, status: BuildStatus }),
  Schema.Struct({ type: Schema.Literal("log"), line: Schema.String, number: Schema.optional(Schema.Int) }),
  Schema.Struct({
    type: Schema.Literal("step"),
    current: Step.fields.current,
    total: Step.fields.total,
    instruction: Step.fields.instruction,
    stage: Step.fields.stage
  }),
  Schema.Struct({ type: Schema.Literal("log-lost"), message: Schema.String }),
  Schema.Struct({ type: Schema.Literal("result"), ref: BuildRef.FromString, image: BuiltImage }),
  Schema.Struct({
    type: Schema.Literal("build"),
    ref: BuildRef.FromString,
    fingerprint: Schema.String,
    finalImage: Schema.String,
    createdAt: Timestamp,
    finishedAt: Schema.optional(Timestamp),
    status: BuildStatus,
    metadata: BuildSummary.fields.metadata
  }),
  Schema.Struct({ type: Schema.Literal("removed"), ref: BuildRef.FromString }),
  Schema.Struct({
    type: Schema.Literal("check"),
    backend: Schema.String,
    ok: Schema.Boolean,
    issues: Schema.Array(Issue)
  }),
  Schema.Struct({
    type: Schema.Literal("probe"),
    backend: Row.fields.backend,
    preferred: Schema.Boolean,
    verdict: Row.fields.verdict
  }),
  Schema.Struct({
    type: Schema.Literal("description"),
    ref: BuildRef.FromString,
    fingerprint: Schema.optional(Schema.String),
    finalImage: Schema.optional(Schema.String),
    createdAt: Schema.optional(Timestamp),
    finishedAt: Schema.optional(Timestamp),
    status: BuildStatus,
    metadata: BuildSummary.fields.metadata,
    ...Objects.fields
  }),
  Schema.Struct({ type: Schema.Literal("cluster"), name: Schema.String }),
  Schema.Struct({ type: Schema.Literal("object"), object: Schema.Object }),
  Schema.Struct({
    type: Schema.Literal("error"),
    error: Schema.String,
    reason: Schema.optional(Schema.String),
    message: Schema.String,
    retryable: Schema.Boolean,
    exitStatus: Schema.Int,
    ref: Schema.optional(BuildRef.FromString),
    issues: Schema.optional(Schema.Array(Issue))
  })
)

/**
 * @since 0.1.0
 * @category models
 */
export type JsonLine = typeof JsonLine.Type

/**
 * The text of a document, without the end of its line.
 *
 * @since 0.1.0
 * @category conversions
 */
export const encode: (line: JsonLine) => string = Schema.encodeSync(Schema.parseJson(JsonLine))

/**
 * The document of an error.
 *
 * @since 0.1.0
 * @category constructors
 */
export const error = (error: CliError): JsonLine => ({
  type: "error",
  error: error._tag,
  message: error.message,
  retryable: "retryable" in error && error.retryable,
  exitStatus: exitStatusOf(error),
  ...("reason" in error ? { reason: error.reason } : "status" in error ? { reason: error.status.reason } : {}),
  ...("ref" in error ? { ref: error.ref } : {}),
  ...("issues" in error ? { issues: error.issues } : {})
})

/**
 * The document of an event.
 *
 * @since 0.1.0
 * @category constructors
 */
export const event = (ref: BuildRef.BuildRef, event: BuildEvent): JsonLine => {
  switch (event._tag) {
    case "Submitted":
      return {
        type: "submitted",
        ref,
        adopted: event.adopted,
        ...(event.passedOver === undefined ? {} : { passedOver: event.passedOver })
      }
    case "StatusChanged":
      return { type: "status", ref, status: event.status }
    case "LogLine":
      return { type: "log", line: event.line, number: event.number }
    case "Step":
      return {
        type: "step",
        current: event.current,
        total: event.total,
        instruction: event.instruction,
        stage: event.stage
      }
    case "LogLost":
      return { type: "log-lost", message: event.error.message }
  }
}

/**
 * The document of a description.
 *
 * @since 0.1.0
 * @category constructors
 */
export const description = ({ objects, ref, status, summary }: Description): JsonLine => {
  const { createdAt, finalImage, finishedAt, fingerprint, metadata = {} } = Option.getOrElse(
    summary,
    (): Partial<BuildSummary> => ({})
  )
  return { type: "description", ref, fingerprint, finalImage, createdAt, finishedAt, status, metadata, ...objects }
}

/**
 * The documents of a report, the preferred backend first.
 *
 * @since 0.1.0
 * @category constructors
 */
export const probes = (report: Report): ReadonlyArray<JsonLine> =>
  report.rows.map((row) => ({
    type: "probe",
    backend: row.backend,
    preferred: row === report.first && row.verdict._tag === "Available",
    verdict: row.verdict
  }))
