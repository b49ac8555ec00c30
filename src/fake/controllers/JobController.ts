/**
 * Jobs: creates, counts and retries pods as k8s.io/kubernetes pkg/controller/job (v1.37) does. Indexed Jobs are not run.
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

interface Finish {
  readonly type: "FailureTarget" | "SuccessCriteriaMet"
  readonly reason: string
  readonly message: string
}

interface Sync {
  readonly job: JsonObject
  readonly now: number
  readonly pods: ReadonlyArray<JsonObject>
  readonly active: ReadonlyArray<JsonObject>
  readonly succeeded: number
  readonly failed: number
  /** Whether failed pods are still uncounted; they are counted before others are created. */
  readonly counting: boolean
}

const keyOf = (job: JsonObject): string => `${Metadata.namespace(job)}/${Metadata.name(job)}`

const ownerKey = (object: JsonObject): ReadonlyArray<string> =>
  Metadata.owners(object).filter((owner) => Json.text(owner, "kind") === "Job").map((owner) =>
    `${Metadata.namespace(object)}/${Json.text(owner, "name")}`
  )

/** Whether the Job is finished. @since 0.1.0 @category predicates  */
export const isFinished = (job: JsonObject): boolean =>
  ["Complete", "Failed"].some((type) => Conditions.holds(Json.object(job, "status"), type))

const isSuspended = (job: JsonObject): boolean => Json.at(job, "spec", "suspend") === true

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

  const createPod = (job: JsonObject, now: number): string | undefined => {
    const template = Json.object(job, "spec", "template")
    const labels = Json.object(template, "metadata", "labels")
    const created = registry.create(CoreKinds.pod, Metadata.namespace(job), {
      metadata: Json.make({
        generateName: `${Metadata.name(job)}-`,
        labels,
        annotations: Json.at(template, "metadata", "annotations"),
        finalizers: [...Json.texts(template, "metadata", "finalizers"), JobPods.trackingFinalizer],
        ownerReferences: [{
          apiVersion: "batch/v1",
          kind: "Job",
          name: Metadata.name(job),
          uid: Metadata.uid(job),
          controller: true,
          blockOwnerDeletion: true
        }]
      }),
      spec: Json.object(template, "spec")
    }, { now })
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

  const finishOf = ({ failed, job, now, pods }: Sync): Finish | undefined => {
    const status = Json.object(job, "status")
    const decided = ["SuccessCriteriaMet", "FailureTarget"].map((type) => Conditions.find(status, type)).find((one) =>
      Json.text(one, "status") === "True"
    )
    if (decided !== undefined) {
      return {
        type: Json.text(decided, "type") === "FailureTarget" ? "FailureTarget" : "SuccessCriteriaMet",
        reason: Json.text(decided, "reason") ?? "",
        message: Json.text(decided, "message") ?? ""
      }
    }
    const failsJob = pods.filter(JobPods.isFailed(job)).map((pod) => JobPods.podFailureAction(job, pod).failsJob).find((
      message
    ) => message !== undefined)
    if (failsJob !== undefined) {
      return { type: "FailureTarget", reason: "PodFailurePolicy", message: failsJob }
    }
    if (failed > (Json.number(job, "spec", "backoffLimit") ?? 6)) {
      return {
        type: "FailureTarget",
        reason: "BackoffLimitExceeded",
        message: "Job has reached the specified backoff limit"
      }
    }
    const left = untilDeadline(job, now)
    return left !== undefined && left <= 0
      ? { type: "FailureTarget", reason: "DeadlineExceeded", message: "Job was active longer than specified deadline" }
      : undefined
  }

  /** Deletes surplus pods and creates missing ones; returns the delay until more can be done. */
  const manage = (sync: Sync): number | undefined => {
    const { active, job, now, pods, succeeded } = sync
    if (isSuspended(job)) {
      active.forEach((pod) => {
        release(pod, now)
        remove(job, pod, now)
      })
      return undefined
    }
    const parallelism = Json.number(job, "spec", "parallelism") ?? 1
    const completions = Json.number(job, "spec", "completions")
    const wanted = completions === undefined
      ? succeeded > 0 ? active.length : parallelism
      : Math.max(0, Math.min(completions - succeeded, parallelism))
    active.slice(wanted).forEach((pod) => {
      release(pod, now)
      remove(job, pod, now)
    })
    const terminating = JobPods.replacesFailedOnly(job) ? pods.filter(Pods.isTerminating).length : 0
    const missing = wanted - terminating - active.length
    if (missing <= 0 || sync.counting) {
      return undefined
    }
    const row = failures.get(Metadata.uid(job))
    const wait = row === undefined ? 0 : row.last + options.backoff(row.count) - now
    if (wait > 0) {
      return wait
    }
    const refused = Array.from({ length: missing }).some(() => createPod(job, now) !== undefined)
    const times = refused ? (refusals.get(Metadata.uid(job)) ?? 0) + 1 : 0
    refusals.set(Metadata.uid(job), times)
    return refused ? Math.min(1000 * 2 ** (times - 1), 60_000) : undefined
  }

  const sync = (job: JsonObject, now: number): number | undefined => {
    const observed = podsOf(job)
    const tracked = observed.filter(JobPods.isTracked)
    const newSucceeded = tracked.filter((pod) => Pods.phase(pod) === "Succeeded")
    const newFailed = tracked.filter(JobPods.isFailed(job))
    const counted = newFailed.filter((pod) => JobPods.podFailureAction(job, pod).counts)
    const status = Json.object(job, "status")
    const initial: Sync = {
      job,
      now,
      pods: observed,
      active: observed.filter(Pods.isActive),
      succeeded: (Json.number(status, "succeeded") ?? 0) + newSucceeded.length,
      failed: (Json.number(status, "failed") ?? 0) + counted.length,
      counting: newFailed.length > 0
    }
    count(Metadata.uid(job), newSucceeded.length, newFailed.length, now)
    const uid = Metadata.uid(job)
    const failing = finishOf(initial)
    let again: number | undefined
    if (failing !== undefined) {
      initial.active.forEach((pod) => remove(job, pod, now))
    } else if (!Metadata.isBeingDeleted(job)) {
      again = manage(initial)
    }
    const pods = podsOf(job)
    const active = pods.filter(Pods.isActive)
    const completions = Json.number(job, "spec", "completions")
    const complete = initial.succeeded >= (completions ?? 1) && active.length === 0
    const finish = failing ?? (complete
      ? {
        type: "SuccessCriteriaMet" as const,
        reason: "CompletionsReached",
        message: "Reached expected number of succeeded pods"
      }
      : undefined)
    const next = suspension(job, started(job, status, now), finish, now)
    trackStatusAndRemoveFinalizers(job, { ...Json.omit(next, "active"), ...counts(pods) }, finish, now)
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

  const suspension = (job: JsonObject, status: JsonObject, finish: Finish | undefined, now: number): JsonObject => {
    const suspended = Conditions.holds(status, "Suspended")
    if (finish !== undefined || isSuspended(job) === suspended) {
      return status
    }
    const [reason, message, event] = isSuspended(job)
      ? ["JobSuspended", "Job suspended", "Suspended"]
      : ["JobResumed", "Job resumed", "Resumed"]
    record(job, "Normal", event, message, now)
    const next = Conditions.set(status, {
      type: "Suspended",
      status: isSuspended(job) ? "True" : "False",
      reason,
      message
    }, now)
    return isSuspended(job) ? Json.omit(next, "startTime") : { ...next, startTime: Metadata.timestamp(now) }
  }

  /** Records finished pods as uncounted, removes their finalizers, counts them, and finishes the Job if no pod is left. */
  const trackStatusAndRemoveFinalizers = (
    job: JsonObject,
    status: JsonObject,
    finish: Finish | undefined,
    now: number
  ): void => {
    const failsAll = finish?.type === "FailureTarget"
    const done = podsOf(job).filter((pod) =>
      JobPods.isTracked(pod)
      && (Metadata.isBeingDeleted(job) || finish !== undefined || Pods.phase(pod) === "Succeeded"
        || JobPods.isFailed(job)(pod))
    )
    const succeeded = done.filter((pod) => Pods.phase(pod) === "Succeeded")
    const failed = done.filter((pod) =>
      Pods.phase(pod) !== "Succeeded" && (failsAll || JobPods.isFailed(job)(pod)) &&
      JobPods.podFailureAction(job, pod).counts
    )
    const interim = finish === undefined || Conditions.holds(status, finish.type)
      ? status
      : Conditions.set(status, { ...finish, status: "True" }, now)
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
    const ended = Conditions.set(counted, { ...finish, type, status: "True" }, now)
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
          return ownerKey(object)
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
      const [namespace = "", name = ""] = key.split("/")
      const job = store.get({ resource: "jobs.batch", namespace, name })
      if (job === undefined) {
        store.list("pods", namespace).filter((pod) => JobPods.isTracked(pod) && ownerKey(pod).includes(key)).forEach((
          pod
        ) => release(pod, now))
        return undefined
      }
      return isFinished(job) || Json.at(job, "spec", "managedBy") !== undefined ? undefined : sync(job, now)
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
