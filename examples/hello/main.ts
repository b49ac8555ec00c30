import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { LocalBuildBackend } from "effect-os-builder"
import { program } from "./program.js"

const backend = LocalBuildBackend.layer.pipe(Layer.provide(NodeContext.layer))

NodeRuntime.runMain(Effect.provide(program, backend))
