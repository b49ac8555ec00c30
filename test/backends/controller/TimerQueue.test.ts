import { assert, it } from "@effect/vitest"
import { type Clock, Effect, Fiber, TestClock } from "effect"
import * as TimerQueue from "../../../src/backends/controller/TimerQueue.js"

const settle = Effect.repeatN(Effect.yieldNow(), 20)

/** An alarm, what has rung, and how many fibers sleep for it. */
const start = Effect.map(Effect.clock, (clock) => {
  const alarm = TimerQueue.make()
  const rung: Array<string> = []
  let asleep = 0
  const counting: Clock.Clock = {
    ...clock,
    sleep: (duration) =>
      Effect.suspend(() => {
        asleep++
        return Effect.ensuring(clock.sleep(duration), Effect.sync(() => asleep--))
      })
  }
  const set = (at: number, name: string) => Effect.withClock(alarm.schedule(at, () => rung.push(name)), counting)
  return { rung, set, asleep: () => asleep }
})

it.effect("rings whoever is due, in the order of the times, and nobody twice", () =>
  Effect.gen(function*() {
    const { rung, set } = yield* start
    yield* set(300, "c")
    yield* set(100, "a")
    yield* set(200, "b")
    yield* set(100, "a too")
    yield* TestClock.adjust(99)
    assert.deepStrictEqual(rung, [])
    yield* TestClock.adjust(1)
    assert.deepStrictEqual(rung, ["a", "a too"])
    yield* TestClock.adjust(1_000)
    assert.deepStrictEqual(rung, ["a", "a too", "b", "c"])
    yield* TestClock.adjust(1_000)
    assert.strictEqual(rung.length, 4)
  }))

it.effect("rings at once for what is past, and for what is set while it sleeps for longer", () =>
  Effect.gen(function*() {
    const { rung, set } = yield* start
    yield* TestClock.adjust(50)
    yield* set(10, "past")
    yield* TestClock.adjust(0)
    assert.deepStrictEqual(rung, ["past"])
    yield* set(5_000, "late")
    yield* settle
    yield* set(100, "early")
    yield* TestClock.adjust(60)
    assert.deepStrictEqual(rung, ["past", "early"])
  }))

it.effect("does not ring what was turned off, and sleeps no more once nobody waits", () =>
  Effect.gen(function*() {
    const { asleep, rung, set } = yield* start
    const [a, b] = [yield* set(100, "a"), yield* set(100, "b")]
    yield* settle
    assert.strictEqual(asleep(), 1)
    a()
    yield* TestClock.adjust(100)
    assert.deepStrictEqual(rung, ["b"])
    b()
    const c = yield* set(900, "c")
    yield* settle
    c()
    yield* settle
    assert.strictEqual(asleep(), 0)
  }))

it.effect("outlives who set it first, and can be set where nothing is interrupted", () =>
  Effect.gen(function*() {
    const { asleep, rung, set } = yield* start
    const off = yield* Fiber.join(yield* Effect.fork(Effect.uninterruptible(set(100, "a"))))
    yield* TestClock.adjust(100)
    assert.deepStrictEqual(rung, ["a"])
    off()
    const late = yield* Effect.uninterruptible(set(500, "b"))
    yield* settle
    late()
    yield* settle
    assert.strictEqual(asleep(), 0)
  }))

it.effect("goes by the clock of each who sets it", () =>
  Effect.gen(function*() {
    const alarm = TimerQueue.make()
    const rung: Array<string> = []
    const set = (at: number, name: string) => alarm.schedule(at, () => rung.push(name))
    const clock = yield* Effect.clock
    const ahead: Clock.Clock = {
      ...clock,
      unsafeCurrentTimeMillis: () => 1_000,
      currentTimeMillis: Effect.succeed(1_000),
      sleep: () => Effect.void
    }
    yield* set(500, "behind")
    yield* Effect.withClock(set(500, "ahead"), ahead)
    yield* settle
    assert.deepStrictEqual(rung, ["ahead"])
  }))
