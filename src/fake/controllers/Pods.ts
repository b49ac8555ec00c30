/**
 * Predicates of pods.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as Conditions from "./Conditions.js"

/** @since 0.1.0 @category getters */
export const phase = (pod: JsonObject): string => Json.text(pod, "status", "phase") ?? "Pending"

/** Whether all its containers have terminated for good. @since 0.1.0 @category predicates  */
export const isTerminal = (pod: JsonObject): boolean => phase(pod) === "Succeeded" || phase(pod) === "Failed"

/** @since 0.1.0 @category predicates */
export const isActive = (pod: JsonObject): boolean => !isTerminal(pod) && !Metadata.isBeingDeleted(pod)

/** @since 0.1.0 @category predicates */
export const isTerminating = (pod: JsonObject): boolean => !isTerminal(pod) && Metadata.isBeingDeleted(pod)

/** @since 0.1.0 @category predicates */
export const isReady = (pod: JsonObject): boolean => Conditions.holds(Json.object(pod, "status"), "Ready")

/** The milliseconds until a ready pod is available; undefined for one that is not ready. @since 0.1.0 @category getters */
export const untilAvailable = (pod: JsonObject, minReadySeconds: number, now: number): number | undefined => {
  const ready = Conditions.find(Json.object(pod, "status"), "Ready")
  const since = Json.text(ready, "lastTransitionTime")
  return Json.text(ready, "status") !== "True"
    ? undefined
    : minReadySeconds === 0
    ? 0
    : since === undefined
    ? undefined
    : Math.max(Metadata.millis(since) + minReadySeconds * 1000 - now, 0)
}

/** @since 0.1.0 @category getters */
export const nodeName = (pod: JsonObject): string | undefined => Json.text(pod, "spec", "nodeName")

const cost = (pod: JsonObject): number => {
  const text = Json.text(pod, "metadata", "annotations", "controller.kubernetes.io/pod-deletion-cost") ?? ""
  const isValid = /^(0|[1-9]\d*|-\d+)$/.test(text) && Number(text) >= -(2 ** 31) && Number(text) < 2 ** 31
  return isValid ? Number(text) : 0
}

const rank = (pod: JsonObject, ...costs: ReadonlyArray<number>): ReadonlyArray<number> => [
  nodeName(pod) === undefined ? 0 : 1,
  ["Pending", "Unknown", "Running"].indexOf(phase(pod)),
  isReady(pod) ? 1 : 0,
  ...costs,
  -Metadata.millis(Json.text(pod, "metadata", "creationTimestamp") ?? "1970-01-01T00:00:00Z")
]

const compare = (left: ReadonlyArray<number>, right: ReadonlyArray<number>): number => {
  const index = left.findIndex((value, index) => value !== right[index])
  return (left[index] ?? 0) - (right[index] ?? 0)
}

/** The order in which surplus pods of a Job are deleted: controller_utils.go, ActivePods. @since 0.1.0 @category ordering  */
export const byDeletion = (a: JsonObject, b: JsonObject): number => compare(rank(a), rank(b))

/** That of a ReplicaSet, whose pods may have a cost: controller_utils.go, ActivePodsWithRanks. @since 0.1.0 @category ordering  */
export const byCost = (a: JsonObject, b: JsonObject): number => compare(rank(a, cost(a)), rank(b, cost(b)))
