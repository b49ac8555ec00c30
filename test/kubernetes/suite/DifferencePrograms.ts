/** Programs for {@link "./Recorded.js"}: what the random programs of `test/fake/differential` found, one request or two each. */
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Step } from "../../support/ApiProgram.js"

const merge = "application/merge-patch+json"
const apply = "application/apply-patch+yaml"

const container: JsonObject = { name: "main", image: "image:1" }

const pods = (more: JsonObject = {}, spec: JsonObject = {}): JsonObject => ({
  selector: { matchLabels: { app: "x" } },
  template: { metadata: { labels: { app: "x" } }, spec: { containers: [container], ...spec } },
  ...more
})

const named = (name: string, more: JsonObject = {}): JsonObject => ({ metadata: { name }, ...more })

const typed = (apiVersion: string, kind: string, more: JsonObject): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name: "a" },
  ...more
})

const lease = (
  name: string,
  app: string
): Step => ["POST", "coordination/leases", { metadata: { name, labels: { app } } }]

const storageClass = "/apis/storage.k8s.io/v1/storageclasses/{ns}-a"
const priorityClass = "/apis/scheduling.k8s.io/v1/priorityclasses/{ns}-a"
const runtimeClass = "/apis/node.k8s.io/v1/runtimeclasses/{ns}-a"
const accessReview = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

export const programs: Readonly<Record<string, ReadonlyArray<Step>>> = {
  "differences: options of lists and watches": [
    lease("a", "x"),
    lease("b", "y"),
    lease("c", "x"),
    ["GET", "coordination/leases?limit=1&labelSelector=app%3Dx"],
    ["GET", "coordination/leases?limit=1&labelSelector=app%3Dx&continue={continue}"],
    ["GET", "coordination/leases?limit=1&labelSelector=app%3Dx&continue={continue}"],
    ["GET", "coordination/leases?limit=1&labelSelector=app%3Dy"],
    ["GET", "coordination/leases?limit=-1&labelSelector=app%3Dx"],
    ["GET", "coordination/leases?limit=x&labelSelector=%3D"],
    ["GET", "coordination/leases?continue=1"],
    ["GET", "coordination/leases?continue=1&resourceVersion={rv}"],
    ["GET", "coordination/leases?resourceVersionMatch=Sometimes&resourceVersion={rv}"],
    ["GET", "coordination/leases?resourceVersionMatch=Exact&continue=1"],
    ["GET", "coordination/leases?fieldSelector=spec.wrong%3Da&resourceVersionMatch=Exact&resourceVersion=0"],
    ["GET", "coordination/leases?watch=true&resourceVersionMatch=Exact&resourceVersion={rv}"],
    ["GET", "coordination/leases?watch=true&labelSelector=%3D&sendInitialEvents=true"]
  ],
  "differences: options of writes": [
    ["POST", "configmaps?fieldValidation=Sometimes", named("a")],
    ["PUT", "configmaps/a", { metadata: { name: "a", namespace: "default" } }],
    ["PUT", "coordination/leases/a", { metadata: { name: "a", namespace: "default" } }],
    ["PUT", "coordination/leases/a", { metadata: { name: "a", resourceVersion: "x" } }],
    ["POST", "coordination/leases", named("a")],
    ["PATCH", "coordination/leases/a", { metadata: { resourceVersion: "x" } }, merge]
  ],
  "differences: empty texts": [
    ["POST", "secrets", named("a", { type: "" })],
    ["PUT", "secrets/a", named("a", { type: "" })],
    ["PATCH", "secrets/b?fieldManager=one", {
      ...typed("v1", "Secret", { type: "" }),
      metadata: { name: "b" }
    }, apply],
    ["POST", "services", named("a", { spec: { type: "", ports: [{ port: 80 }] } })],
    ["POST", "apps/statefulsets?dryRun=All", named("a", { spec: pods({}, { restartPolicy: "" }) })],
    ["POST", "coordination/leases?dryRun=All", named("a", { spec: { holderIdentity: "" } })],
    [
      "POST",
      "networking/ingresses?dryRun=All",
      named("a", {
        spec: { ingressClassName: "", defaultBackend: { service: { name: "a", port: { number: 80 } } } }
      })
    ]
  ],
  "differences: rules of workloads": [
    ["POST", "apps/statefulsets", named("Not_Valid", { spec: pods() })],
    ["POST", "apps/statefulsets", named("a", { spec: pods({}, { activeDeadlineSeconds: 0 }) })],
    ["POST", "apps/deployments", named("a", { spec: pods({}, { dnsPolicy: "odd" }) })],
    ["POST", "apps/deployments", named("a", { spec: pods({ progressDeadlineSeconds: -1 }) })],
    [
      "POST",
      "batch/jobs?dryRun=All",
      named("a", {
        spec: {
          template: { metadata: { labels: { app: "x" } }, spec: { containers: [container], restartPolicy: "Never" } }
        }
      })
    ],
    ["POST", "apps/controllerrevisions", named("a", { data: "odd" })],
    ["POST", "apps/controllerrevisions", named("a", { data: {} })],
    ["POST", "apps/daemonsets", named("a", { spec: pods() })],
    [
      "PATCH",
      "apps/daemonsets/a",
      { spec: { template: { spec: { containers: [{ ...container, image: "b" }] } } } },
      merge
    ],
    ["PATCH", "apps/daemonsets/a", { spec: { selector: null, template: null } }, merge]
  ],
  "differences: rules of policies": [
    ["POST", "policy/poddisruptionbudgets", named("a", { spec: { minAvailable: -1 } })],
    ["POST", "policy/poddisruptionbudgets", named("a", { spec: { maxUnavailable: "odd" } })],
    ["POST", "policy/poddisruptionbudgets", named("a", { spec: { maxUnavailable: "101%" } })],
    ["POST", "policy/poddisruptionbudgets?dryRun=All", named("Not_Valid", { spec: {} })],
    ["POST", "networking/networkpolicies?dryRun=All", named("a", { spec: {} })],
    [
      "POST",
      "discovery/endpointslices",
      named("a", { addressType: "IPv4", endpoints: [{ addresses: ["192.0.2.1"] }] })
    ],
    ["PATCH", "discovery/endpointslices/a", { metadata: { labels: { app: "x" } } }, merge],
    ["POST", accessReview, { spec: {} }],
    ["POST", accessReview, {
      spec: { nonResourceAttributes: { path: "/" }, resourceAttributes: { verb: "get", resource: "pods" } }
    }]
  ],
  "differences: kinds of the whole cluster": [
    ["PATCH", `${storageClass}?fieldManager=one`, {
      ...typed("storage.k8s.io/v1", "StorageClass", { provisioner: "example.com/a" }),
      metadata: { name: "{ns}-a" }
    }, apply],
    ["PATCH", storageClass, { provisioner: "example.com/b", volumeBindingMode: "" }, merge],
    ["DELETE", storageClass],
    ["PATCH", `${priorityClass}?fieldManager=one`, {
      ...typed("scheduling.k8s.io/v1", "PriorityClass", { value: 1, description: "" }),
      metadata: { name: "{ns}-a" }
    }, apply],
    ["PATCH", priorityClass, { value: 2, preemptionPolicy: "odd" }, merge],
    ["PATCH", priorityClass, { description: "b" }, merge],
    ["DELETE", priorityClass],
    ["PUT", runtimeClass, {
      ...typed("node.k8s.io/v1", "RuntimeClass", { handler: "runc" }),
      metadata: { name: "{ns}-a", finalizers: ["bad"] }
    }],
    ["PATCH", runtimeClass, { handler: "crun" }, merge],
    ["PATCH", runtimeClass, { handler: null, metadata: { finalizers: null } }, merge],
    ["PATCH", runtimeClass, { metadata: { finalizers: null } }, merge],
    ["DELETE", runtimeClass]
  ],
  "differences: pods": [
    [
      "POST",
      "pods",
      named("a", { spec: { schedulerName: "none", automountServiceAccountToken: false, containers: [container] } })
    ],
    ["PATCH", "pods/a", { spec: { containers: [container, { ...container, name: "b" }] } }, merge],
    ["DELETE", "pods/a", { dryRun: ["All"] }],
    ["DELETE", "pods/a"],
    ["POST", "pods", named("a", { spec: { priority: 1, containers: [container] } })],
    ["POST", "pods", named("a", { spec: { priorityClassName: "wrong", containers: [container] } })],
    [
      "POST",
      "pods?dryRun=All",
      named("a", {
        spec: {
          priorityClassName: "system-node-critical",
          automountServiceAccountToken: false,
          containers: [container],
          tolerations: [{ operator: "Exists" }]
        }
      })
    ]
  ],
  "differences: rules of updates and of autoscalers": [
    ["POST", "apps/statefulsets", named("a", { spec: pods({ minReadySeconds: 0 }) })],
    ["PATCH", "apps/statefulsets/a", { spec: { serviceName: "b", podManagementPolicy: "Parallel" } }, merge],
    [
      "POST",
      "apps/daemonsets",
      named("a", { spec: pods({ minReadySeconds: -1, selector: { matchLabels: { app: "y" } } }) })
    ],
    ["PUT", "services/b", { metadata: { name: "Not_Valid", namespace: "default" }, spec: {} }],
    ["PUT", "endpoints/b", { metadata: { name: "b", uid: "00000000-0000-4000-8000-000000000000" } }],
    ["POST", "autoscaling/horizontalpodautoscalers", named("a", { spec: { maxReplicas: 3 } })],
    [
      "POST",
      "autoscaling/horizontalpodautoscalers",
      named("a", {
        spec: {
          minReplicas: 0,
          maxReplicas: 3,
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "a" }
        }
      })
    ],
    ["POST", storageClass.replace("/{ns}-a", ""), {
      metadata: { name: "{ns}-b" },
      provisioner: "example.com/a",
      reclaimPolicy: ""
    }],
    ["PATCH", storageClass.replace("-a", "-b"), { reclaimPolicy: "odd" }, merge],
    ["DELETE", storageClass.replace("-a", "-b")]
  ]
}
