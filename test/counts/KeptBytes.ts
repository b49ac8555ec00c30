/**
 * Prints how many bytes an informer keeps for each object, of pods as an API server sends them (6 KB of JSON), by this library's
 * client over HTTPS. Run with `--expose-gc`, in a process of its own.
 */
import { Effect, Either } from "effect"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Pods from "../../bench/server/Pods.js"
import * as FakeApiServer from "../../src/fake/apiserver/FakeApiServer.js"
import * as ControlPlane from "../../src/fake/ControlPlane.js"
import * as Seed from "../../src/fake/store/Seed.js"
import * as KubernetesCluster from "../../src/kubernetes/KubernetesCluster.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import { alive } from "../support/HeapUsed.js"

const count = 4_000

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
  return { length, filled: yield* alive }
})

const { filled, length } = await Effect.runPromise(Effect.scoped(program))
const kept = (filled - (await Effect.runPromise(alive))) / count
process.stdout.write(JSON.stringify({ pods: length, kept, there: plane.store.list("pods").length }))
