import { Effect } from "effect"
import { Cluster, Resources } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import * as Meter from "../Meter.js"
import * as Pods from "../server/Pods.js"
import * as Target from "../Target.js"
import { requests } from "./Scenario.js"

const program = Effect.gen(function*() {
  const cluster = yield* Cluster.Cluster
  const meter = Meter.start()
  for (let index = 0; index < requests; index++) {
    const { metadata } = yield* cluster.get(Resources.Pod, Pods.nameOf(index))
    if (metadata.name !== Pods.nameOf(index)) {
      return yield* Effect.dieMessage(`got ${metadata.name}`)
    }
  }
  return Meter.report({ ...meter.stop(), perSecond: requests / meter.seconds() })
})

Effect.runFork(Effect.provide(program, KubernetesCluster.layerWith({ kubeconfig: Target.kubeconfig })))
