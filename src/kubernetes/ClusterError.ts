/**
 * What the Kubernetes API server said when it did not do what was asked, under a reason that a program can branch on.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
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
 * - `NotFound`, `AlreadyExists`, `Conflict`, `Forbidden`, `Unauthorized`: as the server says.
 * - `Invalid`: the request itself is wrong (400, 422); `status` says where.
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
  code: Schema.optional(Schema.Finite),
  details: Schema.optional(Schema.Struct({
    name: Schema.optional(Schema.String),
    group: Schema.optional(Schema.String),
    kind: Schema.optional(Schema.String),
    uid: Schema.optional(Schema.String),
    causes: Schema.optional(Schema.Array(StatusCause)),
    retryAfterSeconds: Schema.optional(Schema.Finite)
  }))
}) {}

/**
 * What a request was about: for the words of an error.
 *
 * @since 0.1.0
 * @category models
 */
export interface Subject {
  readonly verb: string
  /** `pods`, `jobs.batch`, `pods/log` */
  readonly resource: string
  /** `namespace/name`, or the name of what has no namespace. */
  readonly object?: string | undefined
}

/**
 * The API server did not do what was asked. `verb`, `resource` (`pods`, `jobs.batch`) and `object` (`namespace/name`) say
 * what that was; `status` is what the server said, where it did, and `code` its HTTP status.
 *
 * `ambiguous` says that the request may have been carried out all the same: it was sent, and the answer got lost.
 *
 * @since 0.1.0
 * @category errors
 */
export class ClusterError extends Schema.TaggedError<ClusterError>("effect-os-builder/ClusterError")("ClusterError", {
  reason: Reason,
  verb: Schema.String,
  resource: Schema.String,
  object: Schema.optional(Schema.String),
  code: Schema.optional(Schema.Number),
  detail: Schema.optional(Schema.String),
  status: Schema.optional(Status),
  retryAfter: Schema.optional(Schema.DurationFromMillis),
  ambiguous: Schema.optional(Schema.Boolean),
  cause: Schema.optional(Schema.Defect)
}) {
  readonly [TypeId]: TypeId = TypeId
  override get message(): string {
    const subject = [this.resource, this.object].filter((part) => part !== undefined).join(" ")
    const said = this.status?.message ?? this.detail
    const advice = advices[this.reason]
    return [`Cannot ${this.verb} ${subject}: ${this.reason}`, said, advice].filter((part) => part !== undefined).join(
      ": "
    )
  }
  /** Whether the same request may succeed later, unchanged. */
  get retryable(): boolean {
    return this.reason === "Throttled" || this.reason === "Timeout" || this.reason === "Unreachable" ||
      this.code === internalError
  }
  /** Whether the server objects to something for this reason: `FieldValueInvalid`, `ResourceVersionTooLarge`. */
  hasCause(reason: string): boolean {
    return this.status?.details?.causes?.some((cause) => cause.reason === reason) ?? false
  }
}

// The server's own trouble: an etcd that changes its leader, a webhook that does not answer.
const internalError = 500

const advices: Partial<Record<Reason, string>> = {
  Unauthorized: "log in again, or renew the token",
  Unreachable: "is the API server up, and can this machine reach it?"
}

/** In seconds; a server that asks for more is not believed. */
const longestRetryAfter = 24 * 60 * 60

const retryAfterOf = (header: string | undefined, seconds: number | undefined): Duration.Duration | undefined => {
  const said = header !== undefined && /^\d+$/.test(header.trim()) ? Number(header) : seconds
  return said === undefined ? undefined : Duration.seconds(Math.min(said, longestRetryAfter))
}

// An error is logged, and kept in the outcome of a build: of what a server says, this much is.
const longestText = 4096
const mostCauses = 32

const clip = <T extends string | undefined>(text: T): T | string =>
  text === undefined || text.length <= longestText ? text : `${text.slice(0, longestText)}…`

const clipped = ({ details, message, ...status }: Status): Status =>
  new Status({
    ...status,
    message: clip(message),
    ...(details === undefined ? {} : {
      details: {
        ...details,
        causes: details.causes?.slice(0, mostCauses).map(({ field, message, reason }) =>
          new StatusCause({ field: clip(field), message: clip(message), reason: clip(reason) })
        )
      }
    })
  })

// k8s.io/apimachinery/pkg/apis/meta/v1/types.go, StatusReason
const byStatusReason: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ["NotFound", "NotFound"],
  ["AlreadyExists", "AlreadyExists"],
  ["Conflict", "Conflict"],
  ["Invalid", "Invalid"],
  ["BadRequest", "Invalid"],
  ["Forbidden", "Forbidden"],
  ["Unauthorized", "Unauthorized"],
  ["Expired", "Expired"],
  ["Gone", "Expired"],
  ["TooManyRequests", "Throttled"],
  ["Timeout", "Timeout"],
  ["ServerTimeout", "Timeout"],
  ["ServiceUnavailable", "Unreachable"]
])

const byCode: ReadonlyMap<number, Reason> = new Map<number, Reason>([
  [400, "Invalid"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "NotFound"],
  [408, "Timeout"],
  [409, "Conflict"],
  [410, "Expired"],
  [422, "Invalid"],
  [429, "Throttled"],
  [502, "Unreachable"],
  [503, "Unreachable"],
  [504, "Timeout"]
])

// A gateway between us and the server, or the server after it gave up waiting, cannot say what became of a request.
const ambiguousCodes: ReadonlySet<number> = new Set([408, 500, 502, 504])

const readingVerbs: ReadonlySet<string> = new Set(["get", "list", "watch"])

const decodeStatus = Schema.decodeUnknownOption(Status)

/**
 * The error for an answer that is not a success. `body` is the decoded body, normally a `v1.Status`; `retryAfter` is the
 * header of that name.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromStatus = (options: {
  readonly subject: Subject
  readonly code: number
  readonly body: unknown
  readonly retryAfter?: string | undefined
}): ClusterError => {
  const { body, code, retryAfter, subject } = options
  const status = Option.getOrUndefined(Option.map(decodeStatus(body), clipped))
  return new ClusterError({
    ...subject,
    reason: byStatusReason.get(status?.reason ?? "") ?? byCode.get(code) ?? "Unexpected",
    code,
    detail: status === undefined ? `the server answered ${code}` : undefined,
    status,
    retryAfter: retryAfterOf(retryAfter, status?.details?.retryAfterSeconds),
    ambiguous: ambiguousCodes.has(code) && !readingVerbs.has(subject.verb) ? true : undefined
  })
}
