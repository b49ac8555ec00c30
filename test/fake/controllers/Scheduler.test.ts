import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Json from "../../../src/fake/Json.js"
import * as Program from "../../../src/fake/kubelet/Program.js"
import { type Api, api, plane, pod, pods, settle } from "../../support/FakeApi.js"
import { type Manifest, manifest, type PersistentVolumeClaim, type Pod, type PodSpec } from "../../support/Manifest.js"

const forever = { pods: () => ({ programs: () => Effect.succeed(Program.runs) }) }

const slot = (name: string) => {
  const required = [{
    labelSelector: { matchLabels: { slot: "one" } },
    namespaceSelector: {},
    topologyKey: "kubernetes.io/hostname"
  }]
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } }
  return manifest<Pod>({ ...pod(name, { affinity }), metadata: { name, labels: { slot: "one" } } })
}

const placed = (client: Api, name: string, namespace = "ns") =>
  Effect.map(client.get(`/api/v1/namespaces/${namespace}/pods/${name}`), (pod) => {
    const condition = Json.objects(pod, "status", "conditions").find((one) => Json.text(one, "type") === "PodScheduled")
    return Json.text(pod, "spec", "nodeName") ?? `${Json.text(condition, "reason")}: ${Json.text(condition, "message")}`
  })

const start = (client: Api, body: Manifest<Pod>, namespace = "ns") =>
  Effect.andThen(client.post(`/api/v1/namespaces/${namespace}/pods`, body), settle)

describe.sequential("the scheduler", () => {
  it.scoped("podAntiAffinity: schedules one pod at a time across namespaces", () =>
    Effect.gen(function*() {
      const client = api(yield* plane({ ...forever, namespaces: ["ns", "other"] }))
      yield* start(client, slot("a"))
      yield* start(client, slot("b"), "other")
      yield* start(client, slot("c"))
      assert.strictEqual(yield* placed(client, "a"), "node-1")
      assert.strictEqual(
        yield* placed(client, "b", "other"),
        "Unschedulable: 0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules. preemption: 0/1 nodes are "
          + "available: 1 No preemption victims found for incoming pod."
      )
      yield* client.delete(`${pods}/a`)
      yield* settle
      assert.strictEqual(yield* placed(client, "b", "other"), "node-1")
      assert.include(yield* placed(client, "c"), "anti-affinity")
    }))

  it.scoped("the scheduler: two pods do not have one port of a node, but one on two addresses", () =>
    Effect.gen(function*() {
      const client = api(yield* plane(forever))
      const listening = (name: string, hostIP?: string) =>
        start(client, pod(name, { containers: [{ name: "main", image: "i", ports: [port(hostIP)] }] }))
      const port = (hostIP?: string) => ({
        containerPort: 80,
        hostPort: 80,
        ...(hostIP === undefined ? {} : { hostIP })
      })
      yield* listening("a", "10.0.0.1")
      yield* listening("b", "10.0.0.2")
      yield* listening("c")
      assert.strictEqual(yield* placed(client, "a"), "node-1")
      assert.strictEqual(yield* placed(client, "b"), "node-1")
      assert.include(yield* placed(client, "c"), "1 node(s) didn't have free ports for the requested pod ports")
    }))

  it.scoped("the scheduler: waits until a pod has no scheduling gates", () =>
    Effect.gen(function*() {
      const client = api(yield* plane(forever))
      yield* start(client, pod("a", { schedulingGates: [{ name: "example.com/wait" }] }))
      assert.strictEqual(
        yield* placed(client, "a"),
        "SchedulingGated: Scheduling is blocked due to non-empty scheduling gates"
      )
      yield* client.merge(`${pods}/a`, { spec: { schedulingGates: null } })
      yield* settle
      assert.strictEqual(yield* placed(client, "a"), "node-1")
    }))

  it.scoped("the scheduler: honours taints, selectors and free resources", () =>
    Effect.gen(function*() {
      const client = api(
        yield* plane({
          ...forever,
          nodes: [
            { name: "arm", architecture: "arm64", allocatable: { cpu: "2", memory: "4Gi" } },
            {
              name: "master",
              roles: ["master"],
              taints: [{ key: "node-role.kubernetes.io/master", effect: "NoSchedule" }]
            }
          ]
        })
      )
      const toleration = { key: "node-role.kubernetes.io/master", operator: "Exists" }
      const hungry = (cpu: string) =>
        manifest<PodSpec>({ containers: [{ name: "main", image: "i", resources: { requests: { cpu } } }] })
      yield* start(client, pod("arm", { nodeSelector: { "kubernetes.io/arch": "arm64" } }))
      yield* start(client, pod("amd", { nodeSelector: { "kubernetes.io/arch": "amd64" } }))
      yield* start(
        client,
        pod("amd-tolerant", {
          nodeSelector: { "kubernetes.io/arch": "amd64" },
          tolerations: [toleration]
        })
      )
      yield* start(client, pod("fits", hungry("1500m")))
      yield* start(client, pod("does-not-fit", hungry("501m")))
      assert.strictEqual(yield* placed(client, "arm"), "arm")
      assert.strictEqual(
        yield* placed(client, "amd"),
        "Unschedulable: 0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated "
          + "taint(s). preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
      )
      assert.strictEqual(yield* placed(client, "amd-tolerant"), "master")
      assert.strictEqual(yield* placed(client, "fits"), "arm")
      assert.include(yield* placed(client, "does-not-fit"), "1 Insufficient cpu, 1 node(s) had untolerated taint(s)")
    }))

  it.scoped("the scheduler: waits for a bound claim and for a node", () =>
    Effect.gen(function*() {
      const client = api(yield* plane({ ...forever, nodes: [] }))
      yield* start(client, pod("a", { volumes: [{ name: "cache", persistentVolumeClaim: { claimName: "cache" } }] }))
      assert.include(yield* placed(client, "a"), "persistentvolumeclaim \"cache\" not found")
      const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } }
      yield* client.post(
        "/api/v1/namespaces/ns/persistentvolumeclaims",
        manifest<PersistentVolumeClaim>({ metadata: { name: "cache" }, spec })
      )
      yield* settle
      assert.strictEqual(yield* placed(client, "a"), "Unschedulable: no nodes available to schedule pods")
    }))
})
