/**
 * The columns of the group apps, as in k8s.io/kubernetes pkg/printers/internalversion/printers.go (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as Column from "./Column.js"

type Columns = ReadonlyArray<Column.Column>

const count = (...path: ReadonlyArray<string>) => (object: JsonObject): number => Json.number(object, ...path) ?? 0

const containers = (object: JsonObject): ReadonlyArray<JsonObject> =>
  Json.objects(object, "spec", "template", "spec", "containers")

const each = (field: string) => (object: JsonObject): string =>
  containers(object).map((one) => Json.text(one, field) ?? "").join(",")

const operators: Readonly<Record<string, (key: string, values: string) => string>> = {
  In: (key, values) => `${key} in (${values})`,
  NotIn: (key, values) => `${key} notin (${values})`,
  Exists: (key) => key,
  DoesNotExist: (key) => `!${key}`
}

/** A label selector in the form of a query. @since 0.1.0 @category conversions  */
export const selectorText = (selector: Json.Value | undefined): string =>
  [
    ...Object.entries(Json.record(selector, "matchLabels")).map(([key, value]) => ({ key, text: `${key}=${value}` })),
    ...Json.objects(selector, "matchExpressions").map((term) => {
      const key = Json.text(term, "key") ?? ""
      const values = Json.texts(term, "values").toSorted().join(",")
      return { key, text: operators[Json.text(term, "operator") ?? ""]?.(key, values) ?? key }
    })
  ].toSorted((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0).map(({ text }) => text).join(",")

const selector = Column.wide("Selector", (object) => selectorText(Json.at(object, "spec", "selector")))

const ready = Column.make(
  "Ready",
  (object) => `${count("status", "readyReplicas")(object)}/${count("spec", "replicas")(object)}`
)

const template: Columns = [Column.wide("Containers", each("name")), Column.wide("Images", each("image"))]

/** @since 0.1.0 @category constants */
export const deployment: Columns = [
  Column.name,
  ready,
  Column.make("Up-to-date", count("status", "updatedReplicas")),
  Column.make("Available", count("status", "availableReplicas")),
  Column.age,
  ...template,
  selector
]

/** @since 0.1.0 @category constants */
export const replicaSet: Columns = [
  Column.name,
  Column.typed("integer", "Desired", count("spec", "replicas")),
  Column.typed("integer", "Current", count("status", "replicas")),
  Column.typed("integer", "Ready", count("status", "readyReplicas")),
  Column.age,
  ...template,
  selector
]

/** @since 0.1.0 @category constants */
export const replicationController: Columns = [
  ...replicaSet.slice(0, -1),
  Column.wide("Selector", (object) => selectorText({ matchLabels: Json.object(object, "spec", "selector") }))
]

/** @since 0.1.0 @category constants */
export const statefulSet: Columns = [
  Column.name,
  ready,
  Column.age,
  ...template
]

const nodeSelector = (object: JsonObject): string => {
  const labels = Object.entries(Json.record(object, "spec", "template", "spec", "nodeSelector"))
  return labels.length === 0 ? "<none>" : labels.map(([key, value]) => `${key}=${value}`).sort().join(",")
}

/** @since 0.1.0 @category constants */
export const daemonSet: Columns = [
  Column.name,
  Column.typed("integer", "Desired", count("status", "desiredNumberScheduled")),
  Column.typed("integer", "Current", count("status", "currentNumberScheduled")),
  Column.typed("integer", "Ready", count("status", "numberReady")),
  Column.typed("integer", "Up-to-date", count("status", "updatedNumberScheduled")),
  Column.typed("integer", "Available", count("status", "numberAvailable")),
  Column.make("Node Selector", nodeSelector),
  Column.age,
  ...template,
  selector
]

/** @since 0.1.0 @category constants */
export const controllerRevision: Columns = [
  Column.name,
  Column.make("Controller", (object) => {
    const owner = Metadata.controller(object)
    if (owner === undefined) return "<none>"
    const [group = ""] = (Json.text(owner, "apiVersion") ?? "").split("/")
    return `${(Json.text(owner, "kind") ?? "").toLowerCase()}.${group}/${Json.text(owner, "name") ?? ""}`
  }),
  Column.make("Revision", count("revision")),
  Column.age
]
