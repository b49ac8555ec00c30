import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { BuildInput, Cluster } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as Regions from "./Regions.js"

it.scoped("Regions: builds on each cluster, with the backend that suits it", () =>
  Effect.gen(function*() {
    const clusters = {
      east: yield* FakeCluster.make({ openShift: {} }),
      west: yield* FakeCluster.make({ namespace: "os" })
    }
    const input = yield* BuildInput.make({
      dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN dnf -y upgrade",
      baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
      finalImage: { pullspec: "registry.example.com/os/app:1" }
    })
    const images = yield* Regions.buildEverywhere(input).pipe(
      Effect.provide(Regions.layer((region) => Layer.succeed(Cluster.Cluster, clusters[region].cluster)))
    )
    assert.deepStrictEqual(images.map(({ region }) => region), ["east", "west"])
    assert.lengthOf(yield* clusters.east.control.objects({ kind: "Build", namespace: "default" }), 1)
    assert.lengthOf(yield* clusters.west.control.objects({ kind: "Job", namespace: "os" }), 1)
  }))
