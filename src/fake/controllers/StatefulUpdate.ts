/**
 * Which pods a StatefulSet keeps, which of them an update replaces, and the status of it. As in k8s.io/kubernetes
 * pkg/controller/statefulset (v1.37), stateful_set_control.go and stateful_set_utils.go.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as Revisions from "./Revisions.js"
import { scaled } from "./Rollout.js"
import type { Versions } from "./StatefulHistory.js"
import * as StatefulPods from "./StatefulPods.js"

/**
 * The pods that a set keeps, by ordinal, with those that are still to be created; and those that it deletes, the highest first.
 *
 * @since 0.1.0
 * @category models
 */
export interface Members {
  readonly kept: ReadonlyArray<JsonObject>
  readonly condemned: ReadonlyArray<JsonObject>
}

const rolling = (set: JsonObject): Json.Value | undefined => Json.at(set, "spec", "updateStrategy", "rollingUpdate")

const isRolling = (set: JsonObject): boolean => Json.text(set, "spec", "updateStrategy", "type") === "RollingUpdate"

const partition = (set: JsonObject): number => Json.number(rolling(set), "partition") ?? 0

/** Whether a new pod of this ordinal is one of the revision before the update. */
const isBeforeUpdate = (set: JsonObject, ordinal: number): boolean => {
  const staying = rolling(set) === undefined ? Json.number(set, "status", "currentReplicas") ?? 0 : partition(set)
  return (isRolling(set) || rolling(set) !== undefined) && ordinal < StatefulPods.start(set) + staying
}

/** @since 0.1.0 @category getters */
export const divide = (set: JsonObject, pods: ReadonlyArray<JsonObject>, { current, update }: Versions): Members => ({
  kept: Array.from({ length: StatefulPods.replicas(set) }, (_, index) => {
    const ordinal = StatefulPods.start(set) + index
    const revision = isBeforeUpdate(set, ordinal) ? current : update
    return pods.find((pod) => StatefulPods.ordinal(pod) === ordinal)
      ?? StatefulPods.make(set, Revisions.templateOf(revision), Metadata.name(revision), ordinal)
  }),
  condemned: pods.filter((pod) => StatefulPods.ordinal(pod) >= 0 && !StatefulPods.isInRange(set, pod)).toSorted(
    (a, b) => StatefulPods.ordinal(b) - StatefulPods.ordinal(a)
  )
})

const maxUnavailable = (set: JsonObject): number =>
  Math.max(scaled(Json.at(rolling(set), "maxUnavailable") ?? 1, StatefulPods.replicas(set), Math.floor), 1)

/** The pods that an update deletes now, so that they are created again. @since 0.1.0 @category getters */
export const outdated = (
  set: JsonObject,
  kept: ReadonlyArray<JsonObject>,
  { update }: Versions,
  now: number
): ReadonlyArray<JsonObject> => {
  if (Json.text(set, "spec", "updateStrategy", "type") === "OnDelete") return []
  const isUnavailable = (pod: JsonObject) => StatefulPods.isUnavailable(set, pod, now)
  const isOld = (pod: JsonObject) =>
    StatefulPods.revisionOf(pod) !== Metadata.name(update) && !Metadata.isBeingDeleted(pod)
  const isParallel = Json.text(set, "spec", "podManagementPolicy") === "Parallel"
  const unavailable = kept.filter(isUnavailable)
  const room = maxUnavailable(set) - unavailable.length
  if (room <= 0 && !(isParallel && unavailable.some(isOld))) return []
  const candidates = kept.slice(partition(set)).toReversed().filter(isOld)
  return isParallel
    ? [
      ...candidates.filter(isUnavailable),
      ...candidates.filter((pod) => !isUnavailable(pod)).slice(0, Math.max(room, 0))
    ]
    : candidates.slice(0, Math.max(room, 0))
}

const positive = (count: number): number | undefined => count === 0 ? undefined : count

/** The status of these pods. @since 0.1.0 @category getters */
export const status = (
  set: JsonObject,
  pods: ReadonlyArray<JsonObject>,
  { collisions, current, update }: Versions,
  now: number
): JsonObject => {
  const created = pods.filter(StatefulPods.isCreated)
  const ready = created.filter(StatefulPods.isRunningAndReady)
  const ofRevision = (revision: JsonObject) =>
    created.filter((pod) => !Metadata.isBeingDeleted(pod) && StatefulPods.revisionOf(pod) === Metadata.name(revision))
      .length
  return Json.make({
    observedGeneration: Json.number(set, "metadata", "generation"),
    replicas: created.length,
    readyReplicas: positive(ready.length),
    currentReplicas: positive(ofRevision(current)),
    updatedReplicas: positive(ofRevision(update)),
    currentRevision: Metadata.name(current),
    updateRevision: Metadata.name(update),
    collisionCount: collisions,
    conditions: Json.at(set, "status", "conditions"),
    availableReplicas: ready.filter((pod) => StatefulPods.isAvailable(set, pod, now)).length
  })
}

/** A status with another number of pods of the revision before the update. @since 0.1.0 @category combinators */
export const withCurrent = (status: JsonObject, current: number): JsonObject =>
  Json.make({ ...status, currentReplicas: positive(current) })

/** The status once all pods are updated and ready: the update is over. @since 0.1.0 @category combinators */
export const completed = (set: JsonObject, status: JsonObject): JsonObject => {
  const replicas = StatefulPods.replicas(set)
  const updated = Json.number(status, "updatedReplicas") ?? 0
  const isOver = ["updatedReplicas", "readyReplicas", "replicas"].every((field) =>
    (Json.number(status, field) ?? 0) === replicas
  )
  return isOver
    ? withCurrent({ ...status, currentRevision: status["updateRevision"] ?? "" }, updated)
    : status
}

const compared = [
  ...["replicas", "currentReplicas", "readyReplicas", "updatedReplicas", "availableReplicas"],
  ...["currentRevision", "updateRevision", "conditions"]
]

/** Whether a status is to be written: a collision alone is not. @since 0.1.0 @category predicates */
export const isNews = (before: JsonObject, next: JsonObject): boolean =>
  (Json.number(next, "observedGeneration") ?? 0) > (Json.number(before, "observedGeneration") ?? 0)
  || compared.some((field) => !Json.equal(next[field], before[field]))
