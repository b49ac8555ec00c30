import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type * as Access from "../../../src/fake/apiserver/Access.js"
import { api, bare, configMaps, refused } from "../../support/FakeApi.js"

const roles = "/apis/rbac.authorization.k8s.io/v1"

const robot: Access.User = { name: "system:serviceaccount:ns:robot", rules: [] }
const jane: Access.User = { name: "jane", rules: [], groups: ["system:authenticated", "developers"] }

const reader = {
  metadata: { name: "reader" },
  rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }]
}

describe("RBAC", () => {
  it.effect("RBAC: a RoleBinding gives a service account the rules of a Role in its namespace alone", () =>
    Effect.gen(function*() {
      const plane = yield* bare()
      const [admin, client] = [api(plane), api(plane, robot)]
      assert.strictEqual((yield* refused(client.get(configMaps))).code, 403)
      yield* admin.post(`${roles}/namespaces/ns/roles`, reader)
      yield* admin.post(`${roles}/namespaces/ns/rolebindings`, {
        metadata: { name: "robot" },
        roleRef: { kind: "Role", name: "reader" },
        subjects: [{ kind: "ServiceAccount", name: "robot", namespace: "ns" }]
      })
      yield* client.get(configMaps)
      assert.strictEqual((yield* refused(client.get("/api/v1/configmaps"))).code, 403)
      assert.strictEqual((yield* refused(client.get(`${configMaps}/a`))).code, 403)
      const review = yield* client.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
        spec: { resourceAttributes: { verb: "list", resource: "configmaps", namespace: "ns" } }
      })
      assert.deepInclude(review["status"], { allowed: true })
      yield* admin.delete(`${roles}/namespaces/ns/rolebindings/robot`)
      assert.strictEqual((yield* refused(client.get(configMaps))).code, 403)
    }))

  it.effect("RBAC: a ClusterRoleBinding gives the members of a group the rules of a ClusterRole everywhere", () =>
    Effect.gen(function*() {
      const plane = yield* bare()
      const [admin, client] = [api(plane), api(plane, jane)]
      yield* admin.post(`${roles}/clusterroles`, reader)
      yield* admin.post(`${roles}/clusterrolebindings`, {
        metadata: { name: "developers" },
        roleRef: { kind: "ClusterRole", name: "reader" },
        subjects: [{ kind: "Group", name: "developers" }]
      })
      yield* client.get("/api/v1/configmaps")
      assert.strictEqual((yield* refused(api(plane, robot).get("/api/v1/configmaps"))).code, 403)
    }))
})
