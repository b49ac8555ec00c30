import { assert } from "@effect/vitest"
import { Effect, Option } from "effect"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { at, type Case, configMap, refusal } from "../../support/ClusterCase.js"

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

  "SubjectAccessReview: what another user may do, by the bindings of its name and its groups": (place) =>
    Effect.gen(function*() {
      const { driver, namespace } = place
      const send = (path: string, body: JsonObject) =>
        driver.request({ method: "POST", path, query: {}, body }, { verb: "ask", resource: "the server" })
      const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`
      const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }]
      yield* send(`${rbac}/roles`, { metadata: { name: "lists" }, rules })
      yield* send(`${rbac}/rolebindings`, {
        metadata: { name: "lists" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "lists" },
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "readers" }]
      })
      const resourceAttributes = { namespace, verb: "list", resource: "configmaps" }
      const authorization = "/apis/authorization.k8s.io/v1"
      const allowed = (spec: JsonObject) =>
        Effect.map(
          send(`${authorization}/subjectaccessreviews`, { spec: { resourceAttributes, ...spec } }),
          (answer) => at(answer, "status", "allowed")
        )
      // The real server learns of a binding a little later.
      const reader = { user: "jane", groups: ["readers"] }
      yield* Effect.repeat(Effect.zipLeft(allowed(reader), place.pass("50 millis")), { until: (is) => is === true })
      assert.isFalse(yield* allowed({ user: "jane" }))
      const writes = { resourceAttributes: { ...resourceAttributes, verb: "create" } }
      assert.isFalse(yield* allowed({ ...reader, ...writes }))
      assert.isTrue(yield* allowed({ user: "root", groups: ["system:masters"], ...writes }))
      const local = yield* send(`${authorization}/namespaces/${namespace}/localsubjectaccessreviews`, {
        spec: { resourceAttributes, ...reader }
      })
      assert.isTrue(at(local, "status", "allowed"))
      assert.strictEqual(at(local, "metadata", "namespace"), namespace)
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
