import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Json from "../../../src/fake/Json.js"
import { api, bare, configMap, configMaps, pods, refused } from "../../support/FakeApi.js"

const jane = {
  name: "jane",
  rules: [
    { verbs: ["get", "list", "create"], apiGroups: [""], resources: ["configmaps"], namespaces: ["ns"] },
    { verbs: ["get"], apiGroups: [""], resources: ["pods/log"], namespaces: ["ns"] },
    { verbs: ["delete"], apiGroups: [""], resources: ["configmaps"], resourceNames: ["mine"], namespaces: ["ns"] },
    { verbs: ["*"], apiGroups: ["batch"], resources: ["*"], namespaces: ["ns"] }
  ]
}

const reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

describe("authorization", () => {
  it.effect("authorization: rejects a request with the server's message", () =>
    Effect.gen(function*() {
      const client = api(yield* bare(), jane)
      yield* client.post(configMaps, configMap("a"))
      assert.deepInclude(yield* refused(client.delete(`${configMaps}/a`)), {
        code: 403,
        reason: "Forbidden",
        message:
          "configmaps \"a\" is forbidden: User \"jane\" cannot delete resource \"configmaps\" in API group \"\" in the "
          + "namespace \"ns\"",
        details: { name: "a", kind: "configmaps" }
      })
      assert.strictEqual(
        (yield* refused(client.get("/api/v1/pods"))).message,
        "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" at the cluster scope"
      )
      assert.include(
        (yield* refused(client.get(`${pods}/p`))).message,
        "cannot get resource \"pods\" in API group \"\" in the namespace \"ns\""
      )
      assert.strictEqual(
        (yield* refused(client.get("/metrics"))).message,
        "forbidden: User \"jane\" cannot get path \"/metrics\""
      )
      assert.strictEqual((yield* refused(client.delete(`${configMaps}/mine`))).code, 404)
    }))

  it.effect("authorization: evaluates access reviews by the same rules", () =>
    Effect.gen(function*() {
      const client = api(yield* bare(), jane)
      const may = (resourceAttributes: Readonly<Record<string, string>>) =>
        Effect.map(
          client.post(reviews, { spec: { resourceAttributes } }),
          (review) => Json.at(review, "status", "allowed")
        )
      assert.isTrue(yield* may({ verb: "create", resource: "configmaps", namespace: "ns" }))
      assert.isFalse(yield* may({ verb: "create", resource: "configmaps", namespace: "other" }))
      assert.isFalse(yield* may({ verb: "create", resource: "configmaps" }))
      assert.isTrue(yield* may({ verb: "get", resource: "pods", subresource: "log", namespace: "ns" }))
      assert.isFalse(yield* may({ verb: "get", resource: "pods", namespace: "ns" }))
      assert.isFalse(yield* may({ verb: "delete", resource: "configmaps", namespace: "ns" }))
      assert.isTrue(yield* may({ verb: "delete", resource: "configmaps", namespace: "ns", name: "mine" }))
      assert.isTrue(yield* may({ verb: "create", group: "batch", resource: "jobs", namespace: "ns" }))
      const rules = yield* client.post("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {
        spec: { namespace: "ns" }
      })
      assert.isTrue(
        Json.objects(rules, "status", "resourceRules").some((rule) =>
          Json.texts(rule, "resources").includes("pods/log")
        )
      )
    }))
})

describe("discovery", () => {
  it.effect("discovery: lists the kinds", () =>
    Effect.gen(function*() {
      const client = api(yield* bare(), jane)
      const groups = Json.objects(yield* client.get("/apis"), "groups").map((group) => Json.text(group, "name"))
      assert.includeMembers([...groups], ["batch", "authentication.k8s.io", "authorization.k8s.io"])
      const batch = Json.objects(yield* client.get("/apis/batch/v1"), "resources")
      assert.deepInclude(batch[0], { name: "jobs", kind: "Job", namespaced: true })
      assert.deepStrictEqual(batch.map((resource) => Json.text(resource, "name")), [
        "jobs",
        "jobs/status",
        "cronjobs",
        "cronjobs/status"
      ])
      const core = Json.objects(yield* client.get("/api/v1"), "resources")
      // Those of any cluster.
      assert.deepStrictEqual(
        ["configmaps", "pods"].map((name) => core.find((one) => one["name"] === name)?.["storageVersionHash"]),
        ["qFsyl6wFWjQ=", "xPOwRZ+Yhw8="]
      )
      const names = core.map((resource) => Json.text(resource, "name"))
      assert.includeMembers(names, ["pods", "pods/log", "pods/status", "configmaps", "namespaces"])
      assert.strictEqual(Json.text(yield* client.get("/version"), "gitVersion"), "v1.37.1")
      assert.strictEqual((yield* refused(client.get("/apis/build.openshift.io/v1"))).code, 404)
    }))
})
