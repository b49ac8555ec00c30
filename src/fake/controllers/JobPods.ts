/**
 * How a Job evaluates its pods. As in k8s.io/kubernetes pkg/controller/job (v1.37), job_controller.go and
 * pod_failure_policy.go.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as Conditions from "./Conditions.js"
import * as Pods from "./Pods.js"

/** The finalizer that keeps a pod until its Job has counted it. @since 0.1.0 @category constants  */
export const trackingFinalizer = "batch.kubernetes.io/job-tracking"

/** @since 0.1.0 @category predicates */
export const isTracked = (pod: JsonObject): boolean => Metadata.finalizers(pod).includes(trackingFinalizer)

/** Whether a pod is replaced only after it has failed, not when it is terminating. @since 0.1.0 @category predicates  */
export const replacesFailedOnly = (job: JsonObject): boolean =>
  Json.text(job, "spec", "podReplacementPolicy") === "Failed"

/** @since 0.1.0 @category predicates */
export const isFailed = (job: JsonObject) => (pod: JsonObject): boolean =>
  Pods.phase(pod) === "Failed" || (!replacesFailedOnly(job) && Pods.isTerminating(pod))

/** @since 0.1.0 @category models */
export interface PodFailureAction {
  readonly counts: boolean
  readonly failsJob?: string
}

const matchingContainer = (pod: JsonObject, requirement: JsonObject): JsonObject | undefined => {
  const name = Json.text(requirement, "containerName")
  const values = Json.list(requirement, "values")
  const wanted = Json.text(requirement, "operator") === "In"
  const statuses = [
    ...Json.objects(pod, "status", "containerStatuses"),
    ...Json.objects(pod, "status", "initContainerStatuses")
  ]
  return statuses.find((status) => {
    const exitCode = Json.number(status, "state", "terminated", "exitCode") ?? 0
    return exitCode !== 0 && (name === undefined || name === Json.text(status, "name"))
      && values.includes(exitCode) === wanted
  })
}

const matchingCondition = (pod: JsonObject, patterns: ReadonlyArray<JsonObject>): string | undefined =>
  patterns.filter((pattern) =>
    Json.text(Conditions.find(Json.object(pod, "status"), Json.text(pattern, "type") ?? ""), "status") ===
      Json.text(pattern, "status")
  ).map((pattern) => Json.text(pattern, "type") ?? "")[0]

const reasonOf = (pod: JsonObject, rule: JsonObject): string | undefined => {
  const where = `${Metadata.namespace(pod)}/${Metadata.name(pod)}`
  const requirement = rule["onExitCodes"]
  if (Json.isObject(requirement)) {
    const status = matchingContainer(pod, requirement)
    return status === undefined
      ? undefined
      : `Container ${Json.text(status, "name")} for pod ${where} failed with exit code `
        + `${Json.number(status, "state", "terminated", "exitCode")}`
  }
  const condition = matchingCondition(pod, Json.objects(rule, "onPodConditions"))
  return condition === undefined ? undefined : `Pod ${where} has condition ${condition}`
}

/** The action of the podFailurePolicy for a failed pod: the first matching rule wins. @since 0.1.0 @category getters  */
export const podFailureAction = (job: JsonObject, pod: JsonObject): PodFailureAction => {
  for (const [index, rule] of Json.objects(job, "spec", "podFailurePolicy", "rules").entries()) {
    const reason = reasonOf(pod, rule)
    if (reason !== undefined) {
      const action = Json.text(rule, "action")
      return action === "FailJob"
        ? { counts: true, failsJob: `${reason} matching FailJob rule at index ${index}` }
        : { counts: action !== "Ignore" }
    }
  }
  return { counts: true }
}
