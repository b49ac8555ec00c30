import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { BackendSelection } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import { program } from "./program.js"

const backend = BackendSelection.layer.pipe(Layer.provide(KubernetesCluster.layer))

NodeRuntime.runMain(Effect.provide(program, backend))
