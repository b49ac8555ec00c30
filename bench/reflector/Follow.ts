import { Effect, Stream } from "effect"
import { Cluster, type Resource } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import * as Meter from "../Meter.js"
import * as Pods from "../server/Pods.js"
import * as Target from "../Target.js"

interface Versioned {
  readonly metadata: { readonly resourceVersion: string }
}

const follow = <A extends Versioned>(resource: Resource.Resource<A>) =>
  Effect.gen(function*() {
    const cluster = yield* Cluster.Cluster
    const meter = Meter.start()
    const pods = yield* cluster.reflect(resource)
    const { length } = yield* pods.list
    const listed = meter.seconds()
    yield* pods.changes(() => true).pipe(
      Stream.takeUntil(({ object }) => object.metadata.resourceVersion === String(Pods.last)),
      Stream.runDrain
    )
    const seconds = meter.seconds() - listed
    const measured = meter.stop()
    const kept = yield* pods.list
    Pods.verify(length, kept.map(({ metadata }) => metadata.resourceVersion))
    const sample = { ...measured, listMs: listed * 1_000, perSecond: Pods.changes / seconds }
    return { sample, filled: Meter.heap() }
  })

/** Lists and watches the pods with a reflector of ours. */
export const run = async <A extends Versioned>(resource: Resource.Resource<A>): Promise<never> => {
  const { filled, sample } = await Effect.runPromise(
    follow(resource).pipe(
      Effect.scoped,
      Effect.provide(KubernetesCluster.layerWith({ kubeconfig: Target.kubeconfig }))
    )
  )
  return Meter.report({ ...sample, keptBytes: await Meter.freed(filled) / Pods.count })
}
