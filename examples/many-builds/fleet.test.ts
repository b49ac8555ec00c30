import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, TestClock } from "effect"
import { BuildBackend, CustomBuildBackend } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { buildAll } from "./fleet.js"

const world = Layer.provideMerge(CustomBuildBackend.layer, FakeCluster.vanilla)

const versions = ["38", "39", "40", "41", "42", "43", "44"]

const underWay = Effect.map(
  BuildBackend.list(),
  (builds) => builds.filter(({ status }) => status._tag === "Pending" || status._tag === "Running").length
)

it.effect("buildAll: builds three at a time, and continues when one fails", () =>
  Effect.gen(function*() {
    const fake = yield* FakeCluster.FakeCluster
    yield* fake.outcome(FakeCluster.succeeds({ after: "10 minutes" }))
    yield* fake.outcome(FakeCluster.containerfileFails(), { finalImage: "registry.example.com/os/fedora:42" })
    const running = yield* Effect.fork(buildAll(versions, 3))
    const seen: Array<number> = []
    for (let minute = 0; minute < 35; minute += 5) {
      yield* TestClock.adjust("5 minutes")
      seen.push(yield* underWay)
    }
    const { errors, images } = yield* Fiber.join(running)
    assert.strictEqual(Math.max(...seen), 3)
    assert.lengthOf(images, 6)
    assert.deepStrictEqual(errors.map(({ _tag }) => _tag), ["BuildFailed"])
  }).pipe(Effect.provide(world)))

it.effect("buildAll: cancels the running builds when it is interrupted", () =>
  Effect.gen(function*() {
    const fake = yield* FakeCluster.FakeCluster
    yield* fake.outcome(FakeCluster.held)
    const running = yield* Effect.fork(buildAll(versions, 3))
    yield* TestClock.adjust("5 minutes")
    assert.strictEqual(yield* underWay, 3)
    yield* Fiber.interrupt(running)
    assert.strictEqual(yield* underWay, 0)
  }).pipe(Effect.provide(Layer.fresh(world))))
