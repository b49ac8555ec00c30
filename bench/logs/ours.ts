import { Effect, Stream } from "effect"
import { Cluster, Resources } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import * as Pods from "../server/Pods.js"
import * as Target from "../Target.js"
import * as Tally from "./Tally.js"

const program = Effect.gen(function*() {
  const cluster = yield* Cluster.Cluster
  const tally = Tally.start()
  yield* Stream.runForEachChunk(
    cluster.logs(Resources.Pod, Pods.nameOf(0), { follow: true }),
    (lines) =>
      Effect.sync(() => {
        for (const line of lines) {
          tally.line(line)
        }
      })
  )
  return tally.finish()
})

Effect.runFork(Effect.provide(program, KubernetesCluster.layerWith({ kubeconfig: Target.kubeconfig })))
