/**
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * A probe got no answer, so nothing is known, and nothing is chosen. `probe` says which one, `detail` what happened,
 * `retryable` whether trying again later may help.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProbeError extends Schema.TaggedError<ProbeError>("effect-os-builder/ProbeError")("ProbeError", {
  probe: Schema.String,
  detail: Schema.String,
  retryable: Schema.Boolean,
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    const advice = this.retryable ? " (try again when the cluster answers)" : ""
    return `The probe ${this.probe} got no answer: ${this.detail}${advice}`
  }
}
