import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream, TestClock } from "effect"
import { BackendSelection, BuildBackend, BuildInput } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { selection } from "./Foundry.js"
import { layerMemory } from "./FoundryMemory.js"

const world = (options: { readonly open: boolean }) =>
  Layer.provide(selection, Layer.merge(layerMemory(options), FakeCluster.openShift))

const inputOf = (options: Partial<BuildInput.Options> = {}) =>
  BuildInput.make({
    dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN forge",
    baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
    finalImage: { pullspec: "registry.example.com/os/app:1" },
    ...options
  })

it.effect("build: adopts the build of an equal input", () =>
  Effect.gen(function*() {
    const input = yield* inputOf()
    const running = yield* Effect.fork(BuildBackend.run(input))
    yield* TestClock.adjust("6 minutes")
    assert.strictEqual((yield* Fiber.join(running)).digest, `sha256:${"f".repeat(64)}`)
    const { adopted, ref } = yield* BuildBackend.build(input)
    assert.isTrue(adopted)
    assert.strictEqual(ref.backend, "foundry")
    const log = Array.from(yield* Stream.runCollect(BuildBackend.logs(ref, { tailLines: 2 })))
    assert.deepStrictEqual(log, ["> RUN forge", "cast"])
  }).pipe(Effect.provide(world({ open: true }))))

it.effect("status: a bad recipe is Failed, trouble of the foundry is Errored", () =>
  Effect.gen(function*() {
    const input = yield* inputOf({ dockerfile: "FROM lead" })
    const running = yield* Effect.fork(Effect.flip(BuildBackend.run(input)))
    yield* TestClock.adjust("6 minutes")
    assert.strictEqual((yield* Fiber.join(running))._tag, "BuildFailed")
  }).pipe(Effect.provide(world({ open: true }))))

it.effect("run: cancels the casting when it is interrupted", () =>
  Effect.gen(function*() {
    const running = yield* Effect.fork(BuildBackend.run(yield* inputOf()))
    yield* TestClock.adjust("1 minute")
    yield* Fiber.interrupt(running)
    const [build] = yield* BuildBackend.list()
    assert.strictEqual(build?.status._tag, "Cancelled")
  }).pipe(Effect.provide(world({ open: true }))))

it.effect("selection: an input that the foundry cannot honour goes to the cluster", () =>
  Effect.gen(function*() {
    const { ref } = yield* BuildBackend.build(yield* inputOf({ context: { motd: "hello" } }))
    assert.strictEqual(ref.backend, "openshift")
    const selection = yield* BackendSelection.Selection
    const [first] = yield* selection.explain(yield* inputOf({ context: { motd: "hello" } }))
    assert.strictEqual(String(first?.issues[0]), "context: the foundry has nothing like it")
  }).pipe(Effect.provide(world({ open: true }))))

it.effect("selection: the cluster builds everything while the foundry is closed", () =>
  Effect.gen(function*() {
    const { ref } = yield* BuildBackend.build(yield* inputOf())
    assert.strictEqual(ref.backend, "openshift")
    const { report } = yield* BackendSelection.Selection
    assert.strictEqual(report.rows[0]?.verdict._tag, "Forbidden")
    assert.strictEqual(report.first?.backend, "openshift")
  }).pipe(Effect.provide(world({ open: false }))))
