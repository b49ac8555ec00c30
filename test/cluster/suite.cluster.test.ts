import { Context, Effect, Layer } from "effect"
import { Cluster } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import { suite, Unprivileged } from "../ClusterSuite.js"
import { ControlPlane, layer } from "../control-plane/ControlPlane.js"

suite({
  name: "a real API server",
  layer: Layer.scopedContext(Effect.gen(function*() {
    const { admin, unprivileged } = yield* ControlPlane
    const connect = (kubeconfig: string) => KubernetesCluster.make({ kubeconfig })
    return Context.make(Cluster.Cluster, yield* connect(admin.kubeconfigPath)).pipe(
      Context.add(Unprivileged, yield* connect(unprivileged.kubeconfigPath))
    )
  })).pipe(Layer.provide(layer)),
  live: true,
  timeout: "60 seconds"
})
