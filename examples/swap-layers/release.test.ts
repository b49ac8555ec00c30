import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer, Stream } from "effect"
import {
  BuildBackend,
  BuildRef,
  BuildStatus,
  CustomBuildBackend,
  OpenShiftBuildBackend,
  SingleNodeBuildBackend
} from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { release } from "./release.js"

const digest = `sha256:${"a".repeat(64)}`
const ref = new BuildRef.BuildRef({ backend: "mock", namespace: "n", name: "b", uid: "1" })

const succeeded = DateTime.now.pipe(Effect.map((now) =>
  new BuildStatus.Succeeded({
    image: BuildStatus.builtImage({ tag: "registry.example.com/os/release:1.0", digest }),
    startedAt: now,
    finishedAt: now
  })
))

const layers: Record<string, Layer.Layer<BuildBackend.BuildBackend>> = {
  // The whole life of a build, without a cluster.
  memory: BuildBackend.layerMemory,
  // Only the methods that are called, with the results that the test needs.
  mock: BuildBackend.layerMock({
    build: () => Effect.succeed({ ref, adopted: true }),
    changes: () => Stream.fromEffect(succeeded)
  }),
  // The real backends on clusters in memory.
  custom: Layer.provide(CustomBuildBackend.layer, FakeCluster.vanilla),
  openshift: Layer.provide(OpenShiftBuildBackend.layer, FakeCluster.openShift),
  "single node": Layer.provide(SingleNodeBuildBackend.layer, FakeCluster.singleNode)
}

describe("release", () => {
  for (const [name, layer] of Object.entries(layers)) {
    it.effect(`release: builds once on ${name}`, () =>
      Effect.gen(function*() {
        const first = yield* release("1.0")
        assert.match(first, /^sha256:[0-9a-f]{64}$/)
        assert.strictEqual(yield* release("1.0"), first)
      }).pipe(Effect.provide(layer)))
  }
})
