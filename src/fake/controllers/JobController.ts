/**
 * Jobs: creates, counts and retries pods as k8s.io/kubernetes pkg/controller/job (v1.37) does.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as BatchKinds from "../kinds/BatchKinds.js"
import * as CoreKinds from "../kinds/CoreKinds.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import * as Conditions from "./Conditions.js"
import type { Controller } from "./Controller.js"
import * as Events from "./Events.js"
import * as Intervals from "./Intervals.js"
import * as JobFinish from "./JobFinish.js"
import * as JobIndexes from "./JobIndexes.js"
import * as JobPods from "./JobPods.js"
import * as Pods from "./Pods.js"

/**
 * `backoff` is the delay in milliseconds before the next pod after a number of consecutive failures. A real cluster waits
 * ten seconds, doubled each time, ten minutes at most.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly backoff: (failures: number) => number
}

/** @since 0.1.0 @category constants */
export const realBackoff = (failures: number): number => Math.min(10_000 * 2 ** (failures - 1), 600_000)

interface Sync extends JobFinish.Observed {
  readonly now: number
  readonly active: ReadonlyArray<JsonObject>
  readonly succeeded: number
  /** Whether failed pods are still uncounted; they are counted before others are created. */
  readonly counting: boolean
}

const keyOf = (job: JsonObject): string => `${Metadata.namespace(job)}/${Metadata.name(job)}`

const ownerKey = (object: JsonObject): ReadonlyArray<string> =>
  Metadata.owners(object).filter((owner) => Json.text(owner, "kind") === "Job").map((owner) =>
    `${Metadata.namespace(object)}/${Json.text(owner, "name")}`
  )

/** A pod whose Job has orphaned it: nobody will count it. */
const orphanKey = (pod: JsonObject): string => `${Metadata.namespace(pod)}//${Metadata.name(pod)}`

/** Whether the Job is finished. @since 0.1.0 @category predicates  */
export const isFinished = (job: JsonObject): boolean =>
  ["Complete", "Failed"].some((type) => Conditions.holds(Json.object(job, "status"), type))

const isSuspended = (job: JsonObject): boolean => Json.at(job, "spec", "suspend") === true

/** The conditions of Jobs have the time of their probe, too. */
const setCondition = (status: JsonObject, condition: Conditions.Condition, now: number): JsonObject =>
  Conditions.set(status, { ...condition, probed: true }, now)

/** @since 0.1.0 @category constructors */
export const make = (registry: Registry, options: Options): Controller => {
  const { store } = registry
  const record = Events.recorder(registry, "job-controller")
  const failures = new Map<string, { readonly count: number; readonly last: number }>()
  const refusals = new Map<string, number>()
  const children = new Map<string, Set<string>>()

  const podsOf = (job: JsonObject): ReadonlyArray<JsonObject> => {
    const names = children.get(keyOf(job)) ?? new Set()
    return [...names].flatMap((name) => {
      const pod = store.get({ resource: "pods", namespace: Metadata.namespace(job), name })
      if (pod === undefined) {
        names.delete(name)
      }
      return pod !== undefined && Json.text(Metadata.controller(pod), "uid") === Metadata.uid(job) ? [pod] : []
    })
  }

  const putStatus = (job: JsonObject, status: JsonObject, now: number): JsonObject =>
    Either.getOrElse(
      registry.update(BatchKinds.job, Metadata.namespace(job), Metadata.name(job), "status", (existing) =>
        Either.right({ ...existing, status }), { now }),
      () =>
        job
    )

  const release = (pod: JsonObject, now: number): void => {
    registry.update(
      CoreKinds.pod,
      Metadata.namespace(pod),
      Metadata.name(pod),
      "main",
      (existing) =>
        Either.right(Metadata.setFinalizers(
          existing,
          Metadata.finalizers(existing).filter((finalizer) => finalizer !== JobPods.trackingFinalizer)
        )),
      { now }
    )
  }

  const remove = (job: JsonObject, pod: JsonObject, now: number): void => {
    registry.delete(CoreKinds.pod, Metadata.namespace(pod), Metadata.name(pod), { propagationPolicy: "Background" }, {
      now
    })
    record(job, "Normal", "SuccessfulDelete", `Deleted pod: ${Metadata.name(pod)}`, now)
  }

  const createPod = (job: JsonObject, now: number, index?: number, replaced?: JsonObject): string | undefined => {
    const pod = JobPods.make(job, index, replaced)
    const created = registry.create(CoreKinds.pod, Metadata.namespace(job), pod, { now })
    return Either.match(created, {
      onLeft: (status) => {
        record(job, "Warning", "FailedCreate", `Error creating: ${status.message}`, now)
        return status.message
      },
      onRight: (pod) => {
        record(job, "Normal", "SuccessfulCreate", `Created pod: ${Metadata.name(pod)}`, now)
        return undefined
      }
    })
  }

  const removeSurplus = (job: JsonObject, active: ReadonlyArray<JsonObject>, wanted: number, now: number): boolean => {
    const sorted = active.toSorted(Pods.byDeletion)
    const useless = JobPods.isIndexed(job) ? JobIndexes.surplus(job, sorted) : []
    const others = sorted.filter((pod) => !useless.includes(pod))
    const gone = [...useless, ...others.slice(0, Math.max(0, active.length - wanted - useless.length))]
    gone.forEach((pod) => {
      release(pod, now)
      remove(job, pod, now)
    })
    return gone.length > 0
  }

  /** Creates pods up to a number; returns the delay until more can be created. */
  const createMissing = (sync: Sync, missing: number): number | undefined => {
    const { indexes, job, now, pods } = sync
    const uid = Metadata.uid(job)
    const limited = JobPods.limitsEachIndex(job)
    const row = failures.get(uid)
    const wait = row === undefined || limited ? 0 : row.last + options.backoff(row.count) - now
    if (wait > 0) return wait
    const waitOf = (index: number): number => {
      const failed = indexes?.kept.get(index)
      return failed === undefined
        ? 0
        : JobPods.finishedAt(failed) + options.backoff(JobPods.indexFailures(failed).all + 1) - now
    }
    const slots: ReadonlyArray<number | undefined> = indexes === undefined
      ? Array.from({ length: missing })
      : JobIndexes.pending(job, indexes, pods, missing)
    const due = slots.filter((index) => index === undefined || waitOf(index) <= 0)
    const later = slots.flatMap((index) => index === undefined || waitOf(index) <= 0 ? [] : [waitOf(index)])
    const refused = due.some((index) =>
      createPod(job, now, index, index === undefined ? undefined : indexes?.kept.get(index)) !== undefined
    )
    const times = refused ? (refusals.get(uid) ?? 0) + 1 : 0
    refusals.set(uid, times)
    const delays = [...later, ...(refused ? [Math.min(1000 * 2 ** (times - 1), 60_000)] : [])]
    return delays.length === 0 ? undefined : Math.min(...delays)
  }

  /** Deletes surplus pods or creates missing ones; returns the delay until more can be done. */
  const manage = (sync: Sync): number | undefined => {
    const { active, job, now, pods, succeeded } = sync
    if (isSuspended(job)) {
      removeSurplus(job, active, 0, now)
      return undefined
    }
    const parallelism = Json.number(job, "spec", "parallelism") ?? 1
    const completions = Json.number(job, "spec", "completions")
    const wanted = completions === undefined
      ? succeeded > 0 ? active.length : parallelism
      : Math.max(0, Math.min(completions - succeeded, parallelism))
    if (removeSurplus(job, active, wanted, now)) return undefined
    const terminating = JobPods.replacesFailedOnly(job) ? pods.filter(Pods.isTerminating).length : 0
    const missing = wanted - terminating - active.length
    return missing <= 0 || sync.counting ? undefined : createMissing(sync, missing)
  }

  const sync = (job: JsonObject, now: number): number | undefined => {
    const observed = podsOf(job)
    const indexes = JobIndexes.observe(job, observed)
    const tracked = observed.filter((pod) => JobPods.isTracked(pod) && JobPods.hasValidIndex(job)(pod))
    const newSucceeded = tracked.filter((pod) => Pods.phase(pod) === "Succeeded")
    const newFailed = tracked.filter(JobPods.isFailed(job))
    const counted = newFailed.filter((pod) => JobPods.podFailureAction(job, pod).counts)
    const status = Json.object(job, "status")
    const kept = new Set(indexes?.kept.values())
    const initial: Sync = {
      job,
      now,
      pods: observed,
      active: observed.filter(Pods.isActive),
      succeeded: indexes === undefined
        ? (Json.number(status, "succeeded") ?? 0) + newSucceeded.length
        : Intervals.total(indexes.succeeded),
      failed: (Json.number(status, "failed") ?? 0) + counted.length,
      indexes,
      counting: newFailed.some((pod) => !kept.has(pod))
    }
    count(Metadata.uid(job), newSucceeded.length, newFailed.length, now)
    const uid = Metadata.uid(job)
    const decided = JobFinish.decide(initial, untilDeadline(job, now))
    let again: number | undefined
    if (decided !== undefined) {
      initial.active.forEach((pod) => remove(job, pod, now))
    } else if (!Metadata.isBeingDeleted(job)) {
      again = manage(initial)
    }
    const pods = podsOf(job)
    const active = pods.filter(Pods.isActive)
    const completions = Json.number(job, "spec", "completions")
    const complete = initial.succeeded >= (completions ?? 1) && active.length === 0
    const finish = decided ?? (complete ? JobFinish.completions : undefined)
    const next = suspension(job, started(job, status, now), finish, now)
    trackStatusAndRemoveFinalizers(initial, { ...Json.omit(next, "active"), ...counts(pods) }, finish)
    const current = store.get({ resource: "jobs.batch", namespace: Metadata.namespace(job), name: Metadata.name(job) })
    if (current !== undefined && isFinished(current)) {
      failures.delete(uid)
      refusals.delete(uid)
      return undefined
    }
    const deadline = untilDeadline(current ?? job, now)
    return again === undefined ? deadline : deadline === undefined ? again : Math.min(again, deadline)
  }

  const count = (uid: string, succeeded: number, failed: number, now: number): void => {
    if (succeeded > 0) {
      failures.delete(uid)
    }
    if (failed > 0) {
      failures.set(uid, { count: (failures.get(uid)?.count ?? 0) + failed, last: now })
    }
  }

  const suspension = (
    job: JsonObject,
    status: JsonObject,
    finish: JobFinish.Finish | undefined,
    now: number
  ): JsonObject => {
    const suspended = Conditions.holds(status, "Suspended")
    if (finish !== undefined || isSuspended(job) === suspended) {
      return status
    }
    const [reason, message, event] = isSuspended(job)
      ? ["JobSuspended", "Job suspended", "Suspended"]
      : ["JobResumed", "Job resumed", "Resumed"]
    record(job, "Normal", event, message, now)
    const next = setCondition(status, {
      type: "Suspended",
      status: isSuspended(job) ? "True" : "False",
      reason,
      message
    }, now)
    return isSuspended(job) ? Json.omit(next, "startTime") : { ...next, startTime: Metadata.timestamp(now) }
  }

  /** Records finished pods as uncounted, removes their finalizers, counts them, and finishes the Job if no pod is left. */
  const trackStatusAndRemoveFinalizers = (
    { indexes, job, now, pods }: Sync,
    status: JsonObject,
    finish: JobFinish.Finish | undefined
  ): void => {
    const failsAll = finish?.type === "FailureTarget"
    const kept = new Set(indexes?.kept.values())
    const done = pods.filter((pod) =>
      JobPods.isTracked(pod)
      && (Metadata.isBeingDeleted(job) || finish !== undefined || Pods.phase(pod) === "Succeeded"
        || (JobPods.isFailed(job)(pod) && !kept.has(pod)))
    )
    const succeeded = done.filter((pod) => Pods.phase(pod) === "Succeeded" && indexes === undefined)
    const failed = done.filter((pod) =>
      Pods.phase(pod) !== "Succeeded" && (failsAll || JobPods.isFailed(job)(pod)) && JobPods.hasValidIndex(job)(pod) &&
      JobPods.podFailureAction(job, pod).counts
    )
    const indexed = indexes === undefined ? status : Json.make({
      ...Json.omit(status, "succeeded", "completedIndexes"),
      succeeded: Intervals.total(indexes.succeeded) === 0 ? undefined : Intervals.total(indexes.succeeded),
      completedIndexes: indexes.succeeded.length === 0 ? undefined : Intervals.format(indexes.succeeded),
      failedIndexes: indexes.failed === undefined ? undefined : Intervals.format(indexes.failed)
    })
    const interim = finish === undefined || Conditions.holds(status, finish.type)
      ? indexed
      : setCondition(indexed, { ...finish, status: "True" }, now)
    const uids = (pods: ReadonlyArray<JsonObject>) => pods.length === 0 ? undefined : pods.map(Metadata.uid)
    const uncounted = Json.make({ succeeded: uids(succeeded), failed: uids(failed) })
    const written = putStatus(job, { ...interim, uncountedTerminatedPods: uncounted }, now)
    done.forEach((pod) => release(pod, now))
    const add = (name: string, more: number) => more === 0 ? {} : { [name]: (Json.number(interim, name) ?? 0) + more }
    const counted = {
      ...interim,
      ...add("succeeded", succeeded.length),
      ...add("failed", failed.length),
      uncountedTerminatedPods: {}
    }
    const terminating = Json.number(status, "terminating") ?? 0
    if (finish === undefined || terminating > 0) {
      putStatus(written, counted, now)
      return
    }
    const type = failsAll ? "Failed" : "Complete"
    const ended = setCondition(counted, { ...finish, type, status: "True" }, now)
    putStatus(written, failsAll ? ended : { ...ended, completionTime: Metadata.timestamp(now) }, now)
    if (failsAll) {
      record(job, "Warning", finish.reason, finish.message, now)
    } else {
      record(job, "Normal", "Completed", "Job completed", now)
    }
  }

  return {
    name: "job",
    keys: (resource, object) => {
      switch (resource) {
        case "jobs.batch":
          return [keyOf(object)]
        case "pods":
          ownerKey(object).forEach((key) =>
            children.set(key, (children.get(key) ?? new Set()).add(Metadata.name(object)))
          )
          return ownerKey(object).length === 0 && JobPods.isTracked(object) ? [orphanKey(object)] : ownerKey(object)
        case "resourcequotas":
        case "serviceaccounts":
        case "namespaces": {
          const namespace = resource === "namespaces" ? Metadata.name(object) : Metadata.namespace(object)
          return store.list("jobs.batch", namespace).filter((job) => !isFinished(job)).map(keyOf)
        }
        default:
          return []
      }
    },
    reconcile: (key, now) => {
      const [namespace = "", name = "", orphan] = key.split("/")
      if (orphan !== undefined) {
        const pod = store.get({ resource: "pods", namespace, name: orphan })
        if (pod !== undefined && ownerKey(pod).length === 0) release(pod, now)
        return undefined
      }
      const job = store.get({ resource: "jobs.batch", namespace, name })
      if (job === undefined) {
        store.list("pods", namespace).filter((pod) => JobPods.isTracked(pod) && ownerKey(pod).includes(key)).forEach((
          pod
        ) => release(pod, now))
        return undefined
      }
      const manager = Json.text(job, "spec", "managedBy") ?? JobPods.controllerName
      return isFinished(job) || manager !== JobPods.controllerName ? undefined : sync(job, now)
    }
  }
}

const untilDeadline = (job: JsonObject, now: number): number | undefined => {
  const seconds = Json.number(job, "spec", "activeDeadlineSeconds")
  const startTime = Json.text(job, "status", "startTime")
  return seconds === undefined || startTime === undefined || isSuspended(job)
    ? undefined
    : Metadata.millis(startTime) + seconds * 1000 - now
}

const started = (job: JsonObject, status: JsonObject, now: number): JsonObject =>
  status["startTime"] === undefined && !isSuspended(job) ? { ...status, startTime: Metadata.timestamp(now) } : status

const counts = (pods: ReadonlyArray<JsonObject>): JsonObject => {
  const active = pods.filter(Pods.isActive)
  return Json.make({
    active: active.length === 0 ? undefined : active.length,
    terminating: pods.filter(Pods.isTerminating).length,
    ready: active.filter(Pods.isReady).length
  })
}
