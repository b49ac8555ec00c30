/**
 * DaemonSets, by k8s.io/kubernetes pkg/apis/apps (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as AppsColumns from "./AppsColumns.js"
import * as AppsFields from "./AppsFields.js"
import * as Kind from "./Kind.js"
import * as Workloads from "./Workloads.js"

/** Where the removed field `spec.templateGeneration` is kept. @since 0.1.0 @category constants */
export const templateGeneration = ["metadata", "annotations", "deprecated.daemonset.template.generation"]

const strategy = (object: JsonObject): Status.FieldErrors => {
  const here = "spec.updateStrategy"
  const type = Json.text(object, "spec", "updateStrategy", "type")
  const rolling = Json.at(object, "spec", "updateStrategy", "rollingUpdate")
  const [unavailable, surge] = ["maxUnavailable", "maxSurge"].map((field) => Json.at(rolling, field) ?? 0)
  if (type === "OnDelete") return []
  if (type !== "RollingUpdate") {
    // The server shows its internal type.
    const shown = {
      Type: type ?? "",
      RollingUpdate: rolling === undefined ? null : { MaxUnavailable: unavailable ?? 0, MaxSurge: surge ?? 0 }
    }
    return [Status.unsupportedValue(here, shown, ["RollingUpdate", "OnDelete"])]
  }
  const [unavailableField, surgeField] = [`${here}.rollingUpdate.maxUnavailable`, `${here}.rollingUpdate.maxSurge`]
  const [none, noSurge] = [Workloads.isZero(unavailable), Workloads.isZero(surge)]
  return [
    ...Workloads.numberOrPercent(unavailable ?? 0, unavailableField, Number.POSITIVE_INFINITY),
    ...Workloads.numberOrPercent(surge ?? 0, surgeField, Number.POSITIVE_INFINITY),
    ...Workloads.aboveAll(unavailable, unavailableField),
    ...Workloads.aboveAll(surge, surgeField),
    ...(!none && !noSurge
      ? [Status.invalidValue(surgeField, surge, "may not be set when maxUnavailable is non-zero")]
      : none && noSurge
      ? [Status.required(unavailableField, "cannot be 0 when maxSurge is 0")]
      : [])
  ]
}

const rules = (object: JsonObject): Status.FieldErrors => [
  ...Workloads.rules(object, "DaemonSet"),
  ...Workloads.counts(object, "minReadySeconds"),
  ...strategy(object),
  ...Workloads.counts(object, "revisionHistoryLimit")
]

const withZeros = (rolling: JsonObject): JsonObject => Kind.defaults(rolling, { maxSurge: 0, maxUnavailable: 0 })

/** @since 0.1.0 @category kinds */
export const daemonSet = Kind.make({
  ...Workloads.apps,
  plural: "daemonsets",
  kind: "DaemonSet",
  shortNames: ["ds"],
  fields: AppsFields.daemonSet,
  columns: AppsColumns.daemonSet,
  fill: (object) =>
    Kind.inside(object, "spec", (given) => {
      const filled = Workloads.fillTemplate(Kind.defaults(given, { updateStrategy: {}, revisionHistoryLimit: 10 }))
      return Kind.inside(filled, "updateStrategy", (strategy) => {
        const typed = Kind.defaults(strategy, { type: "RollingUpdate" })
        // A server's internal type has both numbers.
        return typed["type"] !== "RollingUpdate" ? Kind.inside(typed, "rollingUpdate", withZeros) : {
          ...typed,
          rollingUpdate: Kind.defaults(Json.object(typed, "rollingUpdate"), { maxSurge: 0, maxUnavailable: 1 })
        }
      })
    }),
  prepare: (object) => ({
    ...Json.set(object, templateGeneration, "1"),
    status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 }
  }),
  validateNew: rules,
  amend: (next, previous) => {
    const [template, before] = [next, previous].map((object) => Json.at(object, "spec", "template"))
    const generation = Number(Json.text(previous, ...templateGeneration) ?? 0)
    return Json.set(next, templateGeneration, String(generation + (Json.equal(template, before) ? 0 : 1)))
  },
  validateUpdate: (next, previous) => [...Workloads.sameSelector(next, previous), ...rules(next)],
  validateStatus: (next, previous) =>
    Workloads.statusCounts(next, previous, [
      ...["currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"],
      ...["observedGeneration", "updatedNumberScheduled", "numberAvailable", "numberUnavailable"]
    ])
})
