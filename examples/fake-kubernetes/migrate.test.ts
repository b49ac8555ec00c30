import { assert, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Stream, TestClock } from "effect"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { migrate } from "./migrate.js"

const { PodProgram } = FakeCluster

const wait = Stream.drain(Stream.fromEffect(Effect.sleep("5 minutes")))

/** Every pod of the cluster prints a line, works for five minutes, and exits. */
const clusterWhereItExits = (exitCode: number) =>
  FakeCluster.layer({
    programs: () =>
      Effect.succeed(() => ({
        steps: PodProgram.log("table 1 of 2").pipe(Stream.concat(wait), Stream.concat(PodProgram.exit(exitCode)))
      }))
  })

it.effect("migrate: waits until the pod has completed", () =>
  Effect.gen(function*() {
    let hasEnded = false
    const migrating = migrate("users", "registry.example.com/migrate:1")
    const running = yield* Effect.fork(Effect.onExit(migrating, () =>
      Effect.sync(() => {
        hasEnded = true
      })))
    yield* TestClock.adjust("4 minutes")
    assert.isFalse(hasEnded)
    yield* TestClock.adjust("2 minutes")
    assert.isTrue(Exit.isSuccess(yield* Fiber.await(running)))
  }).pipe(Effect.provide(clusterWhereItExits(0))))

it.effect("migrate: fails with the output of the pod", () =>
  Effect.gen(function*() {
    const running = yield* Effect.fork(Effect.flip(migrate("users", "registry.example.com/migrate:1")))
    yield* TestClock.adjust("6 minutes")
    const error = yield* Fiber.join(running)
    assert(error._tag === "MigrationFailed")
    assert.deepStrictEqual(error.log, ["table 1 of 2"])
  }).pipe(Effect.provide(clusterWhereItExits(1))))
