/**
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Report } from "./Report.js"

/**
 * None of the candidates can build on this cluster; the report says why, and what to grant where that would help.
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
