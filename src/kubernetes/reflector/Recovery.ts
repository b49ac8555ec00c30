/**
 * How a reflector goes on after a failure: from the same resourceVersion or with a new list, and when.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as RetryPolicy from "../../effect/RetryPolicy.js"
import * as Waits from "../client/Waits.js"
import type { ClusterError } from "../ClusterError.js"

/** How long a refusal is hidden from the readers of a synced store, in milliseconds: a starting API server refuses requests. */
const refusalGrace = Duration.toMillis(Waits.refused.limit)

/**
 * Consecutive server errors and undecodable responses at the same resourceVersion after which the reflector lists again.
 * (client-go lists again at the first such error, or after retrying it for some time.)
 */
const maxServerFaults = 3

const isServerFault = ({ reason }: ClusterError): boolean => reason === "Unexpected" || reason === "Decode"

const retryableCodes: ReadonlySet<number> = new Set([408, 409, 429])

/** Whether the resourceVersion is too old for the server, it refuses the request, or it cannot be reached for now. */
const classify = (error: ClusterError): "Expired" | "Refused" | "Outage" => {
  if (error.reason === "Expired" || error.hasCause("ResourceVersionTooLarge")) return "Expired"
  const { code } = error
  return code !== undefined && code >= 400 && code < 500 && !retryableCodes.has(code) ? "Refused" : "Outage"
}

export interface Next {
  readonly delay: Duration.Duration
  readonly relists: boolean
  /** Whether the readers get the error. */
  readonly isReported: boolean
}

/** The failures of one reflector so far. */
export class Recovery {
  private failures = RetryPolicy.none
  private refusedSince: number | undefined
  private serverFaults = 0

  /** The reflector has got to another resourceVersion. */
  advanced(): void {
    this.refusedSince = undefined
    this.serverFaults = 0
  }

  /** `error` is undefined for a watch that ended as soon as it began, `isSynced`: whether the store has a full list. */
  failed(error: ClusterError | undefined, isSynced: boolean): Effect.Effect<Next> {
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      this.failures = RetryPolicy.failed(this.failures, now)
      const kind = error === undefined ? "Outage" : classify(error)
      if (kind === "Refused") return this.refused(isSynced, now)
      this.refusedSince = undefined
      if (error !== undefined && isServerFault(error)) this.serverFaults++
      const next = { relists: kind === "Expired" || this.serverFaults >= maxServerFaults, isReported: false }
      return kind === "Expired" && this.failures.count === 1
        ? Effect.succeed({ ...next, delay: Duration.zero })
        : Effect.map(RetryPolicy.delay(this.failures.count, error?.retryAfter), (delay) => ({ ...next, delay }))
    })
  }

  private refused(isSynced: boolean, now: number): Effect.Effect<Next> {
    this.refusedSince ??= now
    const isReported = !isSynced || now - this.refusedSince >= refusalGrace
    return Effect.map(
      Random.nextRange(refusalGrace / 2, refusalGrace),
      (millis) => ({ delay: Duration.millis(millis), relists: isReported, isReported })
    )
  }
}
