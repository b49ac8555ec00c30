import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, TestClock } from "effect"
import { BackendSelection, BuildBackend } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { program } from "./program.js"

it.effect("program: gets its image in spite of an outage of the API server", () =>
  Effect.gen(function*() {
    const fake = yield* FakeCluster.FakeCluster
    yield* fake.seed({ apiVersion: "v1", kind: "Secret", metadata: { name: "push", namespace: "default" } })
    yield* fake.outcome(FakeCluster.succeeds({ after: "20 minutes" }))
    const running = yield* Effect.fork(program)
    yield* fake.idle
    yield* TestClock.adjust("5 minutes")
    yield* fake.outage("10 minutes")
    yield* TestClock.adjust("1 hour")
    yield* Fiber.join(running)
    const [build] = yield* BuildBackend.list()
    assert.strictEqual(build?.ref.backend, "openshift")
    assert.strictEqual(build?.status._tag, "Succeeded")
  }).pipe(Effect.provide(Layer.provideMerge(BackendSelection.layer, FakeCluster.openShift))))
