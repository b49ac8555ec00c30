/** The kinds of random programs: their valid objects, and the fields that are set to odd values. */
import type { Json, JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { networkSubjects } from "./NetworkSubjects.js"
import type { Random } from "./Random.js"

/**
 * - `body`: the fields of a valid object beside its metadata. `odd`: paths that are set to odd values.
 * - `dry`: a controller changes its objects at once, so that they are only created and applied with `dryRun=All`.
 * - `cluster`: not in a namespace.
 */
export interface Subject {
  readonly path: string
  readonly apiVersion: string
  readonly kind: string
  readonly body: (random: Random) => JsonObject
  readonly odd: readonly [string, ...ReadonlyArray<string>]
  readonly status?: true
  readonly scale?: true
  readonly dry?: true
  readonly cluster?: true
  readonly fields?: readonly [string, ...ReadonlyArray<string>]
}

const text = (random: Random): string => random.pick(["a", "b", "long text", ""])

const podSpec = (random: Random): JsonObject => ({
  // No scheduler acts on these pods.
  schedulerName: "none",
  containers: [{
    name: random.pick(["main", "side"]),
    image: random.pick(["image:1", "image"]),
    ...(random.chance(0.2) ? { env: [{ name: "A", value: text(random) }] } : {}),
    ...(random.chance(0.2) ? { ports: [{ containerPort: random.pick([80, 443]) }] } : {}),
    ...(random.chance(0.2) ? { resources: { requests: { cpu: random.pick(["100m", "1"]) } } } : {})
  }]
})

export const podTemplate = (random: Random, spec: JsonObject = {}): JsonObject => ({
  metadata: { labels: { app: random.pick(["x", "x", "x", "y"]) } },
  spec: { ...podSpec(random), ...spec }
})

const workload = (random: Random, more: JsonObject = {}): JsonObject => ({
  spec: {
    replicas: random.pick([0, 1, 3]),
    selector: { matchLabels: { app: "x" } },
    template: podTemplate(random),
    ...more
  }
})

const time = (random: Random): string => random.pick(["2026-01-02T03:04:05.678901Z", "2026-01-02T03:04:06.000000Z"])

const podOdd = (before: string): ReadonlyArray<string> =>
  [
    "restartPolicy",
    "containers",
    "containers.0.image",
    "containers.0.imagePullPolicy",
    "containers.0.name",
    "containers.0.ports",
    "containers.0.env",
    "containers.0.resources",
    "containers.0.wrong",
    "initContainers",
    "volumes",
    "terminationGracePeriodSeconds",
    "dnsPolicy",
    "serviceAccountName",
    "nodeSelector",
    "tolerations",
    "hostNetwork",
    "activeDeadlineSeconds",
    "securityContext",
    "wrong"
  ].map((field) => `${before}${field}`)

export const subjects: readonly [Subject, ...ReadonlyArray<Subject>] = [
  {
    path: "configmaps",
    apiVersion: "v1",
    kind: "ConfigMap",
    body: (random) => ({ data: { [random.pick(["x", "y", "z"])]: text(random), w: text(random) } }),
    odd: ["data", "data.x", "immutable", "binaryData", "wrong"]
  },
  {
    path: "secrets",
    apiVersion: "v1",
    kind: "Secret",
    body: (random) => ({ stringData: { x: text(random) }, type: random.pick(["Opaque", "kubernetes.io/tls"]) }),
    odd: ["data", "stringData.x", "immutable", "type"],
    fields: ["type=Opaque", "type!=Opaque"]
  },
  {
    path: "serviceaccounts",
    apiVersion: "v1",
    kind: "ServiceAccount",
    body: () => ({ imagePullSecrets: [{ name: "a" }] }),
    odd: ["automountServiceAccountToken", "imagePullSecrets", "secrets"]
  },
  {
    path: "pods",
    apiVersion: "v1",
    kind: "Pod",
    body: (random) => ({ spec: podSpec(random) }),
    odd: ["spec.nodeName", "spec.priority", ...podOdd("spec.")],
    fields: ["status.phase=Pending", "spec.restartPolicy=Always", "spec.nodeName=", "spec.schedulerName=none"],
    status: true
  },
  {
    path: "podtemplates",
    apiVersion: "v1",
    kind: "PodTemplate",
    body: (random) => ({ template: podTemplate(random) }),
    odd: ["template", "template.metadata.labels", ...podOdd("template.spec.")]
  },
  {
    // Of types that no pod is admitted by: the real server has the ranges of a namespace in a cache.
    path: "limitranges",
    apiVersion: "v1",
    kind: "LimitRange",
    body: (random) => ({
      spec: {
        limits: [
          {
            type: random.pick(["PersistentVolumeClaim", "example.com/a"]),
            max: { storage: random.pick(["1Gi", "0.5Gi", "2048Mi"]) }
          }
        ]
      }
    }),
    odd: ["spec.limits", "spec.limits.0.type", "spec.limits.0.max", "spec.limits.0.min", "spec.limits.0.min.storage"]
  },
  {
    path: "events",
    apiVersion: "v1",
    kind: "Event",
    body: (random) => ({
      involvedObject: { kind: "Pod", name: random.pick(["a", "b"]), namespace: "{ns}" },
      message: text(random),
      reason: random.pick(["Read", "Wrote"]),
      type: "Normal",
      ...(random.chance(0.5) ? { source: { component: "a" }, count: random.pick([1, 2]) } : {})
    }),
    odd: [
      "involvedObject",
      "involvedObject.namespace",
      "eventTime",
      "firstTimestamp",
      "series",
      "count",
      "source",
      "type"
    ],
    fields: ["involvedObject.name=a", "reason=Read", "source=a", "reportingComponent=", "type!=Normal"]
  },
  {
    path: "events.k8s.io:v1/events",
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    body: (random) => ({
      regarding: { kind: "Pod", name: random.pick(["a", "b"]), namespace: "{ns}" },
      eventTime: time(random),
      note: text(random),
      reason: "Read",
      action: "Reading",
      type: "Normal",
      reportingController: "example.com/a",
      reportingInstance: "a-1",
      ...(random.chance(0.3) ? { series: { count: random.pick([1, 2, 3]), lastObservedTime: time(random) } } : {})
    }),
    odd: ["regarding", "eventTime", "series", "series.count", "reason", "action", "type", "deprecatedCount", "note"],
    fields: ["regarding.name=a", "reason=Read", "reportingController=example.com/a"]
  },
  {
    path: "coordination/leases",
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    body: (random) => ({
      spec: { holderIdentity: random.pick(["me", "you"]), leaseDurationSeconds: random.pick([15, 30]) }
    }),
    odd: ["spec.leaseDurationSeconds", "spec.holderIdentity", "spec.leaseTransitions"]
  },
  {
    path: "rbac/roles",
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    body: (random) => ({ rules: [{ apiGroups: [""], resources: ["pods"], verbs: [random.pick(["get", "*"])] }] }),
    odd: ["rules", "rules.0.verbs", "rules.0.resources"]
  },
  {
    path: "rbac/rolebindings",
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    body: (random) => ({
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: random.pick(["a", "a", "b"]) },
      subjects: [{ kind: "ServiceAccount", name: "a", namespace: "default" }]
    }),
    odd: ["subjects", "subjects.0.kind", "roleRef.kind"]
  },
  {
    path: "apps/statefulsets",
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    body: (random) => workload(random, { serviceName: "a" }),
    odd: [
      "spec.replicas",
      "spec.selector",
      "spec.minReadySeconds",
      "spec.serviceName",
      "spec.podManagementPolicy",
      "spec.updateStrategy",
      "spec.updateStrategy.type",
      "spec.updateStrategy.rollingUpdate",
      "spec.updateStrategy.rollingUpdate.partition",
      "spec.updateStrategy.rollingUpdate.maxUnavailable",
      "spec.persistentVolumeClaimRetentionPolicy.whenScaled",
      "spec.ordinals.start",
      "spec.revisionHistoryLimit",
      "spec.wrong",
      ...podOdd("spec.template.spec.")
    ],
    dry: true
  },
  {
    path: "apps/daemonsets",
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    body: (random) => {
      const { replicas: _, ...spec } = Object(workload(random)["spec"])
      return { spec }
    },
    odd: [
      "spec.selector",
      "spec.minReadySeconds",
      "spec.updateStrategy",
      "spec.updateStrategy.type",
      "spec.updateStrategy.rollingUpdate.maxSurge",
      "spec.updateStrategy.rollingUpdate.maxUnavailable",
      "spec.revisionHistoryLimit",
      ...podOdd("spec.template.spec.")
    ],
    dry: true
  },
  {
    path: "apps/controllerrevisions",
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    body: (random) => ({ revision: random.pick([1, 2]), data: { a: text(random) } }),
    odd: ["revision", "data"]
  },
  {
    path: "apps/deployments",
    apiVersion: "apps/v1",
    kind: "Deployment",
    body: (random) => workload(random),
    odd: [
      "spec.replicas",
      "spec.selector",
      "spec.strategy",
      "spec.progressDeadlineSeconds",
      "spec.minReadySeconds",
      "spec.revisionHistoryLimit",
      "spec.paused",
      ...podOdd("spec.template.spec.")
    ],
    dry: true
  },
  {
    path: "apps/replicasets",
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    body: (random) => workload(random),
    odd: ["spec.replicas", "spec.selector", "spec.minReadySeconds", ...podOdd("spec.template.spec.")],
    dry: true
  },
  {
    path: "batch/jobs",
    apiVersion: "batch/v1",
    kind: "Job",
    body: (random) => ({
      spec: { template: podTemplate(random, { restartPolicy: random.pick(["Never", "OnFailure"]) }) }
    }),
    odd: [
      "spec.parallelism",
      "spec.completions",
      "spec.completionMode",
      "spec.backoffLimit",
      "spec.activeDeadlineSeconds",
      "spec.ttlSecondsAfterFinished",
      "spec.suspend",
      "spec.selector",
      "spec.podReplacementPolicy",
      ...podOdd("spec.template.spec.")
    ],
    dry: true
  },
  {
    path: "policy/poddisruptionbudgets",
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    body: (random) => ({
      spec: {
        [random.pick(["minAvailable", "maxUnavailable"])]: random.pick<Json>([1, "50%"]),
        selector: { matchLabels: {} }
      }
    }),
    odd: ["spec.minAvailable", "spec.maxUnavailable", "spec.selector", "spec.unhealthyPodEvictionPolicy"],
    dry: true
  },
  {
    path: "autoscaling/horizontalpodautoscalers",
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    body: (random) => ({
      spec: {
        maxReplicas: random.pick([3, 5]),
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "a" }
      }
    }),
    odd: ["spec.maxReplicas", "spec.minReplicas", "spec.metrics", "spec.scaleTargetRef", "spec.scaleTargetRef.kind"],
    status: true
  },
  {
    path: "/apis/storage.k8s.io/v1/storageclasses",
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    body: (random) => ({ provisioner: random.pick(["example.com/a", "example.com/b"]) }),
    odd: ["provisioner", "reclaimPolicy", "volumeBindingMode", "allowVolumeExpansion"],
    cluster: true
  },
  {
    path: "/apis/scheduling.k8s.io/v1/priorityclasses",
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    body: (random) => ({ value: random.pick([1, 100]), description: text(random) }),
    odd: ["value", "preemptionPolicy"],
    cluster: true
  },
  {
    path: "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    body: (random) => ({
      rules: [
        { apiGroups: [""], resources: ["pods"], verbs: [random.pick(["get", "*"])] },
        { nonResourceURLs: ["/healthz"], verbs: ["get"] }
      ]
    }),
    odd: ["rules", "rules.0.verbs", "rules.1.nonResourceURLs"],
    cluster: true
  },
  {
    path: "/apis/node.k8s.io/v1/runtimeclasses",
    apiVersion: "node.k8s.io/v1",
    kind: "RuntimeClass",
    body: (random) => ({ handler: random.pick(["runc", "crun"]) }),
    odd: ["handler", "overhead", "scheduling"],
    cluster: true
  },
  ...networkSubjects
]
