import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, TestClock } from "effect"
import { BuildBackend, type BuildInput, OpenShiftBuildBackend } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { buildHere, wait } from "./answers.js"

const options: BuildInput.Options = {
  dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN make",
  baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
  finalImage: { pullspec: "registry.example.com/os/app:1" }
}

const openShift = (options?: FakeCluster.Options) => FakeCluster.layer({ openShift: {}, ...options })

/** The answer, however long it is waited for. */
const answer = (given = options) =>
  Effect.gen(function*() {
    const running = yield* Effect.fork(buildHere(given))
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.join(running)
  })

const whenBuilds = (outcome: FakeCluster.Outcome) =>
  Effect.zipRight(Effect.flatMap(FakeCluster.FakeCluster, (fake) => fake.outcome(outcome)), answer())

describe("what to do", () => {
  it.effect("nothing, when it is built", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* whenBuilds(FakeCluster.succeeds()))._tag, "Built")
    }).pipe(Effect.provide(openShift())))

  it.effect("fix every issue of an input that is rejected", () =>
    Effect.gen(function*() {
      const found = yield* answer({ ...options, dockerfile: "RUN first", finalImage: { pullspec: "Not A Name" } })
      assert(found._tag === "Fix")
      assert.deepStrictEqual(found.what, [
        "dockerfile: has no FROM; a build on baseImage begins with ARG BASE_IMAGE and FROM ${BASE_IMAGE}",
        "finalImage.pullspec: must not contain spaces"
      ])
    }).pipe(Effect.provide(openShift())))

  it.effect("fix the Containerfile that failed", () =>
    Effect.gen(function*() {
      const found = yield* whenBuilds(FakeCluster.containerfileFails({ exitCode: 2, log: ["make: no rule"] }))
      assert(found._tag === "Fix")
      assert.include(found.what, "make: no rule")
    }).pipe(Effect.provide(openShift())))

  it.effect("ask for the right to push", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* whenBuilds(FakeCluster.pushFails()))._tag, "Escalate")
    }).pipe(Effect.provide(openShift())))

  it.effect("come back when the registry does", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* whenBuilds(FakeCluster.pushFails({ transient: true })))._tag, "TryLater")
    }).pipe(Effect.provide(openShift())))

  it.effect("ask for the permission that is missing", () =>
    Effect.gen(function*() {
      const found = yield* answer()
      assert(found._tag === "Escalate")
      assert.include(found.why, "to grant: create")
    }).pipe(Effect.provide(openShift({ permissions: [] }))))

  it.effect("ask why the cluster refuses", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      // What is answered would lift the fault again.
      const refuse = fake.fail(
        { verb: "create", resource: "configmaps" },
        FakeCluster.status(403, "Forbidden", "a webhook")
      )
      yield* Effect.asVoid(refuse)
      const found = yield* answer()
      assert(found._tag === "Escalate")
      assert.include(found.why, "a webhook")
    }).pipe(Effect.provide(openShift())))

  it.effect("come back when the API server does", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* fake.outage("1 hour")
      assert.strictEqual((yield* answer())._tag, "TryLater")
    }).pipe(Effect.provide(openShift())))

  it.effect("accept that it was stopped, or removed", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* fake.outcome(FakeCluster.held)
      const running = yield* Effect.fork(buildHere(options))
      yield* TestClock.adjust("1 minute")
      const [build] = yield* BuildBackend.list()
      assert(build !== undefined)
      yield* BuildBackend.cancel(build.ref)
      const stopped = { _tag: "Gone", why: `Build ${build.ref} was cancelled.` } as const
      assert.deepStrictEqual(yield* Fiber.join(running), stopped)
      assert.deepStrictEqual(yield* wait(build.ref), stopped)
      yield* BuildBackend.remove(build.ref)
      const gone = yield* wait(build.ref)
      assert(gone._tag === "Gone")
      assert.include(gone.why, "removed")
    }).pipe(Effect.provide(Layer.provideMerge(OpenShiftBuildBackend.layer, openShift()))))
})
