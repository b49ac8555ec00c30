/**
 * Retries of failed requests, as far as they are safe.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ClusterError } from "../ClusterError.js"
import * as Backoff from "./Backoff.js"

/** Whether a request that failed with this error is safe to retry and may succeed. */
export type Safety = (error: ClusterError) => boolean

/** For reads and idempotent writes. */
export const always: Safety = (error) => error.retryable

/** For other writes: only if the server cannot have carried out the request. */
export const notCarriedOut: Safety = (error) => error.retryable && error.ambiguous !== true

/** A concurrent update of a ResourceQuota: reported as a conflict about an object that is not in the request. */
const quotaConflict: Safety = (error) => error.reason === "Conflict"

/** For creating an object with a name: the server refuses a second one of that name. */
export const notCreated: Safety = (error) => notCarriedOut(error) || quotaConflict(error)

/** For creating an object with a generateName: only if the server did not process the request. */
export const notReceived: Safety = (error) =>
  error.reason === "Throttled" || (notCarriedOut(error) && error.code === undefined) || quotaConflict(error)

const maxAttempts = 5

/** An error with a longer Retry-After is returned to the caller. */
const maxWait = Duration.seconds(30)

export const repeat = <A>(
  effect: Effect.Effect<A, ClusterError>,
  safe: Safety,
  attempt = 1
): Effect.Effect<A, ClusterError> =>
  Effect.catchIf(
    effect,
    (error) =>
      attempt < maxAttempts && safe(error) &&
      (error.retryAfter === undefined || Duration.lessThanOrEqualTo(error.retryAfter, maxWait)),
    (error) =>
      Effect.flatMap(Backoff.delay(attempt, error.retryAfter), (wait) =>
        Effect.zipRight(Effect.sleep(wait), repeat(effect, safe, attempt + 1)))
  )
