/**
 * What the Kubernetes API server said when it did not do what was asked, under a reason that a program can branch on.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * @since 0.1.0
 * @category type ids
 */
export const TypeId: TypeId = "~effect-os-builder/ClusterError"

/**
 * @since 0.1.0
 * @category type ids
 */
export type TypeId = "~effect-os-builder/ClusterError"

/**
 * - `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Forbidden`, `Unauthorized`: as the server says.
 * - `Expired`: the resourceVersion or continue token is too old (410); list again.
 * - `Throttled`: too many requests (429); wait for `retryAfter`.
 * - `Timeout`: the server, or the connection to it, did not answer in time.
 * - `Unreachable`: refused, cut, or the server says it is not ready (503).
 * - `Decode`: the answer is not what the resource's schema says.
 * - `Unexpected`: anything else, the server's own 500 included.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Reason = Schema.Literal(
  "NotFound",
  "AlreadyExists",
  "Conflict",
  "Invalid",
  "Forbidden",
  "Unauthorized",
  "Expired",
  "Throttled",
  "Timeout",
  "Unreachable",
  "Decode",
  "Unexpected"
)

/**
 * @since 0.1.0
 * @category models
 */
export type Reason = typeof Reason.Type

/**
 * One field that the server objects to.
 *
 * @since 0.1.0
 * @category models
 */
export class StatusCause extends Schema.Class<StatusCause>("effect-os-builder/ClusterError/StatusCause")({
  reason: Schema.optional(Schema.String),
  message: Schema.optional(Schema.String),
  field: Schema.optional(Schema.String)
}) {}

/**
 * The server's `v1.Status`, the fields that matter; everything in it may be missing.
 *
 * @since 0.1.0
 * @category models
 */
export class Status extends Schema.Class<Status>("effect-os-builder/ClusterError/Status")({
  kind: Schema.Literal("Status"),
  status: Schema.optional(Schema.String),
  message: Schema.optional(Schema.String),
  reason: Schema.optional(Schema.String),
  code: Schema.optional(Schema.Number),
  details: Schema.optional(Schema.Struct({
    name: Schema.optional(Schema.String),
    group: Schema.optional(Schema.String),
    kind: Schema.optional(Schema.String),
    uid: Schema.optional(Schema.String),
    causes: Schema.optional(Schema.Array(StatusCause)),
    retryAfterSeconds: Schema.optional(Schema.Number)
  }))
}) {}

/**
 * The API server did not do what was asked. `verb`, `resource` (`pods`, `jobs.batch`) and `object` (`namespace/name`) say
 * what that was; `status` is what the server said, where it did.
 *
 * @since 0.1.0
 * @category errors
 */
export class ClusterError extends Schema.TaggedError<ClusterError>("effect-os-builder/ClusterError")("ClusterError", {
  reason: Reason,
  verb: Schema.String,
  resource: Schema.String,
  object: Schema.optional(Schema.String),
  detail: Schema.optional(Schema.String),
  status: Schema.optional(Status),
  retryAfter: Schema.optional(Schema.DurationFromMillis),
  cause: Schema.optional(Schema.Defect)
}) {
  readonly [TypeId]: TypeId = TypeId
  override get message(): string {
    const object = this.object === undefined ? "" : ` ${this.object}`
    const said = this.status?.message ?? this.detail
    return `Cannot ${this.verb} ${this.resource}${object}: ${this.reason}${said === undefined ? "" : `: ${said}`}`
  }
  /** Whether the same request may succeed later, unchanged. */
  get retryable(): boolean {
    return this.reason === "Throttled" || this.reason === "Timeout" || this.reason === "Unreachable"
  }
}

/**
 * What a request was about: for the words of an error.
 *
 * @since 0.1.0
 * @category models
 */
export interface Subject {
  readonly verb: string
  readonly resource: string
  readonly object?: string | undefined
}
