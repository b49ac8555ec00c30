import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import * as Json from "../../../src/fake/Json.js"
import * as Program from "../../../src/fake/kubelet/Program.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { type Api, api, names, plane, pods, settle } from "../../support/FakeApi.js"

const sets = "/apis/apps/v1/namespaces/ns/statefulsets"
const daemons = "/apis/apps/v1/namespaces/ns/daemonsets"
const revisions = "/apis/apps/v1/namespaces/ns/controllerrevisions"

const workload = (image: string, spec: JsonObject = {}): JsonObject => ({
  metadata: { name: "web" },
  spec: {
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "a", image }] } },
    ...spec
  }
})

const nodes = [{ name: "n-1" }, { name: "n-2" }]
const running = plane({ nodes, pods: () => ({ programs: () => Effect.succeed(Program.runs) }) })

const status = (client: Api, path: string) => Effect.map(client.get(path), (set) => Json.object(set, "status"))

const images = (client: Api) =>
  Effect.map(
    client.get(pods),
    (list) => Json.objects(list, "items").map((pod) => Json.text(pod, "spec", "containers", 0, "image"))
  )

describe("workloads whose pods run", () => {
  it.scoped("StatefulSets: come up, are updated and go with their pods and revisions", () =>
    Effect.gen(function*() {
      const client = api(yield* running)
      const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } }
      yield* client.post(
        sets,
        workload("web:1", {
          replicas: 3,
          volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim }],
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete" }
        })
      )
      yield* settle
      assert.deepStrictEqual(names(yield* client.get(pods)), ["web-0", "web-1", "web-2"])
      assert.deepInclude(yield* status(client, `${sets}/web`), { availableReplicas: 3, updatedReplicas: 3 })
      yield* client.merge(`${sets}/web`, {
        spec: { template: { spec: { containers: [{ name: "a", image: "web:2" }] } } }
      })
      yield* settle
      assert.deepStrictEqual(yield* images(client), ["web:2", "web:2", "web:2"])
      const done = yield* status(client, `${sets}/web`)
      assert.strictEqual(done["currentRevision"], done["updateRevision"])
      assert.strictEqual(names(yield* client.get(revisions)).length, 2)
      yield* client.delete(`${sets}/web`)
      yield* settle
      assert.deepStrictEqual(names(yield* client.get(pods)), [])
      assert.deepStrictEqual(names(yield* client.get(revisions)), [])
      assert.deepStrictEqual(names(yield* client.get("/api/v1/namespaces/ns/persistentvolumeclaims")), [])
    }))

  it.scoped("StatefulSets: wait for minReadySeconds before the next pod", () =>
    Effect.gen(function*() {
      const client = api(yield* running)
      yield* client.post(sets, workload("web:1", { replicas: 2, minReadySeconds: 30 }))
      yield* settle
      assert.deepStrictEqual(names(yield* client.get(pods)), ["web-0"])
      yield* TestClock.adjust("29 seconds")
      yield* settle
      assert.deepStrictEqual(names(yield* client.get(pods)), ["web-0"])
      yield* TestClock.adjust("2 seconds")
      yield* settle
      assert.deepStrictEqual(names(yield* client.get(pods)), ["web-0", "web-1"])
    }))

  it.scoped("StatefulSets: another revision gets another name where its own is taken", () =>
    Effect.gen(function*() {
      const client = api(yield* running)
      yield* client.post(sets, workload("web:1", { replicas: 0 }))
      yield* settle
      const [name = ""] = names(yield* client.get(revisions))
      yield* client.delete(`${sets}/web`, { propagationPolicy: "Background" })
      yield* settle
      yield* client.post(revisions, { metadata: { name }, revision: 1, data: { other: true } })
      yield* client.post(sets, workload("web:1", { replicas: 0 }))
      yield* settle
      const taken = yield* status(client, `${sets}/web`)
      assert.strictEqual(taken["collisionCount"], 1)
      assert.notStrictEqual(taken["updateRevision"], name)
    }))

  it.scoped("StatefulSets: a pod that is refused is tried again", () =>
    Effect.gen(function*() {
      const client = api(yield* running)
      const quota = "/api/v1/namespaces/ns/resourcequotas"
      yield* client.post(quota, { metadata: { name: "none" }, spec: { hard: { pods: "0" } } })
      yield* settle
      yield* client.post(sets, workload("web:1", { replicas: 1 }))
      yield* settle
      const messages = Json.objects(yield* client.get("/api/v1/namespaces/ns/events"), "items").map((event) =>
        Json.text(event, "message") ?? ""
      )
      assert.isTrue(
        messages.some((message) => message.startsWith("Create Pod web-0 in StatefulSet web failed error: "))
      )
      yield* client.delete(`${quota}/none`)
      yield* TestClock.adjust("10 seconds")
      yield* settle
      assert.deepStrictEqual(names(yield* client.get(pods)), ["web-0"])
    }))

  it.scoped("DaemonSets: run on each node, and are updated node by node", () =>
    Effect.gen(function*() {
      const client = api(yield* running)
      yield* client.post(daemons, workload("web:1"))
      yield* settle
      assert.deepInclude(yield* status(client, `${daemons}/web`), { desiredNumberScheduled: 2, numberAvailable: 2 })
      yield* client.merge(`${daemons}/web`, {
        spec: { template: { spec: { containers: [{ name: "a", image: "web:2" }] } } }
      })
      yield* settle
      assert.deepStrictEqual(yield* images(client), ["web:2", "web:2"])
      assert.deepInclude(yield* status(client, `${daemons}/web`), { updatedNumberScheduled: 2, numberAvailable: 2 })
      yield* client.delete(`${daemons}/web`)
      yield* settle
      assert.deepStrictEqual(names(yield* client.get(pods)), [])
      assert.deepStrictEqual(names(yield* client.get(revisions)), [])
    }))
})
