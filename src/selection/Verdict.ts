/**
 * The result of a probe of one way of building: available, absent or forbidden. If the cluster does not respond, the probe fails with
 * {@link ProbeError} instead.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { RbacRule } from "../kubernetes/RbacRule.js"

/**
 * Builds can run this way. `evidence` describes the observed facts.
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
 * The cluster forbids this, or forbids finding out. `rule` is the permission to grant; it is absent if the policy or the quota of the
 * namespace would have to change instead.
 *
 * @since 0.1.0
 * @category models
 */
export class Forbidden extends Schema.TaggedClass<Forbidden>("effect-os-builder/Verdict/Forbidden")("Forbidden", {
  rule: Schema.optional(RbacRule),
  evidence: Schema.String
}) {}

/**
 * The result of a probe.
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
