/** The programs of {@link "./Recorded.js"}: valid and invalid objects of the kinds that are stored. */
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Step } from "../../support/ApiProgram.js"

const merge = "application/merge-patch+json"

const named = (name: string, more: JsonObject): JsonObject => ({ metadata: { name }, ...more })

const template = (labels: JsonObject = { app: "x" }, spec: JsonObject = {}): JsonObject => ({
  metadata: { labels },
  spec: {
    containers: [{ name: "main", image: "registry.example.com/image:1", ports: [{ containerPort: 80 }] }],
    ...spec
  }
})

const workload = (name: string, spec: JsonObject = {}): JsonObject =>
  named(name, { spec: { selector: { matchLabels: { app: "x" } }, template: template(), ...spec } })

export const programs: Readonly<Record<string, ReadonlyArray<Step>>> = {
  "Deployment: defaults, scale, updates and refusals": [
    ["POST", "apps/deployments?dryRun=All", workload("a")],
    ["POST", "apps/deployments?dryRun=All", workload("a", { strategy: { type: "Recreate" }, replicas: 3 })],
    ["POST", "apps/deployments", workload("a", { replicas: 0, paused: true })],
    ["GET", "apps/deployments/a/scale"],
    ["PATCH", "apps/deployments/a/scale?dryRun=All", { spec: { replicas: 2 } }, merge],
    ["PATCH", "apps/deployments/a/scale", { spec: { replicas: -1 } }, merge],
    ["PATCH", "apps/deployments/a?dryRun=All", { spec: { selector: { matchLabels: { app: "y" } } } }, merge],
    ["POST", "apps/deployments", workload("b", { template: template({ app: "y" }) })],
    ["POST", "apps/deployments", workload("b", { template: template({ app: "x" }, { restartPolicy: "Never" }) })],
    ["POST", "apps/deployments", workload("b", { replicas: -1 })],
    ["POST", "apps/deployments", workload("b", { strategy: { type: "Sometimes" } })],
    ["POST", "apps/deployments", named("b", { spec: { template: template() } })],
    ["POST", "apps/deployments", workload("b", { selector: {} })]
  ],
  "ReplicaSet, StatefulSet, DaemonSet: defaults and refusals": [
    ["POST", "apps/replicasets?dryRun=All", workload("a")],
    ["POST", "apps/replicasets", workload("a", { replicas: -1 })],
    ["POST", "apps/statefulsets?dryRun=All", workload("a", { serviceName: "a" })],
    ["POST", "apps/daemonsets?dryRun=All", workload("a")],
    ["POST", "apps/daemonsets", workload("a", { template: template({ app: "y" }) })]
  ],
  "Service: defaults, updates and refusals": [
    ["POST", "services", named("a", { spec: { selector: { app: "x" }, ports: [{ port: 80 }] } })],
    ["PATCH", "services/a", { spec: { ports: [{ port: 81, targetPort: "http" }] } }, merge],
    ["PATCH", "services/a", { spec: { clusterIP: "10.0.0.77", clusterIPs: ["10.0.0.77"] } }, merge],
    ["POST", "services?dryRun=All", named("b", { spec: { type: "NodePort", ports: [{ port: 80 }] } })],
    ["POST", "services?dryRun=All", named("b", { spec: { clusterIP: "None", selector: { app: "x" } } })],
    ["POST", "services?dryRun=All", named("b", { spec: { type: "ExternalName", externalName: "example.com" } })],
    ["POST", "services", named("b", { spec: { ports: [{ port: 80 }, { port: 81 }] } })],
    ["POST", "services", named("b", { spec: { selector: { app: "x" } } })],
    ["POST", "services", named("b", { spec: { type: "Other", ports: [{ port: 80 }] } })],
    ["DELETE", "services/a"]
  ],
  "ports: of containers and of Services": [
    ...[
      { containerPort: 0 },
      { containerPort: 70_000 },
      { containerPort: -1, hostPort: 70_000 },
      { containerPort: 80, protocol: "HTTP" },
      { containerPort: 80, name: "Not--valid-and-long-" },
      { containerPort: 80, name: "http", hostPort: 80 }
    ].map((port): Step => [
      "POST",
      "pods?dryRun=All",
      named("a", {
        spec: {
          containers: [{ name: "main", image: "i", ports: [port, { containerPort: 81, name: "http", hostPort: 80 }] }]
        }
      })
    ]),
    [
      "POST",
      "apps/deployments?dryRun=All",
      workload("a", {
        template: template({ app: "x" }, {
          containers: [
            { name: "main", image: "i", ports: [{ containerPort: 1, hostPort: 1 }, { containerPort: 1, hostPort: 2 }] },
            {
              name: "side",
              image: "i",
              ports: [{ containerPort: 2, hostPort: 1 }, { containerPort: 1, hostPort: 1, protocol: "UDP" }]
            }
          ]
        })
      })
    ],
    ...[
      { port: 70_000 },
      { port: 80, protocol: "HTTP" },
      { port: 80, targetPort: 70_000 },
      { port: 80, targetPort: "9" },
      { port: 80, targetPort: "web--x" },
      { port: 80, name: "Web" },
      { port: 80, name: "dns" }
    ].map((port): Step => [
      "POST",
      "services?dryRun=All",
      named("a", { spec: { selector: { app: "x" }, ports: [{ port: 53, name: "dns", protocol: "UDP" }, port] } })
    ])
  ],
  "networking: defaults and refusals": [
    [
      "POST",
      "networking/networkpolicies",
      named("a", { spec: { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] } })
    ],
    ["POST", "networking/networkpolicies?dryRun=All", named("b", { spec: { podSelector: {}, egress: [{}] } })],
    [
      "POST",
      "networking/ingresses",
      named("a", {
        spec: {
          rules: [{
            host: "example.com",
            http: {
              paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "a", port: { number: 80 } } } }]
            }
          }]
        }
      })
    ],
    ["POST", "networking/ingresses", named("b", { spec: {} })],
    ["PATCH", "networking/networkpolicies/a", { spec: { podSelector: { matchLabels: { app: "x" } } } }, merge],
    ["POST", "discovery/endpointslices", named("a", { addressType: "IPv4", endpoints: [], ports: [{ port: 80 }] })],
    ["POST", "discovery/endpointslices", named("b", { endpoints: [], ports: [] })]
  ],
  "RBAC: defaults and refusals": [
    ["POST", "rbac/roles", named("a:b", { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] })],
    ["POST", "rbac/roles", named("b", { rules: [{ apiGroups: [""], resources: ["pods"], verbs: [] }] })],
    ["POST", "rbac/roles", named("b", { rules: [{ verbs: ["get"] }] })],
    ["POST", "rbac/roles", named("b", { rules: [{ verbs: ["get"], nonResourceURLs: ["/x"] }] })],
    [
      "POST",
      "rbac/rolebindings",
      named("a", { roleRef: { kind: "Role", name: "a:b" }, subjects: [{ kind: "User", name: "jane" }] })
    ],
    ["PATCH", "rbac/rolebindings/a", { roleRef: { name: "other" } }, merge],
    ["POST", "rbac/rolebindings", named("b", { roleRef: { kind: "Job", name: "a" }, subjects: [] })],
    [
      "POST",
      "rbac/rolebindings",
      named("b", { roleRef: { kind: "Role", name: "a" }, subjects: [{ kind: "ServiceAccount", name: "x" }] })
    ],
    ["DELETE", "rbac/roles/a:b"]
  ],
  "Lease, PodDisruptionBudget, HorizontalPodAutoscaler: defaults and refusals": [
    ["POST", "coordination/leases", named("a", { spec: { holderIdentity: "me", leaseDurationSeconds: 15 } })],
    ["PUT", "coordination/leases/a", named("a", { spec: { holderIdentity: "you", leaseDurationSeconds: 15 } })],
    ["POST", "coordination/leases", named("b", { spec: { holderIdentity: "me", leaseDurationSeconds: 0 } })],
    ["POST", "policy/poddisruptionbudgets?dryRun=All", named("a", { spec: { minAvailable: 1, selector: {} } })],
    ["POST", "policy/poddisruptionbudgets", named("b", { spec: { minAvailable: 1, maxUnavailable: 1, selector: {} } })],
    [
      "POST",
      "policy/poddisruptionbudgets",
      named("b", { spec: { minAvailable: 1, selector: {}, unhealthyPodEvictionPolicy: "Never" } })
    ],
    [
      "POST",
      "autoscaling/horizontalpodautoscalers?dryRun=All",
      named("a", { spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "a" } } })
    ],
    [
      "POST",
      "autoscaling/horizontalpodautoscalers",
      named("b", { spec: { maxReplicas: 0, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "a" } } })
    ]
  ],
  "writes: what random programs found": [
    ["PUT", "coordination/leases/a", named("a", { spec: { holderIdentity: "me", leaseDurationSeconds: 15 } })],
    ["PUT", "configmaps/none", named("none", { data: {} })],
    ["PUT", "serviceaccounts/none", named("other", {})],
    ["PUT", "rbac/roles/a", { metadata: { name: "a", uid: "00000000-0000-4000-8000-000000000000" }, rules: [] }],
    ["POST", "configmaps", { metadata: { name: "a", finalizers: ["bad"] } }],
    ["POST", "coordination/leases", { metadata: { name: "b", finalizers: ["bad"] }, spec: {} }],
    ["POST", "configmaps", { metadata: { name: "a", resourceVersion: "1" } }],
    ["POST", "configmaps", { metadata: { name: "a", labels: {} }, data: { x: null, y: "1" }, binaryData: {} }],
    ["PATCH", "configmaps/a", { metadata: { name: null } }, merge],
    ["PATCH", "configmaps/a", { metadata: { namespace: "default" } }, merge],
    ["PATCH", "configmaps/a", { metadata: { uid: "00000000-0000-4000-8000-000000000000" } }, merge],
    ["PATCH", "configmaps/a", [{ op: "replace", path: "/data/z", value: "1" }], "application/json-patch+json"],
    ["PATCH", "configmaps/a", [{ op: "remove", path: "/data/none" }], "application/json-patch+json"],
    ["POST", "services", named("a", { spec: { ports: [{ port: 1, name: "a" }, { port: 2, name: "a" }] } })],
    ["GET", "services?labelSelector=%3D"],
    ["GET", "services?fieldSelector=spec.wrong%3Da"],
    ["POST", "networking/networkpolicies", named("b", { spec: { podSelector: {}, policyTypes: ["Other"] } })]
  ],
  "cluster-scoped kinds: defaults and refusals": [
    ["POST", "/apis/storage.k8s.io/v1/storageclasses?dryRun=All", named("recorded", { provisioner: "example.com/x" })],
    ["POST", "/apis/storage.k8s.io/v1/storageclasses", named("recorded", {})],
    ["POST", "/apis/storage.k8s.io/v1/csinodes?dryRun=All", named("recorded", { spec: { drivers: [] } })],
    ["POST", "/apis/storage.k8s.io/v1/csidrivers?dryRun=All", named("recorded.example.com", { spec: {} })],
    ["POST", "/apis/node.k8s.io/v1/runtimeclasses?dryRun=All", named("recorded", { handler: "crun" })],
    ["POST", "/apis/node.k8s.io/v1/runtimeclasses", named("recorded", { handler: "" })],
    ["POST", "/apis/scheduling.k8s.io/v1/priorityclasses?dryRun=All", named("recorded", { value: 10 })],
    [
      "POST",
      "/apis/networking.k8s.io/v1/ingressclasses?dryRun=All",
      named("recorded", { spec: { controller: "x.y/z" } })
    ],
    ["POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles?dryRun=All", named("recorded", { rules: [] })]
  ]
}
