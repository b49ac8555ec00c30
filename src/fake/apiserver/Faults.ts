/**
 * Injects faults between clients and the API server.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ApiRequest } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import { Dropped, Refused, type Reply } from "./Reply.js"
import type { RequestInfo } from "./RequestInfo.js"
import * as Status from "./Status.js"

/**
 * - `Status`: the server rejects the request with code, reason, message and Retry-After.
 * - `Latency`: the response is delayed.
 * - `Drop`: the connection is lost before the request is carried out.
 * - `LoseResponse`: the request is carried out and its response is lost.
 * - `DelayEvents`, `RepeatEvents`: the lines of a watch are delayed, or sent twice.
 *
 * @since 0.1.0
 * @category models
 */
export type Fault =
  | {
    readonly _tag: "Status"
    readonly code: number
    readonly reason: string
    readonly message: string
    readonly retryAfter?: Duration.DurationInput | undefined
  }
  | { readonly _tag: "Latency"; readonly duration: Duration.DurationInput }
  | { readonly _tag: "Drop" }
  | { readonly _tag: "LoseResponse" }
  | { readonly _tag: "DelayEvents"; readonly duration: Duration.DurationInput }
  | { readonly _tag: "RepeatEvents" }

/**
 * Any error status, by code, reason and message: `status(409, "Conflict", "…")`.
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const prepare = Effect.flatMap(
 *   FakeCluster.FakeCluster,
 *   (fake) => fake.fail({ verb: "patch", resource: "configmaps" }, FakeCluster.status(409, "Conflict", "the object has been modified"), { times: 1 })
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const status = (
  code: number,
  reason: string,
  message: string,
  options: { readonly retryAfter?: Duration.DurationInput | undefined } = {}
): Fault => ({ _tag: "Status", code, reason, message, ...options })

/**
 * `429` with Retry-After.
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const prepare = Effect.flatMap(
 *   FakeCluster.FakeCluster,
 *   (fake) => fake.fail({}, FakeCluster.throttled("5 seconds"), { times: 3 })
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const throttled = (retryAfter: Duration.DurationInput = "1 second"): Fault =>
  status(429, "TooManyRequests", "the server has received too many requests and has asked us to try again later", {
    retryAfter
  })

/**
 * `500`, as for an etcd leader change.
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const prepare = Effect.flatMap(
 *   FakeCluster.FakeCluster,
 *   (fake) => fake.fail({ verb: "list" }, FakeCluster.internalError(), { times: 1 })
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const internalError = (message = "etcdserver: leader changed"): Fault =>
  status(500, "InternalError", `Internal error occurred: ${message}`)

/**
 * `503`, as for an aggregated API whose server is down.
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const prepare = Effect.flatMap(
 *   FakeCluster.FakeCluster,
 *   (fake) => fake.fail({ resource: "builds.build.openshift.io" }, FakeCluster.unavailable())
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const unavailable = (message = "the server is currently unable to handle the request"): Fault =>
  status(503, "ServiceUnavailable", message)

/**
 * Delays the response.
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const prepare = Effect.flatMap(
 *   FakeCluster.FakeCluster,
 *   (fake) => fake.fail({ verb: "get" }, FakeCluster.latency("3 seconds"))
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const latency = (duration: Duration.DurationInput): Fault => ({ _tag: "Latency", duration })

/**
 * Loses the connection before the request is carried out.
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const prepare = Effect.flatMap(
 *   FakeCluster.FakeCluster,
 *   (fake) => fake.fail({ verb: "create", resource: "jobs.batch" }, FakeCluster.drop, { times: 1 })
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const drop: Fault = { _tag: "Drop" }

/**
 * Carries the request out and loses its response, as for a create that may have succeeded.
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const prepare = Effect.flatMap(
 *   FakeCluster.FakeCluster,
 *   (fake) => fake.fail({ verb: "create", resource: "jobs.batch" }, FakeCluster.loseResponse, { times: 1 })
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const loseResponse: Fault = { _tag: "LoseResponse" }

/**
 * Delays each line of a watch.
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const prepare = Effect.flatMap(
 *   FakeCluster.FakeCluster,
 *   (fake) => fake.fail({ verb: "watch" }, FakeCluster.delayEvents("10 seconds"))
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const delayEvents = (duration: Duration.DurationInput): Fault => ({ _tag: "DelayEvents", duration })

/**
 * Sends each line of a watch twice.
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const prepare = Effect.flatMap(
 *   FakeCluster.FakeCluster,
 *   (fake) => fake.fail({ verb: "watch" }, FakeCluster.repeatEvents)
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const repeatEvents: Fault = { _tag: "RepeatEvents" }

/**
 * Selects the requests that get a fault; an absent field matches all. `resource` is the plural, with its group if it has one
 * (`jobs.batch`) and the subresource after a slash (`pods/log`).
 *
 * @since 0.1.0
 * @category models
 */
export interface Match {
  readonly verb?: string | undefined
  readonly resource?: string | undefined
  readonly namespace?: string | undefined
  readonly name?: string | undefined
}

interface Planned {
  readonly match: Match
  readonly fault: Fault
  left: number
}

/**
 * The resource of a request in the form of {@link Match}; the path for requests without a resource.
 *
 * @since 0.1.0
 * @category getters
 */
export const resourceName = (info: RequestInfo): string => {
  if (info.resource === undefined) {
    return info.path
  }
  const { group, plural, subresource } = info.resource
  const qualified = group === "" ? plural : `${plural}.${group}`
  return subresource === "" ? qualified : `${qualified}/${subresource}`
}

/** The object name in a request's path, or in the body of a create. @since 0.1.0 @category getters  */
export const objectName = (info: RequestInfo, request: ApiRequest): string => {
  const { body } = request
  const inPath = info.resource?.name ?? ""
  return inPath !== "" || body === undefined
    ? inPath
    : Json.text(Json.isList(body) ? undefined : body, "metadata", "name") ?? ""
}

/** @since 0.1.0 @category models */
export class Faults {
  private planned: ReadonlyArray<Planned> = []
  private outageUntil = 0

  /** Adds a fault until it is removed or used up. Returns a function that removes it. */
  add(match: Match, fault: Fault, times = Number.POSITIVE_INFINITY): () => void {
    const planned = { match, fault, left: times }
    this.planned = [...this.planned, planned]
    return () => {
      this.planned = this.planned.filter((one) => one !== planned)
    }
  }

  clear(): void {
    this.planned = []
    this.outageUntil = 0
  }

  /** Refuses all connections until this time, in milliseconds. */
  outage(until: number): void {
    this.outageUntil = until
  }

  /** Applies the matching faults to a request. */
  around(
    info: RequestInfo,
    request: ApiRequest,
    reply: Effect.Effect<Reply, Refused | Dropped>
  ): Effect.Effect<Reply, Refused | Dropped> {
    return Effect.flatMap(Clock.currentTimeMillis, (now) =>
      now < this.outageUntil
        ? Effect.fail(new Dropped({ carriedOut: "no" }))
        : this.take(info, request).reduceRight(applyFault, reply))
  }

  private take(info: RequestInfo, request: ApiRequest): ReadonlyArray<Fault> {
    const { left: due, taken } = this.planned.reduce<{ left: Array<Planned>; taken: Array<Fault> }>((so, planned) => {
      if (matches(planned.match, info, request)) {
        planned.left -= 1
        so.taken.push(planned.fault)
      }
      if (planned.left > 0) {
        so.left.push(planned)
      }
      return so
    }, { left: [], taken: [] })
    this.planned = due
    return taken
  }
}

const matches = (match: Match, info: RequestInfo, request: ApiRequest): boolean =>
  (match.verb === undefined || match.verb === info.verb)
  && (match.resource === undefined || match.resource === resourceName(info))
  && (match.namespace === undefined || match.namespace === info.resource?.namespace)
  && (match.name === undefined || match.name === objectName(info, request))

const applyFault = (
  reply: Effect.Effect<Reply, Refused | Dropped>,
  fault: Fault
): Effect.Effect<Reply, Refused | Dropped> => {
  switch (fault._tag) {
    case "Status": {
      const { code, message, reason, retryAfter } = fault
      const details = retryAfter === undefined ? {} : { retryAfterSeconds: Math.ceil(Duration.toSeconds(retryAfter)) }
      return Effect.fail(new Refused({ status: Status.make(code, reason, message, details) }))
    }
    case "Latency":
      return Effect.delay(reply, fault.duration)
    case "Drop":
      return Effect.fail(new Dropped({ carriedOut: "no" }))
    case "LoseResponse":
      return Effect.andThen(Effect.exit(reply), Effect.fail(new Dropped({ carriedOut: "unknown" })))
    case "DelayEvents":
      return Effect.map(reply, (answer) =>
        answer._tag === "Watch"
          ? { ...answer, lines: Stream.tap(answer.lines, () => Effect.sleep(fault.duration)) }
          : answer)
    case "RepeatEvents":
      return Effect.map(reply, (answer) =>
        answer._tag === "Watch"
          ? { ...answer, lines: Stream.flatMap(answer.lines, (line) => Stream.make(line, line)) }
          : answer)
  }
}
