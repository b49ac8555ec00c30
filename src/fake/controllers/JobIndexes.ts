/**
 * Completion indexes of an Indexed Job. As in k8s.io/kubernetes pkg/controller/job (v1.37), indexed_job_utils.go and
 * success_policy.go.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as JobPods from "./JobPods.js"
import * as Pods from "./Pods.js"

/**
 * Indexes in increasing order, as intervals that neither overlap nor touch. Both ends are inclusive.
 *
 * @since 0.1.0
 * @category models
 */
export type Intervals = ReadonlyArray<{ readonly first: number; readonly last: number }>

/** @since 0.1.0 @category combinators */
export const union = (...all: ReadonlyArray<Intervals>): Intervals => {
  const result: Array<{ first: number; last: number }> = []
  for (const { first, last } of all.flat().toSorted((a, b) => a.first - b.first)) {
    const previous = result.at(-1)
    if (previous === undefined || first > previous.last + 1) {
      result.push({ first, last })
    } else {
      previous.last = Math.max(previous.last, last)
    }
  }
  return result
}

/** @since 0.1.0 @category constructors */
export const of = (indexes: Iterable<number>): Intervals =>
  union(Array.from(indexes, (index) => ({ first: index, last: index })))

/** Reads `1,3-5`, without what is beyond the number of completions. @since 0.1.0 @category constructors  */
export const parse = (text: string, completions: number): Intervals =>
  union(
    text.split(",").flatMap((part) => {
      const [first = Number.NaN, last = first] = part.split("-").map((end) => Number.parseInt(end, 10))
      return Number.isNaN(first) || Number.isNaN(last) || first >= completions
        ? []
        : [{ first, last: Math.min(last, completions - 1) }]
    })
  )

/** @since 0.1.0 @category getters */
export const format = (intervals: Intervals): string =>
  intervals.map(({ first, last }) => first === last ? `${first}` : `${first}${last === first + 1 ? "," : "-"}${last}`)
    .join(",")

/** @since 0.1.0 @category getters */
export const total = (intervals: Intervals): number =>
  intervals.reduce((sum, { first, last }) => sum + last - first + 1, 0)

/** @since 0.1.0 @category predicates */
export const has = (intervals: Intervals, index: number): boolean =>
  intervals.some(({ first, last }) => first <= index && index <= last)

const overlap = (some: Intervals, others: Intervals): number =>
  some.reduce((sum, a) =>
    others.reduce(
      (inner, b) => inner + Math.max(0, Math.min(a.last, b.last) - Math.max(a.first, b.first) + 1),
      sum
    ), 0)

/**
 * The indexes that have succeeded; those that have failed, of a Job with `backoffLimitPerIndex`; and of such a Job the latest
 * failed pod of each index without another one, which is kept until its replacement has its number of failures.
 *
 * @since 0.1.0
 * @category models
 */
export interface Indexes {
  readonly succeeded: Intervals
  readonly failed: Intervals | undefined
  readonly kept: ReadonlyMap<number, JsonObject>
}

const completionsOf = (job: JsonObject): number => Json.number(job, "spec", "completions") ?? 0

const indexesOf = (pods: ReadonlyArray<JsonObject>): Intervals =>
  of(pods.flatMap((pod) => JobPods.completionIndex(pod) ?? []))

const isIndexFailed = (job: JsonObject, pod: JsonObject): boolean => {
  if (!JobPods.isFailed(job)(pod)) return false
  const action = JobPods.podFailureAction(job, pod)
  return action.failsIndex === true
    || (action.counts && JobPods.indexFailures(pod).counted >= (Json.number(job, "spec", "backoffLimitPerIndex") ?? 0))
}

const latestFailed = (
  job: JsonObject,
  pods: ReadonlyArray<JsonObject>,
  settled: Intervals
): ReadonlyMap<number, JsonObject> => {
  const latest = new Map<number, JsonObject>()
  for (const pod of pods.filter(JobPods.isFailed(job))) {
    const index = JobPods.completionIndex(pod)
    if (index === undefined || has(settled, index)) continue
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
  const before = (field: string) => parse(Json.text(job, "status", field) ?? "", completions)
  const succeeded = union(
    before("completedIndexes"),
    indexesOf(tracked.filter((pod) => Pods.phase(pod) === "Succeeded"))
  )
  if (!JobPods.limitsEachIndex(job)) return { succeeded, failed: undefined, kept: new Map() }
  const failed = union(before("failedIndexes"), indexesOf(tracked.filter((pod) => isIndexFailed(job, pod))))
  const settled = union(succeeded, failed, indexesOf(pods.filter(Pods.isActive)))
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
  const taken = union(succeeded, failed, indexesOf(busy))
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
export const successPolicy = (job: JsonObject, succeeded: Intervals): string | undefined => {
  const met = succeeded.length === 0
    ? -1
    : Json.objects(job, "spec", "successPolicy", "rules").findIndex((rule) => {
      const count = Json.number(rule, "succeededCount")
      const text = Json.text(rule, "succeededIndexes")
      if (text === undefined) return count !== undefined && total(succeeded) >= count
      const required = parse(text, completionsOf(job))
      const found = overlap(required, succeeded)
      return required.length > 0 && (found === total(required) || (count !== undefined && found >= count))
    })
  return met === -1 ? undefined : `Matched rules at index ${met}`
}
