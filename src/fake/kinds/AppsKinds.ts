/**
 * The kinds of the group apps, by k8s.io/kubernetes pkg/apis/apps (v1.37). Deployments and ReplicaSets have controllers; the
 * others are stored and make no pods.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as AppsColumns from "./AppsColumns.js"
import * as AppsFields from "./AppsFields.js"
import * as Kind from "./Kind.js"
import * as Names from "./Names.js"
import * as Workloads from "./Workloads.js"

const apps = { group: "apps", version: "v1", status: true, generation: "spec", categories: ["all"] } as const

const scale: Kind.Scale = {
  replicas: ["spec", "replicas"],
  current: ["status", "replicas"],
  selector: (object) => AppsColumns.selectorText(Json.at(object, "spec", "selector"))
}

const spec = (object: JsonObject, change: (spec: JsonObject) => JsonObject): JsonObject =>
  Kind.inside(object, "spec", change)

const strategies = ["Recreate", "RollingUpdate"]

const isZero = (value: Json.Value | undefined): boolean => value === 0 || value === "0%"

const strategy = (object: JsonObject): Status.FieldErrors => {
  const type = Json.text(object, "spec", "strategy", "type")
  const rolling = Json.at(object, "spec", "strategy", "rollingUpdate")
  if (type !== undefined && !strategies.includes(type)) {
    // The server shows its internal type.
    const shown = { Type: type, RollingUpdate: rolling ?? null }
    return [Status.unsupportedValue("spec.strategy", shown, strategies)]
  }
  if (type === "Recreate") {
    return rolling === undefined
      ? []
      : [
        Status.forbiddenField("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'")
      ]
  }
  return isZero(Json.at(rolling, "maxUnavailable")) && isZero(Json.at(rolling, "maxSurge"))
    ? [Status.invalidValue(
      "spec.strategy.rollingUpdate.maxUnavailable",
      Json.at(rolling, "maxUnavailable"),
      "may not be 0 when `maxSurge` is 0"
    )]
    : []
}

const deadline = (object: JsonObject): Status.FieldErrors => {
  const seconds = Json.number(object, "spec", "progressDeadlineSeconds")
  return seconds !== undefined && seconds <= (Json.number(object, "spec", "minReadySeconds") ?? 0)
    ? [Status.invalidValue("spec.progressDeadlineSeconds", seconds, "must be greater than minReadySeconds")]
    : []
}

/** @since 0.1.0 @category kinds */
export const deployment = Kind.make({
  ...apps,
  plural: "deployments",
  kind: "Deployment",
  shortNames: ["deploy"],
  scale,
  fields: AppsFields.deployment,
  columns: AppsColumns.deployment,
  prepare: (object) => ({ ...object, status: {} }),
  fill: (object) =>
    spec(object, (given) => {
      const filled = Workloads.fillTemplate(Kind.defaults(given, {
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: {}
      }))
      return Kind.inside(filled, "strategy", (strategy) => {
        const typed = Kind.defaults(strategy, { type: "RollingUpdate" })
        return typed["type"] !== "RollingUpdate" ? typed : {
          ...typed,
          rollingUpdate: Kind.defaults(Json.object(typed, "rollingUpdate"), { maxSurge: "25%", maxUnavailable: "25%" })
        }
      })
    }),
  validate: (object) => [
    ...Workloads.counts(object, "replicas"),
    ...Workloads.rules(object, "Deployment"),
    ...strategy(object),
    ...Workloads.counts(object, "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"),
    ...deadline(object)
  ],
  validateUpdate: Workloads.sameSelector
})

/** @since 0.1.0 @category kinds */
export const replicaSet = Kind.make({
  ...apps,
  plural: "replicasets",
  kind: "ReplicaSet",
  shortNames: ["rs"],
  scale,
  fields: AppsFields.replicaSet,
  columns: AppsColumns.replicaSet,
  selectable: { "status.replicas": (object) => String(Json.number(object, "status", "replicas") ?? 0) },
  fill: (object) => spec(object, (given) => Workloads.fillTemplate(Kind.defaults(given, { replicas: 1 }))),
  prepare: (object) => ({ ...object, status: { replicas: 0 } }),
  validate: (object) => [
    ...Workloads.counts(object, "replicas", "minReadySeconds"),
    ...Workloads.rules(object, "ReplicaSet")
  ],
  validateUpdate: Workloads.sameSelector
})

const statefulFixed = ["selector", "volumeClaimTemplates", "serviceName", "podManagementPolicy"]

/** @since 0.1.0 @category kinds */
export const statefulSet = Kind.make({
  ...apps,
  plural: "statefulsets",
  kind: "StatefulSet",
  name: Names.dnsLabel,
  shortNames: ["sts"],
  scale,
  fields: AppsFields.statefulSet,
  columns: AppsColumns.statefulSet,
  zero: { spec: { serviceName: "" } },
  fill: (object) =>
    spec(object, (given) => {
      const filled = Workloads.fillTemplate(Kind.defaults(given, {
        replicas: 1,
        serviceName: "",
        podManagementPolicy: "OrderedReady",
        updateStrategy: {},
        revisionHistoryLimit: 10,
        persistentVolumeClaimRetentionPolicy: {}
      }))
      const retained = Kind.inside(
        filled,
        "persistentVolumeClaimRetentionPolicy",
        (policy) => Kind.defaults(policy, { whenDeleted: "Retain", whenScaled: "Retain" })
      )
      return Kind.inside(retained, "updateStrategy", (strategy) => {
        const typed = Kind.defaults(strategy, { type: "RollingUpdate" })
        return typed["type"] !== "RollingUpdate" ? typed : {
          ...typed,
          rollingUpdate: Kind.defaults(Json.object(typed, "rollingUpdate"), { partition: 0, maxUnavailable: 1 })
        }
      })
    }),
  prepare: (object) => ({ ...object, status: { replicas: 0, availableReplicas: 0 } }),
  validate: (object) => [
    ...Workloads.counts(object, "replicas", "minReadySeconds"),
    ...Workloads.rules(object, "StatefulSet")
  ],
  validateUpdate: (next, previous) =>
    statefulFixed.filter((field) => !Json.equal(Json.at(next, "spec", field), Json.at(previous, "spec", field))).map(
      (field) => Status.invalidValue(`spec.${field}`, Json.at(next, "spec", field), "field is immutable")
    )
})

/** Where the removed field `spec.templateGeneration` is kept. */
const templateGeneration = ["metadata", "annotations", "deprecated.daemonset.template.generation"]

/** @since 0.1.0 @category kinds */
export const daemonSet = Kind.make({
  ...apps,
  plural: "daemonsets",
  kind: "DaemonSet",
  shortNames: ["ds"],
  fields: AppsFields.daemonSet,
  columns: AppsColumns.daemonSet,
  fill: (object) =>
    spec(object, (given) => {
      const filled = Workloads.fillTemplate(Kind.defaults(given, { updateStrategy: {}, revisionHistoryLimit: 10 }))
      return Kind.inside(filled, "updateStrategy", (strategy) => {
        const typed = Kind.defaults(strategy, { type: "RollingUpdate" })
        return typed["type"] !== "RollingUpdate" ? typed : {
          ...typed,
          rollingUpdate: Kind.defaults(Json.object(typed, "rollingUpdate"), { maxSurge: 0, maxUnavailable: 1 })
        }
      })
    }),
  prepare: (object) => ({
    ...Json.set(object, templateGeneration, "1"),
    status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 }
  }),
  validate: (object) => [
    ...Workloads.rules(object, "DaemonSet"),
    ...Workloads.counts(object, "minReadySeconds", "revisionHistoryLimit")
  ],
  amend: (next, previous) => {
    const [template, before] = [next, previous].map((object) => Json.at(object, "spec", "template"))
    const generation = Number(Json.text(previous, ...templateGeneration) ?? 0)
    return Json.set(next, templateGeneration, String(generation + (Json.equal(template, before) ? 0 : 1)))
  },
  validateUpdate: Workloads.sameSelector
})

/** @since 0.1.0 @category kinds */
export const controllerRevision = Kind.make({
  group: "apps",
  version: "v1",
  plural: "controllerrevisions",
  kind: "ControllerRevision",
  fields: AppsFields.controllerRevision,
  columns: AppsColumns.controllerRevision,
  zero: { revision: 0 },
  fill: (object) => Kind.defaults(object, { revision: 0 }),
  validate: (object) => {
    const revision = Json.number(object, "revision") ?? 0
    return revision < 0 ? [Status.invalidValue("revision", revision, "must be greater than or equal to 0")] : []
  },
  validateNew: (object) =>
    Json.isObject(object["data"])
      ? []
      : [
        Status.required("data", object["data"] === undefined ? "data is mandatory" : "data must be a valid JSON object")
      ],
  validateUpdate: (next, previous) =>
    Json.equal(next["data"], previous["data"])
      ? []
      : [Status.invalidValue("data", next["data"], "field is immutable")]
})

/** @since 0.1.0 @category kinds */
export const kinds: ReadonlyArray<Kind.Kind> = [controllerRevision, daemonSet, deployment, replicaSet, statefulSet]
