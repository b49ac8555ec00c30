/**
 * Deletes an object, with retries.
 */
import * as Effect from "effect/Effect"
import * as RetryPolicy from "../../effect/RetryPolicy.js"
import type { ClusterError } from "../ClusterError.js"
import type { Driver } from "./Driver.js"
import * as RequestRetry from "./RequestRetry.js"
import type { Call } from "./Requests.js"
import * as RequestSpan from "./RequestSpan.js"

/** Deletes with retries. `NotFound` after an ambiguous attempt means that the attempt deleted the object. */
export const deleteObject = (driver: Driver, { request, subject }: Call): Effect.Effect<void, ClusterError> =>
  Effect.suspend(() => {
    let ambiguous = false
    const attempt = Effect.tapError(RequestSpan.send(driver, request, subject), (error) =>
      Effect.sync(() => {
        ambiguous ||= error.ambiguous === true
      }))
    return Effect.asVoid(RetryPolicy.retry(attempt, RequestRetry.always)).pipe(
      Effect.catchIf((error) => ambiguous && error.reason === "NotFound", () => Effect.void)
    )
  })
