/** Cases of DaemonSets, on nodes that are objects only. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { at, type Case, type Place } from "../../support/ClusterCase.js"
import {
  counts,
  eventsOf,
  eventually,
  itemsOf,
  nameOf,
  patch,
  paths,
  ready,
  send,
  template
} from "../../support/WorkloadCase.js"

const nodePath = ({ namespace }: Place, name: string) => `/api/v1/nodes/${namespace}-${name}`

/** No pods of other cases are scheduled to the nodes. */
const apart: JsonObject = { key: "example.com/suite", effect: "NoSchedule" }

/** Makes a node that the sets of this case select. */
const node = (place: Place, name: string, labels: JsonObject = { suite: place.namespace }) =>
  Effect.acquireRelease(
    send(place, "POST", "/api/v1/nodes", {
      body: {
        metadata: { name: `${place.namespace}-${name}`, labels },
        spec: { taints: [apart] },
        status: { allocatable: { pods: "110" }, capacity: { pods: "110" } }
      }
    }),
    () => Effect.ignore(send(place, "DELETE", nodePath(place, name)))
  )

/** Removes the pods that are being deleted, as their kubelet does. */
const removed = (place: Place) =>
  Effect.flatMap(send(place, "GET", paths(place).pods), (list) =>
    Effect.forEach(
      itemsOf(list).filter((pod) => at(pod, "metadata", "deletionTimestamp") !== undefined),
      (pod) =>
        Effect.ignore(
          send(place, "DELETE", `${paths(place).pods}/${nameOf(pod)}`, { body: { gracePeriodSeconds: 0 } })
        )
    ))

const agent = (place: Place) => `${paths(place).daemonSets}/agent`

const templateOf = ({ namespace }: Place, image: string): JsonObject => {
  const { metadata, spec } = template(image)
  const tolerations = [{ key: "example.com/suite", operator: "Exists" }]
  return { metadata: metadata ?? {}, spec: { ...Object(spec), nodeSelector: { suite: namespace }, tolerations } }
}

const create = (place: Place, more: JsonObject = {}) =>
  Effect.acquireRelease(
    send(place, "POST", paths(place).daemonSets, {
      body: {
        metadata: { name: "agent" },
        spec: { selector: { matchLabels: { app: "web" } }, template: templateOf(place, "agent:1"), ...more }
      }
    }),
    () =>
      Effect.gen(function*() {
        yield* send(place, "DELETE", agent(place), { body: { propagationPolicy: "Orphan" } })
        const list = yield* send(place, "GET", paths(place).pods)
        yield* Effect.forEach(itemsOf(list), (pod) =>
          send(place, "DELETE", `${paths(place).pods}/${nameOf(pod)}`, {
            body: { gracePeriodSeconds: 0 }
          }))
      }).pipe(Effect.ignore)
  )

const shown = (place: Place, pod: unknown): string =>
  [
    String(at(pod, "spec", "nodeName")).slice(place.namespace.length + 1),
    String(at(pod, "spec", "containers", 0, "image")).split(":").at(-1),
    ...(at(pod, "metadata", "deletionTimestamp") === undefined ? [] : ["terminating"])
  ].join(" ")

/** Waits for these pods, such as `a 1`: node and version of the image. */
const pods = (place: Place, ...wanted: ReadonlyArray<string>) =>
  Effect.map(
    eventually(
      place,
      paths(place).pods,
      (list) =>
        JSON.stringify(itemsOf(list).map((pod) => shown(place, pod)).toSorted()) === JSON.stringify(wanted.toSorted())
    ),
    itemsOf
  )

const allReady = (place: Place, all: ReadonlyArray<unknown>) =>
  Effect.forEach(
    all.filter((pod) => at(pod, "metadata", "deletionTimestamp") === undefined),
    (pod) => ready(place, pod)
  )

const status = (place: Place, field: string, value: number) =>
  eventually(place, agent(place), (one) => (at(one, "status", field) ?? 0) === value)

const update = (place: Place, image: string) =>
  patch(place, agent(place), { spec: { template: templateOf(place, image) } })

export const daemonSets: Readonly<Record<string, Case>> = {
  "DaemonSet: has a pod on each node that its template selects and tolerates": (place) =>
    Effect.gen(function*() {
      yield* node(place, "a")
      yield* node(place, "b")
      yield* node(place, "c", {})
      yield* create(place)
      const made = yield* pods(place, "a 1", "b 1")
      const [pod] = made
      const labels = Object(at(pod, "metadata", "labels"))
      assert.deepStrictEqual(Object.keys(labels).toSorted(), [
        "app",
        "controller-revision-hash",
        "pod-template-generation"
      ])
      assert.strictEqual(labels["pod-template-generation"], "1")
      assert.deepStrictEqual(at(pod, "spec", "affinity"), {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{
              matchFields: [{ key: "metadata.name", operator: "In", values: [at(pod, "spec", "nodeName")] }]
            }]
          }
        }
      })
      const taint = (name: string, effect: string) => ({
        key: `node.kubernetes.io/${name}`,
        operator: "Exists",
        effect
      })
      assert.deepStrictEqual(at(pod, "spec", "tolerations"), [
        { key: "example.com/suite", operator: "Exists" },
        taint("not-ready", "NoExecute"),
        taint("unreachable", "NoExecute"),
        taint("disk-pressure", "NoSchedule"),
        taint("memory-pressure", "NoSchedule"),
        taint("pid-pressure", "NoSchedule"),
        taint("unschedulable", "NoSchedule")
      ])
      const waiting = yield* status(place, "currentNumberScheduled", 2)
      assert.deepStrictEqual(counts(waiting), {
        currentNumberScheduled: 2,
        desiredNumberScheduled: 2,
        numberMisscheduled: 0,
        numberReady: 0,
        numberUnavailable: 2,
        observedGeneration: 1,
        updatedNumberScheduled: 2
      })
      yield* allReady(place, made)
      const done = yield* status(place, "numberAvailable", 2)
      assert.deepStrictEqual(counts(done), {
        currentNumberScheduled: 2,
        desiredNumberScheduled: 2,
        numberAvailable: 2,
        numberMisscheduled: 0,
        numberReady: 2,
        observedGeneration: 1,
        updatedNumberScheduled: 2
      })
      yield* place.pass("500 millis")
      assert.deepStrictEqual(
        yield* eventsOf(place, "agent"),
        made.map((one) => `SuccessfulCreate: Created pod: ${nameOf(one)}`).toSorted()
      )
      const [revision] = itemsOf(yield* send(place, "GET", paths(place).revisions))
      assert.strictEqual(nameOf(revision), `agent-${labels["controller-revision-hash"]}`)
      assert.strictEqual(at(revision, "revision"), 1)
      assert.deepStrictEqual(at(revision, "metadata", "labels"), {
        app: "web",
        "controller-revision-hash": labels["controller-revision-hash"]
      })
      assert.deepStrictEqual(at(revision, "metadata", "annotations"), {
        "deprecated.daemonset.template.generation": "1"
      })
    }),

  "DaemonSet: follows the labels and taints of nodes, and runs on nodes that are cordoned": (place) =>
    Effect.gen(function*() {
      yield* node(place, "a")
      yield* node(place, "b", {})
      yield* create(place)
      yield* allReady(place, yield* pods(place, "a 1"))
      yield* patch(place, nodePath(place, "b"), {
        metadata: { labels: { suite: place.namespace } },
        spec: { unschedulable: true }
      })
      yield* allReady(place, yield* pods(place, "a 1", "b 1"))
      yield* status(place, "numberAvailable", 2)
      yield* patch(place, nodePath(place, "a"), { metadata: { labels: { suite: null } } })
      yield* pods(place, "a 1 terminating", "b 1")
      yield* removed(place)
      yield* pods(place, "b 1")
      yield* status(place, "desiredNumberScheduled", 1)
      yield* patch(place, nodePath(place, "b"), {
        spec: { taints: [apart, { key: "example.com/a", effect: "NoSchedule" }] }
      })
      // The set is looked at again when anything of it changes.
      yield* patch(place, agent(place), { spec: { minReadySeconds: 1 } })
      const tainted = yield* status(place, "desiredNumberScheduled", 0)
      assert.strictEqual(at(tainted, "status", "numberMisscheduled"), 1)
      yield* pods(place, "b 1")
      yield* patch(place, nodePath(place, "b"), {
        spec: { taints: [apart, { key: "example.com/a", effect: "NoExecute" }] }
      })
      yield* pods(place, "b 1 terminating")
    }),

  "DaemonSet: replaces as many pods at once as may be unavailable, and keeps its history": (place) =>
    Effect.gen(function*() {
      yield* node(place, "a")
      yield* node(place, "b")
      yield* create(place, { revisionHistoryLimit: 1 })
      yield* allReady(place, yield* pods(place, "a 1", "b 1"))
      yield* status(place, "numberAvailable", 2)
      yield* update(place, "agent:2")
      const list = yield* eventually(
        place,
        paths(place).pods,
        (list) => itemsOf(list).filter((pod) => at(pod, "metadata", "deletionTimestamp") !== undefined).length === 1
      )
      const first = itemsOf(list).find((pod) => at(pod, "metadata", "deletionTimestamp") !== undefined)
      const [here, there] = shown(place, first).startsWith("a") ? ["a", "b"] : ["b", "a"]
      yield* removed(place)
      const renewed = yield* pods(place, `${here} 2`, `${there} 1`)
      const fresh = renewed.find((pod) => shown(place, pod) === `${here} 2`)
      assert.strictEqual(at(fresh, "metadata", "labels", "pod-template-generation"), "2")
      const half = yield* status(place, "updatedNumberScheduled", 1)
      assert.strictEqual(at(half, "status", "numberUnavailable"), 1)
      yield* place.pass("300 millis")
      yield* pods(place, `${here} 2`, `${there} 1`)
      yield* allReady(place, renewed)
      yield* pods(place, `${here} 2`, `${there} 1 terminating`)
      yield* removed(place)
      yield* allReady(place, yield* pods(place, "a 2", "b 2"))
      yield* status(place, "numberAvailable", 2)
      const numbers = Effect.map(
        send(place, "GET", paths(place).revisions),
        (list) => itemsOf(list).map((one) => at(one, "revision")).toSorted()
      )
      assert.deepStrictEqual(yield* numbers, [1, 2])
      // Undone: the former revision is the newest.
      yield* update(place, "agent:1")
      yield* eventually(place, agent(place), (one) => at(one, "status", "observedGeneration") === 3)
      assert.deepStrictEqual(yield* numbers, [2, 3])
    }),

  "DaemonSet: with maxSurge a new pod is ready before the old one is deleted": (place) =>
    Effect.gen(function*() {
      yield* node(place, "a")
      yield* create(place, {
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
      })
      yield* allReady(place, yield* pods(place, "a 1"))
      yield* status(place, "numberAvailable", 1)
      yield* update(place, "agent:2")
      const both = yield* pods(place, "a 1", "a 2")
      yield* place.pass("300 millis")
      yield* pods(place, "a 1", "a 2")
      yield* allReady(place, both)
      yield* pods(place, "a 1 terminating", "a 2")
      yield* removed(place)
      const done = yield* status(place, "updatedNumberScheduled", 1)
      assert.strictEqual(at(done, "status", "numberAvailable"), 1)
    }),

  "DaemonSet: with OnDelete pods are updated when they are deleted, and those that have ended are replaced": (place) =>
    Effect.gen(function*() {
      yield* node(place, "a")
      yield* create(place, { updateStrategy: { type: "OnDelete" } })
      const [pod] = yield* pods(place, "a 1")
      yield* ready(place, pod)
      yield* update(place, "agent:2")
      yield* eventually(place, agent(place), (one) => at(one, "status", "observedGeneration") === 2)
      yield* place.pass("300 millis")
      yield* pods(place, "a 1")
      yield* patch(place, `${paths(place).pods}/${nameOf(pod)}/status`, { status: { phase: "Failed" } })
      const list = yield* eventually(
        place,
        paths(place).pods,
        (list) => itemsOf(list).some((one) => nameOf(one) !== nameOf(pod) || shown(place, one).endsWith("terminating"))
      )
      if (itemsOf(list).some((one) => nameOf(one) === nameOf(pod))) yield* removed(place)
      yield* pods(place, "a 2")
      yield* place.pass("500 millis")
      assert.include(
        yield* eventsOf(place, "agent"),
        `FailedDaemonPod: Found failed daemon pod ${place.namespace}/${nameOf(pod)} on node ${place.namespace}-a, `
          + "will try to kill it"
      )
    })
}
