import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer } from "effect"
import { BackendSelection, BuildBackend, BuildInput } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"

const program = Effect.gen(function*() {
  const input = yield* BuildInput.make({
    dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN dnf -y install htop",
    baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
    finalImage: { pullspec: "registry.example.com/os/hello:1", secretName: "push" }
  })
  const image = yield* BuildBackend.run(input)
  yield* Console.log(`built ${image.pullspec}`)
})

const backend = BackendSelection.layer.pipe(Layer.provide(KubernetesCluster.layer))
NodeRuntime.runMain(Effect.provide(program, backend))
