import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import * as Json from "../../../src/fake/Json.js"
import * as Program from "../../../src/fake/kubelet/Program.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { api, configMap, configMaps, names, plane, pod, pods, refused, settle } from "../../support/FakeApi.js"
import {
  type Deployment,
  type Manifest,
  manifest,
  type Namespace,
  type ObjectMeta,
  type OwnerReference,
  type PersistentVolumeClaim,
  type ResourceQuota
} from "../../support/Manifest.js"

const ownedBy = (owner: JsonObject, more: Partial<Manifest<OwnerReference>> = {}) =>
  manifest<ObjectMeta>({
    ownerReferences: [{
      apiVersion: "v1",
      kind: "ConfigMap",
      name: Json.text(owner, "metadata", "name") ?? "",
      uid: Json.text(owner, "metadata", "uid") ?? "",
      ...more
    }]
  })

const family = Effect.gen(function*() {
  const client = api(yield* plane())
  const parent = yield* client.post(configMaps, configMap("parent"))
  const child = yield* client.post(configMaps, configMap("child", {}, ownedBy(parent, { blockOwnerDeletion: true })))
  yield* client.post(configMaps, configMap("grandchild", {}, ownedBy(child)))
  return {
    client,
    parent,
    left: Effect.map(client.get(configMaps), (list) => names(list).filter((name) => !name.includes(".")))
  }
})

describe.sequential("the garbage collector", () => {
  it.scoped("Background: deletes dependents recursively", () =>
    Effect.gen(function*() {
      const { client, left } = yield* family
      yield* client.delete(`${configMaps}/parent`)
      yield* settle
      assert.deepStrictEqual(yield* left, [])
    }))

  it.scoped("Foreground: keeps the owner until its dependents are deleted", () =>
    Effect.gen(function*() {
      const { client, left } = yield* family
      yield* client.merge(`${configMaps}/child`, { metadata: { finalizers: ["example.com/wait"] } })
      yield* client.delete(`${configMaps}/parent`, { propagationPolicy: "Foreground" })
      yield* settle
      assert.include(yield* left, "parent")
      yield* client.merge(`${configMaps}/child`, { metadata: { finalizers: null } })
      yield* settle
      assert.deepStrictEqual(yield* left, [])
    }))

  it.scoped("Orphan: keeps the dependents", () =>
    Effect.gen(function*() {
      const { client, left } = yield* family
      yield* client.delete(`${configMaps}/parent`, { propagationPolicy: "Orphan" })
      yield* settle
      assert.deepStrictEqual(yield* left, ["child", "grandchild"])
      assert.isUndefined(Json.at(yield* client.get(`${configMaps}/child`), "metadata", "ownerReferences"))
    }))

  it.scoped("the garbage collector: deletes objects whose owner never existed", () =>
    Effect.gen(function*() {
      const { client, left, parent } = yield* family
      yield* client.post(configMaps, configMap("stray", {}, ownedBy(Json.set(parent, ["metadata", "uid"], "other"))))
      yield* settle
      assert.deepStrictEqual(yield* left, ["child", "grandchild", "parent"])
    }))

  it.scoped("the garbage collector: keeps objects with another owner", () =>
    Effect.gen(function*() {
      const { client, parent } = yield* family
      const other = yield* client.post(configMaps, configMap("other"))
      const references = [parent, other].flatMap((owner) => ownedBy(owner).ownerReferences ?? [])
      yield* client.post(configMaps, configMap("shared", {}, { ownerReferences: references }))
      yield* client.delete(`${configMaps}/parent`)
      yield* settle
      const shared = yield* client.get(`${configMaps}/shared`)
      assert.deepStrictEqual(
        Json.objects(shared, "metadata", "ownerReferences").map((owner) => Json.text(owner, "name")),
        ["other"]
      )
    }))
})

describe.sequential("a namespace", () => {
  it.scoped("a namespace: has a service account and ConfigMaps, which are recreated", () =>
    Effect.gen(function*() {
      const client = api(yield* plane())
      yield* client.post("/api/v1/namespaces", manifest<Namespace>({ metadata: { name: "new" } }))
      yield* settle
      assert.deepStrictEqual(names(yield* client.get("/api/v1/namespaces/new/serviceaccounts")), ["default"])
      assert.deepStrictEqual(names(yield* client.get("/api/v1/namespaces/new/configmaps")), ["kube-root-ca.crt"])
      yield* client.delete("/api/v1/namespaces/new/serviceaccounts/default")
      yield* settle
      assert.deepStrictEqual(names(yield* client.get("/api/v1/namespaces/new/serviceaccounts")), ["default"])
    }))

  it.scoped("a namespace: is deleted after its objects and rejects new ones meanwhile", () =>
    Effect.gen(function*() {
      const client = api(yield* plane({ pods: () => ({ programs: () => Effect.succeed(Program.runs) }) }))
      yield* client.post(configMaps, configMap("stays", {}, { finalizers: ["example.com/wait"] }))
      yield* client.post(pods, pod("p"))
      yield* settle
      const marked = yield* client.delete("/api/v1/namespaces/ns")
      assert.strictEqual(Json.text(marked, "status", "phase"), "Terminating")
      yield* settle
      assert.deepStrictEqual(names(yield* client.get(pods)), [])
      const status = yield* refused(client.post(configMaps, configMap("late")))
      assert.deepInclude(status, {
        code: 403,
        message:
          "configmaps \"late\" is forbidden: unable to create new content in namespace ns because it is being terminated"
      })
      assert.deepStrictEqual(Json.at(status, "details", "causes", 0, "reason"), "NamespaceTerminating")
      yield* client.merge(`${configMaps}/stays`, { metadata: { finalizers: null } })
      yield* settle
      assert.strictEqual((yield* refused(client.get("/api/v1/namespaces/ns"))).code, 404)
    }))
})

describe.sequential("a claim", () => {
  it.scoped("a claim: is bound at once", () =>
    Effect.gen(function*() {
      const client = api(yield* plane())
      const path = "/api/v1/namespaces/ns/persistentvolumeclaims"
      const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } }
      yield* client.post(path, manifest<PersistentVolumeClaim>({ metadata: { name: "cache" }, spec }))
      yield* settle
      assert.deepStrictEqual((yield* client.get(`${path}/cache`))["status"], {
        phase: "Bound",
        accessModes: ["ReadWriteOnce"],
        capacity: { storage: "1Gi" }
      })
    }))
})

describe.sequential("a Deployment that a quota limits", () => {
  const deployments = "/apis/apps/v1/namespaces/ns/deployments"
  const quotas = "/api/v1/namespaces/ns/resourcequotas"
  const labels = { app: "web" }
  const web = manifest<Deployment>({
    metadata: { name: "web" },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "c", image: "registry.example.com/web:1" }] } }
    }
  })

  const limited = Effect.gen(function*() {
    const client = api(yield* plane())
    yield* client.post(quotas, manifest<ResourceQuota>({ metadata: { name: "few" }, spec: { hard: { pods: "1" } } }))
    yield* client.post(deployments, web)
    yield* settle
    const failure = Effect.map(
      client.get(`${deployments}/web`),
      (object) => Json.objects(object, "status", "conditions").find(({ type }) => type === "ReplicaFailure")
    )
    const refusals = Effect.map(
      client.get("/api/v1/namespaces/ns/events"),
      (list) => Json.objects(list, "items").filter(({ reason }) => reason === "FailedCreate").length
    )
    return { client, failure, refusals }
  })

  it.scoped("a Deployment that a quota limits: reports the first refusal, and tries again ever more seldom", () =>
    Effect.gen(function*() {
      const { failure, refusals } = yield* limited
      const first = yield* failure
      assert.strictEqual(Json.text(first, "reason"), "FailedCreate")
      assert.match(Json.text(first, "message") ?? "", /^pods "web-\w+-\w+" is forbidden: exceeded quota: few/)
      yield* TestClock.adjust("1 minute")
      yield* settle
      assert.deepStrictEqual(yield* failure, first)
      assert.isBelow(yield* refusals, 20)
    }))

  it.scoped("a Deployment that a quota limits: creates the other pods once the quota allows them", () =>
    Effect.gen(function*() {
      const { client, failure } = yield* limited
      yield* client.merge(`${quotas}/few`, { spec: { hard: { pods: "2" } } })
      yield* TestClock.adjust("1 minute")
      yield* settle
      assert.lengthOf(names(yield* client.get(pods)), 2)
      assert.isUndefined(yield* failure)
    }))

  it.scoped("a Deployment that a quota limits: creates its ReplicaSet once the quota allows it", () =>
    Effect.gen(function*() {
      const client = api(yield* plane())
      const none = { spec: { hard: { "count/replicasets.apps": "0" } } }
      yield* client.post(quotas, manifest<ResourceQuota>({ metadata: { name: "none" }, ...none }))
      yield* client.post(deployments, web)
      yield* settle
      const progressing = Effect.map(
        client.get(`${deployments}/web`),
        (object) => Json.objects(object, "status", "conditions").find(({ type }) => type === "Progressing")
      )
      const refusal = yield* progressing
      assert.deepInclude(refusal, { status: "False", reason: "ReplicaSetCreateError" })
      assert.match(Json.text(refusal, "message") ?? "", /^Failed to create new replica set "web-\w+": .*exceeded quota/)
      yield* client.delete(`${quotas}/none`)
      yield* TestClock.adjust("1 minute")
      yield* settle
      assert.lengthOf(names(yield* client.get(pods)), 2)
      assert.deepInclude(yield* progressing, { status: "True", reason: "NewReplicaSetAvailable" })
    }))
})

describe.sequential("a ReplicaSet", () => {
  it.scoped("a ReplicaSet: removes the pods of the lowest cost first", () =>
    Effect.gen(function*() {
      const client = api(yield* plane())
      const labels = { app: "web" }
      const cost = "controller.kubernetes.io/pod-deletion-cost"
      for (const [name, annotations] of Object.entries({ a: {}, b: { [cost]: "-1" }, c: { [cost]: "-01x" } })) {
        const { metadata, ...rest } = pod(name, { restartPolicy: "Always" })
        yield* client.post(pods, { metadata: { ...metadata, labels, annotations }, ...rest })
      }
      yield* client.post(
        "/apis/apps/v1/namespaces/ns/replicasets",
        {
          metadata: { name: "web" },
          spec: {
            replicas: 2,
            selector: { matchLabels: labels },
            template: {
              metadata: { labels },
              spec: { containers: [{ name: "c", image: "registry.example.com/web:1" }] }
            }
          }
        }
      )
      yield* settle
      assert.deepStrictEqual(names(yield* client.get(pods)), ["a", "c"])
    }))
})
