/**
 * Completion indexes of an Indexed Job. As in k8s.io/kubernetes pkg/controller/job (v1.37), indexed_job_utils.go and
 * success_policy.go.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Intervals from "./Intervals.js"
import * as JobPods from "./JobPods.js"
import * as Pods from "./Pods.js"

/**
 * The indexes that have succeeded; those that have failed, of a Job with `backoffLimitPerIndex`; and of such a Job the latest
 * failed pod of each index without another one, which is kept until its replacement has its number of failures.
 *
 * @since 0.1.0
 * @category models
 */
export interface Indexes {
  readonly succeeded: Intervals.Intervals
  readonly failed: Intervals.Intervals | undefined
  readonly kept: ReadonlyMap<number, JsonObject>
}

const completionsOf = (job: JsonObject): number => Json.number(job, "spec", "completions") ?? 0

const indexesOf = (pods: ReadonlyArray<JsonObject>): Intervals.Intervals =>
  Intervals.of(pods.flatMap((pod) => JobPods.completionIndex(pod) ?? []))

const isIndexFailed = (job: JsonObject, pod: JsonObject): boolean => {
  if (!JobPods.isFailed(job)(pod)) return false
  const action = JobPods.podFailureAction(job, pod)
  return action.failsIndex === true
    || (action.counts && JobPods.indexFailures(pod).counted >= (Json.number(job, "spec", "backoffLimitPerIndex") ?? 0))
}

const latestFailed = (
  job: JsonObject,
  pods: ReadonlyArray<JsonObject>,
  settled: Intervals.Intervals
): ReadonlyMap<number, JsonObject> => {
  const latest = new Map<number, JsonObject>()
  for (const pod of pods.filter(JobPods.isFailed(job))) {
    const index = JobPods.completionIndex(pod)
    if (index === undefined || Intervals.has(settled, index)) continue
    const other = latest.get(index)
    if (
      other === undefined
      || (JobPods.indexFailures(other).all <= JobPods.indexFailures(pod).all
        && JobPods.finishedAt(other) <= JobPods.finishedAt(pod))
    ) {
      latest.set(index, pod)
    }
  }
  return latest
}

/** The indexes, given the pods of the Job. @since 0.1.0 @category constructors  */
export const observe = (job: JsonObject, pods: ReadonlyArray<JsonObject>): Indexes | undefined => {
  if (!JobPods.isIndexed(job)) return undefined
  const completions = completionsOf(job)
  const tracked = pods.filter((pod) => JobPods.isTracked(pod) && JobPods.hasValidIndex(job)(pod))
  const before = (field: string) => Intervals.parse(Json.text(job, "status", field) ?? "", completions)
  const succeeded = Intervals.union(
    before("completedIndexes"),
    indexesOf(tracked.filter((pod) => Pods.phase(pod) === "Succeeded"))
  )
  if (!JobPods.limitsEachIndex(job)) return { succeeded, failed: undefined, kept: new Map() }
  const failed = Intervals.union(before("failedIndexes"), indexesOf(tracked.filter((pod) => isIndexFailed(job, pod))))
  const settled = Intervals.union(succeeded, failed, indexesOf(pods.filter(Pods.isActive)))
  return { succeeded, failed, kept: latestFailed(job, tracked, settled) }
}

/** The first indexes that need a pod. @since 0.1.0 @category getters  */
export const pending = (
  job: JsonObject,
  { failed = [], succeeded }: Indexes,
  pods: ReadonlyArray<JsonObject>,
  count: number
): ReadonlyArray<number> => {
  const busy = pods.filter((pod) => Pods.isActive(pod) || (JobPods.replacesFailedOnly(job) && Pods.isTerminating(pod)))
  const taken = Intervals.union(succeeded, failed, indexesOf(busy))
  const free: Array<number> = []
  let candidate = 0
  for (const { first, last } of [...taken, { first: completionsOf(job), last: 0 }]) {
    for (; candidate < first && candidate < completionsOf(job) && free.length < count; candidate++) {
      free.push(candidate)
    }
    candidate = Math.max(candidate, last + 1)
  }
  return free
}

/**
 * The active pods that an Indexed Job has no use for: without an index, with one beyond its completions, or with that of
 * another pod, of which the first in the order of `pods` goes.
 *
 * @since 0.1.0
 * @category getters
 */
export const surplus = (job: JsonObject, pods: ReadonlyArray<JsonObject>): ReadonlyArray<JsonObject> => {
  const last = new Map(pods.map((pod) => [JobPods.completionIndex(pod), pod]))
  return pods.filter((pod) => !JobPods.hasValidIndex(job)(pod) || last.get(JobPods.completionIndex(pod)) !== pod)
}

/** The message of the first rule of the successPolicy that is met. @since 0.1.0 @category getters  */
export const successPolicy = (job: JsonObject, succeeded: Intervals.Intervals): string | undefined => {
  const met = succeeded.length === 0
    ? -1
    : Json.objects(job, "spec", "successPolicy", "rules").findIndex((rule) => {
      const count = Json.number(rule, "succeededCount")
      const text = Json.text(rule, "succeededIndexes")
      if (text === undefined) return count !== undefined && Intervals.total(succeeded) >= count
      const required = Intervals.parse(text, completionsOf(job))
      const found = Intervals.overlap(required, succeeded)
      return required.length > 0 && (found === Intervals.total(required) || (count !== undefined && found >= count))
    })
  return met === -1 ? undefined : `Matched rules at index ${met}`
}
