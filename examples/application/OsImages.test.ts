import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, TestClock } from "effect"
import { BackendSelection, BuildBackend, type Cluster } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as OsImages from "./OsImages.js"

/** The application of main.ts on a cluster in memory. */
const on = (cluster: Layer.Layer<Cluster.Cluster | FakeCluster.FakeCluster>) =>
  OsImages.layer.pipe(
    Layer.provideMerge(BackendSelection.layer),
    Layer.provideMerge(cluster)
  )

const pushSecret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "push", namespace: "default" },
  type: "kubernetes.io/dockerconfigjson",
  stringData: { ".dockerconfigjson": "{\"auths\":{}}" }
}

const clusters = {
  "single-node": FakeCluster.singleNode,
  openshift: FakeCluster.openShift,
  custom: FakeCluster.vanilla
}

for (const [backend, cluster] of Object.entries(clusters)) {
  it.effect(`OsImages: builds the image of a pool once, with the ${backend} backend`, () =>
    Effect.gen(function*() {
      const images = yield* OsImages.OsImages
      const fake = yield* FakeCluster.FakeCluster
      yield* fake.seed(pushSecret)
      const first = yield* images.imageOf({ name: "edge", packages: ["usbguard", "tailscale"] })
      const second = yield* images.imageOf({ name: "edge", packages: ["tailscale", "usbguard"] })
      assert.match(first, /^registry\.example\.com\/os\/edge@sha256:/)
      assert.strictEqual(second, first)
      assert.deepStrictEqual((yield* BuildBackend.list()).map(({ ref }) => ref.backend), [backend])
    }).pipe(Effect.provide(on(cluster))))
}

it.effect("OsImages: reports a missing package", () =>
  Effect.gen(function*() {
    const images = yield* OsImages.OsImages
    const fake = yield* FakeCluster.FakeCluster
    yield* fake.seed(pushSecret)
    yield* fake.outcome(FakeCluster.containerfileFails({ log: ["No match for argument: usbgard"] }))
    const error = yield* Effect.flip(images.imageOf({ name: "edge", packages: ["usbgard"] }))
    assert(error._tag === "BuildFailed")
    assert.include(error.status.logTail, "No match for argument: usbgard")
  }).pipe(Effect.provide(on(FakeCluster.openShift))))

it.effect("OsImages: fails when a secret is missing", () =>
  Effect.gen(function*() {
    const images = yield* OsImages.OsImages
    const running = yield* Effect.fork(Effect.flip(images.imageOf({ name: "edge", packages: [] })))
    yield* TestClock.adjust("10 minutes")
    const error = yield* Fiber.join(running)
    assert(error._tag === "BuildErrored")
    assert.strictEqual(error.status.reason, "PendingTimeout")
    assert.include(error.message, "Missing push secret")
  }).pipe(Effect.provide(on(FakeCluster.openShift))))
