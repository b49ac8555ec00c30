import { KeyValueStore } from "@effect/platform"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { BuildInput, Cluster, CustomBuildBackend } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { resume, start } from "./builder.js"

it.effect("resume: a second process gets the image of the build that the first one started", () =>
  Effect.gen(function*() {
    const fake = yield* FakeCluster.FakeCluster
    yield* fake.outcome(FakeCluster.held)
    const input = yield* BuildInput.make({
      dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}",
      baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
      finalImage: { pullspec: "registry.example.com/os/app:1" }
    })
    const cluster = yield* Cluster.Cluster
    const store = yield* KeyValueStore.KeyValueStore
    // The cluster and the store survive a restart. Each process makes its own backend.
    const process = Layer.provide(CustomBuildBackend.layer, Layer.succeed(Cluster.Cluster, cluster)).pipe(
      Layer.merge(Layer.succeed(KeyValueStore.KeyValueStore, store))
    )
    const ref = yield* Effect.provide(start(input), process)
    yield* fake.release(ref, FakeCluster.succeeds())
    const image = yield* Effect.provide(resume, process)
    assert.strictEqual(Option.getOrThrow(image).tag, "registry.example.com/os/app:1")
  }).pipe(Effect.provide([FakeCluster.layer(), KeyValueStore.layerMemory])))

it.effect("resume: returns none before a build was started", () =>
  Effect.gen(function*() {
    assert.isTrue(Option.isNone(yield* resume))
  }).pipe(
    Effect.provide([Layer.provide(CustomBuildBackend.layer, FakeCluster.vanilla), KeyValueStore.layerMemory])
  ))
