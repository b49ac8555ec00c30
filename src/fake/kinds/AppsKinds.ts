/**
 * The kinds of the group apps, by k8s.io/kubernetes pkg/apis/apps (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as AppsColumns from "./AppsColumns.js"
import * as AppsFields from "./AppsFields.js"
import { daemonSet } from "./DaemonSets.js"
import * as Kind from "./Kind.js"
import { statefulSet } from "./StatefulSets.js"
import * as Workloads from "./Workloads.js"

const spec = (object: JsonObject, change: (spec: JsonObject) => JsonObject): JsonObject =>
  Kind.inside(object, "spec", change)

const strategies = ["Recreate", "RollingUpdate"]

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
  const here = "spec.strategy.rollingUpdate"
  const [unavailable, surge] = ["maxUnavailable", "maxSurge"].map((field) => Json.at(rolling, field) ?? 0)
  return [
    ...Workloads.numberOrPercent(unavailable ?? 0, `${here}.maxUnavailable`, Number.POSITIVE_INFINITY),
    ...Workloads.numberOrPercent(surge ?? 0, `${here}.maxSurge`, Number.POSITIVE_INFINITY),
    ...(Workloads.isZero(unavailable) && Workloads.isZero(surge)
      ? [Status.invalidValue(`${here}.maxUnavailable`, unavailable, "may not be 0 when `maxSurge` is 0")]
      : []),
    ...Workloads.aboveAll(unavailable, `${here}.maxUnavailable`)
  ]
}

const deadline = (object: JsonObject): Status.FieldErrors => {
  const seconds = Json.number(object, "spec", "progressDeadlineSeconds")
  return seconds !== undefined && seconds <= (Json.number(object, "spec", "minReadySeconds") ?? 0)
    ? [Status.invalidValue("spec.progressDeadlineSeconds", seconds, "must be greater than minReadySeconds")]
    : []
}

/** @since 0.1.0 @category kinds */
export const deployment = Kind.make({
  ...Workloads.apps,
  plural: "deployments",
  kind: "Deployment",
  shortNames: ["deploy"],
  scale: Workloads.scale,
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
  ...Workloads.apps,
  plural: "replicasets",
  kind: "ReplicaSet",
  shortNames: ["rs"],
  scale: Workloads.scale,
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
