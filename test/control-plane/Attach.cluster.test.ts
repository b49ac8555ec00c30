import { layer } from "@effect/vitest"
import { Effect } from "effect"
import { Resource } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import { cases, program } from "../kubernetes/AttachCases.js"
import { ControlPlane, layer as controlPlane } from "./ControlPlane.js"
import * as Node from "./Node.js"

const Role = Resource.make({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  plural: "roles",
  kind: "Role",
  schema: Resource.Metadata
})

const RoleBinding = Resource.make({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  plural: "rolebindings",
  kind: "RoleBinding",
  schema: Resource.Metadata
})

layer(controlPlane, { excludeTestServices: true, timeout: "90 seconds" })("attach through a real API server", (it) => {
  it.scoped("attach through a real API server: as on the fake", () =>
    Effect.gen(function*() {
      const { admin, unprivileged } = yield* ControlPlane
      const cluster = yield* KubernetesCluster.make({ kubeconfig: admin.kubeconfigPath })
      const reader = yield* KubernetesCluster.make({ kubeconfig: unprivileged.kubeconfigPath })
      yield* Node.run({
        kubeconfigPath: admin.kubeconfigPath,
        node: { name: "node-1" },
        programs: () => Effect.succeed(program)
      })
      yield* cluster.create(Role, {
        metadata: { name: "reader" },
        rules: [{ apiGroups: [""], resources: ["pods/attach"], verbs: ["get"] }]
      })
      yield* cluster.create(RoleBinding, {
        metadata: { name: "reader" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
        subjects: [{ kind: "User", name: unprivileged.name, apiGroup: "rbac.authorization.k8s.io" }]
      })
      for (const test of Object.values(cases)) {
        yield* Effect.scoped(test({ cluster, reader, pass: Effect.sleep("50 millis") }))
      }
    }), 120_000)
})
