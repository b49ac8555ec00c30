/**
 * What the probes of all candidates found, in the order of preference.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { ProbeError } from "./Probe.js"
import { Absent, Available, Forbidden } from "./Verdict.js"

/**
 * In a report, what stands in the place of a verdict when the cluster could not be asked.
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
 * What is known of one candidate.
 *
 * @since 0.1.0
 * @category models
 */
export class Row extends Schema.Class<Row>("effect-os-builder/Report/Row")({
  backend: Schema.String,
  verdict: Schema.Union(Available, Absent, Forbidden, Unreachable)
}) {
  /** Why, and what to grant where that would help. */
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
   * The first candidate that is neither Absent nor Forbidden: the one to use if it is Available. If it is Unreachable, there
   * is none to use, as nobody knows what would come before the rest.
   */
  get first(): Row | undefined {
    return this.rows.find(decides)
  }
}

/** Whether what comes after this row does not matter any more. */
export const decides = ({ verdict }: Row): boolean => verdict._tag !== "Absent" && verdict._tag !== "Forbidden"

/**
 * A report for people, an arrow at the backend that is preferred.
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
 * None of the candidates can build on this cluster; the report says why, and what to grant where that would help.
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
