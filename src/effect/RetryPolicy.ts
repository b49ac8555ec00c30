/**
 * When a failed attempt is repeated, and after which delay: one policy for requests, watches, backends and probes.
 */
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"

/** Without a limit, attempts are made for as long as they fail with a retryable error. */
export interface RetryPolicy<in E> {
  /** Whether it is safe to make another attempt, which may succeed. */
  readonly isRetryable: (error: E) => boolean
  readonly maxAttempts?: number | undefined
  /** From the first failure to the last attempt. */
  readonly maxElapsed?: Duration.DurationInput | undefined
  /** Limits the random delay; by default 30 seconds. */
  readonly maxDelay?: Duration.DurationInput | undefined
  /** An error that asks for a longer delay (`retryAfter`) is not retried. */
  readonly maxRetryAfter?: Duration.DurationInput | undefined
  /** Runs before each delay; `failures` counts from 1. */
  readonly onRetry?: ((error: E, failures: number) => Effect.Effect<void>) | undefined
}

// -----------------------------------------------------------------------------
// delays
// -----------------------------------------------------------------------------

// client-go's reflector (tools/cache/reflector.go): 800 ms, doubled up to 30 s.
const minDelay = 800
/** In milliseconds. */
export const maxDelay = 30_000

/** A longer Retry-After is capped. */
export const retryAfterCap = Duration.minutes(5)

/** After this time without a failure, the next one counts as the first. */
const resetAfter = Duration.toMillis(Duration.minutes(2))

/** The number of consecutive failures, and the time of the last one in milliseconds. */
export interface Failures {
  readonly count: number
  readonly last: number
}

export const none: Failures = { count: 0, last: 0 }

export const failed = (failures: Failures, now: number): Failures => ({
  count: now - failures.last >= resetAfter ? 1 : failures.count + 1,
  last: now
})

/** The upper bound of the delay after this number of consecutive failures, in milliseconds. */
export const ceiling = (failures: number): number => Math.min(maxDelay, minDelay * 2 ** Math.max(0, failures - 1))

/** Retry-After if the server sent one; else a random part of the ceiling, so that clients do not reconnect all at once. */
export const delay = (
  failures: number,
  retryAfter: Duration.Duration | undefined
): Effect.Effect<Duration.Duration> =>
  retryAfter === undefined
    ? Effect.map(Random.nextRange(0, ceiling(failures)), (millis) => Duration.millis(Math.round(millis)))
    : Effect.succeed(Duration.min(retryAfter, retryAfterCap))

const retryAfterOf = (error: unknown): Duration.Duration | undefined =>
  Predicate.hasProperty(error, "retryAfter") && Duration.isDuration(error.retryAfter) ? error.retryAfter : undefined

// -----------------------------------------------------------------------------
// attempts
// -----------------------------------------------------------------------------

/** Receives each error that is retried: for a caller that gives up earlier, and has to tell why. */
export class Observer extends Context.Reference<Observer>()("effect-os-builder/RetryPolicy/Observer", {
  defaultValue: (): (error: unknown) => void => () => {}
}) {}

/** The failures of one operation: for each error the delay before the next attempt, or none if it is the last error. */
const delaysOf = <E>(policy: RetryPolicy<E>) => {
  let failures = 0
  let since: number | undefined
  return (error: E): Effect.Effect<Option.Option<Duration.Duration>> =>
    Effect.gen(function*() {
      failures += 1
      const retryAfter = retryAfterOf(error)
      const isOver = !policy.isRetryable(error) || failures >= (policy.maxAttempts ?? Number.POSITIVE_INFINITY) ||
        (retryAfter !== undefined && policy.maxRetryAfter !== undefined &&
          Duration.greaterThan(retryAfter, Duration.decode(policy.maxRetryAfter)))
      if (isOver) return Option.none()
      const now = yield* Clock.currentTimeMillis
      since ??= now
      const left = policy.maxElapsed === undefined
        ? Duration.infinity
        : Duration.subtract(Duration.decode(policy.maxElapsed), Duration.millis(now - since))
      const wait = yield* delay(failures, retryAfter)
      if (Duration.lessThanOrEqualTo(left, Duration.zero)) return Option.none()
      if (retryAfter !== undefined && Duration.greaterThan(wait, left)) return Option.none()
      const observe = yield* Observer
      observe(error)
      yield* policy.onRetry?.(error, failures) ?? Effect.void
      const bounded = retryAfter === undefined && policy.maxDelay !== undefined
        ? Duration.min(wait, Duration.decode(policy.maxDelay))
        : wait
      return Option.some(Duration.min(bounded, left))
    })
}

/** Repeats the effect while it fails with errors that the policy retries. */
export const retry = <A, E, R>(effect: Effect.Effect<A, E, R>, policy: RetryPolicy<E>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    let delayAfter: ReturnType<typeof delaysOf<E>> | undefined
    const attempt: Effect.Effect<A, E, R> = Effect.catchAll(effect, (error) =>
      Effect.flatMap(
        (delayAfter ??= delaysOf(policy))(error),
        Option.match({
          onNone: () => Effect.fail(error),
          onSome: (wait) => Effect.zipRight(Effect.sleep(wait), attempt)
        })
      ))
    return attempt
  })

/** Repeats the effect for as long as it fails with transient errors: an outage of the platform is waited out. */
export const untilAvailable = <A, E extends { readonly retryable: boolean }, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => retry(effect, { isRetryable: ({ retryable }) => retryable })

/** Opens the stream again while it fails before its first element; an error after that is the stream's own. */
export const retryStart = <A, E, R>(stream: Stream.Stream<A, E, R>, policy: RetryPolicy<E>): Stream.Stream<A, E, R> =>
  Stream.suspend(() => {
    const delayAfter = delaysOf(policy)
    let hasBegun = false
    const attempt: Stream.Stream<A, E, R> = Stream.catchAll(
      Stream.mapChunks(stream, (chunk) => {
        hasBegun ||= Chunk.isNonEmpty(chunk)
        return chunk
      }),
      (error) =>
        hasBegun ? Stream.fail(error) : Stream.unwrap(Effect.flatMap(
          delayAfter(error),
          Option.match({
            onNone: () => Effect.fail(error),
            onSome: (wait) => Effect.as(Effect.sleep(wait), attempt)
          })
        ))
    )
    return attempt
  })
