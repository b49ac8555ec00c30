/**
 * Which failed requests are repeated: the policies of each verb.
 */
import type { RetryPolicy } from "../../effect/RetryPolicy.js"
import type { ClusterError } from "../ClusterError.js"
import * as Waits from "./Waits.js"

export type Policy = RetryPolicy<ClusterError>

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
