import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, type Layer, Metric, Stream, TestClock } from "effect"
import { BuildBackend, BuildInput, BuildMetrics, BuildRef, BuildStatus } from "effect-os-builder"
import { BuildMeter } from "../../../src/core/service/BuildMeter.js"

const input = (name: string) =>
  BuildInput.make({
    dockerfile: "FROM registry.example.com/base:1",
    baseImage: { pullspec: "registry.example.com/base:1" },
    finalImage: { pullspec: `registry.example.com/${name}:1` }
  })

const tagged = <T, In, Out>(metric: Metric.Metric<T, In, Out>, tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).reduce((tagged, [key, value]) => Metric.tagged(tagged, key, value), metric)

/** Tags of the process's metrics, so that the tests of other files do not count. */
const only = (test: string) => Effect.tagMetrics("test", test)

const results = (test: string, outcome: string, reason = "") =>
  Effect.map(
    Metric.value(tagged(BuildMetrics.results, { backend: "memory", outcome, reason, test })),
    ({ count }) => count
  )

const active = (test: string, status: string) =>
  Effect.map(Metric.value(tagged(BuildMetrics.active, { backend: "memory", status, test })), ({ value }) => value)

const memory: Layer.Layer<BuildBackend.BuildBackend | BuildBackend.MemoryBackend> = BuildBackend.layerMemory

describe("metrics of builds", () => {
  it.effect("results: a build counts once, however many streams follow it, and not when it is adopted later", () =>
    Effect.gen(function*() {
      const test = "once"
      const control = yield* BuildBackend.MemoryBackend
      yield* control.outcome({ _tag: "Held" })
      const given = yield* input(test)
      const { ref } = yield* BuildBackend.build(given)
      const following = yield* Effect.forEach(
        [
          Effect.asVoid(BuildBackend.result(ref)),
          Effect.asVoid(BuildBackend.result(ref)),
          Stream.runDrain(BuildBackend.changes(ref))
        ],
        (effect) => Effect.fork(Effect.exit(effect))
      )
      const watching = yield* Effect.fork(Stream.runDrain(BuildBackend.watch()))
      yield* Effect.repeat(Effect.yieldNow(), { times: 200 })
      assert.strictEqual(yield* active(test, "Running"), 1)
      yield* control.release(ref, { _tag: "Errors", reason: "PushDenied" })
      yield* Fiber.joinAll(following)
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(yield* results(test, "Errored", "PushDenied"), 1)
      assert.strictEqual(yield* active(test, "Running"), 0)
      yield* Effect.exit(BuildBackend.result(ref))
      yield* BuildBackend.status(ref)
      assert.strictEqual(yield* results(test, "Errored", "PushDenied"), 1)
      yield* Fiber.interrupt(watching)
    }).pipe(only("once"), Effect.provide(memory)))

  it.effect("active: a build that is no longer observed is not counted", () =>
    Effect.gen(function*() {
      const test = "left"
      const control = yield* BuildBackend.MemoryBackend
      yield* control.outcome({ _tag: "Held" })
      const { ref } = yield* BuildBackend.build(yield* input(test))
      const following = yield* Effect.fork(BuildBackend.result(ref))
      yield* Effect.repeat(Effect.yieldNow(), { times: 200 })
      assert.strictEqual(yield* active(test, "Running"), 1)
      yield* Fiber.interrupt(following)
      assert.strictEqual(yield* active(test, "Running"), 0)
      yield* control.release(ref, { _tag: "Succeeds" })
      yield* BuildBackend.result(ref)
      assert.strictEqual(yield* results(test, "Succeeded"), 1, "the process submitted it")
    }).pipe(only("left"), Effect.provide(memory)))

  it.effect("building: the seconds from the start to the end", () =>
    Effect.gen(function*() {
      const test = "time"
      const control = yield* BuildBackend.MemoryBackend
      yield* control.outcome({ _tag: "Fails", after: "90 seconds" })
      const running = yield* Effect.fork(Effect.exit(BuildBackend.run(yield* input(test))))
      yield* Effect.repeat(Effect.yieldNow(), { times: 200 })
      yield* TestClock.adjust("90 seconds")
      yield* Fiber.join(running)
      const { count, sum } = yield* Metric.value(
        tagged(BuildMetrics.buildingSeconds, { backend: "memory", outcome: "Failed", test })
      )
      assert.deepStrictEqual([count, sum], [1, 90])
      const pending = yield* Metric.value(tagged(BuildMetrics.pendingSeconds, { backend: "memory", test }))
      assert.strictEqual(pending.count, 1)
    }).pipe(only("time"), Effect.provide(memory)))

  it.effect("results: a build that nobody observes yet counts beside five thousand that are observed", () =>
    Effect.gen(function*() {
      const test = "many"
      const meter = new BuildMeter("memory")
      const ref = (index: number) =>
        new BuildRef.BuildRef({ backend: "memory", namespace: "default", name: `os-${index}`, uid: `uid-${index}` })
      yield* meter.with((fiber) => {
        for (let index = 0; index < 5_000; index++) meter.note(fiber, ref(index), new BuildStatus.Pending({}), {}, true)
      })
      yield* meter.submitted(ref(5_000))
      yield* meter.seen(ref(5_000), new BuildStatus.Cancelled({}))
      assert.strictEqual(yield* results(test, "Cancelled"), 1)
      assert.strictEqual(yield* active(test, "Pending"), 5_000)
    }).pipe(only("many")))

  it.effect("results: of builds that nobody observes, the latest are known", () =>
    Effect.gen(function*() {
      const test = "idle"
      const meter = new BuildMeter("memory")
      const ref = (index: number) =>
        new BuildRef.BuildRef({ backend: "memory", namespace: "default", name: `os-${index}`, uid: `uid-${index}` })
      for (let index = 0; index < 5_000; index++) yield* meter.submitted(ref(index))
      for (const index of [0, 4_999]) yield* meter.seen(ref(index), new BuildStatus.Cancelled({}))
      assert.strictEqual(yield* results(test, "Cancelled"), 1)
    }).pipe(only("idle")))
})
