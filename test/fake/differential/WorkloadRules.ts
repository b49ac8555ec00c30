/** Programs about StatefulSets, DaemonSets and the claims of pods that random ones seldom reach. */
import type { Json, JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Action } from "./Action.js"

const merge = "application/merge-patch+json"

const template: JsonObject = {
  metadata: { labels: { app: "x" } },
  spec: { schedulerName: "none", containers: [{ name: "a", image: "i" }] }
}

const dry = (path: string, spec: JsonObject, more: JsonObject = {}): Action => [
  "POST",
  `${path}?dryRun=All`,
  { metadata: { name: "a" }, spec: { selector: { matchLabels: { app: "x" } }, template, ...spec }, ...more }
]

const stateful = (spec: JsonObject, more?: JsonObject): Action => dry("apps/statefulsets", spec, more)

const daemon = (spec: JsonObject, more?: JsonObject): Action => dry("apps/daemonsets", spec, more)

const deployment = (rollingUpdate: JsonObject): Action => dry("apps/deployments", { strategy: { rollingUpdate } })

const rolling = (rollingUpdate: Json): JsonObject => ({ updateStrategy: { type: "RollingUpdate", rollingUpdate } })

const claim = (spec: JsonObject, name = "data"): JsonObject => ({
  volumeClaimTemplates: [{
    metadata: { name },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec }
  }]
})

const withSpec = (spec: JsonObject): JsonObject => ({
  template: { ...template, spec: { ...Object(template["spec"]), ...spec } }
})

const statefulRules: ReadonlyArray<Action> = [
  stateful({}),
  stateful({}, { status: { replicas: 7 } }),
  ...["", "Parallel", "Odd"].map((podManagementPolicy) => stateful({ podManagementPolicy })),
  ...["", "OnDelete", "Recreate", "Odd"].map((type) => stateful({ updateStrategy: { type } })),
  stateful({ updateStrategy: { type: "OnDelete", rollingUpdate: { partition: 1 } } }),
  stateful({ updateStrategy: { type: "Odd", rollingUpdate: { maxUnavailable: "10%" } } }),
  stateful({ updateStrategy: { rollingUpdate: { partition: 2 } } }),
  stateful(rolling({})),
  stateful({ updateStrategy: { type: "RollingUpdate" } }),
  stateful(rolling({ partition: -1 })),
  ...[0, -1, 2, "0%", "10%", "101%", "a", ""].map((maxUnavailable) => stateful(rolling({ maxUnavailable }))),
  ...["", "Delete", "Odd"].map((whenScaled) => stateful({ persistentVolumeClaimRetentionPolicy: { whenScaled } })),
  stateful({ persistentVolumeClaimRetentionPolicy: { whenDeleted: "Odd", whenScaled: "Odd" } }),
  ...[-1, 0, 3].map((start) => stateful({ ordinals: { start } })),
  stateful({ ordinals: {} }),
  ...["A_", "a.b", ""].map((serviceName) => stateful({ serviceName })),
  stateful({ replicas: -1, minReadySeconds: -1, revisionHistoryLimit: -1 }),
  stateful({ selector: null }),
  stateful({ selector: {} }),
  stateful({ selector: { matchLabels: { app: "y" } } }),
  stateful(withSpec({ hostname: "A_", subdomain: "A_" })),
  stateful(withSpec({ restartPolicy: "Never", activeDeadlineSeconds: 5 })),
  stateful({ template: { ...template, metadata: { labels: { app: "x", "-": "?" } } } }),
  stateful(claim({})),
  stateful({
    ...claim({}),
    ...withSpec({ volumes: [{ name: "data", emptyDir: {} }, { name: "other", emptyDir: {} }] })
  }),
  stateful({
    ...claim({}),
    ...withSpec({ containers: [{ name: "a", image: "i", volumeMounts: [{ name: "data", mountPath: "/a" }] }] })
  }),
  stateful({
    ...withSpec({ containers: [{ name: "a", image: "i", volumeMounts: [{ name: "data", mountPath: "/a" }] }] })
  }),
  stateful({ volumeClaimTemplates: [] }),
  stateful(claim({ accessModes: [] })),
  stateful(claim({ accessModes: ["Odd", "ReadWriteOncePod", "ReadWriteOnce"] })),
  stateful(claim({ resources: {} })),
  stateful(claim({ resources: { requests: { storage: "-1" } } })),
  stateful(claim({ storageClassName: "A_", volumeMode: "Odd", volumeAttributesClassName: "A_" })),
  stateful(claim({ storageClassName: "", volumeMode: "Block" })),
  stateful(claim({ selector: { matchLabels: { "-": "?" } } })),
  stateful(claim({ dataSource: { kind: "Odd", name: "" } })),
  stateful(claim({ dataSource: { apiGroup: "A_", kind: "Odd", name: "a" } })),
  stateful(claim({ dataSourceRef: { kind: "PersistentVolumeClaim", name: "a" } })),
  stateful(claim({}, "A_"))
]

const daemonRules: ReadonlyArray<Action> = [
  daemon({}),
  daemon({}, { status: { numberReady: 7 } }),
  ...["", "OnDelete", "Odd"].map((type) => daemon({ updateStrategy: { type } })),
  daemon({ updateStrategy: { type: "OnDelete", rollingUpdate: { maxUnavailable: 0 } } }),
  daemon({ updateStrategy: { type: "Odd", rollingUpdate: { maxSurge: "10%" } } }),
  daemon(rolling({ maxSurge: 1 })),
  daemon(rolling({ maxSurge: 1, maxUnavailable: 0 })),
  daemon(rolling({ maxSurge: 0, maxUnavailable: "0%" })),
  daemon(rolling({ maxSurge: "101%", maxUnavailable: "101%" })),
  daemon(rolling({ maxSurge: "a", maxUnavailable: "b" })),
  daemon(rolling({ maxSurge: -1, maxUnavailable: -1 })),
  daemon({ minReadySeconds: -1, revisionHistoryLimit: -1 }),
  daemon({ selector: null }),
  daemon({ selector: {} }),
  daemon({ selector: { matchLabels: { app: "y" } } }),
  daemon(withSpec({ restartPolicy: "OnFailure", activeDeadlineSeconds: 5 }))
]

const deploymentRules: ReadonlyArray<Action> = [
  ...[0, -1, "0%", "101%", "a"].map((maxUnavailable) => deployment({ maxUnavailable, maxSurge: 0 })),
  ...[-1, "101%", "a"].map((maxSurge) => deployment({ maxUnavailable: 0, maxSurge }))
]

const claims: ReadonlyArray<Action> = [
  { accessModes: ["Odd"], resources: { requests: { storage: "0" } } },
  { accessModes: ["ReadWriteOncePod", "ReadOnlyMany"], resources: { requests: { storage: "1" } } },
  { accessModes: ["ReadOnlyMany"], resources: { requests: { storage: "1" } }, storageClassName: "A_", volumeMode: "a" },
  ...[
    {},
    { dataSource: { kind: "PersistentVolumeClaim", name: "b" } },
    { dataSourceRef: { kind: "PersistentVolumeClaim", name: "b" } },
    { dataSource: { apiGroup: "example.com", kind: "Odd", name: "b" } },
    { dataSourceRef: { apiGroup: "example.com", kind: "Odd", name: "b" } },
    { dataSourceRef: { apiGroup: "example.com", kind: "Odd", name: "b", namespace: "c" } },
    { dataSource: { kind: "PersistentVolumeClaim", name: "b" }, dataSourceRef: { kind: "Odd", name: "c" } }
  ].map((more) => ({ accessModes: ["ReadOnlyMany"], resources: { requests: { storage: "1" } }, ...more }))
].map((spec): Action => [
  "POST",
  "persistentvolumeclaims?dryRun=All",
  // The server adds this one.
  { metadata: { name: "a", finalizers: ["kubernetes.io/pvc-protection"] }, spec }
])

const status = (path: string, status: JsonObject): Action => ["PATCH", `${path}/a/status?dryRun=All`, { status }, merge]

/** Changes of sets that their controllers leave alone. */
const statefulChanges: ReadonlyArray<Action> = [
  [
    "POST",
    "apps/statefulsets",
    {
      metadata: { name: "a" },
      spec: { replicas: 0, serviceName: "a", selector: { matchLabels: { app: "x" } }, template, ...claim({}) }
    }
  ],
  ["SETTLED", "apps/statefulsets/a"],
  ...[
    { podManagementPolicy: "Parallel" },
    { serviceName: "A_" },
    { selector: { matchLabels: { app: "x", b: "c" } } },
    { volumeClaimTemplates: null },
    { updateStrategy: { rollingUpdate: { partition: 3 } } },
    { updateStrategy: { type: "OnDelete" } },
    { updateStrategy: { type: "OnDelete", rollingUpdate: null } },
    { updateStrategy: { rollingUpdate: null } },
    { ordinals: { start: 5 }, minReadySeconds: 5 }
  ].map((spec): Action => ["PATCH", "apps/statefulsets/a?dryRun=All", { spec }, merge]),
  status("apps/statefulsets", { replicas: -1 }),
  status("apps/statefulsets", { readyReplicas: 1, currentReplicas: 2, updatedReplicas: 3, availableReplicas: 4 }),
  status("apps/statefulsets", { collisionCount: -1 }),
  status("apps/statefulsets", { collisionCount: null }),
  status("apps/statefulsets", { observedGeneration: -1 })
]

const daemonChanges: ReadonlyArray<Action> = [
  [
    "POST",
    "apps/daemonsets",
    { metadata: { name: "a" }, spec: { selector: { matchLabels: { app: "x" } }, template } }
  ],
  ["SETTLED", "apps/daemonsets/a"],
  ...[
    { selector: { matchLabels: { app: "x", b: "c" } } },
    { template: { spec: { priority: 1 } } },
    { updateStrategy: { rollingUpdate: { maxSurge: 1 } } },
    { updateStrategy: { type: "OnDelete" } },
    { minReadySeconds: 5 }
  ].map((spec): Action => ["PATCH", "apps/daemonsets/a?dryRun=All", { spec }, merge]),
  status("apps/daemonsets", { currentNumberScheduled: -1, numberReady: -1, numberUnavailable: -1 }),
  status("apps/daemonsets", { collisionCount: -1 })
]

/** The programs, each for a namespace of its own. */
export const programs: ReadonlyArray<ReadonlyArray<Action>> = [
  ...[...statefulRules, ...daemonRules, ...deploymentRules, ...claims].map((step) => [step]),
  statefulChanges,
  daemonChanges
]
