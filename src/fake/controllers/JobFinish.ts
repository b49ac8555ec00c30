/**
 * Whether a Job is finished, and why. As in k8s.io/kubernetes pkg/controller/job (v1.37), job_controller.go syncJob.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Conditions from "./Conditions.js"
import * as Intervals from "./Intervals.js"
import * as JobIndexes from "./JobIndexes.js"
import * as JobPods from "./JobPods.js"

/** The interim condition of a Job that will be Failed or Complete. @since 0.1.0 @category models  */
export interface Finish {
  readonly type: "FailureTarget" | "SuccessCriteriaMet"
  readonly reason: string
  readonly message: string
}

/** A Job with its pods; `failed` includes pods that are not in its status yet. @since 0.1.0 @category models  */
export interface Observed {
  readonly job: JsonObject
  readonly pods: ReadonlyArray<JsonObject>
  readonly failed: number
  readonly indexes: JobIndexes.Indexes | undefined
}

const failure = (reason: string, message: string): Finish => ({ type: "FailureTarget", reason, message })

const already = (job: JsonObject): Finish | undefined => {
  for (const type of ["SuccessCriteriaMet", "FailureTarget"] as const) {
    const condition = Conditions.find(Json.object(job, "status"), type)
    if (Json.text(condition, "status") === "True") {
      return { type, reason: Json.text(condition, "reason") ?? "", message: Json.text(condition, "message") ?? "" }
    }
  }
  return undefined
}

const failedIndexes = (job: JsonObject, { failed = [], succeeded }: JobIndexes.Indexes): Finish | undefined => {
  const count = Intervals.total(failed)
  if (count > (Json.number(job, "spec", "maxFailedIndexes") ?? Infinity)) {
    return failure("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes")
  }
  return count > 0 && count + Intervals.total(succeeded) >= (Json.number(job, "spec", "completions") ?? 0)
    ? failure("FailedIndexes", "Job has failed indexes")
    : undefined
}

/** The end of a Job whose wanted number of pods has succeeded. @since 0.1.0 @category constants  */
export const completions: Finish = {
  type: "SuccessCriteriaMet",
  reason: "CompletionsReached",
  message: "Reached expected number of succeeded pods"
}

/**
 * The end that is decided already, or that policies and limits demand; `left` are the milliseconds until the deadline, if there
 * is one.
 *
 * @since 0.1.0
 * @category getters
 */
export const decide = ({ failed, indexes, job, pods }: Observed, left: number | undefined): Finish | undefined => {
  const decided = already(job)
  if (decided !== undefined) return decided
  const failsJob = pods.filter(JobPods.isFailed(job)).map((pod) => JobPods.podFailureAction(job, pod).failsJob).find((
    message
  ) => message !== undefined)
  if (failsJob !== undefined) return failure("PodFailurePolicy", failsJob)
  if (failed > (Json.number(job, "spec", "backoffLimit") ?? 6) || JobPods.isPastRestarts(job, pods)) {
    return failure("BackoffLimitExceeded", "Job has reached the specified backoff limit")
  }
  if (left !== undefined && left <= 0) {
    return failure("DeadlineExceeded", "Job was active longer than specified deadline")
  }
  if (indexes === undefined) return undefined
  const unsuccessful = failedIndexes(job, indexes)
  if (unsuccessful !== undefined) return unsuccessful
  const message = JobIndexes.successPolicy(job, indexes.succeeded)
  return message === undefined ? undefined : { type: "SuccessCriteriaMet", reason: "SuccessPolicy", message }
}
