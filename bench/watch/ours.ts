import { Effect, Stream } from "effect"
import { Cluster, Resources } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import * as Meter from "../Meter.js"
import * as Pods from "../server/Pods.js"
import * as Target from "../Target.js"

const program = Effect.gen(function*() {
  const cluster = yield* Cluster.Cluster
  const meter = Meter.start()
  const seen = yield* cluster.watch(Resources.Pod, { resourceVersion: String(Pods.listed) }).pipe(
    Stream.take(Pods.changes),
    Stream.runCount
  )
  return Meter.report({ ...meter.stop(), perSecond: seen / meter.seconds() })
})

Effect.runFork(Effect.provide(program, KubernetesCluster.layerWith({ kubeconfig: Target.kubeconfig })))
