/** Cases of StatefulSets. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { at, type Case, type Place } from "../../support/ClusterCase.js"
import {
  allReady,
  counts,
  eventsOf,
  eventually,
  isReady,
  itemsOf,
  nameOf,
  patch,
  paths,
  ready,
  send,
  template
} from "../../support/WorkloadCase.js"

const set = (replicas: number, more: JsonObject = {}): JsonObject => ({
  metadata: { name: "web" },
  spec: {
    replicas,
    serviceName: "svc",
    selector: { matchLabels: { app: "web" } },
    template: template("web:1"),
    ...more
  }
})

const web = (place: Place) => `${paths(place).statefulSets}/web`

const create = (place: Place, replicas: number, more: JsonObject = {}) =>
  send(place, "POST", paths(place).statefulSets, { body: set(replicas, more) })

const revision = (pod: unknown) => at(pod, "metadata", "labels", "controller-revision-hash")

/** Waits until the set has these pods, with those that are ready marked, and returns them. */
const pods = (place: Place, ...wanted: ReadonlyArray<string>) =>
  Effect.map(
    eventually(place, paths(place).pods, (list) => {
      const shown = itemsOf(list).map((pod) => `${nameOf(pod)}${isReady(pod) ? " ready" : ""}`)
      return JSON.stringify(shown.toSorted()) === JSON.stringify(wanted.toSorted())
    }),
    itemsOf
  )

/** Makes the pods of a set ready one by one. */
const inOrder = (place: Place, count: number, first = 0) =>
  Effect.forEach(Array.from({ length: count }, (_, index) => `web-${first + index}`), (name, index) =>
    Effect.flatMap(
      eventually(place, paths(place).pods, (list) =>
        itemsOf(list).length === index + 1 && itemsOf(list).some((pod) =>
          nameOf(pod) === name
        )),
      (list) => Effect.forEach(itemsOf(list).filter((pod) => nameOf(pod) === name), (pod) => ready(place, pod))
    ))

const images = (place: Place, ...wanted: ReadonlyArray<string>) =>
  Effect.map(
    eventually(
      place,
      paths(place).pods,
      (list) =>
        JSON.stringify(
          itemsOf(list).map((pod) => String(at(pod, "spec", "containers", 0, "image")).split(":").at(-1))
        ) === JSON.stringify(wanted)
    ),
    itemsOf
  )

const update = (place: Place, image: string, more: JsonObject = {}) =>
  patch(place, web(place), { spec: { template: template(image), ...more } })

const revisions = (place: Place) =>
  Effect.map(
    send(place, "GET", paths(place).revisions),
    (list) =>
      itemsOf(list).map((one) => [Number(at(one, "revision")), nameOf(one)] as const).toSorted((a, b) => a[0] - b[0])
  )

/** The names of the revisions of the templates: a hash of what Go encodes. */
const [first, second] = ["web-6c65998ffd", "web-57867bfc77"]

export const statefulSets: Readonly<Record<string, Case>> = {
  "StatefulSet: makes its pods in order, each once the one before it is ready": (place) =>
    Effect.gen(function*() {
      yield* create(place, 2)
      const [pod] = yield* pods(place, "web-0")
      assert.deepStrictEqual(at(pod, "metadata", "labels"), {
        app: "web",
        "apps.kubernetes.io/pod-index": "0",
        "controller-revision-hash": first,
        "statefulset.kubernetes.io/pod-name": "web-0"
      })
      assert.strictEqual(at(pod, "metadata", "generateName"), "web-")
      assert.strictEqual(at(pod, "spec", "hostname"), "web-0")
      assert.strictEqual(at(pod, "spec", "subdomain"), "svc")
      assert.deepInclude(at(pod, "metadata", "ownerReferences", 0), {
        apiVersion: "apps/v1",
        kind: "StatefulSet",
        name: "web",
        controller: true,
        blockOwnerDeletion: true
      })
      const waiting = yield* eventually(place, web(place), (one) => at(one, "status", "replicas") === 1)
      assert.deepStrictEqual(counts(waiting), {
        observedGeneration: 1,
        replicas: 1,
        currentReplicas: 1,
        updatedReplicas: 1,
        availableReplicas: 0,
        currentRevision: first,
        updateRevision: first,
        collisionCount: 0
      })
      yield* ready(place, pod)
      yield* pods(place, "web-0 ready", "web-1")
      yield* allReady(place, 2)
      const done = yield* eventually(place, web(place), (one) => at(one, "status", "availableReplicas") === 2)
      assert.deepStrictEqual(counts(done), {
        observedGeneration: 1,
        replicas: 2,
        readyReplicas: 2,
        currentReplicas: 2,
        updatedReplicas: 2,
        availableReplicas: 2,
        currentRevision: first,
        updateRevision: first,
        collisionCount: 0
      })
      const [made] = itemsOf(yield* send(place, "GET", paths(place).revisions))
      assert.deepStrictEqual(at(made, "metadata", "labels"), {
        app: "web",
        "controller.kubernetes.io/hash": first?.slice("web-".length)
      })
      assert.strictEqual(at(made, "revision"), 1)
      assert.strictEqual(at(made, "data", "spec", "template", "$patch"), "replace")
      assert.deepStrictEqual(
        Object.keys(Object(at(made, "data", "spec", "template", "spec"))),
        Object.keys(Object(at(made, "data", "spec", "template", "spec"))).toSorted()
      )
      yield* place.pass("500 millis")
      assert.deepStrictEqual(yield* eventsOf(place, "web"), [
        "SuccessfulCreate: Create Pod web-0 in StatefulSet web successful",
        "SuccessfulCreate: Create Pod web-1 in StatefulSet web successful"
      ])
    }),

  "StatefulSet: deletes its pods in the reverse order, each once all others are available": (place) =>
    Effect.gen(function*() {
      yield* create(place, 3)
      yield* inOrder(place, 3)
      yield* eventually(place, web(place), (one) => at(one, "status", "availableReplicas") === 3)
      yield* patch(place, `${paths(place).pods}/web-0/status`, {
        status: { conditions: [{ type: "Ready", status: "False" }] }
      })
      yield* eventually(place, web(place), (one) => at(one, "status", "availableReplicas") === 2)
      yield* patch(place, `${web(place)}/scale`, { spec: { replicas: 1 } })
      yield* eventually(place, web(place), (one) => at(one, "status", "observedGeneration") === 2)
      yield* place.pass("300 millis")
      assert.strictEqual(itemsOf(yield* send(place, "GET", paths(place).pods)).length, 3)
      yield* ready(place, { metadata: { name: "web-0" } })
      yield* pods(place, "web-0 ready")
      const done = yield* eventually(place, web(place), (one) => at(one, "status", "replicas") === 1)
      assert.strictEqual(at(done, "status", "currentReplicas"), 1)
      yield* place.pass("500 millis")
      assert.deepStrictEqual((yield* eventsOf(place, "web")).filter((event) => event.includes("Delete")), [
        "SuccessfulDelete: Delete Pod web-1 in StatefulSet web successful",
        "SuccessfulDelete: Delete Pod web-2 in StatefulSet web successful"
      ])
    }),

  "StatefulSet: updates its pods from the highest, and keeps those below the partition": (place) =>
    Effect.gen(function*() {
      yield* create(place, 3, { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } } })
      yield* inOrder(place, 3)
      yield* eventually(place, web(place), (one) => at(one, "status", "availableReplicas") === 3)
      yield* update(place, "web:2")
      const [, , last] = yield* images(place, "1", "1", "2")
      assert.strictEqual(revision(last), second)
      const begun = yield* eventually(place, web(place), (one) => at(one, "status", "updatedReplicas") === 1)
      assert.deepStrictEqual(counts(begun), {
        observedGeneration: 2,
        replicas: 3,
        readyReplicas: 2,
        currentReplicas: 2,
        updatedReplicas: 1,
        availableReplicas: 2,
        currentRevision: first,
        updateRevision: second,
        collisionCount: 0
      })
      yield* ready(place, last)
      yield* images(place, "1", "2", "2")
      yield* allReady(place, 3)
      const partial = yield* eventually(place, web(place), (one) => at(one, "status", "availableReplicas") === 3)
      assert.strictEqual(at(partial, "status", "currentRevision"), first)
      // A pod below the partition is made of the former template.
      yield* send(place, "DELETE", `${paths(place).pods}/web-0`)
      yield* pods(place, "web-0", "web-1 ready", "web-2 ready")
      yield* images(place, "1", "2", "2")
      yield* allReady(place, 3)
      yield* patch(place, web(place), { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } })
      yield* images(place, "2", "2", "2")
      yield* allReady(place, 3)
      const done = yield* eventually(place, web(place), (one) => at(one, "status", "currentRevision") === second)
      assert.deepStrictEqual(counts(done), {
        observedGeneration: 3,
        replicas: 3,
        readyReplicas: 3,
        currentReplicas: 3,
        updatedReplicas: 3,
        availableReplicas: 3,
        currentRevision: second,
        updateRevision: second,
        collisionCount: 0
      })
      assert.deepStrictEqual(yield* revisions(place), [[1, first], [2, second]])
      // Undone: the former revision is the newest.
      yield* update(place, "web:1")
      yield* eventually(place, web(place), (one) => at(one, "status", "updateRevision") === first)
      assert.deepStrictEqual(yield* revisions(place), [[2, second], [3, first]])
    }),

  "StatefulSet: replaces as many pods at once as may be unavailable": (place) =>
    Effect.gen(function*() {
      const rollingUpdate = { maxUnavailable: "70%" }
      yield* create(place, 3, {
        podManagementPolicy: "Parallel",
        updateStrategy: { type: "RollingUpdate", rollingUpdate }
      })
      yield* allReady(place, 3)
      yield* eventually(place, web(place), (one) => at(one, "status", "availableReplicas") === 3)
      yield* update(place, "web:2")
      yield* images(place, "1", "2", "2")
      yield* place.pass("300 millis")
      yield* pods(place, "web-0 ready", "web-1", "web-2")
      yield* allReady(place, 3)
      yield* images(place, "2", "2", "2")
    }),

  "StatefulSet: with OnDelete pods are updated when they are deleted": (place) =>
    Effect.gen(function*() {
      yield* create(place, 2, { updateStrategy: { type: "OnDelete" }, podManagementPolicy: "Parallel" })
      yield* allReady(place, 2)
      yield* update(place, "web:2")
      yield* eventually(place, web(place), (one) => at(one, "status", "updateRevision") === second)
      yield* place.pass("300 millis")
      yield* images(place, "1", "1")
      yield* send(place, "DELETE", `${paths(place).pods}/web-0`)
      yield* images(place, "2", "1")
    }),

  "StatefulSet: replaces a pod that has ended, and has ordinals from their start": (place) =>
    Effect.gen(function*() {
      yield* create(place, 1, { ordinals: { start: 5 } })
      const [pod] = yield* pods(place, "web-5")
      yield* patch(place, `${paths(place).pods}/web-5/status`, { status: { phase: "Failed" } })
      const list = yield* eventually(
        place,
        paths(place).pods,
        (list) => itemsOf(list).some((one) => at(one, "metadata", "uid") !== at(pod, "metadata", "uid"))
      )
      assert.deepStrictEqual(itemsOf(list).map(nameOf), ["web-5"])
    }),

  "StatefulSet: adopts a pod with the name of one of its own, and restores its labels": (place) =>
    Effect.gen(function*() {
      const { metadata, spec } = template("web:1")
      for (const name of ["web-0", "other-1"]) {
        yield* send(place, "POST", paths(place).pods, {
          body: { metadata: { ...Object(metadata), name }, spec: spec ?? {} }
        })
        yield* ready(place, { metadata: { name } })
      }
      yield* place.pass("1 second")
      yield* create(place, 1, { updateStrategy: { type: "OnDelete" } })
      const adopted = yield* eventually(
        place,
        `${paths(place).pods}/web-0`,
        (pod) => at(pod, "metadata", "labels", "statefulset.kubernetes.io/pod-name") === "web-0"
      )
      assert.strictEqual(at(adopted, "metadata", "ownerReferences", 0, "name"), "web")
      const other = yield* send(place, "GET", `${paths(place).pods}/other-1`)
      assert.isUndefined(at(other, "metadata", "ownerReferences"))
      // It is released, and the set waits for its name.
      yield* patch(place, `${paths(place).pods}/web-0`, { metadata: { labels: { app: "other" } } })
      yield* eventually(
        place,
        `${paths(place).pods}/web-0`,
        (pod) => at(pod, "metadata", "ownerReferences") === undefined
      )
    }),

  "StatefulSet: keeps as many revisions without pods as the limit": (place) =>
    Effect.gen(function*() {
      yield* create(place, 1, { revisionHistoryLimit: 1 })
      yield* inOrder(place, 1)
      for (const image of ["2", "3", "4"]) {
        yield* update(place, `web:${image}`)
        yield* images(place, image)
        yield* allReady(place, 1)
        yield* eventually(
          place,
          web(place),
          (one) => at(one, "status", "currentRevision") === at(one, "status", "updateRevision")
        )
      }
      yield* eventually(place, paths(place).revisions, (list) => itemsOf(list).length === 2)
      assert.deepStrictEqual((yield* revisions(place)).map(([number]) => number), [3, 4])
    }),

  "StatefulSet: makes the claims of its pods, and deletes them by its policy": (place) =>
    Effect.gen(function*() {
      const { claims } = paths(place)
      const claim: JsonObject = {
        metadata: { name: "data", labels: { kept: "yes" } },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } }
      }
      yield* create(place, 2, {
        podManagementPolicy: "Parallel",
        volumeClaimTemplates: [claim],
        persistentVolumeClaimRetentionPolicy: { whenScaled: "Delete", whenDeleted: "Retain" }
      })
      const [pod] = yield* pods(place, "web-0", "web-1")
      assert.deepInclude(at(pod, "spec", "volumes", 0), {
        name: "data",
        persistentVolumeClaim: { claimName: "data-web-0" }
      })
      const list = yield* send(place, "GET", claims)
      assert.deepStrictEqual(itemsOf(list).map(nameOf), ["data-web-0", "data-web-1"])
      assert.deepStrictEqual(at(list, "items", 0, "metadata", "labels"), { kept: "yes", app: "web" })
      assert.isUndefined(at(list, "items", 0, "metadata", "ownerReferences"))
      yield* allReady(place, 2)
      yield* eventually(place, web(place), (one) => at(one, "status", "availableReplicas") === 2)
      yield* patch(place, web(place), { spec: { replicas: 1 } })
      yield* pods(place, "web-0 ready")
      yield* eventually(place, claims, (list) =>
        itemsOf(list).every((one) =>
          nameOf(one) === "data-web-0" ||
          at(one, "metadata", "deletionTimestamp") !== undefined
        ))
      yield* patch(place, web(place), {
        spec: { persistentVolumeClaimRetentionPolicy: { whenScaled: "Retain", whenDeleted: "Delete" } }
      })
      const owned = yield* eventually(
        place,
        `${claims}/data-web-0`,
        (one) => at(one, "metadata", "ownerReferences") !== undefined
      )
      assert.deepInclude(at(owned, "metadata", "ownerReferences", 0), { kind: "StatefulSet", name: "web" })
      yield* place.pass("500 millis")
      assert.include(
        yield* eventsOf(place, "web"),
        "SuccessfulCreate: Create Claim data-web-0 Pod web-0 in StatefulSet web success"
      )
    })
}
