/**
 * What a probe finds out about one way of building: it is there, it is not, or we may not use it. That the cluster could
 * not be asked is no verdict but a {@link ProbeError}.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { RbacRule } from "../kubernetes/RbacRule.js"

/**
 * Builds can be run this way. `evidence` is what was seen, in words.
 *
 * @since 0.1.0
 * @category models
 */
export class Available extends Schema.TaggedClass<Available>("effect-os-builder/Verdict/Available")("Available", {
  evidence: Schema.String
}) {}

/**
 * The cluster does not offer this.
 *
 * @since 0.1.0
 * @category models
 */
export class Absent extends Schema.TaggedClass<Absent>("effect-os-builder/Verdict/Absent")("Absent", {
  evidence: Schema.String
}) {}

/**
 * The cluster refuses this to us, or does not let us find out. `rule` is what to grant; it is left out where no permission
 * would help, but a change of the namespace's policy or quota.
 *
 * @since 0.1.0
 * @category models
 */
export class Forbidden extends Schema.TaggedClass<Forbidden>("effect-os-builder/Verdict/Forbidden")("Forbidden", {
  rule: Schema.optional(RbacRule),
  evidence: Schema.String
}) {}

/**
 * What a probe answers.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Verdict = Schema.Union(Available, Absent, Forbidden)

/**
 * @since 0.1.0
 * @category models
 */
export type Verdict = typeof Verdict.Type

/**
 * Whether a verdict is `Available`.
 *
 * @since 0.1.0
 * @category guards
 */
export const isAvailable = (verdict: Verdict): verdict is Available => verdict._tag === "Available"
