import { Effect } from "effect"
import { Cluster, Resources } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import * as Meter from "../Meter.js"
import * as Pods from "../server/Pods.js"
import * as Target from "../Target.js"
import { requests, sideBySide } from "./Scenario.js"

const program = Effect.gen(function*() {
  const cluster = yield* Cluster.Cluster
  const check = (index: number) =>
    Effect.flatMap(
      cluster.get(Resources.Pod, Pods.nameOf(index)),
      ({ metadata }) => metadata.name === Pods.nameOf(index) ? Effect.void : Effect.dieMessage(`got ${metadata.name}`)
    )
  const meter = Meter.start()
  for (let index = 0; index < requests; index++) {
    yield* check(index)
  }
  const seconds = meter.seconds()
  const indices = Array.from({ length: requests }, (_, index) => index)
  yield* Effect.forEach(indices, check, { concurrency: sideBySide, discard: true })
  return Meter.report({
    ...meter.stop(),
    perSecond: requests / seconds,
    sideBySidePerSecond: requests / (meter.seconds() - seconds)
  })
})

Effect.runFork(Effect.provide(program, KubernetesCluster.layerWith({ kubeconfig: Target.kubeconfig })))
