/**
 * Topology spread constraints of pods: their validation, and the selectors of new pods. As in k8s.io/kubernetes
 * pkg/apis/core/validation and pkg/registry/core/pod/strategy.go (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import { inside, insideEach } from "./Kind.js"

const actions = ["DoNotSchedule", "ScheduleAnyway"]
const policies = ["Honor", "Ignore"]

/** @since 0.1.0 @category rules */
export const constraints = (spec: JsonObject, field: string): Status.FieldErrors => {
  const all = Json.objects(spec, "topologySpreadConstraints")
  const identity = (one: JsonObject) => `{${Json.text(one, "topologyKey")}, ${Json.text(one, "whenUnsatisfiable")}}`
  return all.flatMap((one, index): Status.FieldErrors => {
    const here = `${field}.topologySpreadConstraints[${index}]`
    const skew = Json.number(one, "maxSkew") ?? 0
    const action = Json.text(one, "whenUnsatisfiable") ?? ""
    const domains = Json.number(one, "minDomains")
    return [
      ...(skew > 0 ? [] : [Status.invalidValue(`${here}.maxSkew`, skew, "must be greater than zero")]),
      ...((Json.text(one, "topologyKey") ?? "") === ""
        ? [Status.required(`${here}.topologyKey`, "can not be empty")]
        : []),
      ...(actions.includes(action) ? [] : [Status.unsupportedValue(`${here}.whenUnsatisfiable`, action, actions)]),
      ...(all.slice(index + 1).some((other) => identity(other) === identity(one))
        ? [Status.duplicate(`${here}.{topologyKey, whenUnsatisfiable}`, identity(one))]
        : []),
      ...(domains !== undefined && domains <= 0
        ? [Status.invalidValue(`${here}.minDomains`, domains, "must be greater than zero")]
        : []),
      ...(domains !== undefined && action !== "DoNotSchedule"
        ? [Status.invalidValue(
          `${here}.minDomains`,
          domains,
          `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`
        )]
        : []),
      ...["nodeAffinityPolicy", "nodeTaintsPolicy"].flatMap((name) => {
        const policy = Json.text(one, name)
        return policy === undefined || policies.includes(policy)
          ? []
          : [Status.unsupportedValue(`${here}.${name}`, policy, policies)]
      })
    ]
  })
}

/** A selector with the labels of a pod under some keys. */
const narrowed = (term: JsonObject, labels: JsonObject): JsonObject => {
  const added = (["matchLabelKeys", "mismatchLabelKeys"] as const).flatMap((list) =>
    Json.texts(term, list).flatMap((key) =>
      labels[key] === undefined
        ? []
        : [{ key, operator: list === "matchLabelKeys" ? "In" : "NotIn", values: [labels[key]] }]
    )
  )
  return added.length === 0 ? term : inside(term, "labelSelector", (selector) => ({
    ...selector,
    matchExpressions: [...Json.list(selector, "matchExpressions"), ...added]
  }))
}

/** A new pod, whose `matchLabelKeys` and `mismatchLabelKeys` are part of its selectors. @since 0.1.0 @category combinators  */
export const withLabelKeys = (pod: JsonObject): JsonObject => {
  const labels = Json.object(pod, "metadata", "labels")
  const narrow = (term: JsonObject) => narrowed(term, labels)
  const affinity = (terms: JsonObject) =>
    insideEach(
      insideEach(terms, "requiredDuringSchedulingIgnoredDuringExecution", narrow),
      "preferredDuringSchedulingIgnoredDuringExecution",
      (weighted) => inside(weighted, "podAffinityTerm", narrow)
    )
  return inside(pod, "spec", (spec) =>
    inside(
      insideEach(spec, "topologySpreadConstraints", narrow),
      "affinity",
      (all) => inside(inside(all, "podAffinity", affinity), "podAntiAffinity", affinity)
    ))
}
