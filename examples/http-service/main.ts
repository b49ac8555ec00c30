// The service on 127.0.0.1:3000, or where HOST and PORT say. BACKEND names the backend: `fake` (the default: a cluster in
// memory, so that anybody can start it), `cluster` (the one that kubectl talks to) or `local` (buildah on this machine).
import { NodeContext, NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Config, Effect, Layer } from "effect"
import { BackendSelection, CustomBuildBackend, LocalBuildBackend } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import { createServer } from "node:http"
import * as Server from "./Server.js"
import * as Service from "./Service.js"

const fake = CustomBuildBackend.layer.pipe(
  Layer.provide(FakeCluster.layer({ outcome: FakeCluster.succeeds({ after: "20 seconds" }) }))
)

const backend = Layer.unwrapEffect(Effect.gen(function*() {
  const name = yield* Config.withDefault(Config.string("BACKEND"), "fake")
  switch (name) {
    case "fake":
      return fake
    case "cluster":
      return Layer.provide(BackendSelection.layerFromEnv, KubernetesCluster.layer)
    case "local":
      return Layer.provide(LocalBuildBackend.layer, NodeContext.layer)
    default:
      return yield* Effect.die(new Error(`BACKEND is ${name}; it must be fake, cluster or local`))
  }
}))

const nodeServer = createServer()

const server = NodeHttpServer.layerConfig(() => nodeServer, {
  port: Config.withDefault(Config.port("PORT"), 3000),
  // There is no authentication here: put a proxy that has it in front before others can reach it.
  host: Config.withDefault(Config.string("HOST"), "127.0.0.1")
})

const serving = Server.on(server, Layer.provide(Service.layer, backend))

// At SIGTERM the service takes no more connections, and lets requests end. Event streams would go on until their builds end:
// they are broken off, and their clients come back to the next process with their last id.
const closed = Effect.async<void>((resume) => {
  nodeServer.close(() => resume(Effect.void))
})
const stopping = Layer.scopedDiscard(Effect.addFinalizer(() =>
  Effect.zipRight(
    Effect.timeoutOption(Effect.interruptible(closed), "2 seconds"),
    Effect.sync(() => nodeServer.closeAllConnections())
  )
))

NodeRuntime.runMain(Layer.launch(Layer.provide(stopping, serving)))
