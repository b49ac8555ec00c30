/**
 * Repeats writes whose response is lost. A second write changes nothing, because the object has a deterministic name, or because a
 * precondition names its resourceVersion.
 */
import * as Effect from "effect/Effect"
import * as RetryPolicy from "../../effect/RetryPolicy.js"
import { isObject, type Json } from "../../kubernetes/client/ApiRequest.js"
import type { ClusterError } from "../../kubernetes/ClusterError.js"

/** The request was sent and its response was lost: a server closes kept connections at any time. */
const isLost = (error: ClusterError): boolean =>
  error.ambiguous === true && error.reason === "Unreachable" && error.code === undefined

const maxAttempts = 5

/** Repeats the write at once, then with backoff. */
export const repeat = <A>(write: Effect.Effect<A, ClusterError>): Effect.Effect<A, ClusterError> =>
  RetryPolicy.retry(Effect.catchIf(write, isLost, () => write), { isRetryable: isLost, maxAttempts })

/**
 * Repeats the creation of an object with a deterministic name. `AlreadyExists` after a lost response: `created` looks whether the
 * object is the one that was sent, and fails with the given error if it is not.
 */
export const repeatCreate = <A>(
  create: Effect.Effect<A, ClusterError>,
  created: (error: ClusterError) => Effect.Effect<A, ClusterError>
): Effect.Effect<A, ClusterError> =>
  Effect.suspend(() => {
    let wasLost = false
    const attempt = Effect.tapError(create, (error) =>
      Effect.sync(() => {
        wasLost ||= isLost(error)
      }))
    return Effect.catchIf(
      repeat(attempt),
      (error) => error.reason === "AlreadyExists" && wasLost,
      created
    )
  })

/** Whether an object has all that was sent of it. Servers add fields. */
export const includes = (stored: unknown, sent: Json | undefined): boolean => {
  if (isObject(sent)) {
    return isObject(stored) && Object.entries(sent).every(([key, value]) => includes(stored[key], value))
  }
  return Array.isArray(sent)
    ? Array.isArray(stored) && stored.length === sent.length && sent.every((item, i) => includes(stored[i], item))
    : sent === undefined || stored === sent
}
