// A program of somebody who has installed the package: type-checked under every module resolution, then run.
import type { CommandExecutor, FileSystem, Path } from "@effect/platform"
import { type ConfigError, Effect, Layer } from "effect"
import { BuildBackend, BuildInput, type Cluster, LocalBuildBackend } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"

const program = Effect.gen(function*() {
  const input = yield* BuildInput.make({
    dockerfile: "ARG BASE_IMAGE\nFROM $BASE_IMAGE\nRUN true",
    baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
    finalImage: { pullspec: "registry.example.com/os:1", secretName: "push" },
    timeout: "30 minutes"
  })
  return yield* BuildBackend.run(input)
}).pipe(
  Effect.map((image) => image.tag),
  Effect.catchTags({
    BuildRejected: (error) => Effect.succeed(error.issues.map(String).join()),
    BuildFailed: (error) => Effect.succeed(error.status.message),
    BuildErrored: (error) => Effect.succeed(error.status.message),
    BuildCancelled: () => Effect.succeed("cancelled"),
    BackendError: (error) => Effect.succeed(error.message)
  })
)

const cluster: Layer.Layer<Cluster.Cluster, KubernetesCluster.ConfigurationError> = KubernetesCluster.layer
const local: Layer.Layer<
  BuildBackend.BuildBackend,
  ConfigError.ConfigError,
  CommandExecutor.CommandExecutor | FileSystem.FileSystem | Path.Path
> = LocalBuildBackend.layer

const told = await Effect.runPromise(Effect.provide(program, BuildBackend.layerMemory))
process.stdout.write(`${told} ${Layer.isLayer(cluster) && Layer.isLayer(local)}\n`)
