/**
 * Makes probes from checks: a probe repeats its check while the cluster does not respond, within a limit.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as DurationText from "../core/DurationText.js"
import * as SpanAttributes from "../core/service/SpanAttributes.js"
import * as RetryPolicy from "../effect/RetryPolicy.js"
import type { Cluster } from "../kubernetes/Cluster.js"
import type { ClusterError } from "../kubernetes/ClusterError.js"
import type { Verdict } from "./Verdict.js"

/**
 * A probe failed, so nothing is known and nothing is chosen. `probe` is its name, `detail` what happened, `retryable`
 * whether another attempt later may succeed.
 *
 * @example
 * ```ts
 * import { Capability } from "effect-os-builder"
 * import { Effect, Schedule } from "effect"
 *
 * const isSingleNode = Capability.isSingleNode.pipe(
 *   Effect.retry({ while: ({ retryable }) => retryable, times: 3, schedule: Schedule.spaced("1 minute") })
 * )
 * ```
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
    const advice = this.retryable ? " (try again when the cluster responds)" : ""
    return `The probe ${this.probe} failed: ${this.detail}${advice}`
  }
}

/**
 * How long each probe waits for a cluster that does not respond: an API server that cannot be reached or throttles, or an aggregated
 * API server that is down. Default: 2 minutes; provide the service to change it.
 *
 * @example
 * ```ts
 * import { Capability } from "effect-os-builder"
 * import { Duration, Effect } from "effect"
 *
 * const quick = Effect.provideService(Capability.isSingleNode, Capability.ProbeTimeout, Duration.seconds(5))
 * ```
 *
 * @since 0.1.0
 * @category references
 */
export class ProbeTimeout extends Context.Reference<ProbeTimeout>()("effect-os-builder/Capability/ProbeTimeout", {
  defaultValue: () => Duration.minutes(2)
}) {}

/**
 * A probe from its check. Errors that may pass are retried until the {@link ProbeTimeout}; any other fails at once.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  name: string,
  check: Effect.Effect<Verdict, ClusterError, Cluster>
): Effect.Effect<Verdict, ProbeError, Cluster> =>
  Effect.gen(function*() {
    const timeout = yield* ProbeTimeout
    let cause: unknown
    const verdict = yield* RetryPolicy.retry(check, {
      isRetryable: isTransient,
      onRetry: (error, failures) =>
        (failures === 1 ? Effect.logWarning : Effect.logDebug)(`Waiting for an answer: ${error.message}`)
    }).pipe(
      // The requests of a check are retried too, possibly for longer than the timeout.
      Effect.provideService(RetryPolicy.Observer, (error) => {
        cause = error
      }),
      Effect.timeoutOption(timeout),
      Effect.mapError((cause) => new ProbeError({ probe: name, detail: cause.message, retryable: false, cause }))
    )
    if (Option.isSome(verdict)) {
      return verdict.value
    }
    return yield* new ProbeError({
      probe: name,
      detail: `no response within ${DurationText.format(timeout)}${
        Predicate.isError(cause) ? `: ${cause.message}` : ""
      }`,
      retryable: true,
      cause
    })
  }).pipe(
    Effect.tap((verdict) =>
      Effect.annotateCurrentSpan({
        [SpanAttributes.attribute.verdict]: verdict._tag,
        [SpanAttributes.attribute.evidence]: verdict.evidence
      })
    ),
    Effect.withSpan(`Capability.${name}`, { captureStackTrace: false }),
    Effect.annotateLogs({ package: "effect-os-builder", module: "Capability" })
  )

/** A quota that is not counted yet says nothing: apiserver pkg/admission/plugin/resourcequota/controller.go */
export const isUncounted = (error: ClusterError): boolean =>
  error.status?.message?.includes("status unknown for quota") === true

/** A 5xx is the server's own fault, for example a webhook that is down. */
const isTransient = (error: ClusterError): boolean =>
  error.retryable || error.reason === "Conflict" || (error.code ?? 0) >= 500 || isUncounted(error)
