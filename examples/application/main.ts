// The application on the cluster that kubectl talks to, with the backend that suits it or the one that OS_BUILDER_BACKEND
// names.
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer } from "effect"
import { BackendSelection } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import * as OsImages from "./OsImages.js"

const program = Effect.gen(function*() {
  const images = yield* OsImages.OsImages
  const image = yield* images.imageOf({ name: "edge", packages: ["usbguard", "tailscale"] })
  yield* Console.log(image)
})

const backend = BackendSelection.layerFromEnv.pipe(Layer.provide(KubernetesCluster.layer))

NodeRuntime.runMain(Effect.provide(program, Layer.provide(OsImages.layer, backend)))
