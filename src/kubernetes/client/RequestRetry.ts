/**
 * Which failed requests are repeated: a policy for each kind of verb.
 */
import * as Effect from "effect/Effect"
import * as RetryPolicy from "../../effect/RetryPolicy.js"
import type { ClusterError } from "../ClusterError.js"
import type { Driver } from "./Driver.js"
import type { Call } from "./Requests.js"
import * as RequestSpan from "./RequestSpan.js"
import * as Waits from "./Waits.js"

export type Policy = RetryPolicy.RetryPolicy<ClusterError>

const maxAttempts = 5

const policy = (isRetryable: (error: ClusterError) => boolean): Policy => ({
  isRetryable,
  maxAttempts,
  maxRetryAfter: Waits.retryAfter.limit
})

const isNotCarriedOut = (error: ClusterError): boolean => error.retryable && error.ambiguous !== true

/** A concurrent update of a ResourceQuota: reported as a conflict about an object that is not in the request. */
const isQuotaConflict = (error: ClusterError): boolean => error.reason === "Conflict"

/** For reads and idempotent writes. */
export const always: Policy = policy((error) => error.retryable)

/** For other writes: only if the server cannot have carried out the request. */
export const notCarriedOut: Policy = policy(isNotCarriedOut)

/** For creating an object with a name: the server refuses a second one of that name. */
export const notCreated: Policy = policy((error) => isNotCarriedOut(error) || isQuotaConflict(error))

/** For creating an object with a generateName: only if the server did not process the request. */
export const notReceived: Policy = policy((error) =>
  error.reason === "Throttled" || (isNotCarriedOut(error) && error.code === undefined) || isQuotaConflict(error)
)

/** Deletes with retries. `NotFound` after an ambiguous attempt means that the attempt deleted the object. */
export const deleteObject = (driver: Driver, { request, subject }: Call): Effect.Effect<void, ClusterError> =>
  Effect.suspend(() => {
    let ambiguous = false
    const attempt = Effect.tapError(RequestSpan.send(driver, request, subject), (error) =>
      Effect.sync(() => {
        ambiguous ||= error.ambiguous === true
      }))
    return Effect.asVoid(RetryPolicy.retry(attempt, always)).pipe(
      Effect.catchIf((error) => ambiguous && error.reason === "NotFound", () => Effect.void)
    )
  })
