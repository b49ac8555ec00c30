/**
 * Admission policies that take from a build's pod what buildah needs, as the SCC nonroot-v2 does. Only a real API server has them.
 */
import { assert, type Vitest } from "@effect/vitest"
import { Effect } from "effect"
import { BackendSelection, type Cluster } from "effect-os-builder"
import { finish } from "../real/Workplace.js"
import * as Backends from "./Backends.js"
import type { RealNode } from "./RealNode.js"
import { input, kubectl, manifest } from "./Steps.js"

const apiVersion = "admissionregistration.k8s.io/v1"

/** A namespace whose pods get this security context in their first init container. */
const namespaceWith = (name: string, securityContext: string) =>
  Effect.gen(function*() {
    const apply = (object: object) =>
      Effect.flatMap(manifest({ apiVersion, ...object }), (file) => kubectl("apply", "--filename", file))
    yield* kubectl("create", "namespace", name)
    yield* apply({
      kind: "MutatingAdmissionPolicy",
      metadata: { name },
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }]
        },
        failurePolicy: "Fail",
        reinvocationPolicy: "Never",
        mutations: [{
          patchType: "JSONPatch",
          jsonPatch: {
            expression: "[JSONPatch{op: \"add\", path: \"/spec/initContainers/0/securityContext\", " +
              `value: Object.spec.initContainers.securityContext${securityContext}}]`
          }
        }]
      }
    })
    yield* apply({
      kind: "MutatingAdmissionPolicyBinding",
      metadata: { name },
      spec: {
        policyName: name,
        matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } }
      }
    })
    const pod = yield* manifest({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "tried", namespace: name },
      spec: { initContainers: [{ name: "build", image: "x" }], containers: [{ name: "push", image: "x" }] }
    })
    const tried = kubectl(
      ...["create", "--dry-run=server", "--filename", pod],
      "--output=jsonpath={.spec.initContainers[0].securityContext}"
    )
    // The API server reads a new policy some seconds later.
    yield* Effect.delay(tried, "500 millis").pipe(
      Effect.repeat({ until: (text) => text !== "" && text !== "{}" }),
      Effect.timeout("60 seconds")
    )
  })

const cases = [
  ["no-new-privs", "{allowPrivilegeEscalation: false}", "has allowPrivilegeEscalation: false"],
  [
    "no-capabilities",
    "{capabilities: Object.spec.initContainers.securityContext.capabilities{drop: [\"ALL\"]}}",
    "lacks the capabilities SETUID and SETGID"
  ]
] as const

export const policies = (it: Vitest.MethodsNonLive<Cluster.Cluster | RealNode, true>): void => {
  for (const [namespace, securityContext, why] of cases) {
    it.layer(Backends.custom({ namespace }))(`a policy: ${namespace}`, (it) => {
      it.effect(`a real node: a pod that ${why} is an error of the platform, and its backend is not chosen`, () =>
        Effect.gen(function*() {
          yield* namespaceWith(namespace, securityContext)
          const { status } = yield* finish(yield* input(namespace))
          assert(status._tag === "Errored", JSON.stringify(status))
          assert.deepInclude({ ...status }, { reason: "StorageUnavailable", retryable: false })
          assert.include(status.message, "newuidmap")

          const { rows } = yield* BackendSelection.probe([BackendSelection.custom({ namespace })])
          assert.strictEqual(rows[0]?.verdict._tag, "Absent")
          assert.include(String(rows[0]), why)
        }))
    })
  }
}
