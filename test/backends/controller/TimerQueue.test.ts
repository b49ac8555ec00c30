import { assert, it } from "@effect/vitest"
import { type Clock, Effect, Scope, TestClock } from "effect"
import * as TimerQueue from "../../../src/backends/controller/TimerQueue.js"
import { settle } from "../../support/Quiescence.js"

/** A queue, the names of the timers that fired, and how many fibers sleep for it. */
const start = Effect.gen(function*() {
  const clock = yield* Effect.clock
  const fired: Array<string> = []
  let asleep = 0
  const counting: Clock.Clock = {
    ...clock,
    unsafeCurrentTimeMillis: () => clock.unsafeCurrentTimeMillis(),
    sleep: (duration) =>
      Effect.suspend(() => {
        asleep++
        return Effect.ensuring(clock.sleep(duration), Effect.sync(() => asleep--))
      })
  }
  const timers = yield* Effect.withClock(TimerQueue.make, counting)
  const schedule = (at: number, name: string) => timers.schedule(at, () => fired.push(name))
  return { fired, schedule, cancel: timers.cancel, asleep: () => asleep }
})

it.scoped("TimerQueue: timers fire once, in the order of their times, equal ones in the order of scheduling", () =>
  Effect.gen(function*() {
    const { fired, schedule } = yield* start
    schedule(300, "c")
    schedule(100, "a")
    schedule(200, "b")
    schedule(100, "a2")
    yield* TestClock.adjust(99)
    assert.deepStrictEqual(fired, [])
    yield* TestClock.adjust(1)
    assert.deepStrictEqual(fired, ["a", "a2"])
    yield* TestClock.adjust(1_000)
    assert.deepStrictEqual(fired, ["a", "a2", "b", "c"])
    yield* TestClock.adjust(1_000)
    assert.strictEqual(fired.length, 4)
  }))

it.scoped("timers: a past time fires at once, an earlier one while the fiber sleeps for a later", () =>
  Effect.gen(function*() {
    const { fired, schedule } = yield* start
    yield* TestClock.adjust(50)
    schedule(10, "past")
    yield* TestClock.adjust(0)
    assert.deepStrictEqual(fired, ["past"])
    schedule(5_000, "late")
    yield* settle
    schedule(100, "early")
    yield* settle
    yield* TestClock.adjust(60)
    assert.deepStrictEqual(fired, ["past", "early"])
  }))

it.scoped("timers: a cancelled one does not fire, and nothing sleeps once none is pending", () =>
  Effect.gen(function*() {
    const { asleep, cancel, fired, schedule } = yield* start
    const [a, b] = [schedule(100, "a"), schedule(100, "b")]
    yield* settle
    assert.strictEqual(asleep(), 1)
    cancel(a)
    yield* TestClock.adjust(100)
    assert.deepStrictEqual(fired, ["b"])
    cancel(b)
    const c = schedule(900, "c")
    yield* settle
    assert.strictEqual(asleep(), 1)
    cancel(c)
    yield* settle
    assert.strictEqual(asleep(), 0)
  }))

it.scoped("timers: hundreds, of which every third is cancelled, fire in order", () =>
  Effect.gen(function*() {
    const { cancel, fired, schedule } = yield* start
    yield* TestClock.adjust(300)
    // All are past. A permutation: 7919 is prime.
    const times = Array.from({ length: 300 }, (_, index) => (index * 7_919) % 300 + 1)
    const timers = times.map((at) => schedule(at, `${at}`))
    timers.forEach((timer, index) => index % 3 === 0 && cancel(timer))
    yield* settle
    const expected = times.filter((_, index) => index % 3 !== 0).toSorted((a, b) => a - b).map(String)
    assert.deepStrictEqual(fired, expected)
  }))

it.scoped("timers: one that fires may schedule and cancel others", () =>
  Effect.gen(function*() {
    const { fired } = yield* start
    const timers = yield* TimerQueue.make
    const doomed = timers.schedule(20, () => fired.push("doomed"))
    timers.schedule(10, () => {
      timers.cancel(doomed)
      timers.schedule(15, () => fired.push("next"))
    })
    yield* TestClock.adjust(30)
    assert.deepStrictEqual(fired, ["next"])
  }))

it.effect("timers: closing the scope leaves no sleeping fiber", () =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const { asleep, fired, schedule } = yield* Scope.extend(start, scope)
    schedule(100, "a")
    yield* settle
    assert.strictEqual(asleep(), 1)
    yield* Scope.close(scope, yield* Effect.exit(Effect.void))
    assert.strictEqual(asleep(), 0)
    yield* TestClock.adjust(100)
    assert.deepStrictEqual(fired, [])
  }))
