/** Further programs for {@link "./Recorded.js"} of what the random programs of `test/fake/differential` found. */
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Step } from "../../support/ApiProgram.js"

const merge = "application/merge-patch+json"
const json = "application/json-patch+json"
const apply = "application/apply-patch+yaml"

const named = (name: string, more: JsonObject = {}): JsonObject => ({ metadata: { name }, ...more })

const pods = (more: JsonObject = {}, labels: JsonObject = { app: "x" }): JsonObject => ({
  selector: { matchLabels: { app: "x" } },
  template: { metadata: { labels }, spec: { containers: [{ name: "main", image: "image:1" }] } },
  ...more
})

const autoscaler = (more: JsonObject): JsonObject =>
  named("a", {
    spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "a" }, ...more }
  })

const withoutSpec: Step[2] = [{ op: "remove", path: "/spec" }]

const badLabels: JsonObject = { metadata: { name: "a", labels: { "-": "?" } } }

const backend: JsonObject = { name: "a", port: { number: 80 } }

const ingress = (path: JsonObject): JsonObject =>
  named("a", { spec: { rules: [{ http: { paths: [{ ...path, backend: { service: backend } }] } }] } })

const priorityClasses = "/apis/scheduling.k8s.io/v1/priorityclasses"

const priorityClass = (more: JsonObject): JsonObject => ({
  apiVersion: "scheduling.k8s.io/v1",
  kind: "PriorityClass",
  metadata: { name: "{ns}-a" },
  ...more
})

const role = (name: string): JsonObject => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "Role",
  metadata: { name },
  rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }]
})

const podSpec: JsonObject = {
  automountServiceAccountToken: false,
  schedulerName: "none",
  containers: [{ name: "main", image: "image:1" }]
}

const withTolerations = (tolerations: ReadonlyArray<JsonObject>): JsonObject =>
  pods({
    replicas: 0,
    template: { metadata: { labels: { app: "x" } }, spec: { ...podSpec, tolerations } }
  })

const statefulSet = (more: JsonObject): JsonObject => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "a" },
  spec: pods({ serviceName: "a", ...more })
})

const configMap = (more: JsonObject, labels?: JsonObject): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a", ...(labels === undefined ? {} : { labels }) },
  ...more
})

const autoscalers = "autoscaling/horizontalpodautoscalers"

export const programs: Readonly<Record<string, ReadonlyArray<Step>>> = {
  "found: a list of one name has no pages": [
    ["POST", "configmaps", named("a")],
    ["POST", "configmaps", named("b")],
    ["GET", "configmaps?fieldSelector=metadata.name%3Da&limit=1"],
    ["PATCH", "configmaps/a", { metadata: { labels: { app: "x" } } }, merge],
    ["GET", "configmaps?fieldSelector=metadata.name%3Da&limit=1&resourceVersion={first}"],
    ["GET", "configmaps?fieldSelector=metadata.name%3Da&limit=1&resourceVersionMatch=Exact&resourceVersion={first}"],
    ["GET", "configmaps?fieldSelector=metadata.name%3Db&limit=1&continue=x"],
    ["GET", "configmaps?continue=1&resourceVersion=x"]
  ],
  "found: the replicas of an autoscaler": [
    ["POST", autoscalers, autoscaler({ maxReplicas: -1 })],
    ["POST", autoscalers, autoscaler({ minReplicas: -1 })],
    ["POST", autoscalers, autoscaler({ minReplicas: 0 })],
    ["POST", autoscalers, autoscaler({})],
    ["PATCH", autoscalers + "/a", [{ op: "replace", path: "/spec", value: {} }], json],
    ["PATCH", autoscalers + "/a", withoutSpec, json]
  ],
  "found: an object without a spec": [
    ["POST", "services", named("a", { spec: { ports: [{ port: 80 }] } })],
    ["PATCH", "services/a", withoutSpec, json],
    ["POST", "apps/statefulsets", named("a", { spec: pods({ serviceName: "a" }) })],
    ["PATCH", "apps/statefulsets/a", withoutSpec, json],
    ["POST", "networking/networkpolicies", named("a", { spec: { podSelector: { matchLabels: { app: "x" } } } })],
    ["PATCH", "networking/networkpolicies/a", withoutSpec, json]
  ],
  "found: the order of the errors of metadata": [
    ["POST", "rbac/roles", { metadata: { name: "a", finalizers: ["example.com/a"] } }],
    [
      "PATCH",
      "rbac/roles/a",
      { metadata: { finalizers: ["bad"], uid: "00000000-0000-4000-8000-000000000000" } },
      merge
    ],
    ["DELETE", "rbac/roles/a"],
    ["PATCH", "rbac/roles/a", { metadata: { finalizers: ["example.com/a", "bad"] } }, merge],
    ["POST", "policy/poddisruptionbudgets", { ...badLabels, spec: { minAvailable: -1 } }],
    ["POST", "policy/poddisruptionbudgets", { ...badLabels, spec: { minAvailable: 1 } }],
    [
      "PATCH",
      "rbac/roles/b?fieldManager=one",
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        metadata: { name: "Not_Valid", namespace: "default" }
      },
      apply
    ]
  ],
  "found: the order of the errors of workloads": [
    [
      "POST",
      "apps/deployments",
      named("a", { spec: pods({ minReadySeconds: -1, revisionHistoryLimit: -1 }, { app: "y" }) })
    ],
    ["POST", "apps/replicasets", named("a", { spec: pods({ selector: {} }) })],
    [
      "POST",
      "pods?dryRun=All",
      named("a", {
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: -1,
          containers: [{ name: "main", image: "image:1" }]
        }
      })
    ]
  ],
  "found: the session affinity of a Service, and the type of the addresses of an EndpointSlice": [
    ["POST", "services", named("a", { spec: { ports: [{ port: 80 }], sessionAffinity: "odd" } })],
    [
      "POST",
      "services",
      named("a", { spec: { ports: [{ port: 80 }], sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } } } })
    ],
    ["POST", "discovery/endpointslices", named("a", { addressType: "IPv4" })],
    ["PATCH", "discovery/endpointslices/a", { addressType: "" }, merge],
    ["PATCH", "discovery/endpointslices/a", { addressType: "IPv6" }, merge]
  ],
  "found: the deadline of a pod": [
    ["POST", "pods", named("a", { spec: podSpec })],
    ["PATCH", "pods/a", { spec: { activeDeadlineSeconds: -1 } }, merge],
    ["PATCH", "pods/a", { spec: { activeDeadlineSeconds: 9 } }, merge],
    ["PATCH", "pods/a", { spec: { activeDeadlineSeconds: 10 } }, merge],
    ["PATCH", "pods/a", { spec: { activeDeadlineSeconds: null } }, merge],
    ["PATCH", "pods/a", { spec: { activeDeadlineSeconds: 8 } }, merge]
  ],
  "found: the key of an Ingress": [
    ["POST", "networking/ingresses", named("a", { spec: { defaultBackend: { service: backend } } })],
    [
      "PUT",
      "networking/ingresses/a",
      {
        metadata: { name: "a", uid: "00000000-0000-4000-8000-000000000000" },
        spec: { defaultBackend: { service: backend } }
      }
    ]
  ],
  "apply: a manager does not own zero values, nor what admission sets": [
    ["POST", `${priorityClasses}?fieldManager=one`, named("{ns}-a", { value: 0, description: "a" })],
    ["PATCH", `${priorityClasses}/{ns}-a?fieldManager=two`, priorityClass({ value: 1 }), apply],
    ["PATCH", `${priorityClasses}/{ns}-a?fieldManager=two`, priorityClass({ value: 0 }), apply],
    ["DELETE", `${priorityClasses}/{ns}-a`],
    ["POST", "rbac/roles?fieldManager=one", named("a", { rules: null })],
    ["PATCH", "rbac/roles/a?fieldManager=two", role("a"), apply],
    ["POST", "rbac/roles?fieldManager=one", named("b", { rules: [] })],
    ["PATCH", "rbac/roles/b?fieldManager=two", role("b"), apply],
    ["POST", "pods?fieldManager=one", named("a", { spec: podSpec })]
  ],
  "apply: a manager does not own the empty name of a Service": [
    ["POST", "apps/statefulsets?fieldManager=one", named("a", { spec: pods({ serviceName: "", replicas: 3 }) })],
    ["PATCH", "apps/statefulsets/a?fieldManager=two", statefulSet({ replicas: 1 }), apply]
  ],
  "apply: a null is a value of its manager": [
    ["PATCH", "configmaps/a?fieldManager=one", configMap({ data: { x: "1" }, immutable: null }), apply],
    ["PATCH", "configmaps/a?fieldManager=two", configMap({ data: { y: null }, immutable: null }), apply],
    ["PATCH", "configmaps/a?fieldManager=one", configMap({ data: { x: null } }), apply]
  ],
  "apply: a scale of no replicas has no manager": [
    ["POST", "apps/statefulsets?fieldManager=one", named("a", { spec: pods({ serviceName: "a", replicas: 3 }) })],
    ["PATCH", "apps/statefulsets/a/scale?fieldManager=two", { spec: { replicas: 0 } }, merge],
    ["PATCH", "apps/statefulsets/a?fieldManager=three", statefulSet({ replicas: 3 }), apply]
  ],
  "apply: the managers of conflicts are sorted by their whole identity": [
    ["POST", "apps/statefulsets?fieldManager=one", named("a", { spec: pods({ serviceName: "a", replicas: 3 }) })],
    ["PATCH", "apps/statefulsets/a/scale?fieldManager=one", { spec: { replicas: 2 } }, merge],
    ["PATCH", "apps/statefulsets/a?fieldManager=two", statefulSet({ replicas: 3, revisionHistoryLimit: 1 }), apply]
  ],
  "apply: conflicts come before values that cannot be decoded, with those of whole fields first": [
    [
      "POST",
      "configmaps?fieldManager=one",
      { metadata: { name: "a", labels: { app: "x" } }, immutable: false, data: { x: "1" } }
    ],
    ["PATCH", "configmaps/a?fieldManager=two", configMap({ data: { x: "2" }, binaryData: { y: "b" } }), apply],
    ["PATCH", "configmaps/a?fieldManager=two", configMap({ data: { x: "2" }, immutable: true }, { app: "y" }), apply]
  ],
  "found: the ports of a pod in the network of its node": [
    [
      "POST",
      "pods",
      named("a", {
        spec: {
          ...podSpec,
          hostNetwork: true,
          initContainers: [{ name: "init", image: "image:1", ports: [{ containerPort: 79 }] }],
          containers: [{
            name: "main",
            image: "image:1",
            ports: [{ containerPort: 80 }, { containerPort: 81, hostPort: 81 }]
          }]
        }
      })
    ],
    [
      "POST",
      "apps/replicasets",
      named("a", {
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: "x" } },
          template: {
            metadata: { labels: { app: "x" } },
            spec: {
              hostNetwork: true,
              containers: [{ name: "main", image: "image:1", ports: [{ containerPort: 80 }] }]
            }
          }
        }
      })
    ]
  ],
  "found: a put with a uid where no object is": [
    [
      "PUT",
      "coordination/leases/a",
      { metadata: { name: "a", resourceVersion: "x", uid: "00000000-0000-4000-8000-000000000000" } }
    ],
    ["PUT", "coordination/leases/a", { metadata: { name: "a", resourceVersion: "x" } }]
  ],
  "found: bytes as a list": [
    ["POST", "secrets", named("a")],
    ["PATCH", "secrets/a", [{ op: "add", path: "/data", value: { x: [] } }], json],
    ["PATCH", "secrets/a", [{ op: "add", path: "/data/y", value: [104, 105] }], json],
    ["PATCH", "secrets/a", { data: { z: [0] } }, merge]
  ],
  "found: an update of a pod keeps its priority, and gets the tolerations of a new one": [
    ["POST", "pods", named("a", { spec: podSpec })],
    ["PATCH", "pods/a", { spec: { tolerations: [] } }, merge],
    ["PATCH", "pods/a", { spec: { tolerations: [], priority: null, preemptionPolicy: null } }, merge],
    ["PATCH", "pods/a", { spec: { tolerations: [{ key: "a", operator: "Exists" }] } }, merge],
    ["PATCH", "pods/a", { spec: { tolerations: [{ operator: "Exists" }] } }, merge],
    ["PATCH", "pods/a", { spec: { tolerations: [{ key: "-", value: "-" }, { operator: "Sometimes" }] } }, merge],
    ["PATCH", "pods/a/status", { spec: { tolerations: [] }, status: { phase: "Running" } }, merge]
  ],
  "found: the tolerations of a pod": [
    [
      "POST",
      "pods",
      named("a", {
        spec: {
          ...podSpec,
          tolerations: [
            { key: "-", value: "-" },
            { operator: "Equal", effect: "Never" },
            { key: "a", operator: "Exists", value: "a", tolerationSeconds: 1 },
            { key: "a", operator: "Gt", value: "1" },
            { key: "a", operator: "Sometimes" }
          ]
        }
      })
    ],
    ["POST", "apps/replicasets", named("a", { spec: withTolerations([{ value: "a" }]) })],
    [
      "POST",
      "pods",
      named("a", { spec: { ...podSpec, schedulingGates: [{ name: "a" }], tolerations: [{ key: "a", value: "b" }] } })
    ],
    ["PATCH", "pods/a", { spec: { schedulingGates: [{ name: "a" }, { name: "b" }] } }, merge],
    ["PATCH", "pods/a", { spec: { tolerations: [{ key: "a", value: "c" }] } }, merge],
    ["PATCH", "pods/a", { spec: { schedulingGates: [] } }, merge]
  ],
  "found: the zero values of a pod's status": [
    ["POST", "pods", named("a", { spec: podSpec })],
    [
      "PATCH",
      "pods/a/status",
      {
        status: {
          phase: "Running",
          conditions: [{ type: "Ready", status: "True" }],
          containerStatuses: [{ name: "main", state: { running: {} } }],
          initContainerStatuses: [{
            name: "init",
            state: { terminated: {} },
            lastState: { terminated: { exitCode: 1 } }
          }]
        }
      },
      merge
    ]
  ],
  "found: the paths of an Ingress": ["b", "", "/a//b/./c/../%2f", "/a/..", "/a/."].flatMap((
    path
  ): ReadonlyArray<Step> => [
    ["POST", "networking/ingresses?dryRun=All", ingress({ path, pathType: "Prefix" })],
    ["POST", "networking/ingresses?dryRun=All", ingress({ path, pathType: "ImplementationSpecific" })]
  ]),
  "found: a path of an Ingress has a backend": [
    [
      "POST",
      "networking/ingresses",
      named("a", { spec: { rules: [{ http: { paths: [{ path: "/", pathType: "Prefix", backend: {} }] } }] } })
    ]
  ],
  "found: the paths of a JSON patch": [
    ["POST", "configmaps", named("a", { data: { x: "1" } })],
    ["PATCH", "configmaps/a", [{ op: "replace", path: "b", value: {} }], json],
    ["PATCH", "configmaps/a", [{ op: "add", path: "", value: {} }], json],
    ["PATCH", "configmaps/a", [{ op: "remove", path: "data" }], json],
    ["PATCH", "configmaps/a", [{ op: "test", path: "data", value: {} }], json],
    ["PATCH", "configmaps/a", [{ op: "remove", path: "ignored/data" }], json]
  ],
  "found: an autoscaler's target has a group": [
    ["POST", autoscalers, autoscaler({ scaleTargetRef: { apiVersion: "v1", kind: "Deployment", name: "a" } })],
    [
      "POST",
      autoscalers,
      autoscaler({ scaleTargetRef: { apiVersion: "v1", kind: "ReplicationController", name: "a" } })
    ]
  ],
  "found: versions without a type, and an apply of another kind or without a name": [
    ["POST", "batch/jobs?dryRun=All", { apiVersion: "batch/v1beta1", kind: "Job", metadata: { name: "a" }, spec: {} }],
    ["POST", "configmaps", { apiVersion: "v2", kind: "ConfigMap", metadata: { name: "a" } }],
    ["PATCH", "configmaps/a?fieldManager=one", { apiVersion: "v1", kind: "Secret", metadata: { name: "a" } }, apply],
    ["PATCH", "configmaps/a?fieldManager=one", { apiVersion: "v1", kind: "ConfigMap", metadata: {} }, apply]
  ],
  "found: the errors of a binding come in the order of a server": [
    [
      "POST",
      "rbac/rolebindings",
      named("a", {
        subjects: [{ kind: "", name: "" }, { kind: "User", name: "" }],
        roleRef: { apiGroup: "a", kind: "", name: "" }
      })
    ]
  ],
  "found: new finalizers of a deleted object come before its uid": [
    ["POST", "configmaps", { metadata: { name: "a", finalizers: ["example.com/a"] } }],
    ["DELETE", "configmaps/a"],
    [
      "PATCH",
      "configmaps/a",
      { metadata: { finalizers: ["example.com/a", "bad"], uid: "00000000-0000-4000-8000-000000000000" } },
      merge
    ]
  ],
  "found: a dry run returns the resource version of its object": [
    ["POST", "configmaps?dryRun=All", { metadata: { name: "a", resourceVersion: "x" } }],
    ["GET", "configmaps?resourceVersion={rv}"]
  ]
}
