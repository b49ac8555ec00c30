/**
 * How a cluster is asked: patiently, and within bounds.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as DurationText from "../core/DurationText.js"
import * as Backoff from "../kubernetes/client/Backoff.js"
import type { Cluster } from "../kubernetes/Cluster.js"
import type { ClusterError } from "../kubernetes/ClusterError.js"
import { isUncounted } from "./PodAdmission.js"
import { ProbeError } from "./ProbeError.js"
import type { Verdict } from "./Verdict.js"

/**
 * How long each probe waits for a cluster that does not answer: an API server that is away, throttles, or is up while the
 * aggregated server behind a group is not. By default 2 minutes; provide another duration for less or more.
 *
 * @example
 * ```ts
 * import { Capability } from "effect-os-builder"
 * import { Duration, Effect } from "effect"
 *
 * const quick = Effect.provideService(Capability.isSingleNode, Capability.Patience, Duration.seconds(5))
 * ```
 *
 * @since 0.1.0
 * @category references
 */
export class Patience extends Context.Reference<Patience>()("effect-os-builder/Capability/Patience", {
  defaultValue: () => Duration.minutes(2)
}) {}

/**
 * A probe: the question is asked again while the cluster cannot answer, after as long as it asks for, until our patience
 * ends. An answer that waiting does not change fails at once.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  name: string,
  question: Effect.Effect<Verdict, ClusterError, Cluster>
): Effect.Effect<Verdict, ProbeError, Cluster> =>
  Effect.gen(function*() {
    const patience = yield* Patience
    const latest = yield* Ref.make<ClusterError | undefined>(undefined)
    const ask = (failures: number): Effect.Effect<Verdict, ClusterError, Cluster> =>
      Effect.catchIf(question, passes, (error) =>
        Effect.gen(function*() {
          yield* Ref.set(latest, error)
          yield* (failures === 0 ? Effect.logWarning : Effect.logDebug)(`Waiting for an answer: ${error.message}`)
          yield* Effect.sleep(yield* Backoff.delay(failures + 1, error.retryAfter))
          return yield* ask(failures + 1)
        }))
    const answer = yield* ask(0).pipe(
      Effect.timeoutOption(patience),
      Effect.mapError((cause) => new ProbeError({ probe: name, detail: cause.message, retryable: false, cause }))
    )
    if (Option.isSome(answer)) {
      return answer.value
    }
    const cause = yield* Ref.get(latest)
    return yield* new ProbeError({
      probe: name,
      detail: `none came within ${DurationText.format(patience)}${cause === undefined ? "" : `: ${cause.message}`}`,
      retryable: true,
      cause
    })
  }).pipe(
    Effect.tap((verdict) => Effect.annotateCurrentSpan({ verdict: verdict._tag, evidence: verdict.evidence })),
    Effect.withSpan(`Capability.${name}`, { captureStackTrace: false }),
    Effect.annotateLogs({ package: "effect-os-builder", module: "Capability" })
  )

/** Whether waiting may help. A 5xx is the server's own trouble: a webhook that is down, say. */
const passes = (error: ClusterError): boolean =>
  error.retryable || error.reason === "Conflict" || (error.code ?? 0) >= 500 || isUncounted(error)
