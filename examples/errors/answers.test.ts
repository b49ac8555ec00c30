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

/** The answer, however long it takes. */
const answer = (given = options) =>
  Effect.gen(function*() {
    const fake = yield* FakeCluster.FakeCluster
    const running = yield* Effect.fork(buildHere(given))
    yield* fake.idle
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.join(running)
  })

const whenBuilds = (outcome: FakeCluster.Outcome) =>
  Effect.zipRight(Effect.flatMap(FakeCluster.FakeCluster, (fake) => fake.outcome(outcome)), answer())

describe("answers", () => {
  it.effect("a build that succeeded: nothing to do", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* whenBuilds(FakeCluster.succeeds()))._tag, "Built")
    }).pipe(Effect.provide(openShift())))

  it.effect("a rejected input: fix every issue", () =>
    Effect.gen(function*() {
      const found = yield* answer({ ...options, dockerfile: "RUN first", finalImage: { pullspec: "Not A Name" } })
      assert(found._tag === "Fix")
      assert.deepStrictEqual(found.what, [
        "dockerfile: has no FROM; a build on baseImage begins with ARG BASE_IMAGE and FROM ${BASE_IMAGE}",
        "finalImage.pullspec: must not contain spaces"
      ])
    }).pipe(Effect.provide(openShift())))

  it.effect("a build that Failed: fix the Containerfile", () =>
    Effect.gen(function*() {
      const found = yield* whenBuilds(FakeCluster.containerfileFails({ exitCode: 2, log: ["make: no rule"] }))
      assert(found._tag === "Fix")
      assert.include(found.what, "make: no rule")
    }).pipe(Effect.provide(openShift())))

  it.effect("a denied push: ask for the permission", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* whenBuilds(FakeCluster.pushFails()))._tag, "Escalate")
    }).pipe(Effect.provide(openShift())))

  it.effect("an outage of the registry: try later", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* whenBuilds(FakeCluster.pushFails({ transient: true })))._tag, "TryLater")
    }).pipe(Effect.provide(openShift())))

  it.effect("a missing permission: ask for it", () =>
    Effect.gen(function*() {
      const found = yield* answer()
      assert(found._tag === "Escalate")
      assert.include(found.why, "to grant: create")
    }).pipe(Effect.provide(openShift({ permissions: [] }))))

  it.effect("a refusal by admission: ask an administrator", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      // The effect that `fail` returns would lift the fault.
      const refuse = fake.fail(
        { verb: "create", resource: "configmaps" },
        FakeCluster.status(403, "Forbidden", "a webhook")
      )
      yield* Effect.asVoid(refuse)
      const found = yield* answer()
      assert(found._tag === "Escalate")
      assert.include(found.why, "a webhook")
    }).pipe(Effect.provide(openShift())))

  it.effect("an outage of the API server: try later", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* fake.outage("1 hour")
      assert.strictEqual((yield* answer())._tag, "TryLater")
    }).pipe(Effect.provide(openShift())))

  it.effect("a build that was cancelled or removed: accept it", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* fake.outcome(FakeCluster.held)
      const running = yield* Effect.fork(buildHere(options))
      yield* fake.idle
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
