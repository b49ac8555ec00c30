/**
 * A process that does one thing to one build, for a test that kills it meanwhile:
 * `killed-client.ts KUBECONFIG BACKEND build|cancel|remove`.
 */
import { Effect, Stream } from "effect"
import { Cluster } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import { input } from "./Records.js"
import { backends } from "./Worlds.js"

const [, , kubeconfig = "", name, act] = process.argv

const program = Effect.gen(function*() {
  const cluster = yield* KubernetesCluster.make({ kubeconfig })
  const found = backends.find((one) => one.name === name)
  if (found === undefined) return yield* Effect.dieMessage(`there is no backend ${name}`)
  const backend = yield* Effect.provideService(found.make, Cluster.Cluster, cluster)
  const { ref } = yield* backend.build(input())
  switch (act) {
    case "cancel":
      return yield* backend.cancel(ref)
    case "remove":
      return yield* backend.remove(ref)
    default:
      return yield* Stream.runDrain(backend.changes(ref))
  }
})

await Effect.runPromise(Effect.scoped(program))
