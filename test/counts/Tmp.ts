/**
 * Prints how many bytes an informer keeps for each object, of pods as an API server sends them (6 KB of JSON), by this library's
 * client over HTTPS. Run with `--expose-gc`, in a process of its own.
 */
import * as Pods from "/work/wt/memory/bench/server/Pods.js"
import * as FakeApiServer from "/work/wt/memory/src/fake/apiserver/FakeApiServer.js"
import * as ControlPlane from "/work/wt/memory/src/fake/ControlPlane.js"
import * as Seed from "/work/wt/memory/src/fake/store/Seed.js"
import * as KubernetesCluster from "/work/wt/memory/src/kubernetes/KubernetesCluster.js"
import * as Resources from "/work/wt/memory/src/kubernetes/Resources.js"
import { Effect, Either } from "effect"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import * as v8 from "node:v8"

const count = 1_000

/** What is alive, once nothing is left that the collector would free. */
const alive = Effect.promise(async () => {
  for (let turn = 0; turn < 3; turn++) {
    await setTimeout(50)
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
})

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "kept-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

// Alive to the end.
const plane = await Effect.runPromise(ControlPlane.makeServer({ namespaces: ["bench"] }))
const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace: "bench", name: "builder" } }
const pods = Array.from({ length: count }, (_, index) => Pods.pod(index, index + 1))
for (const object of [account, ...pods]) Either.getOrThrow(Seed.put(plane, object, 0))

const program = Effect.gen(function*() {
  const { kubeconfig } = yield* FakeApiServer.serve(plane, { namespace: "bench" })
  const file = join(yield* folder, "config")
  yield* Effect.promise(() => writeFile(file, kubeconfig))
  const cluster = yield* KubernetesCluster.make({ kubeconfig: file })
  const { length } = yield* (yield* cluster.reflect(Resources.Pod)).list
  yield* alive
  v8.writeHeapSnapshot("/tmp/mem/a.heapsnapshot")
  return { length, filled: yield* alive }
})

const { filled, length } = await Effect.runPromise(Effect.scoped(program))
const kept = (filled - (await Effect.runPromise(alive))) / count
v8.writeHeapSnapshot("/tmp/mem/b.heapsnapshot")
process.stdout.write(JSON.stringify({ pods: length, kept, there: plane.store.list("pods").length }))
