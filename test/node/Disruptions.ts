/**
 * What ends the pod of a build on a real node, other than the build itself.
 */
import { assert, type Vitest } from "@effect/vitest"
import { DateTime, Effect, Fiber } from "effect"
import { BuildBackend, type BuildRef, type BuildStatus, type Cluster } from "effect-os-builder"
import * as os from "node:os"
import { collect } from "../real/Workplace.js"
import * as Backends from "./Backends.js"
import * as Kubelet from "./Kubelet.js"
import { RealNode } from "./RealNode.js"
import { deletePods, ended, held, kubectl, manifest, podsOf, said, until } from "./Steps.js"

/** Evicts the pods of a build by the API, as a drain does. */
const evict = (ref: BuildRef.BuildRef) =>
  Effect.gen(function*() {
    for (const { metadata: { name, namespace = "" } } of yield* podsOf(ref)) {
      const file = yield* manifest({ apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } })
      yield* kubectl("create", "--raw", `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, "-f", file)
    }
  })

/** A build that may not be repeated ends as `Evicted`, with what is `told`; one that may be repeated succeeds in its next attempt. */
const disrupted = <E, R>(
  name: string,
  disrupt: (ref: BuildRef.BuildRef) => Effect.Effect<unknown, E, R>,
  told: Partial<BuildStatus.Errored>
) =>
  Effect.gen(function*() {
    const { gate } = yield* RealNode
    const { ref: once } = yield* BuildBackend.build(yield* held(`${name}-once`))
    yield* said(once, "waiting")
    yield* disrupt(once)
    const end = yield* ended(once)
    assert(end._tag === "Errored", JSON.stringify(end))
    assert.deepInclude({ ...end }, { reason: "Evicted", retryable: true, ...told })

    const { ref } = yield* BuildBackend.build(yield* held(`${name}-again`, { retries: 1 }))
    yield* said(ref, "waiting")
    yield* disrupt(ref)
    yield* until(ref, (status) => status._tag === "Running" && status.attempt === 2)
    yield* gate.release(`${name}-again`, "go")
    assert.strictEqual((yield* ended(ref))._tag, "Succeeded")
  })

export const disruptions = (it: Vitest.MethodsNonLive<Cluster.Cluster | RealNode, true>): void => {
  it.layer(Backends.custom())("a build that is disrupted", (it) => {
    it.effect("a real node: a build whose pod is deleted is an error, and is repeated where it may be", () =>
      disrupted("deleted", deletePods, {
        upstreamReason: "exit code 143",
        message: "the build was told to stop: its pod was deleted, or evicted from its node"
      }))

    it.effect("a real node: a build goes on while its kubelet is killed and started again", () =>
      Effect.gen(function*() {
        const { gate, killKubelet, startKubelet } = yield* RealNode
        const { ref } = yield* BuildBackend.build(yield* held("survivor"))
        yield* said(ref, "waiting")
        yield* killKubelet
        yield* gate.release("survivor", "go")
        yield* startKubelet()
        const status = yield* ended(ref)
        assert.strictEqual(status._tag, "Succeeded", JSON.stringify(status))
        assert.include(yield* collect(BuildBackend.logs(ref)), "done")
      }))

    it.effect("a real node: a build whose pod is evicted by the API is an error, and is repeated where it may be", () =>
      disrupted("evicted", evict, { upstreamReason: "EvictionByEvictionAPI", message: "Eviction API: evicting" }))

    it.effect("a real node: a build on a node that is drained waits for another node, and goes on there", () =>
      Effect.gen(function*() {
        const { gate } = yield* RealNode
        const { ref } = yield* BuildBackend.build(yield* held("drained", { retries: 1 }))
        yield* said(ref, "waiting")
        yield* kubectl("drain", Kubelet.nodeName, "--force", "--delete-emptydir-data", "--timeout=60s")
        const status = yield* until(
          ref,
          (one) => one._tag === "Running" && one.attempt === 2 && one.blocked !== undefined
        )
        assert(status._tag === "Running", JSON.stringify(status))
        assert.deepInclude({ ...status.blocked }, { reason: "Unschedulable", upstreamReason: "Unschedulable" })
        assert.include(status.blocked?.message ?? "", "unschedulable")
        yield* kubectl("uncordon", Kubelet.nodeName)
        yield* gate.release("drained", "go")
        const end = yield* ended(ref)
        assert.strictEqual(end._tag, "Succeeded", JSON.stringify(end))
      }))

    it.effect("a real node: a log whose kubelet says nothing more, and does not close it, goes on with another", () =>
      Effect.gen(function*() {
        const { gate, haltKubelet, killKubelet, startKubelet } = yield* RealNode
        const { ref } = yield* BuildBackend.build(yield* held("half-open"))
        const log = yield* Effect.fork(collect(BuildBackend.logs(ref, { follow: true })))
        yield* said(ref, "waiting")
        const endHalted = yield* haltKubelet
        yield* gate.release("half-open", "go")
        // The port of the first is not free.
        yield* startKubelet({ port: 10_260 })
        const end = yield* ended(ref)
        assert.strictEqual(end._tag, "Succeeded", JSON.stringify(end))
        const lines = yield* Fiber.join(log).pipe(Effect.timeout("30 seconds"))
        assert.strictEqual(lines.filter((line) => line === "waiting").length, 1)
        assert.strictEqual(lines.filter((line) => line === "done").length, 1)
        yield* endHalted
        yield* killKubelet
        yield* startKubelet()
      }))

    it.effect("a real node: a build that it evicts under memory pressure may be repeated", () =>
      Effect.gen(function*() {
        const { killKubelet, startKubelet } = yield* RealNode
        const { ref } = yield* BuildBackend.build(yield* held("evicted"))
        yield* said(ref, "waiting")
        yield* killKubelet
        // More is in use, and the pod still has what it requests: it would not be evicted, but refused when the kubelet starts.
        const available = Math.floor(os.totalmem() / 1024 ** 2) - 512
        yield* startKubelet({
          evictionHard: { "memory.available": `${available}Mi` },
          evictionPressureTransitionPeriod: "1s"
        })
        const status = yield* ended(ref)
        // Before anything fails: later tests need a node that takes pods.
        yield* killKubelet
        yield* startKubelet()
        assert(status._tag === "Errored", JSON.stringify(status))
        assert.deepInclude({ ...status }, { reason: "Evicted", retryable: true, upstreamReason: "Evicted" })
        assert.match(
          status.message,
          /^The node was low on resource: memory\. Threshold quantity: \S+, available: \S+\. /
        )
        assert.notInclude(status.logTail.join("\n"), "unable to retrieve container logs")
      }))
  })
}

/** Adds a node that is well and takes no pods, until the scope ends: where no node is well, the controllers give up none. */
const otherNode = Effect.gen(function*() {
  const name = "other"
  yield* Effect.acquireRelease(
    kubectl(
      "create",
      "-f",
      yield* manifest({ apiVersion: "v1", kind: "Node", metadata: { name }, spec: { unschedulable: true } })
    ),
    () => Effect.orDie(kubectl("delete", "node", name))
  )
  // As a kubelet does, since a node whose heartbeats come late once is not Ready until it says so again.
  const beat = Effect.flatMap(DateTime.now, (now) => {
    const lastHeartbeatTime = DateTime.formatIso(now)
    const status = { conditions: [{ type: "Ready", status: "True", lastHeartbeatTime }] }
    return kubectl("patch", "node", name, "--subresource=status", "--patch", JSON.stringify({ status }))
  })
  yield* beat
  return yield* Effect.forkScoped(Effect.forever(Effect.delay(beat, "3 seconds")))
})

/** What only controllers of nodes do. */
export const lostNodes = (it: Vitest.MethodsNonLive<Cluster.Cluster | RealNode, true>): void => {
  it.layer(Backends.custom())("a node that is lost", (it) => {
    it.scoped("a real node: a build on a node that is lost is blocked by that, and an error when the node is back", () =>
      Effect.gen(function*() {
        const { killKubelet, startKubelet } = yield* RealNode
        const { ref } = yield* BuildBackend.build(
          yield* held("lost", {
            placement: {
              tolerations: [{
                key: "node.kubernetes.io/unreachable",
                operator: "Exists",
                effect: "NoExecute",
                tolerationSeconds: 1
              }]
            }
          })
        )
        yield* said(ref, "waiting")
        const other = yield* otherNode
        yield* killKubelet
        const status = yield* Effect.raceFirst(
          until(ref, (one) => one._tag === "Running" && one.blocked !== undefined),
          Fiber.join(other)
        )
        assert(status._tag === "Running", JSON.stringify(status))
        assert.deepInclude({ ...status.blocked }, { reason: "NodeLost", upstreamReason: "DeletionByTaintManager" })
        yield* startKubelet()
        const end = yield* ended(ref)
        assert(end._tag === "Errored", JSON.stringify(end))
        assert.deepInclude({ ...end }, {
          reason: "NodeLost",
          retryable: true,
          upstreamReason: "DeletionByTaintManager",
          message: "Taint manager: deleting due to NoExecute taint"
        })
      }))
  })
}
