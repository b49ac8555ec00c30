/**
 * The pods of a DaemonSet, and the nodes that are to have one. As in k8s.io/kubernetes pkg/controller/daemon (v1.37), daemon_controller.go
 * and util/daemonset_util.go.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import { daemonSet, templateGeneration } from "../kinds/DaemonSets.js"
import * as Metadata from "../store/Metadata.js"
import * as Fit from "./Fit.js"
import * as Ownership from "./Ownership.js"
import * as Pods from "./Pods.js"

/** The label with the hash of the revision. @since 0.1.0 @category constants */
export const hashLabel = "controller-revision-hash"
const generationLabel = "pod-template-generation"

/** The taints that every pod of a DaemonSet tolerates. */
const tolerated = [
  ["not-ready", "NoExecute"],
  ["unreachable", "NoExecute"],
  ["disk-pressure", "NoSchedule"],
  ["memory-pressure", "NoSchedule"],
  ["pid-pressure", "NoSchedule"],
  ["unschedulable", "NoSchedule"]
] as const

const identity = (toleration: JsonObject): JsonObject => Json.omit(toleration, "tolerationSeconds")

const tolerations = (spec: JsonObject): ReadonlyArray<JsonObject> => {
  const network = spec["hostNetwork"] === true ? [["network-unavailable", "NoSchedule"] as const] : []
  return [...tolerated, ...network].reduce<ReadonlyArray<JsonObject>>((all, [taint, effect]) => {
    const added = { key: `node.kubernetes.io/${taint}`, operator: "Exists", effect }
    return all.some((one) => Json.equal(identity(one), added))
      ? all.map((one) => Json.equal(identity(one), added) ? added : one)
      : [...all, added]
  }, Json.objects(spec, "tolerations"))
}

const required = "requiredDuringSchedulingIgnoredDuringExecution"

/** The pods of a set, as far as where they may run. */
const sample = (set: JsonObject): JsonObject => {
  const spec = Json.object(set, "spec", "template", "spec")
  return { spec: { ...spec, tolerations: tolerations(spec) } }
}

/** Whether a node is to have a pod of the set, and whether one that is there stays. @since 0.1.0 @category predicates */
export const suits = (
  set: JsonObject,
  node: JsonObject
): { readonly starts: boolean; readonly stays: boolean } => {
  const pod = sample(set)
  const name = Json.text(pod, "spec", "nodeName") ?? ""
  if ((name !== "" && name !== Metadata.name(node)) || !Fit.isWanted(pod, node)) return { starts: false, stays: false }
  return {
    starts: !Fit.isTainted(pod, node, ["NoExecute", "NoSchedule"]),
    stays: !Fit.isTainted(pod, node, ["NoExecute"])
  }
}

/** A new pod for a node, which the scheduler places there. @since 0.1.0 @category constructors */
export const make = (set: JsonObject, hash: string, node: string): JsonObject => {
  const template = Json.object(set, "spec", "template")
  const spec = Json.object(template, "spec")
  const generation = Json.text(set, ...templateGeneration)
  const terms = [{ matchFields: [{ key: "metadata.name", operator: "In", values: [node] }] }]
  const selector = { ...Json.object(spec, "affinity", "nodeAffinity", required), nodeSelectorTerms: terms }
  const labels = Json.make({
    ...Metadata.labels(template),
    [generationLabel]: generation,
    [hashLabel]: hash
  })
  return Ownership.podOf(daemonSet, set, {
    metadata: { ...Json.object(template, "metadata"), labels },
    spec: Json.set(
      { ...spec, tolerations: tolerations(spec) },
      ["affinity", "nodeAffinity", required],
      selector
    )
  })
}

/** The node of a pod: where it is, or is to be. @since 0.1.0 @category getters */
export const nodeOf = (pod: JsonObject): string | undefined => {
  const terms = Json.objects(pod, "spec", "affinity", "nodeAffinity", required, "nodeSelectorTerms")
  const field = terms.flatMap((term) => Json.objects(term, "matchFields")).find((one) =>
    one["key"] === "metadata.name" && one["operator"] === "In"
  )
  return Pods.nodeName(pod) ?? (Json.list(field, "values").length === 1 ? Json.texts(field, "values")[0] : undefined)
}

/** Whether a pod is of the template that the set has now. @since 0.1.0 @category predicates */
export const isUpdated = (set: JsonObject, hash: string, pod: JsonObject): boolean => {
  const labels = Metadata.labels(pod)
  const generation = Json.text(set, ...templateGeneration)
  return labels[hashLabel] === hash || (generation !== undefined && labels[generationLabel] === generation)
}

/** @since 0.1.0 @category predicates */
export const isAvailable = (set: JsonObject, pod: JsonObject, now: number): boolean =>
  Pods.untilAvailable(pod, Json.number(set, "spec", "minReadySeconds") ?? 0, now) === 0

const born = (pod: JsonObject): number =>
  Metadata.millis(Json.text(pod, "metadata", "creationTimestamp") ?? "1970-01-01T00:00:00Z")

/** The order of the pods of a node: those on it first, and the oldest. @since 0.1.0 @category ordering */
export const byAge = (a: JsonObject, b: JsonObject): number =>
  Number(Pods.nodeName(a) === undefined) - Number(Pods.nodeName(b) === undefined)
  || born(a) - born(b)
  || (Metadata.name(a) < Metadata.name(b) ? -1 : 1)
