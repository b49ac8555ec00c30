/**
 * The status of a Deployment, as in k8s.io/kubernetes pkg/controller/deployment (v1.37), sync.go and progress.go.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as Conditions from "./Conditions.js"
import * as Rollout from "./Rollout.js"

/** Sets a condition unless it has that status and reason already. */
const set = (status: JsonObject, condition: Conditions.Condition, now: number): JsonObject => {
  const before = Conditions.find(status, condition.type)
  if (Json.text(before, "status") === condition.status && Json.text(before, "reason") === condition.reason) {
    return status
  }
  const next = Conditions.set(status, condition, now)
  return {
    ...next,
    conditions: Json.objects(next, "conditions").map((one) =>
      one["type"] === condition.type ? { ...one, lastUpdateTime: Metadata.timestamp(now) } : one
    )
  }
}

/** Counts that Go omits when they are zero. */
const positive = (count: number): number | undefined => count === 0 ? undefined : count

const counts = (deployment: JsonObject, current: JsonObject | undefined, sets: ReadonlyArray<JsonObject>) => {
  const wanted = sets.reduce((sum, one) => sum + Rollout.wanted(one), 0)
  const available = Rollout.count(sets, "availableReplicas")
  // The set as it is now: it was scaled since.
  const updated = sets.filter((one) => current !== undefined && Metadata.uid(one) === Metadata.uid(current))
  return {
    observedGeneration: Json.at(deployment, "metadata", "generation"),
    replicas: positive(Rollout.count(sets, "replicas")),
    updatedReplicas: positive(Rollout.count(updated, "replicas")),
    readyReplicas: positive(Rollout.count(sets, "readyReplicas")),
    availableReplicas: positive(available),
    unavailableReplicas: positive(Math.max(wanted - available, 0)),
    terminatingReplicas: Rollout.count(sets, "terminatingReplicas"),
    collisionCount: Json.at(deployment, "status", "collisionCount")
  }
}

const available = (deployment: JsonObject, status: JsonObject): Conditions.Condition =>
  (Json.number(status, "availableReplicas") ?? 0) >= Rollout.wanted(deployment) - Rollout.maxUnavailable(deployment)
    ? {
      type: "Available",
      status: "True",
      reason: "MinimumReplicasAvailable",
      message: "Deployment has minimum availability."
    }
    : {
      type: "Available",
      status: "False",
      reason: "MinimumReplicasUnavailable",
      message: "Deployment does not have minimum availability."
    }

const hasProgressed = (before: JsonObject, after: JsonObject): boolean => {
  const [old, next] = [before, after].map((status) => {
    const at = (field: string) => Json.number(status, field) ?? 0
    return {
      updated: at("updatedReplicas"),
      old: at("replicas") - at("updatedReplicas"),
      ready: at("readyReplicas"),
      available: at("availableReplicas")
    }
  })
  return old !== undefined && next !== undefined
    && (next.updated > old.updated || next.old < old.old || next.ready > old.ready || next.available > old.available)
}

/** The status once a ReplicaSet has been made. @since 0.1.0 @category combinators  */
export const begun = (status: JsonObject, created: JsonObject, now: number): JsonObject =>
  set(status, {
    type: "Progressing",
    status: "True",
    reason: "NewReplicaSetCreated",
    message: `Created new replica set "${Metadata.name(created)}"`
  }, now)

/** The reason of a ReplicaSet that cannot be made. @since 0.1.0 @category constants  */
export const createError = "ReplicaSetCreateError"

/** The status once a ReplicaSet was refused. @since 0.1.0 @category combinators  */
export const refused = (status: JsonObject, message: string, now: number): JsonObject =>
  set(status, { type: "Progressing", status: "False", reason: createError, message }, now)

/** Whether the last ReplicaSet was refused. @since 0.1.0 @category predicates  */
export const isRefused = (status: JsonObject): boolean =>
  Json.text(Conditions.find(status, "Progressing"), "reason") === createError

const limit = (deployment: JsonObject): number => Json.number(deployment, "spec", "progressDeadlineSeconds") ?? 600

const lastProgress = (status: JsonObject): number | undefined => {
  const condition = Conditions.find(status, "Progressing")
  const time = Json.text(condition, "lastUpdateTime")
  return time === undefined || ["NewReplicaSetAvailable", "ProgressDeadlineExceeded", "DeploymentPaused"].includes(
      Json.text(condition, "reason") ?? ""
    )
    ? undefined
    : Metadata.millis(time)
}

const progress = (
  deployment: JsonObject,
  current: JsonObject | undefined,
  status: JsonObject,
  now: number
): JsonObject => {
  const before = Json.object(deployment, "status")
  const name = current === undefined
    ? `Deployment "${Metadata.name(deployment)}"`
    : `ReplicaSet "${Metadata.name(current)}"`
  const known = Conditions.find(status, "Progressing")
  const condition = (status: "True" | "False", reason: string, message: string): Conditions.Condition => ({
    type: "Progressing",
    status,
    reason,
    message
  })
  const paused = Json.at(deployment, "spec", "paused") === true
  if (paused !== (Json.text(known, "reason") === "DeploymentPaused")) {
    return set(status, {
      type: "Progressing",
      status: "Unknown",
      reason: paused ? "DeploymentPaused" : "DeploymentResumed",
      message: `Deployment is ${paused ? "paused" : "resumed"}`
    }, now)
  }
  if (paused) {
    return status
  }
  if (
    Json.text(known, "reason") === "NewReplicaSetAvailable"
    && Json.at(status, "replicas") === Json.at(status, "updatedReplicas")
  ) {
    return status
  }
  if (Rollout.isComplete(deployment, status)) {
    return set(status, condition("True", "NewReplicaSetAvailable", `${name} has successfully progressed.`), now)
  }
  if (known === undefined && current !== undefined) {
    const message = `Found new replica set "${Metadata.name(current)}"`
    return set(status, condition("True", "FoundNewReplicaSet", message), now)
  }
  if (hasProgressed(before, status)) {
    const others = Json.objects(status, "conditions").filter((one) => one["type"] !== "Progressing")
    const renewed = set(
      { ...status, conditions: others },
      condition("True", "ReplicaSetUpdated", `${name} is progressing.`),
      now
    )
    const since = Json.text(known, "status") === "True" ? Json.text(known, "lastTransitionTime") : undefined
    return since === undefined ? renewed : {
      ...renewed,
      conditions: Json.objects(renewed, "conditions").map((one) =>
        one["type"] === "Progressing" ? { ...one, lastTransitionTime: since } : one
      )
    }
  }
  const last = lastProgress(status)
  return last !== undefined && now >= last + limit(deployment) * 1000
    ? set(status, condition("False", "ProgressDeadlineExceeded", `${name} has timed out progressing.`), now)
    : status
}

const failureType = "ReplicaFailure"

/** The failure to create pods; that of the current set comes first. */
const failure = (current: JsonObject | undefined, sets: ReadonlyArray<JsonObject>): JsonObject | undefined =>
  [...(current === undefined ? [] : sets.filter((one) => Metadata.uid(one) === Metadata.uid(current))), ...sets]
    .map((one) => Conditions.find(Json.object(one, "status"), failureType)).find((one) => one !== undefined)

/** The condition has the times of the set's. */
const withFailure = (status: JsonObject, failed: JsonObject): JsonObject => {
  const known = Conditions.find(status, failureType)
  const isSame = ["status", "reason"].every((field) => Json.text(known, field) === Json.text(failed, field))
  return isSame ? status : {
    ...status,
    conditions: [
      ...Json.objects(status, "conditions").filter((one) => one !== known),
      { ...failed, lastUpdateTime: Json.text(failed, "lastTransitionTime") ?? "" }
    ]
  }
}

/** The status for the ReplicaSets that are there. @since 0.1.0 @category combinators  */
export const next = (
  deployment: JsonObject,
  current: JsonObject | undefined,
  sets: ReadonlyArray<JsonObject>,
  now: number
): JsonObject => {
  const failed = failure(current, sets)
  const kept = Json.objects(deployment, "status", "conditions").filter((one) =>
    failed !== undefined || one["type"] !== failureType
  )
  const counted = { ...Json.make(counts(deployment, current, sets)), conditions: kept }
  const progressed = progress(deployment, current, set(counted, available(deployment, counted), now), now)
  return failed === undefined ? progressed : withFailure(progressed, failed)
}

/** The milliseconds until an update without progress has failed. @since 0.1.0 @category getters  */
export const deadline = (deployment: JsonObject, status: JsonObject, now: number): number | undefined => {
  const last = lastProgress(status)
  return last === undefined ? undefined : Math.max(last + limit(deployment) * 1000 - now, 0)
}
