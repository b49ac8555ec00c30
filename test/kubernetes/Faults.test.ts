/**
 * One fault for each kind of request, injected by a proxy between the client and an API server.
 */
import { assert, layer } from "@effect/vitest"
import { Effect, Option, Random, Stream } from "effect"
import * as FakeApiServer from "../../src/fake/apiserver/FakeApiServer.js"
import * as ControlPlane from "../../src/fake/ControlPlane.js"
import type * as Cluster from "../../src/kubernetes/Cluster.js"
import type { ClusterError } from "../../src/kubernetes/ClusterError.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import * as FaultProxy from "../support/FaultProxy.js"
import { connect } from "../support/HostileServer.js"
import * as TestServer from "../support/TestServer.js"

const name = "a"

const configMap = { metadata: { name }, data: { key: "x".repeat(2_000) } }

const log = (cluster: Cluster.Service) =>
  Effect.gen(function*() {
    yield* cluster.create(Resources.Pod, {
      metadata: { name },
      spec: { restartPolicy: "Never", containers: [{ name: "c", image: "localhost/none" }] }
    })
    yield* Effect.repeat(Effect.delay(cluster.get(Resources.Pod, name), "20 millis"), {
      until: ({ status }) => status?.phase === "Succeeded"
    })
    return yield* Stream.runCount(cluster.logs(Resources.Pod, name, { follow: true }))
  })

const operations: Readonly<
  Record<FaultProxy.Kind, (cluster: Cluster.Service) => Effect.Effect<unknown, ClusterError, never>>
> = {
  get: (cluster) => cluster.get(Resources.ConfigMap, name),
  list: (cluster) => cluster.list(Resources.ConfigMap),
  watch: (cluster) =>
    Effect.scoped(Effect.gen(function*() {
      const reflector = yield* cluster.reflect(Resources.ConfigMap)
      assert.isTrue(Option.isSome(yield* reflector.get(name)))
    })),
  log,
  write: (cluster) => cluster.delete(Resources.ConfigMap, name)
}

const faults: ReadonlyArray<readonly [FaultProxy.Kind, FaultProxy.Fault]> = [
  ...FaultProxy.kinds.flatMap((kind) => [
    [kind, { _tag: "delay", millis: 100 }] as const,
    [kind, { _tag: "loseResponse" }] as const
  ]),
  ["get", { _tag: "cut", bytes: 500 }],
  ["list", { _tag: "cut", bytes: 500 }],
  ["watch", { _tag: "cut", bytes: 500 }],
  ["watch", { _tag: "end", bytes: 500 }],
  ["write", { _tag: "cut", bytes: 50 }]
]

layer(TestServer.authority, { excludeTestServices: true })("Faults", (it) => {
  for (const [kind, fault] of faults) {
    it.scoped(`${kind}: succeeds over a ${fault._tag}`, () =>
      Effect.gen(function*() {
        const upstream = yield* FakeApiServer.serve(yield* ControlPlane.make({ namespaces: ["ns"] }))
        let isArmed = false
        const proxy = yield* FaultProxy.serve({
          upstream,
          fault: (of) => {
            if (!isArmed || of !== kind) return undefined
            isArmed = false
            return fault
          }
        })
        const cluster = yield* connect(proxy.url, { namespace: "ns" })
        yield* cluster.create(Resources.ConfigMap, configMap)
        isArmed = true
        yield* operations[kind](cluster)
        assert.strictEqual(proxy.counts.get(`${kind} ${fault._tag}`), 1)
      }).pipe(Effect.withRandom(Random.fixed([0]))))
  }
})
