/**
 * The results of the probes of all candidates, in the order of preference.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { ProbeError } from "./Probe.js"
import { Absent, Available, Forbidden } from "./Verdict.js"

/**
 * Takes the place of a verdict in a report if the cluster did not respond.
 *
 * @since 0.1.0
 * @category models
 */
export class Unreachable
  extends Schema.TaggedClass<Unreachable>("effect-os-builder/Report/Unreachable")("Unreachable", {
    error: ProbeError
  })
{
  get evidence(): string {
    return this.error.message
  }
}

/**
 * The result of the probe of one candidate.
 *
 * @since 0.1.0
 * @category models
 */
export class Row extends Schema.Class<Row>("effect-os-builder/Report/Row")({
  backend: Schema.String,
  verdict: Schema.Union(Available, Absent, Forbidden, Unreachable)
}) {
  /** The evidence, and the rule to grant if that would help. */
  override toString(): string {
    const { verdict } = this
    const grant = verdict._tag === "Forbidden" && verdict.rule !== undefined ? `; to grant: ${verdict.rule}` : ""
    return `${verdict.evidence}${grant}`
  }
}

/**
 * One row for each candidate, the preferred one first.
 *
 * @since 0.1.0
 * @category models
 */
export class Report extends Schema.Class<Report>("effect-os-builder/Report")({
  rows: Schema.Array(Row)
}) {
  /**
   * The first candidate that is neither Absent nor Forbidden. If it is Available, it is used; if it is Unreachable, none is,
   * because it might be preferred to the rest.
   */
  get first(): Row | undefined {
    return this.rows.find(decides)
  }
}

/** Whether this row decides, whatever the rows after it are. */
export const decides = ({ verdict }: Row): boolean => verdict._tag !== "Absent" && verdict._tag !== "Forbidden"

/**
 * A report as a table, with an arrow at the preferred backend.
 *
 * @since 0.1.0
 * @category rendering
 */
export const table = (report: Report): string => {
  const { first } = report
  const lines = [
    ["", "BACKEND", "VERDICT", "WHY"],
    ...report.rows.map((row) => [
      row === first && row.verdict._tag === "Available" ? "→" : "",
      row.backend,
      row.verdict._tag,
      String(row)
    ])
  ]
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => (line[column] ?? "").length)))
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd())
    .join("\n")
}

/**
 * None of the candidates can build on this cluster; the report has the reasons, and the rules to grant.
 *
 * @example
 * ```ts
 * import { BackendSelection, BuildBackend } from "effect-os-builder"
 * import { Console, Effect } from "effect"
 *
 * const list = BuildBackend.list().pipe(
 *   Effect.provide(BackendSelection.layer),
 *   Effect.catchTag("NoBackendAvailable", ({ message }) => Console.error(message))
 * )
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class NoBackendAvailable
  extends Schema.TaggedError<NoBackendAvailable>("effect-os-builder/NoBackendAvailable")("NoBackendAvailable", {
    report: Report
  })
{
  override get message(): string {
    const rows = this.report.rows.map((row) => `  - ${row.backend} is ${row.verdict._tag}: ${row}`)
    return ["No backend can build images on this cluster.", ...rows].join("\n")
  }
  get retryable(): boolean {
    return false
  }
}
