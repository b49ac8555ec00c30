import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type * as Access from "../../../src/fake/apiserver/Access.js"
import * as Rbac from "../../../src/fake/apiserver/Rbac.js"
import { api, plane, refused } from "../../support/FakeApi.js"

const bindings = "/apis/rbac.authorization.k8s.io/v1/namespaces/ns/rolebindings"

const configMap = { metadata: { name: "a" } }

describe("default roles", () => {
  it.scoped("default roles: view reads a namespace, edit writes there and admin manages its roles", () =>
    Effect.gen(function*() {
      const made = yield* plane()
      const admin = api(made)
      for (const name of ["view", "edit", "admin"]) {
        yield* admin.post(bindings, {
          metadata: { name },
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
          subjects: [{ kind: "User", name, apiGroup: "rbac.authorization.k8s.io" }]
        })
      }
      const as = (name: string) => api(made, Rbac.bound({ name, rules: [] } satisfies Access.User, made.store))
      const configMaps = "/api/v1/namespaces/ns/configmaps"
      assert.strictEqual((yield* refused(as("view").post(configMaps, configMap))).code, 403)
      yield* as("edit").post(configMaps, configMap)
      yield* as("view").get(configMaps)
      assert.strictEqual((yield* refused(as("view").get("/api/v1/namespaces/ns/secrets"))).code, 403)
      assert.strictEqual((yield* refused(as("edit").get(bindings))).code, 403)
      yield* as("admin").get(bindings)
      assert.strictEqual((yield* refused(as("admin").get("/api/v1/namespaces/default/configmaps"))).code, 403)
    }))
})
