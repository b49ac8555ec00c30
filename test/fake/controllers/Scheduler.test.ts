import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import * as Json from "../../../src/fake/Json.js"
import * as Program from "../../../src/fake/kubelet/Program.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
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

const preferring = (key: string, value: string) => ({
  preferredDuringSchedulingIgnoredDuringExecution: [
    { weight: 10, preference: { matchExpressions: [{ key, operator: "In", values: [value] }] } }
  ]
})

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

  it.scoped("topologySpreadConstraints: DoNotSchedule keeps the domains within maxSkew", () =>
    Effect.gen(function*() {
      const nodes = [{ name: "n1" }, { name: "n2" }, { name: "bare", labels: {} }]
      const client = api(yield* plane({ ...forever, nodes }))
      yield* Effect.forEach([["n1", "a"], ["n2", "b"]], ([node = "", zone = ""]) =>
        client.merge(`/api/v1/nodes/${node}`, { metadata: { labels: { zone } } }))
      const spread = (name: string, spec: Partial<Manifest<PodSpec>> = {}, maxSkew = 1) =>
        start(
          client,
          manifest<Pod>({
            ...pod(name, {
              topologySpreadConstraints: [{
                maxSkew,
                topologyKey: "zone",
                whenUnsatisfiable: "DoNotSchedule",
                labelSelector: { matchLabels: { app: "x" } },
                matchLabelKeys: ["version"]
              }],
              ...spec
            }),
            metadata: { name, labels: { app: "x", version: "1" } }
          })
        )
      const first = { nodeSelector: { zone: "a" } }
      yield* spread("p1", first)
      assert.strictEqual(yield* placed(client, "p1"), "n1")
      const created = yield* client.get(`${pods}/p1`)
      assert.deepStrictEqual(Json.at(created, "spec", "topologySpreadConstraints", 0, "labelSelector"), {
        matchLabels: { app: "x" },
        matchExpressions: [{ key: "version", operator: "In", values: ["1"] }]
      })
      yield* spread("p2")
      assert.strictEqual(yield* placed(client, "p2"), "n2")
      yield* spread("p3", { affinity: { nodeAffinity: preferring("zone", "a") } })
      assert.strictEqual(yield* placed(client, "p3"), "n1")
      yield* client.merge("/api/v1/nodes/n2", { spec: { unschedulable: true } })
      yield* spread("p4")
      assert.match(
        yield* placed(client, "p4"),
        /^Unschedulable: 0\/3 nodes are available: 1 node\(s\) didn't match pod topology spread constraints, 1 node\(s\) didn't match pod topology spread constraints \(missing required label\), 1 node\(s\) were unschedulable\. /
      )
      yield* spread("p5", {}, 2)
      assert.strictEqual(yield* placed(client, "p5"), "n1")
    }))

  it.scoped("preferences: of affinities, of taints and of ScheduleAnyway decide between nodes that fit", () =>
    Effect.gen(function*() {
      const soft = { key: "soft", effect: "PreferNoSchedule" }
      const client = api(
        yield* plane({ ...forever, nodes: [{ name: "n1", taints: [soft] }, { name: "n2" }, { name: "n3" }] })
      )
      const hostname = "kubernetes.io/hostname"
      yield* start(client, pod("liked", { affinity: { nodeAffinity: preferring(hostname, "n3") } }))
      assert.strictEqual(yield* placed(client, "liked"), "n3")
      yield* start(client, pod("tolerant", { tolerations: [{ key: "soft", operator: "Exists" }] }))
      yield* start(client, pod("intolerant"))
      assert.deepStrictEqual([yield* placed(client, "tolerant"), yield* placed(client, "intolerant")], ["n1", "n2"])
      const app = (name: string, spec: Partial<Manifest<PodSpec>>) =>
        start(client, manifest<Pod>({ ...pod(name, spec), metadata: { name, labels: { app: "x" } } }))
      const labelSelector = { matchLabels: { app: "x" } }
      yield* app("x1", { affinity: { nodeAffinity: preferring(hostname, "n2") } })
      const topologySpreadConstraints = [
        { maxSkew: 1, topologyKey: hostname, whenUnsatisfiable: "ScheduleAnyway", labelSelector }
      ]
      yield* start(client, pod("ballast", { nodeName: "n3" }))
      yield* start(client, pod("more", { nodeName: "n3" }))
      yield* app("x2", { topologySpreadConstraints })
      assert.strictEqual(yield* placed(client, "x2"), "n3")
      const term = { labelSelector, topologyKey: hostname }
      const preferred = [{ weight: 1, podAffinityTerm: term }]
      yield* app("x3", { affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } } })
      assert.strictEqual(yield* placed(client, "x3"), "n2")
    }))

  it.scoped("priority: of pods that wait the one with the highest comes first", () =>
    Effect.gen(function*() {
      const client = api(yield* plane({ ...forever, nodes: [{ name: "n1", allocatable: { cpu: "1" } }] }))
      const resources = { requests: { cpu: "1" } }
      const whole = { containers: [{ name: "main", image: "i", resources }] }
      yield* start(client, pod("first", whole))
      yield* start(client, pod("low", whole))
      yield* start(client, pod("high", { ...whole, priorityClassName: "system-node-critical" }))
      yield* client.delete(`${pods}/first`)
      yield* settle
      assert.strictEqual(yield* placed(client, "high"), "n1")
      assert.include(yield* placed(client, "low"), "Insufficient cpu")
    }))

  it.scoped("resources of a pod: count in place of those of its containers", () =>
    Effect.gen(function*() {
      const client = api(yield* plane({ ...forever, nodes: [{ name: "n1", allocatable: { cpu: "1" } }] }))
      const asking = (name: string, cpu: string) =>
        client.post(pods, Json.set(pod(name), ["spec", "resources"], { requests: { cpu } }))
      yield* asking("a", "900m")
      yield* asking("b", "200m")
      yield* settle
      assert.include(yield* placed(client, "b"), "Insufficient cpu")
    }))

  it.scoped("events: those of the scheduler are of events.k8s.io, and are listed before those of the kubelet", () =>
    Effect.gen(function*() {
      const client = api(yield* plane(forever))
      const events = Effect.map(client.get("/api/v1/namespaces/ns/events"), (list) => Json.objects(list, "items"))
      const change = (node: JsonObject) => Effect.andThen(client.merge("/api/v1/nodes/node-1", node), settle)
      yield* start(client, pod("a", { nodeSelector: { disk: "fast" } }))
      const [first] = yield* events
      assert.deepInclude(first, {
        reason: "FailedScheduling",
        action: "Scheduling",
        eventTime: "1970-01-01T00:00:00.000000Z",
        firstTimestamp: null,
        source: {},
        reportingComponent: "default-scheduler",
        reportingInstance: "default-scheduler-fake"
      })
      yield* TestClock.adjust("6 minutes")
      yield* change({ spec: { unschedulable: true } })
      assert.deepStrictEqual(yield* events, [{
        ...first,
        metadata: Json.object((yield* events)[0] ?? {}, "metadata"),
        series: { count: 2, lastObservedTime: "1970-01-01T00:06:00.000000Z" }
      }])
      yield* TestClock.adjust("7 minutes")
      yield* change({ spec: { unschedulable: null } })
      yield* change({ metadata: { labels: { disk: "fast" } } })
      assert.deepStrictEqual((yield* events).map((event) => Json.text(event, "reason")), [
        "FailedScheduling",
        "FailedScheduling",
        "Scheduled",
        "Pulled",
        "Created",
        "Started"
      ])
    }))
})
