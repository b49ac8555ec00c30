/**
 * The error of a failed request to the Kubernetes API, with a reason to branch on and the server's Status.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { atFirstCall } from "../effect/Once.js"

/**
 * Marks every ClusterError, for checks without `instanceof`.
 *
 * @since 0.1.0
 * @category type ids
 */
export const TypeId: TypeId = "~effect-os-builder/ClusterError"

/**
 * The type of {@link TypeId}.
 *
 * @since 0.1.0
 * @category type ids
 */
export type TypeId = "~effect-os-builder/ClusterError"

/**
 * The kinds of failure:
 *
 * - `NotFound`, `AlreadyExists`, `Conflict`, `Forbidden`, `Unauthorized`: the server's reason.
 * - `Invalid`: the request is invalid (400, 422); `status` names the fields.
 * - `Expired`: the resourceVersion or continue token is too old (410); list again.
 * - `Throttled`: too many requests (429); retry after `retryAfter`.
 * - `Timeout`: no response in time from the server or the connection.
 * - `Unreachable`: the connection was refused or lost, or the server is not ready (502, 503).
 * - `Decode`: the response does not match the resource's schema.
 * - `Unexpected`: anything else, including the server's internal errors (500).
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
 * A reason of a ClusterError; see the schema of the same name.
 *
 * @since 0.1.0
 * @category models
 */
export type Reason = typeof Reason.Type

/**
 * One cause in a Status: an invalid field, or a machine-readable detail.
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
 * The server's `v1.Status`. Every field but `kind` may be missing.
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
 * The verb, resource and object of a request, for error messages.
 *
 * @since 0.1.0
 * @category models
 */
export interface Subject {
  readonly verb: string
  /** For example `pods`, `jobs.batch` or `pods/log`. */
  readonly resource: string
  /** `namespace/name`, or the name of a cluster-scoped object; the namespace of a list or watch. */
  readonly object?: string | undefined
}

/**
 * A request to the API server failed. `verb`, `resource` (`pods`, `jobs.batch`) and `object` (`namespace/name`) identify the
 * request; `code` is the HTTP status and `status` the server's Status, where there was a response.
 *
 * `ambiguous` means that the request may have been carried out: it was sent and its response was lost.
 *
 * @example
 * ```ts
 * import { Cluster, type ClusterError, Resources } from "effect-os-builder"
 * import { Effect, Option } from "effect"
 *
 * const findPod = (name: string) =>
 *   Cluster.get(Resources.Pod, name).pipe(
 *     Effect.asSome,
 *     Effect.catchIf(
 *       (error: ClusterError.ClusterError) => error.reason === "NotFound",
 *       () => Effect.succeed(Option.none())
 *     )
 *   )
 * ```
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
    // The object of a list or watch is a namespace.
    const relation = this.verb === "list" || this.verb === "watch" ? " in " : " "
    const subject = [this.resource, this.object].filter((part) => part !== undefined).join(relation)
    const details = this.status?.message ?? this.detail
    // A server may say no more than the reason.
    const more = details === this.reason ? undefined : details
    const remedy = advice[this.reason]
    return [`Cannot ${this.verb} ${subject}: ${this.reason}`, more, remedy].filter((part) => part !== undefined)
      .join(
        ": "
      )
  }
  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return this.reason === "Throttled" || this.reason === "Timeout" || this.reason === "Unreachable" ||
      this.code === internalError
  }
  /** Whether the Status has a cause with this reason, for example `FieldValueInvalid` or `ResourceVersionTooLarge`. */
  hasCause(reason: string): boolean {
    return this.status?.details?.causes?.some((cause) => cause.reason === reason) ?? false
  }
}

// Transient internal errors: an etcd leader election, a webhook that does not respond.
const internalError = 500

const advice: Partial<Record<Reason, string>> = {
  Unauthorized: "log in again, or renew the token",
  Unreachable: "check that the API server is running and reachable from this machine"
}

/** In seconds; a longer Retry-After is capped. */
const maxRetryAfter = 24 * 60 * 60

const parseRetryAfter = (header: string | undefined, seconds: number | undefined): Duration.Duration | undefined => {
  const value = header !== undefined && /^\d+$/.test(header.trim()) ? Number(header) : seconds
  return value === undefined ? undefined : Duration.seconds(Math.min(value, maxRetryAfter))
}

// Errors are logged and stored with outcomes, so the server's texts are clipped to these limits.
const maxTextLength = 4096
const maxCauses = 32

const clip = <T extends string | undefined>(text: T): T | string =>
  text === undefined || text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength)}…`

const clipStatus = ({ details, message, ...status }: Status): Status =>
  new Status({
    ...status,
    message: clip(message),
    ...(details === undefined ? {} : {
      details: {
        ...details,
        causes: details.causes?.slice(0, maxCauses).map(({ field, message, reason }) =>
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

// After these, a gateway or the server itself does not know whether the request was carried out.
const ambiguousCodes: ReadonlySet<number> = new Set([408, 500, 502, 504])

const readingVerbs: ReadonlySet<string> = new Set(["get", "list", "watch"])

const decodeStatus = atFirstCall(() => Schema.decodeUnknownOption(Status))

/**
 * Makes the error for a response that is not a 2xx. `body` is the decoded body, normally a `v1.Status`; `retryAfter` is the
 * value of the Retry-After header.
 *
 * @example
 * ```ts
 * import { ClusterError } from "effect-os-builder"
 *
 * const error = ClusterError.fromStatus({
 *   subject: { verb: "get", resource: "pods", object: "builds/a" },
 *   code: 404,
 *   body: { kind: "Status", reason: "NotFound", message: "pods \"a\" not found" }
 * })
 * // error.message: Cannot get pods builds/a: NotFound: pods "a" not found
 * ```
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
  const status = Option.getOrUndefined(Option.map(decodeStatus(body), clipStatus))
  return new ClusterError({
    ...subject,
    reason: byStatusReason.get(status?.reason ?? "") ?? byCode.get(code) ?? "Unexpected",
    code,
    detail: status === undefined ? `the server responded with ${code}` : undefined,
    status,
    retryAfter: parseRetryAfter(retryAfter, status?.details?.retryAfterSeconds),
    ambiguous: ambiguousCodes.has(code) && !readingVerbs.has(subject.verb) ? true : undefined
  })
}
