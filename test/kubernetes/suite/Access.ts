import { assert } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { type Case, configMap, refusal } from "../../support/ClusterCase.js"

export const access: Readonly<Record<string, Case>> = {
  "RBAC: a request without a rule is Forbidden with the server's message": ({ namespace, unprivileged }) =>
    Effect.gen(function*() {
      const error = yield* refusal(unprivileged.create(Resources.ConfigMap, configMap("a"), { namespace }))
      assert.strictEqual(error.reason, "Forbidden")
      assert.strictEqual(
        error.status?.message,
        "configmaps is forbidden: User \"unprivileged\" cannot create resource \"configmaps\" in API group \"\" " +
          `in the namespace "${namespace}"`
      )
    }),

  "SelfSubjectAccessReview: every user may create one": ({ cluster, namespace, unprivileged }) =>
    Effect.gen(function*() {
      const question = { verb: "create", group: "batch", resource: "jobs", namespace }
      assert.isTrue((yield* cluster.canI(question)).allowed)
      assert.isFalse((yield* unprivileged.canI(question)).allowed)
    }),

  "discovery: lists groups and resources": ({ cluster }) =>
    Effect.gen(function*() {
      const groups = yield* cluster.groups
      assert.includeMembers(Array.from(groups.keys()), ["", "batch", "authorization.k8s.io"])
      assert.deepStrictEqual(groups.get("batch"), ["v1"])
      const jobs = Option.getOrThrow(yield* cluster.resources("batch", "v1")).find(({ name }) => name === "jobs")
      assert.deepInclude(jobs, { kind: "Job", namespaced: true })
      assert.includeMembers([...jobs?.verbs ?? []], ["create", "delete", "get", "list", "patch", "watch"])
      assert.isTrue(Option.isNone(yield* cluster.resources("build.openshift.io", "v1")))
    })
}
