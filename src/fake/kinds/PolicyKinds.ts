/**
 * Leases, disruption budgets, priority and runtime classes, autoscalers, and the kinds of storage, by k8s.io/kubernetes pkg/apis
 * (v1.37). Budgets have a controller; the others are stored.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Kind from "./Kind.js"
import * as Names from "./Names.js"
import * as PolicyColumns from "./PolicyColumns.js"
import * as PolicyFields from "./PolicyFields.js"
import * as Workloads from "./Workloads.js"

const oneOf = (object: JsonObject, field: string, known: ReadonlyArray<string>): Status.FieldErrors => {
  const value = Json.text(object, field)
  return value === undefined || known.includes(value) ? [] : [Status.unsupportedValue(field, value, known)]
}

const positive = (object: JsonObject, field: string): Status.FieldErrors => {
  const value = Json.number(object, "spec", field)
  return value !== undefined && value <= 0
    ? [Status.invalidValue(`spec.${field}`, value, "must be greater than 0")]
    : []
}

/** @since 0.1.0 @category kinds */
export const lease = Kind.make({
  group: "coordination.k8s.io",
  version: "v1",
  plural: "leases",
  kind: "Lease",
  createOnUpdate: true,
  fill: (object) => Kind.defaults(object, { spec: {} }),
  fields: PolicyFields.lease,
  unconditionalUpdate: false,
  columns: PolicyColumns.lease,
  validate: (object) => {
    const transitions = Json.number(object, "spec", "leaseTransitions") ?? 0
    return [
      ...positive(object, "leaseDurationSeconds"),
      ...(transitions < 0
        ? [Status.invalidValue("spec.leaseTransitions", transitions, "must be greater than or equal to 0")]
        : [])
    ]
  }
})

const policies = ["AlwaysAllow", "IfHealthyBudget"]

/** @since 0.1.0 @category kinds */
export const podDisruptionBudget = Kind.make({
  group: "policy",
  metaRules: "last",
  version: "v1",
  plural: "poddisruptionbudgets",
  kind: "PodDisruptionBudget",
  name: Names.pathSegment,
  shortNames: ["pdb"],
  status: true,
  generation: "spec",
  unconditionalUpdate: false,
  fields: PolicyFields.podDisruptionBudget,
  columns: PolicyColumns.podDisruptionBudget,
  prepare: (object) => ({
    ...object,
    status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }
  }),
  validate: (object) => {
    const policy = Json.text(object, "spec", "unhealthyPodEvictionPolicy")
    return [
      ...(Json.at(object, "spec", "minAvailable") !== undefined &&
          Json.at(object, "spec", "maxUnavailable") !== undefined
        ? [Status.invalidValue(
          "spec",
          // The server shows its internal type.
          {
            MinAvailable: Json.at(object, "spec", "minAvailable") ?? null,
            Selector: Json.at(object, "spec", "selector") ?? null,
            MaxUnavailable: Json.at(object, "spec", "maxUnavailable") ?? null,
            UnhealthyPodEvictionPolicy: Json.at(object, "spec", "unhealthyPodEvictionPolicy") ?? null
          },
          "minAvailable and maxUnavailable cannot be both set"
        )]
        : []),
      ...["minAvailable", "maxUnavailable"].flatMap((field) => {
        const value = Json.at(object, "spec", field)
        return value === undefined ? [] : Workloads.numberOrPercent(value, `spec.${field}`)
      }),
      ...Workloads.selector(Json.at(object, "spec", "selector"), "spec.selector"),
      ...(policy !== undefined && !policies.includes(policy)
        ? [Status.unsupportedValue("spec.unhealthyPodEvictionPolicy", policy, policies)]
        : [])
    ]
  }
})

/** @since 0.1.0 @category kinds */
export const priorityClass = Kind.make({
  group: "scheduling.k8s.io",
  version: "v1",
  plural: "priorityclasses",
  singular: "priorityclass",
  kind: "PriorityClass",
  shortNames: ["pc"],
  namespaced: false,
  generation: "first",
  fields: PolicyFields.priorityClass,
  columns: PolicyColumns.priorityClass,
  zero: { value: 0 },
  fill: (object) => Kind.defaults(object, { value: 0, preemptionPolicy: "PreemptLowerPriority" }),
  validateNew: (object) =>
    object["preemptionPolicy"] === ""
      ? [Status.required("preemptionPolicy")]
      : oneOf(object, "preemptionPolicy", ["PreemptLowerPriority", "Never"]),
  validateUpdate: (next, previous) => [
    ...(next["value"] === previous["value"]
      ? []
      : [Status.forbiddenField("value", "may not be changed in an update.")]),
    ...(next["preemptionPolicy"] === previous["preemptionPolicy"]
      ? []
      : [Status.invalidValue("preemptionPolicy", next["preemptionPolicy"], "field is immutable")])
  ]
})

/** @since 0.1.0 @category kinds */
export const runtimeClass = Kind.make({
  group: "node.k8s.io",
  version: "v1",
  plural: "runtimeclasses",
  singular: "runtimeclass",
  kind: "RuntimeClass",
  namespaced: false,
  createOnUpdate: true,
  unconditionalUpdate: false,
  fields: PolicyFields.runtimeClass,
  columns: PolicyColumns.runtimeClass,
  validate: (object) => (Json.text(object, "handler") ?? "") === "" ? [Status.required("handler")] : [],
  validateUpdate: (next, previous) =>
    Json.equal(next["handler"], previous["handler"])
      ? []
      : [Status.invalidValue("handler", null, "field is immutable")]
})

const byCpu = [
  { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } }
]

const scaleTarget = (reference: JsonObject): Status.FieldErrors => {
  const field = "spec.scaleTargetRef"
  const apiVersion = Json.text(reference, "apiVersion") ?? ""
  return [
    ...["kind", "name"].filter((key) => (Json.text(reference, key) ?? "") === "").map((key) =>
      Status.required(`${field}.${key}`)
    ),
    ...(!apiVersion.includes("/") && Json.text(reference, "kind") !== "ReplicationController"
      ? [Status.invalidValue(`${field}.apiVersion`, apiVersion, "apiVersion must specify API group")]
      : [])
  ]
}

/** @since 0.1.0 @category kinds */
export const horizontalPodAutoscaler = Kind.make({
  group: "autoscaling",
  version: "v2",
  plural: "horizontalpodautoscalers",
  kind: "HorizontalPodAutoscaler",
  shortNames: ["hpa"],
  categories: ["all"],
  status: true,
  generation: "spec",
  fields: PolicyFields.horizontalPodAutoscaler,
  columns: PolicyColumns.horizontalPodAutoscaler,
  fill: (object) =>
    Kind.inside(
      Kind.inside(object, "spec", (spec) => Kind.defaults(spec, { minReplicas: 1, metrics: byCpu })),
      "status",
      (status) => Kind.defaults(status, { desiredReplicas: 0, currentMetrics: null })
    ),
  prepare: (object) => ({ ...object, status: { desiredReplicas: 0, currentMetrics: null } }),
  validate: (object) => {
    const [least, most] = [
      Json.number(object, "spec", "minReplicas") ?? 1,
      Json.number(object, "spec", "maxReplicas") ?? 0
    ]
    // Upstream's generated rules come last.
    return [
      ...(most < least
        ? [Status.invalidValue("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`")]
        : []),
      ...scaleTarget(Json.object(object, "spec", "scaleTargetRef")),
      ...(least === 0
        ? [
          Status.forbiddenField(
            "spec.metrics",
            "must specify at least one Object or External metric to support scaling to zero replicas"
          )
        ]
        : []),
      ...(least < 0 ? [Status.invalidValue("spec.minReplicas", least, "must be greater than or equal to 0")] : []),
      ...(most === 0 ? [Status.required("spec.maxReplicas")] : []),
      ...(most < 0 ? [Status.invalidValue("spec.maxReplicas", most, "must be greater than or equal to 1")] : [])
    ]
  }
})

const storage = { group: "storage.k8s.io", version: "v1", namespaced: false } as const

/** @since 0.1.0 @category kinds */
export const storageClass = Kind.make({
  ...storage,
  plural: "storageclasses",
  singular: "storageclass",
  kind: "StorageClass",
  shortNames: ["sc"],
  fields: PolicyFields.storageClass,
  columns: PolicyColumns.storageClass,
  fill: (object) => Kind.defaults(object, { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" }),
  validate: (object) => [
    ...((Json.text(object, "provisioner") ?? "") === "" ? [Status.required("provisioner")] : []),
    ...(object["reclaimPolicy"] === "" ? [] : oneOf(object, "reclaimPolicy", ["Delete", "Retain"])),
    ...oneOf(object, "volumeBindingMode", ["Immediate", "WaitForFirstConsumer"])
  ],
  // Upstream's generated rules do not show the value.
  validateUpdate: (next, previous) =>
    ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"].filter((field) =>
      !Json.equal(next[field], previous[field])
    ).map((field) => Status.invalidValue(field, null, "field is immutable"))
})

/** @since 0.1.0 @category kinds */
export const csiNode = Kind.make({
  ...storage,
  plural: "csinodes",
  kind: "CSINode",
  unconditionalUpdate: false,
  fields: PolicyFields.csiNode,
  columns: PolicyColumns.csiNode,
  // Go writes empty lists of the spec as null here, and the status of a driver's node always.
  fill: (object) =>
    Kind.inside(Kind.defaults(object, { status: {} }), "spec", (spec) => ({
      ...spec,
      drivers: Json.list(spec, "drivers").length === 0
        ? null
        : Json.objects(spec, "drivers").map((driver) => Kind.defaults(driver, { topologyKeys: null }))
    }))
})

/** @since 0.1.0 @category kinds */
export const csiDriver = Kind.make({
  ...storage,
  plural: "csidrivers",
  kind: "CSIDriver",
  columns: PolicyColumns.csiDriver,
  unconditionalUpdate: false,
  fields: PolicyFields.csiDriver,
  fill: (object) =>
    Kind.inside(object, "spec", (spec) =>
      Kind.defaults(spec, {
        attachRequired: true,
        podInfoOnMount: false,
        preventPodSchedulingIfMissing: false,
        storageCapacity: false,
        volumeLifecycleModes: ["Persistent"],
        fsGroupPolicy: "ReadWriteOnceWithFSType",
        requiresRepublish: false,
        seLinuxMount: false
      }))
})

/** @since 0.1.0 @category kinds */
export const volumeAttachment = Kind.make({
  ...storage,
  plural: "volumeattachments",
  kind: "VolumeAttachment",
  status: true,
  unconditionalUpdate: false,
  fields: PolicyFields.volumeAttachment,
  columns: PolicyColumns.volumeAttachment,
  prepare: (object) => ({ ...object, status: { attached: false } })
})

/** @since 0.1.0 @category kinds */
export const kinds: ReadonlyArray<Kind.Kind> = [
  csiDriver,
  csiNode,
  horizontalPodAutoscaler,
  lease,
  podDisruptionBudget,
  priorityClass,
  runtimeClass,
  storageClass,
  volumeAttachment
]
