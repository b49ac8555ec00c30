/** Programs for {@link "./Recorded.js"} about the tables that `kubectl get` prints. */
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Step } from "../../support/ApiProgram.js"

const named = (name: string, more: JsonObject = {}): JsonObject => ({ metadata: { name }, ...more })

const table = (path: string): Step => [
  "GET",
  `${path}?includeObject=None`,
  undefined,
  undefined,
  "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
]

/** Creates an object of the whole cluster, prints it and deletes it. */
const once = (path: string, name: string, more: JsonObject): ReadonlyArray<Step> => [
  ["POST", path, named(name, more)],
  table(`${path}/${name}`),
  ["DELETE", `${path}/${name}`]
]

const template: JsonObject = {
  metadata: { labels: { app: "x" } },
  spec: { containers: [{ name: "main", image: "registry.example.com/image:1" }] }
}

const workload: JsonObject = { selector: { matchLabels: { app: "x" } }, template }

const scaled = { apiVersion: "apps/v1", kind: "Deployment", name: "a" }

const autoscaler = (name: string, metrics?: ReadonlyArray<JsonObject>): Step => [
  "POST",
  "autoscaling/horizontalpodautoscalers",
  named(name, { spec: { maxReplicas: 3, scaleTargetRef: scaled, ...(metrics === undefined ? {} : { metrics }) } })
]

const metric = { name: "requests" }
const average = { type: "AverageValue", averageValue: "1500m" }
const value = { type: "Value", value: "2k" }
const utilization = { type: "Utilization", averageUtilization: 50 }

export const programs: Readonly<Record<string, ReadonlyArray<Step>>> = {
  "tables: the targets of autoscalers": [
    autoscaler("a"),
    autoscaler("b", [
      { type: "Pods", pods: { metric, target: average } },
      { type: "Object", object: { metric, target: value, describedObject: scaled } }
    ]),
    autoscaler("c", [
      { type: "External", external: { metric, target: average } },
      { type: "External", external: { metric, target: value } },
      { type: "Object", object: { metric, target: average, describedObject: scaled } }
    ]),
    autoscaler("d", [
      { type: "Resource", resource: { name: "memory", target: average } },
      { type: "ContainerResource", containerResource: { name: "cpu", container: "main", target: utilization } }
    ]),
    table("autoscaling/horizontalpodautoscalers")
  ],
  "tables: objects of a namespace": [
    ["POST", "apps/daemonsets", named("a", { spec: workload })],
    table("apps/daemonsets/a"),
    ["POST", "apps/statefulsets", named("a", { spec: { ...workload, replicas: 0, serviceName: "a" } })],
    table("apps/statefulsets/a"),
    [
      "POST",
      "batch/cronjobs",
      named("a", {
        spec: {
          schedule: "0 3 * * *",
          suspend: true,
          jobTemplate: {
            spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "i" }] } } }
          }
        }
      })
    ],
    table("batch/cronjobs/a"),
    ["POST", "rbac/roles", named("a", { rules: [] })],
    table("rbac/roles/a"),
    ["POST", "coordination/leases", named("a", { spec: { holderIdentity: "me" } })],
    table("coordination/leases/a")
  ],
  "tables: objects of the cluster": [
    ...once("/apis/storage.k8s.io/v1/csidrivers", "tables.example.com", {
      spec: { attachRequired: false, tokenRequests: [{ audience: "a" }, { audience: "b" }] }
    }),
    ...once("/apis/storage.k8s.io/v1/csinodes", "tables", {
      spec: { drivers: [{ name: "tables.example.com", nodeID: "a" }] }
    }),
    ...once("/apis/storage.k8s.io/v1/volumeattachments", "tables", {
      spec: { attacher: "tables.example.com", nodeName: "a", source: { persistentVolumeName: "pv" } }
    }),
    ...once("/apis/storage.k8s.io/v1/storageclasses", "tables", { provisioner: "example.com/x" }),
    ...once("/apis/scheduling.k8s.io/v1/priorityclasses", "tables", { value: 10, preemptionPolicy: "Never" }),
    ...once("/apis/node.k8s.io/v1/runtimeclasses", "tables", { handler: "crun" })
  ]
}
