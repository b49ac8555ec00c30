/** Cases of Deployments, ReplicaSets and disruption budgets. Pods are moved as by a kubelet. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { at, type Case, type Place, refusal, textAt } from "../../support/ClusterCase.js"
import {
  allReady,
  conditions,
  counts,
  eventually,
  itemsOf,
  patch,
  paths,
  ready,
  send,
  template
} from "../../support/WorkloadCase.js"

const deployment = (replicas: number): JsonObject => ({
  metadata: { name: "web" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "web" } },
    strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    template: template("web:1")
  }
})

const web = (place: Place) => `${paths(place).deployments}/web`

export const deployments: Readonly<Record<string, Case>> = {
  "Deployment: makes a ReplicaSet, which makes pods, and is available when they are ready": (place) =>
    Effect.gen(function*() {
      const { deployments, pods, sets } = paths(place)
      yield* send(place, "POST", deployments, { body: deployment(2) })
      // The controller counts the unavailable ones before it has seen those of the ReplicaSet.
      const waiting = yield* eventually(place, web(place), (one) => at(one, "status", "updatedReplicas") === 2)
      const [set] = itemsOf(yield* send(place, "GET", sets))
      const name = textAt(set, "metadata", "name")
      const hash = name.slice("web-".length)
      assert.deepStrictEqual(at(set, "metadata", "labels"), { app: "web", "pod-template-hash": hash })
      assert.deepStrictEqual(at(set, "metadata", "annotations"), {
        "deployment.kubernetes.io/desired-replicas": "2",
        "deployment.kubernetes.io/max-replicas": "3",
        "deployment.kubernetes.io/revision": "1"
      })
      assert.deepStrictEqual(at(set, "spec", "selector"), { matchLabels: { app: "web", "pod-template-hash": hash } })
      assert.strictEqual(at(set, "metadata", "ownerReferences", 0, "kind"), "Deployment")
      assert.strictEqual(at(waiting, "metadata", "annotations", "deployment.kubernetes.io/revision"), "1")
      assert.deepStrictEqual(counts(waiting), {
        observedGeneration: 1,
        replicas: 2,
        updatedReplicas: 2,
        unavailableReplicas: 2,
        terminatingReplicas: 0
      })
      assert.deepStrictEqual(conditions(waiting), [
        ["Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."],
        ["Progressing", "True", "ReplicaSetUpdated", `ReplicaSet "${name}" is progressing.`]
      ])
      yield* allReady(place, 2)
      const done = yield* eventually(place, web(place), (one) => at(one, "status", "availableReplicas") === 2)
      assert.deepStrictEqual(counts(done), {
        observedGeneration: 1,
        replicas: 2,
        updatedReplicas: 2,
        readyReplicas: 2,
        availableReplicas: 2,
        terminatingReplicas: 0
      })
      assert.deepStrictEqual(conditions(done), [
        ["Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability."],
        ["Progressing", "True", "NewReplicaSetAvailable", `ReplicaSet "${name}" has successfully progressed.`]
      ])
      const [pod] = itemsOf(yield* send(place, "GET", pods))
      assert.match(textAt(pod, "metadata", "name"), new RegExp(`^${name}-\\w{5}$`))
    }),

  "Deployment: updates pod by pod within maxSurge and maxUnavailable, and keeps the old ReplicaSet": (place) =>
    Effect.gen(function*() {
      const { deployments, sets } = paths(place)
      yield* send(place, "POST", deployments, { body: deployment(2) })
      yield* allReady(place, 2)
      yield* eventually(place, web(place), (one) => at(one, "status", "availableReplicas") === 2)
      yield* patch(place, web(place), { spec: { template: template("web:2") } })
      const sizes = (list: unknown) =>
        itemsOf(list).map((set) => [
          at(set, "metadata", "annotations", "deployment.kubernetes.io/revision"),
          at(set, "spec", "replicas")
        ]).sort()
      const become = (...wanted: ReadonlyArray<unknown>) =>
        eventually(place, sets, (list) => JSON.stringify(sizes(list)) === JSON.stringify(wanted))
      yield* become(["1", 2], ["2", 1])
      yield* allReady(place, 3)
      yield* become(["1", 1], ["2", 2])
      yield* allReady(place, 3)
      yield* become(["1", 0], ["2", 2])
      const done = yield* eventually(
        place,
        web(place),
        (one) => at(one, "status", "replicas") === 2 && at(one, "status", "availableReplicas") === 2
      )
      assert.strictEqual(at(done, "metadata", "annotations", "deployment.kubernetes.io/revision"), "2")
      // Undone: the ReplicaSet with the former template gets the next revision.
      yield* patch(place, web(place), { spec: { template: template("web:1") } })
      yield* become(["2", 2], ["3", 1])
    }),

  "Deployment: has progressed since a new ReplicaSet, also where the old pods are gone before": (place) =>
    Effect.gen(function*() {
      const { deployments } = paths(place)
      const { metadata, spec } = deployment(1)
      const body = { metadata: metadata ?? {}, spec: { ...Object(spec), strategy: { type: "Recreate" } } }
      yield* send(place, "POST", deployments, { body })
      yield* allReady(place, 1)
      const reason = (deployment: unknown) => conditions(deployment).find(([type]) => type === "Progressing")?.[2]
      yield* eventually(place, web(place), (one) => reason(one) === "NewReplicaSetAvailable")
      yield* patch(place, web(place), { spec: { template: template("web:2") } })
      yield* eventually(
        place,
        web(place),
        // A controller that hears of the last old pod and the first new one at once sees no progress, and keeps the reason.
        (one) =>
          at(one, "status", "observedGeneration") === 2 &&
          at(one, "status", "updatedReplicas") === 1 &&
          (reason(one) === "ReplicaSetUpdated" || reason(one) === "NewReplicaSetAvailable")
      )
      yield* allReady(place, 1)
      yield* eventually(
        place,
        web(place),
        (one) => at(one, "status", "availableReplicas") === 1 && reason(one) === "NewReplicaSetAvailable"
      )
    }),

  "ReplicaSet: adopts pods that it selects, and deletes those that are not ready first": (place) =>
    Effect.gen(function*() {
      const { pods, sets } = paths(place)
      const { metadata, spec } = template("web:1")
      yield* send(place, "POST", pods, {
        body: { metadata: { ...Object(metadata), name: "orphan" }, spec: spec ?? {} }
      })
      // A controller that has not heard of the pod yet makes one more, and deletes one of the three.
      yield* place.pass("1 second")
      const selector = { matchLabels: { app: "web" } }
      yield* send(place, "POST", sets, {
        body: { metadata: { name: "web" }, spec: { replicas: 2, selector, template: template("web:1") } }
      })
      const list = yield* eventually(place, pods, (list) =>
        itemsOf(list).length === 2 &&
        itemsOf(list).every((pod) => at(pod, "metadata", "ownerReferences", 0, "name") === "web"))
      const orphan = itemsOf(list).find((pod) => at(pod, "metadata", "name") === "orphan")
      yield* ready(place, orphan)
      yield* eventually(place, `${sets}/web`, (set) => at(set, "status", "readyReplicas") === 1)
      yield* patch(place, `${sets}/web`, { spec: { replicas: 1 } })
      const left = yield* eventually(place, pods, (list) => itemsOf(list).length === 1)
      assert.strictEqual(at(left, "items", 0, "metadata", "name"), "orphan")
    }),

  "ReplicationController: has the labels of its template, makes pods, and keeps them when it is deleted": (place) =>
    Effect.gen(function*() {
      const { pods } = paths(place)
      const controllers = pods.replace(/pods$/, "replicationcontrollers")
      const { metadata, spec } = template("web:1")
      const made = yield* send(place, "POST", controllers, {
        body: { metadata: { name: "web" }, spec: { template: { metadata: metadata ?? {}, spec: spec ?? {} } } }
      })
      assert.deepStrictEqual(at(made, "spec", "selector"), { app: "web" })
      assert.deepStrictEqual(at(made, "metadata", "labels"), { app: "web" })
      assert.deepStrictEqual(at(made, "status"), { replicas: 0 })
      const list = yield* eventually(place, pods, (list) => itemsOf(list).length === 1)
      const [pod] = itemsOf(list)
      assert.deepInclude(at(pod, "metadata", "ownerReferences", 0), {
        apiVersion: "v1",
        kind: "ReplicationController",
        name: "web",
        controller: true,
        blockOwnerDeletion: true
      })
      yield* ready(place, pod)
      const one = yield* eventually(place, `${controllers}/web`, (set) => at(set, "status", "readyReplicas") === 1)
      assert.deepStrictEqual(at(one, "status"), {
        availableReplicas: 1,
        fullyLabeledReplicas: 1,
        observedGeneration: 1,
        readyReplicas: 1,
        replicas: 1
      })
      const scale = yield* send(place, "GET", `${controllers}/web/scale`)
      assert.deepStrictEqual(at(scale, "status"), { replicas: 1, selector: "app=web" })
      yield* send(place, "DELETE", `${controllers}/web`)
      const left = yield* eventually(
        place,
        pods,
        (list) => itemsOf(list).length === 1 && at(list, "items", 0, "metadata", "ownerReferences") === undefined
      )
      assert.strictEqual(at(left, "items", 0, "metadata", "name"), at(pod, "metadata", "name"))
    }),

  "eviction: is refused where a disruption budget does not allow it": (place) =>
    Effect.gen(function*() {
      const { budgets, deployments, pods } = paths(place)
      yield* send(place, "POST", deployments, { body: deployment(1) })
      yield* allReady(place, 1)
      yield* send(place, "POST", budgets, {
        body: { metadata: { name: "web" }, spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } } }
      })
      const budget = yield* eventually(place, `${budgets}/web`, (one) => at(one, "status", "currentHealthy") === 1)
      assert.deepStrictEqual(counts(budget), {
        currentHealthy: 1,
        desiredHealthy: 1,
        disruptionsAllowed: 0,
        expectedPods: 1,
        observedGeneration: 1
      })
      assert.deepStrictEqual(conditions(budget), [["DisruptionAllowed", "False", "InsufficientPods", ""]])
      const [pod] = itemsOf(yield* send(place, "GET", pods))
      const name = textAt(pod, "metadata", "name")
      const evict = (of = name) =>
        send(place, "POST", `${pods}/${name}/eviction`, {
          body: { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: of } }
        })
      const refused = yield* refusal(evict())
      assert.strictEqual(refused.code, 429)
      assert.strictEqual(refused.status?.message, "Cannot evict pod as it would violate the pod's disruption budget.")
      assert.deepStrictEqual(refused.status?.details?.causes?.map(({ message, reason }) => [reason, message]), [
        ["DisruptionBudget", "The disruption budget web needs 1 healthy pods and has 1 currently"]
      ])
      assert.strictEqual(
        (yield* refusal(evict("other"))).status?.message,
        "name in URL does not match name in Eviction object"
      )
      const version = textAt(yield* send(place, "GET", `${budgets}/web`), "metadata", "resourceVersion")
      yield* patch(place, `${budgets}/web`, { metadata: { resourceVersion: version }, spec: { minAvailable: 0 } })
      yield* eventually(place, `${budgets}/web`, (one) => at(one, "status", "disruptionsAllowed") === 1)
      assert.deepStrictEqual(yield* evict(), {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Success",
        code: 201
      })
      yield* eventually(place, pods, (list) =>
        itemsOf(list).every((pod) =>
          at(pod, "metadata", "name") !== name
        ) && itemsOf(list).length === 1)
    })
}
