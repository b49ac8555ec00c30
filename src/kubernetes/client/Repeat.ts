/**
 * Which requests are repeated, when the server did not do what was asked.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ClusterError } from "../ClusterError.js"
import * as Backoff from "./Backoff.js"

/** Whether a request that failed so is safe to repeat, and has a chance. */
export type Safety = (error: ClusterError) => boolean

/** Reads, and what comes to the same when it is done twice. */
export const always: Safety = (error) => error.retryable

/** What changes something, once: only if the server cannot have carried it out. */
export const notCarriedOut: Safety = (error) => error.retryable && error.ambiguous !== true

/** A quota was changed by somebody else meanwhile: reported as a conflict about an object that nobody sent. */
const quotaContended: Safety = (error) => error.reason === "Conflict"

/** Creating an object under a name of our choice: a second one of that name would be refused. */
export const notCreated: Safety = (error) => notCarriedOut(error) || quotaContended(error)

/** Creating an object under a name that the server chooses: only if it has not seen the request. */
export const notReceived: Safety = (error) =>
  error.reason === "Throttled" || (notCarriedOut(error) && error.code === undefined) || quotaContended(error)

const attempts = 5

/** A wait that is longer is the caller's to decide about. */
const longestWait = Duration.seconds(30)

export const repeat = <A>(
  effect: Effect.Effect<A, ClusterError>,
  safe: Safety,
  attempt = 1
): Effect.Effect<A, ClusterError> =>
  Effect.catchIf(
    effect,
    (error) =>
      attempt < attempts && safe(error) &&
      (error.retryAfter === undefined || Duration.lessThanOrEqualTo(error.retryAfter, longestWait)),
    (error) =>
      Effect.flatMap(Backoff.delay(attempt, error.retryAfter), (wait) =>
        Effect.zipRight(Effect.sleep(wait), repeat(effect, safe, attempt + 1)))
  )
