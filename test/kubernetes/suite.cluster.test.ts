import { Context, Effect, Layer } from "effect"
import { Cluster } from "effect-os-builder"
import { controllerSuite, suite, Unprivileged, Wire } from "../ClusterSuite.js"
import { ControlPlane, layer, layerWith, type StartError } from "../control-plane/ControlPlane.js"
import { connect } from "./suite/connect.js"

const world = (plane: Layer.Layer<ControlPlane, StartError>) => ({
  name: "a real API server",
  layer: Layer.scopedContext(Effect.gen(function*() {
    const { admin, killApiServer, startApiServer, unprivileged } = yield* ControlPlane
    // The watch cache of a fresh API server has its bootstrap events; after a restart it is empty.
    yield* Effect.zipRight(killApiServer, startApiServer)
    const { cluster, driver } = yield* connect(admin.kubeconfigPath)
    return Context.make(Cluster.Cluster, cluster).pipe(
      Context.add(Unprivileged, (yield* connect(unprivileged.kubeconfigPath)).cluster),
      Context.add(Wire, driver)
    )
  })).pipe(Layer.provide(plane)),
  live: true,
  timeout: "90 seconds" as const
})

suite(world(layer))

controllerSuite(world(layerWith({
  controllers: ["cronjob-controller", "daemonset-controller", "statefulset-controller"]
})))
