import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { BuildInput } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import * as Regions from "./Regions.js"

const program = Effect.gen(function*() {
  const input = yield* BuildInput.make({
    dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN dnf -y upgrade",
    baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
    finalImage: { pullspec: "registry.example.com/os/app:1", secretName: "push" }
  })
  for (const { pullspec, region } of yield* Regions.buildEverywhere(input)) {
    yield* Console.log(`${region}: ${pullspec}`)
  }
})

const regions = Regions.layer((region) => KubernetesCluster.layerWith({ context: region }))

NodeRuntime.runMain(Effect.provide(program, regions))
