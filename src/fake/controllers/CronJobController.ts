/**
 * CronJobs: creates Jobs at the times of the schedule, and deletes those beyond the limits of the history. As in
 * k8s.io/kubernetes pkg/controller/cronjob (v1.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as BatchKinds from "../kinds/BatchKinds.js"
import * as CronJobs from "../kinds/CronJobs.js"
import * as CronTimes from "../kinds/CronTimes.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import * as Conditions from "./Conditions.js"
import type { Controller } from "./Controller.js"
import * as Events from "./Events.js"

const isOver = (job: JsonObject, type: string): boolean => Conditions.holds(Json.object(job, "status"), type)

const isFinished = (job: JsonObject): boolean => isOver(job, "Complete") || isOver(job, "Failed")

const timeOf = (object: JsonObject | undefined, ...path: ReadonlyArray<string>): number | undefined => {
  const time = Json.text(object, ...path)
  return time === undefined ? undefined : Metadata.millis(time)
}

const byStart = (a: JsonObject, b: JsonObject): number =>
  (timeOf(a, "status", "startTime") ?? Number.POSITIVE_INFINITY)
    - (timeOf(b, "status", "startTime") ?? Number.POSITIVE_INFINITY) || (Metadata.name(a) < Metadata.name(b) ? -1 : 1)

/** The latest time at which a Job should have been created, and whether there were more than a hundred; an error for a schedule without times. */
const latest = (
  cronJob: JsonObject,
  next: CronTimes.Next,
  now: number
): Either.Either<{ readonly time: number | undefined; readonly isMany: boolean }, string> => {
  const since = timeOf(cronJob, "status", "lastScheduleTime") ?? timeOf(cronJob, "metadata", "creationTimestamp") ?? now
  const deadline = Json.number(cronJob, "spec", "startingDeadlineSeconds")
  const from = deadline === undefined ? since : Math.max(since, now - deadline * 1000)
  const first = next(from)
  const second = first === undefined ? undefined : next(first)
  if (first === undefined || second === undefined) {
    return Either.left("time difference between two schedules is less than 1 second")
  }
  if (now < first) return Either.right({ time: undefined, isMany: false })
  if (now < second) return Either.right({ time: first, isMany: false })
  const missed = Math.floor((now - first) / (second - first)) + 1
  let time: number | undefined
  let candidate = next(first + (missed - 2) * (second - first))
  while (candidate !== undefined && candidate <= now) {
    time = candidate
    candidate = next(candidate)
  }
  return Either.right({ time, isMany: missed > 100 })
}

const reference = (job: JsonObject): JsonObject =>
  Json.make({
    kind: "Job",
    apiVersion: "batch/v1",
    name: Metadata.name(job),
    namespace: Metadata.namespace(job),
    uid: Metadata.uid(job),
    resourceVersion: Json.at(job, "metadata", "resourceVersion")
  })

const jobOf = (cronJob: JsonObject, time: number): JsonObject => {
  const template = Json.object(cronJob, "spec", "jobTemplate")
  return {
    metadata: Json.make({
      name: `${Metadata.name(cronJob)}-${Math.floor(time / 60_000)}`,
      labels: Json.at(template, "metadata", "labels"),
      annotations: {
        ...Json.object(template, "metadata", "annotations"),
        "batch.kubernetes.io/cronjob-scheduled-timestamp": CronTimes.text(time, Json.text(cronJob, "spec", "timeZone"))
      },
      ownerReferences: [{
        apiVersion: "batch/v1",
        kind: "CronJob",
        name: Metadata.name(cronJob),
        uid: Metadata.uid(cronJob),
        controller: true,
        blockOwnerDeletion: true
      }]
    }),
    spec: Json.object(template, "spec")
  }
}

const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`

/** @since 0.1.0 @category constructors */
export const make = (registry: Registry): Controller => {
  const { store } = registry
  const record = Events.recorder(registry, "cronjob-controller")

  const remove = (cronJob: JsonObject, job: JsonObject, now: number): void => {
    const options = { propagationPolicy: "Background", uid: Metadata.uid(job) }
    registry.delete(BatchKinds.job, Metadata.namespace(job), Metadata.name(job), options, { now })
    record(cronJob, "Normal", "SuccessfulDelete", `Deleted job ${Metadata.name(job)}`, now)
  }

  /** Deletes the oldest finished Jobs; returns those that stay. */
  const withinHistory = (
    cronJob: JsonObject,
    jobs: ReadonlyArray<JsonObject>,
    now: number
  ): ReadonlyArray<JsonObject> => {
    const excess = [["Complete", "successfulJobsHistoryLimit"], ["Failed", "failedJobsHistoryLimit"]] as const
    const old = excess.flatMap(([type, limit]) => {
      const finished = jobs.filter((job) => isOver(job, type)).toSorted(byStart)
      return finished.slice(0, Math.max(finished.length - (Json.number(cronJob, "spec", limit) ?? 0), 0))
    })
    old.forEach((job) => remove(cronJob, job, now))
    return jobs.filter((job) => !old.includes(job))
  }

  /** The status after what has become of the Jobs. */
  const observed = (cronJob: JsonObject, jobs: ReadonlyArray<JsonObject>, now: number): JsonObject => {
    const status = Json.object(cronJob, "status")
    const active = Json.objects(status, "active").filter((one) => {
      const job = jobs.find((job) => Metadata.uid(job) === Json.text(one, "uid"))
      const name = Json.text(one, "name") ?? ""
      if (job === undefined) {
        record(cronJob, "Normal", "MissingJob", `Active job went missing: ${name}`, now)
      } else if (isFinished(job)) {
        const type = isOver(job, "Complete") ? "Complete" : "Failed"
        record(cronJob, "Normal", "SawCompletedJob", `Saw completed job: ${name}, condition: ${type}`, now)
      }
      return job !== undefined && !isFinished(job)
    })
    for (const job of jobs) {
      if (!isFinished(job) && !active.some((one) => Json.text(one, "uid") === Metadata.uid(job))) {
        const message = `Saw a job that the controller did not create or forgot: ${Metadata.name(job)}`
        record(cronJob, "Warning", "UnexpectedJob", message, now)
      }
    }
    const successes = jobs.filter((job) => isOver(job, "Complete")).flatMap((job) =>
      timeOf(job, "status", "completionTime") ?? []
    )
    const last = Math.max(timeOf(status, "lastSuccessfulTime") ?? Number.NEGATIVE_INFINITY, ...successes)
    return Json.make({
      ...status,
      active: active.length === 0 ? undefined : active,
      lastSuccessfulTime: Number.isFinite(last) ? Metadata.timestamp(last) : undefined
    })
  }

  /** The status once the Job of a time has been created, if it may be. */
  const started = (cronJob: JsonObject, status: JsonObject, time: number, now: number): JsonObject => {
    const made = jobOf(cronJob, time)
    const policy = Json.text(cronJob, "spec", "concurrencyPolicy")
    const deadline = Json.number(cronJob, "spec", "startingDeadlineSeconds")
    let active = Json.objects(status, "active")
    const isDone = active.some((one) => Json.text(one, "name") === Metadata.name(made))
      || timeOf(status, "lastScheduleTime") === time
    if (deadline !== undefined && time + deadline * 1000 < now) {
      const why = `Missed scheduled time to start a job: ${CronTimes.text(time, undefined)}`
      record(cronJob, "Warning", "MissSchedule", why, now)
      return status
    }
    if (isDone) return status
    if (policy === "Forbid" && active.length > 0) {
      const why = "Not starting job because prior execution is running and concurrency policy is Forbid"
      record(cronJob, "Normal", "JobAlreadyActive", why, now)
      return status
    }
    if (policy === "Replace") {
      for (const one of active) {
        const key = {
          resource: "jobs.batch",
          namespace: Metadata.namespace(cronJob),
          name: Json.text(one, "name") ?? ""
        }
        const job = store.get(key)
        if (job !== undefined) remove(cronJob, job, now)
      }
      active = []
    }
    const created = registry.create(BatchKinds.job, Metadata.namespace(cronJob), made, { now })
    if (Either.isLeft(created)) {
      record(cronJob, "Warning", "FailedCreate", `Error creating job: ${created.left.message}`, now)
      return Json.make({ ...status, active: active.length === 0 ? undefined : active })
    }
    record(cronJob, "Normal", "SuccessfulCreate", `Created job ${Metadata.name(made)}`, now)
    return { ...status, active: [...active, reference(created.right)], lastScheduleTime: Metadata.timestamp(time) }
  }

  const save = (cronJob: JsonObject, status: JsonObject, now: number): void => {
    if (Json.equal(status, Json.object(cronJob, "status"))) return
    registry.update(
      CronJobs.cronJob,
      Metadata.namespace(cronJob),
      Metadata.name(cronJob),
      "status",
      (existing) => Either.right({ ...existing, status }),
      { now }
    )
  }

  return {
    name: "cronjob",
    keys: (resource, object) => {
      const owner = resource === "jobs.batch" ? Metadata.controller(object) : undefined
      return resource === "cronjobs.batch"
        ? [keyOf(Metadata.namespace(object), Metadata.name(object))]
        : Json.text(owner, "kind") === "CronJob"
        ? [keyOf(Metadata.namespace(object), Json.text(owner, "name") ?? "")]
        : []
    },
    reconcile: (key, now) => {
      const [namespace = "", name = ""] = key.split("/")
      const cronJob = store.get({ resource: "cronjobs.batch", namespace, name })
      if (cronJob === undefined) return undefined
      const own = store.list("jobs.batch", namespace).filter((job) =>
        Json.text(Metadata.controller(job), "uid") === Metadata.uid(cronJob) && !Metadata.isBeingDeleted(job)
      )
      const status = observed(cronJob, withinHistory(cronJob, own, now), now)
      if (Metadata.isBeingDeleted(cronJob) || Json.at(cronJob, "spec", "suspend") === true) {
        save(cronJob, status, now)
        return undefined
      }
      const schedule = Json.text(cronJob, "spec", "schedule") ?? ""
      const next = CronTimes.next(schedule, Json.text(cronJob, "spec", "timeZone"))
      const found = latest(cronJob, next, now)
      if (Either.isLeft(found)) {
        record(cronJob, "Warning", "InvalidSchedule", `invalid schedule: ${schedule} : ${found.left}`, now)
        save(cronJob, status, now)
        return undefined
      }
      const { isMany, time } = found.right
      if (isMany) {
        const why = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"
        record(cronJob, "Warning", "TooManyMissedTimes", why, now)
      }
      save(cronJob, time === undefined ? status : started(cronJob, status, time, now), now)
      const since = time ?? timeOf(status, "lastScheduleTime") ?? timeOf(cronJob, "metadata", "creationTimestamp") ??
        now
      const then = next(since)
      return then === undefined ? undefined : Math.max(then, now + 1) - now
    }
  }
}
