import { assert, describe, it } from "@effect/vitest"
import { Clock, Data, Duration, Effect, Fiber, Option, Stream, TestClock } from "effect"
import * as RetryPolicy from "../../src/effect/RetryPolicy.js"

class Failure extends Data.TaggedError("Failure")<{
  readonly retryable: boolean
  readonly retryAfter?: Duration.Duration
}> {}

const transient = new Failure({ retryable: true })

/** An effect that fails so often before it succeeds, and the times of its attempts. */
const flaky = (failures: number, error: Failure = transient) => {
  const at: Array<number> = []
  const effect = Effect.flatMap(Clock.currentTimeMillis, (now) => {
    at.push(now)
    return at.length <= failures ? Effect.fail(error) : Effect.succeed("done")
  })
  return { at, effect }
}

const isRetryable = ({ retryable }: Failure) => retryable

/** The exit after the time has passed; undefined if it still waits. */
const after = <A, E>(duration: Duration.DurationInput, effect: Effect.Effect<A, E>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(Effect.either(effect))
    yield* TestClock.adjust(duration)
    return yield* Fiber.poll(fiber)
  })

describe("retry", () => {
  it.effect("retry: a success takes no time", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* RetryPolicy.retry(flaky(0).effect, { isRetryable }), "done")
    }))

  it.effect("retry: an error that is not retryable is returned at once", () =>
    Effect.gen(function*() {
      const { at, effect } = flaky(1, new Failure({ retryable: false }))
      yield* Effect.flip(RetryPolicy.retry(effect, { isRetryable }))
      assert.lengthOf(at, 1)
    }))

  it.effect("maxAttempts: the last error is returned", () =>
    Effect.gen(function*() {
      const { at, effect } = flaky(9)
      const exit = yield* after("5 minutes", Effect.flip(RetryPolicy.retry(effect, { isRetryable, maxAttempts: 3 })))
      assert.isTrue(Option.isSome(exit))
      assert.lengthOf(at, 3)
    }))

  it.effect("retryAfter: is the delay", () =>
    Effect.gen(function*() {
      const { at, effect } = flaky(1, new Failure({ retryable: true, retryAfter: Duration.seconds(7) }))
      yield* after("7 seconds", RetryPolicy.retry(effect, { isRetryable }))
      assert.deepStrictEqual(at, [0, 7000])
    }))

  it.effect("maxRetryAfter: an error that asks for more is returned at once", () =>
    Effect.gen(function*() {
      const { at, effect } = flaky(1, new Failure({ retryable: true, retryAfter: Duration.seconds(31) }))
      yield* Effect.flip(RetryPolicy.retry(effect, { isRetryable, maxRetryAfter: "30 seconds" }))
      assert.lengthOf(at, 1)
    }))

  it.effect("maxElapsed: the last attempt is made at its end", () =>
    Effect.gen(function*() {
      const { at, effect } = flaky(Number.POSITIVE_INFINITY)
      const exit = yield* after(
        "1 minute",
        Effect.flip(RetryPolicy.retry(effect, { isRetryable, maxElapsed: "1 minute", maxDelay: "10 seconds" }))
      )
      assert.isTrue(Option.isSome(exit))
      assert.strictEqual(at.at(-1), 60_000)
      assert.isAtLeast(at.length, 6)
    }))

  it.effect("maxElapsed: an error that asks for more than is left is returned at once", () =>
    Effect.gen(function*() {
      const { at, effect } = flaky(1, new Failure({ retryable: true, retryAfter: Duration.seconds(7) }))
      yield* Effect.flip(RetryPolicy.retry(effect, { isRetryable, maxElapsed: "5 seconds" }))
      assert.lengthOf(at, 1)
    }))

  it.effect("onRetry: runs before each delay", () =>
    Effect.gen(function*() {
      const failures: Array<number> = []
      yield* after(
        "5 minutes",
        RetryPolicy.retry(flaky(2).effect, {
          isRetryable,
          onRetry: (_, count) => Effect.sync(() => void failures.push(count))
        })
      )
      assert.deepStrictEqual(failures, [1, 2])
    }))
})

describe("retryStart", () => {
  it.effect("retryStart: a stream that fails before its first element is opened again", () =>
    Effect.gen(function*() {
      const { at, effect } = flaky(2)
      const stream = RetryPolicy.retryStart(Stream.fromEffect(effect), { isRetryable })
      yield* after("5 minutes", Stream.runDrain(stream))
      assert.lengthOf(at, 3)
    }))

  it.effect("retryStart: a stream that fails after its first element is not", () =>
    Effect.gen(function*() {
      let opened = 0
      const stream = Stream.suspend(() => {
        opened += 1
        return Stream.concat(Stream.make("line"), Stream.fail(transient))
      })
      yield* Effect.flip(Stream.runDrain(RetryPolicy.retryStart(stream, { isRetryable })))
      assert.strictEqual(opened, 1)
    }))
})

describe("delay", () => {
  it.effect("delay: is a random part of a ceiling that doubles up to 30 seconds; a longer Retry-After is capped", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual([1, 2, 3, 10].map(RetryPolicy.ceiling), [800, 1600, 3200, 30_000])
      assert.deepStrictEqual(yield* RetryPolicy.delay(1, Duration.hours(1)), Duration.minutes(5))
    }))

  it("delay: the count starts again after two minutes without a failure", () => {
    const third = RetryPolicy.failed(RetryPolicy.failed(RetryPolicy.failed(RetryPolicy.none, 0), 1000), 2000)
    assert.strictEqual(third.count, 3)
    assert.strictEqual(RetryPolicy.failed(third, 122_000).count, 1)
  })
})
