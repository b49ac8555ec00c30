/**
 * etcd, kube-apiserver, the Job controller, the garbage collector and the scheduler, and a kubelet that only writes statuses. Where
 * the server is goes to the output first. Once it is told to, it moves the pods that the Job controller has made from one status to the
 * next, at a given rate in all, in a random order; it says of each when it was due and when it was sent.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Effect } from "effect"
import * as fs from "node:fs"
import type * as Cluster from "../../src/kubernetes/Cluster.js"
import * as KubernetesCluster from "../../src/kubernetes/KubernetesCluster.js"
import * as Resource from "../../src/kubernetes/Resource.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import { ControlPlane, layer } from "../../test/control-plane/ControlPlane.js"
import * as Moves from "../load/Moves.js"
import * as PodStatuses from "../load/PodStatuses.js"
import * as Workload from "../load/Workload.js"
import * as Site from "./Site.js"

const recordLabel = "effect-os-builder/record"

const node = Resource.raw(
  Resource.metadataOnly({ group: "", version: "v1", plural: "nodes", kind: "Node", namespaced: false })
)

/** Room for all of them. */
const capacity = { cpu: "1M", memory: "1Pi", "ephemeral-storage": "1Pi", pods: "100000" }

const labels = { "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64" }

const addNode = (cluster: Cluster.Service) =>
  cluster.create(node, {
    ...Resource.object(node, {}),
    metadata: { name: "node", labels },
    status: { capacity, allocatable: capacity }
  })

const isScheduled = ({ status }: Resources.Pod): boolean =>
  status?.conditions?.some(({ status, type }) => type === "PodScheduled" && status === "True") ?? false

/** Waits for the Job controller and the scheduler. */
const podsOf = (cluster: Cluster.Service) =>
  Effect.repeat(
    Effect.delay(cluster.list(Resources.Pod, { labelSelector: recordLabel }), "1 second"),
    { until: ({ items }) => items.length >= Site.builds && items.every(isScheduled) }
  )

const steps = Workload.steps.filter((step) => step !== "Created")

/** Every pod in its turns. */
const turnsOf = (pods: ReadonlyArray<Resources.Pod>) => {
  const places = new Map<string, number>()
  return PodStatuses.shuffled(steps.flatMap(() => pods)).map(({ metadata }) => {
    const place = places.get(metadata.name) ?? 0
    places.set(metadata.name, place + 1)
    return { metadata, record: metadata.labels?.[recordLabel] ?? "", step: steps[place] ?? "Succeeded" }
  })
}

const program = Effect.gen(function*() {
  const { admin } = yield* ControlPlane
  const cluster = yield* KubernetesCluster.make({ kubeconfig: admin.kubeconfigPath })
  yield* addNode(cluster)
  console.log(JSON.stringify({ kubeconfig: fs.readFileSync(admin.kubeconfigPath, "utf8") }))
  const lines = Moves.lines()
  const next = Effect.promise(lines)
  yield* next
  const { items } = yield* podsOf(cluster)
  const turns = turnsOf(items)
  const times = new Moves.Times(turns, Site.changesASecond)
  console.log("prepared")
  yield* next
  times.begin()
  yield* Effect.forEach(turns, ({ metadata, step }, index) =>
    Effect.gen(function*() {
      const due = times.due(index)
      if (Workload.now() < due) yield* Effect.sleep(due - Workload.now())
      times.send(index)
      yield* cluster.patch(Resources.Pod, metadata.name, { merge: { status: PodStatuses.statusOf[step] } }, {
        namespace: metadata.namespace,
        subresource: "status"
      })
    }), { discard: true })
  yield* next
  times.print()
  return yield* Effect.never
})

NodeRuntime.runMain(Effect.scoped(Effect.provide(program, layer)))
