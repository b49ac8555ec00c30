import { Effect } from "effect"
import { Cluster, Resources } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import * as Target from "../Target.js"
import * as EffectTurns from "./EffectTurns.js"

const program = Effect.gen(function*() {
  const cluster = yield* Cluster.Cluster
  return yield* EffectTurns.run((name) => Effect.map(cluster.get(Resources.Pod, name), ({ metadata }) => metadata.name))
})

Effect.runFork(Effect.provide(program, KubernetesCluster.layerWith({ kubeconfig: Target.kubeconfig })))
