/**
 * The columns of autoscalers, budgets, classes and the kinds of storage, as in k8s.io/kubernetes
 * pkg/printers/internalversion/printers.go (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Column from "./Column.js"

type Columns = ReadonlyArray<Column.Column>

const text = (otherwise: string, ...path: ReadonlyArray<string>) => (object: JsonObject): Json.Value => {
  const value = Json.at(object, ...path)
  return value === undefined ? otherwise : typeof value === "number" ? String(value) : value
}

const is = (...path: ReadonlyArray<string>) => (object: JsonObject): boolean => Json.at(object, ...path) === true

const number = (...path: ReadonlyArray<string>) => (object: JsonObject): number => Json.number(object, ...path) ?? 0

/** @since 0.1.0 @category constants */
export const lease: Columns = [Column.name, Column.make("Holder", text("", "spec", "holderIdentity")), Column.age]

/** @since 0.1.0 @category constants */
export const podDisruptionBudget: Columns = [
  Column.name,
  Column.make("Min Available", text("N/A", "spec", "minAvailable")),
  Column.make("Max Unavailable", text("N/A", "spec", "maxUnavailable")),
  Column.typed("integer", "Allowed Disruptions", number("status", "disruptionsAllowed")),
  Column.age
]

/** @since 0.1.0 @category constants */
export const priorityClass: Columns = [
  Column.name,
  Column.typed("integer", "Value", number("value")),
  Column.typed("boolean", "Global-Default", is("globalDefault")),
  Column.age,
  Column.make("PreemptionPolicy", text("", "preemptionPolicy"))
]

/** @since 0.1.0 @category constants */
export const runtimeClass: Columns = [Column.name, Column.make("Handler", text("", "handler")), Column.age]

const sources: Readonly<Record<string, string>> = {
  External: "external",
  Pods: "pods",
  Object: "object",
  Resource: "resource",
  ContainerResource: "containerResource"
}

const unknown = "<unknown>"

/** A metric as `current/target`; of utilizations in percent, and with the name of its resource. */
const metric = (spec: JsonObject, status: JsonObject | undefined): string => {
  const type = Json.text(spec, "type") ?? ""
  const source = sources[type]
  if (source === undefined) {
    return "<unknown type>"
  }
  const target = Json.object(spec, source, "target")
  const current = (field: string): string => String(Json.at(status, source, "current", field) ?? unknown)
  const average = Json.at(target, "averageValue")
  if (type === "Resource" || type === "ContainerResource") {
    const used = Json.number(status, source, "current", "averageUtilization")
    const wanted = Json.number(target, "averageUtilization")
    const values = average === undefined
      ? `${used === undefined ? unknown : `${used}%`}/${wanted === undefined ? "<auto>" : `${wanted}%`}`
      : `${current("averageValue")}/${String(average)}`
    return `${Json.text(spec, source, "name") ?? ""}: ${values}`
  }
  return average === undefined
    ? `${current("value")}/${String(Json.at(target, "value") ?? "")}`
    : `${current("averageValue")}/${String(average)}${type === "Pods" ? "" : " (avg)"}`
}

const shownMetrics = 2

const metrics = (object: JsonObject): string => {
  const specs = Json.objects(object, "spec", "metrics")
  const statuses = Json.objects(object, "status", "currentMetrics")
  const shown = specs.slice(0, shownMetrics).map((spec, index) => metric(spec, statuses[index])).join(", ")
  return specs.length === 0
    ? "<none>"
    : specs.length > shownMetrics
    ? `${shown} + ${specs.length - shownMetrics} more...`
    : shown
}

/** @since 0.1.0 @category constants */
export const horizontalPodAutoscaler: Columns = [
  Column.name,
  Column.make(
    "Reference",
    (object) =>
      `${Json.text(object, "spec", "scaleTargetRef", "kind")}/${Json.text(object, "spec", "scaleTargetRef", "name")}`
  ),
  Column.make("Targets", metrics),
  Column.make("MinPods", text("<unset>", "spec", "minReplicas")),
  Column.make("MaxPods", number("spec", "maxReplicas")),
  Column.make("Replicas", number("status", "currentReplicas")),
  Column.age
]

const defaultClass = "storageclass.kubernetes.io/is-default-class"

const isDefault = (object: JsonObject): boolean =>
  [defaultClass, "storageclass.beta.kubernetes.io/is-default-class"].some((key) =>
    Json.record(object, "metadata", "annotations")[key] === "true"
  )

/** @since 0.1.0 @category constants */
export const storageClass: Columns = [
  {
    ...Column.name,
    cell: (object) => `${Json.text(object, "metadata", "name")}${isDefault(object) ? " (default)" : ""}`
  },
  Column.make("Provisioner", text("", "provisioner")),
  Column.make("ReclaimPolicy", text("", "reclaimPolicy")),
  Column.make("VolumeBindingMode", text("", "volumeBindingMode")),
  Column.make("AllowVolumeExpansion", is("allowVolumeExpansion")),
  Column.age
]

/** @since 0.1.0 @category constants */
export const csiNode: Columns = [
  Column.name,
  Column.typed("integer", "Drivers", (object) => Json.list(object, "spec", "drivers").length),
  Column.age
]

const audiences = (object: JsonObject): string =>
  Json.at(object, "spec", "tokenRequests") === undefined
    ? "<unset>"
    : Json.objects(object, "spec", "tokenRequests").map((one) => Json.text(one, "audience") ?? "").join(",")

/** @since 0.1.0 @category constants */
export const csiDriver: Columns = [
  Column.name,
  Column.typed("boolean", "AttachRequired", is("spec", "attachRequired")),
  Column.typed("boolean", "PodInfoOnMount", is("spec", "podInfoOnMount")),
  Column.typed("boolean", "StorageCapacity", is("spec", "storageCapacity")),
  Column.make("TokenRequests", audiences),
  Column.typed("boolean", "RequiresRepublish", is("spec", "requiresRepublish")),
  Column.make("Modes", (object) => Json.texts(object, "spec", "volumeLifecycleModes").join(",") || "<none>"),
  Column.age
]

/** @since 0.1.0 @category constants */
export const volumeAttachment: Columns = [
  Column.name,
  { ...Column.make("Attacher", text("", "spec", "attacher")), format: "name" },
  Column.make("PV", text("", "spec", "source", "persistentVolumeName")),
  Column.make("Node", text("", "spec", "nodeName")),
  Column.typed("boolean", "Attached", is("status", "attached")),
  Column.age
]
