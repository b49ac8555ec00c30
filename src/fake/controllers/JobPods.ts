/**
 * How a Job sees its pods. As in k8s.io/kubernetes pkg/controller/job (v1.37), job_controller.go and pod_failure_policy.go.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as J from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as Conditions from "./Conditions.js"
import * as Pods from "./Pods.js"

/** Keeps a pod until its Job has counted it. @since 0.1.0 @category constants */
export const trackingFinalizer = "batch.kubernetes.io/job-tracking"

/** @since 0.1.0 @category predicates */
export const isTracked = (pod: JsonObject): boolean => Metadata.finalizers(pod).includes(trackingFinalizer)

/** Whether a pod is only replaced when it has ended, not already when it is about to. @since 0.1.0 @category predicates */
export const replacesFailedOnly = (job: JsonObject): boolean => J.text(job, "spec", "podReplacementPolicy") === "Failed"

/** @since 0.1.0 @category predicates */
export const isFailed = (job: JsonObject) => (pod: JsonObject): boolean =>
  Pods.phase(pod) === "Failed" || (!replacesFailedOnly(job) && Pods.isTerminating(pod))

/** @since 0.1.0 @category models */
export interface Verdict {
  readonly counts: boolean
  readonly failsJob?: string
}

const matchingContainer = (pod: JsonObject, requirement: JsonObject): JsonObject | undefined => {
  const name = J.text(requirement, "containerName")
  const values = J.list(requirement, "values")
  const wanted = J.text(requirement, "operator") === "In"
  const statuses = [
    ...J.objects(pod, "status", "containerStatuses"),
    ...J.objects(pod, "status", "initContainerStatuses")
  ]
  return statuses.find((status) => {
    const exitCode = J.number(status, "state", "terminated", "exitCode") ?? 0
    return exitCode !== 0 && (name === undefined || name === J.text(status, "name"))
      && values.includes(exitCode) === wanted
  })
}

const matchingCondition = (pod: JsonObject, patterns: ReadonlyArray<JsonObject>): string | undefined =>
  patterns.filter((pattern) =>
    J.text(Conditions.find(J.object(pod, "status"), J.text(pattern, "type") ?? ""), "status") ===
      J.text(pattern, "status")
  ).map((pattern) => J.text(pattern, "type") ?? "")[0]

const reasonOf = (pod: JsonObject, rule: JsonObject): string | undefined => {
  const where = `${Metadata.namespace(pod)}/${Metadata.name(pod)}`
  const requirement = rule["onExitCodes"]
  if (J.isObject(requirement)) {
    const status = matchingContainer(pod, requirement)
    return status === undefined
      ? undefined
      : `Container ${J.text(status, "name")} for pod ${where} failed with exit code `
        + `${J.number(status, "state", "terminated", "exitCode")}`
  }
  const condition = matchingCondition(pod, J.objects(rule, "onPodConditions"))
  return condition === undefined ? undefined : `Pod ${where} has condition ${condition}`
}

/** What the podFailurePolicy makes of a failed pod: the first rule that matches decides. @since 0.1.0 @category getters */
export const judge = (job: JsonObject, pod: JsonObject): Verdict => {
  for (const [index, rule] of J.objects(job, "spec", "podFailurePolicy", "rules").entries()) {
    const reason = reasonOf(pod, rule)
    if (reason !== undefined) {
      const action = J.text(rule, "action")
      return action === "FailJob"
        ? { counts: true, failsJob: `${reason} matching FailJob rule at index ${index}` }
        : { counts: action !== "Ignore" }
    }
  }
  return { counts: true }
}
