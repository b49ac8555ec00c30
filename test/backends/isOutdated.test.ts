/**
 * `isOutdated` in memory and on clusters: by a short pod that is gone afterwards.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { BuildBackend, BuildInput, CustomBuildBackend, OpenShiftBuildBackend } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"

const base = "registry.example.com/base:1"
const moved = `sha256:${"0b".repeat(32)}`

const built = (dockerfile: string) =>
  Effect.gen(function*() {
    const input = yield* BuildInput.make({ dockerfile, finalImage: { pullspec: "registry.example.com/os:1" } })
    const { ref } = yield* BuildBackend.build(input)
    yield* BuildBackend.result(ref)
    return ref
  })

describe("isOutdated", () => {
  it.effect("isOutdated: in memory, once a test has moved the tag of the base", () =>
    Effect.gen(function*() {
      const memory = yield* BuildBackend.MemoryBackend
      const ref = yield* built(`FROM ${base}\n`)
      assert.strictEqual((yield* BuildBackend.isOutdated(ref))?.outdated, false)
      yield* memory.baseDigest(base, moved)
      const check = yield* BuildBackend.isOutdated(ref)
      assert.deepInclude(check, { outdated: true, current: moved })
      assert.strictEqual(check?.base.pullspec, base)
      assert.isUndefined(yield* BuildBackend.isOutdated(yield* built("FROM scratch\n")))
    }).pipe(Effect.provide(BuildBackend.layerMemory)))

  it.effect("isOutdated: by a Job with the pull secret alone, of which nothing is left", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      const ref = yield* built(`FROM ${base}\n`)
      const before = (yield* fake.objects({ kind: "Job" })).length
      yield* fake.baseDigest(base, moved)
      assert.deepInclude(yield* BuildBackend.isOutdated(ref), { outdated: true, current: moved })
      assert.strictEqual((yield* fake.objects({ kind: "Job" })).length, before)
      assert.strictEqual((yield* BuildBackend.list()).length, 1)
    }).pipe(Effect.provide(Layer.provideMerge(CustomBuildBackend.layer, FakeCluster.vanilla))))

  it.effect("isOutdated: undefined on OpenShift, whose builder does not report the base", () =>
    Effect.gen(function*() {
      assert.isUndefined(yield* BuildBackend.isOutdated(yield* built(`FROM ${base}\n`)))
    }).pipe(Effect.provide(Layer.provideMerge(OpenShiftBuildBackend.layer, FakeCluster.openShift))))
})
