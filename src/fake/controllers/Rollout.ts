/**
 * How many replicas each ReplicaSet of a Deployment has next, as in k8s.io/kubernetes pkg/controller/deployment (v1.37),
 * rolling.go and recreate.go.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"

/**
 * The ReplicaSets of a Deployment: the one with its template, and the others, oldest first.
 *
 * @since 0.1.0
 * @category models
 */
export interface Sets {
  readonly current: JsonObject
  readonly old: ReadonlyArray<JsonObject>
}

/** @since 0.1.0 @category models */
export interface Scaling {
  readonly set: JsonObject
  readonly replicas: number
}

/** The wanted replicas of a Deployment or ReplicaSet. @since 0.1.0 @category getters  */
export const wanted = (object: JsonObject): number => Json.number(object, "spec", "replicas") ?? 1

/** @since 0.1.0 @category getters */
export const count = (objects: ReadonlyArray<JsonObject>, field: string): number =>
  objects.reduce((sum, object) => sum + (Json.number(object, "status", field) ?? 0), 0)

const total = (sets: ReadonlyArray<JsonObject>): number => sets.reduce((sum, set) => sum + wanted(set), 0)

/** A number, or a part of `of`. @since 0.1.0 @category conversions  */
export const scaled = (value: Json.Value | undefined, of: number, round: (value: number) => number): number => {
  const percent = typeof value === "string" ? /^([0-9]+)%$/.exec(value)?.[1] : undefined
  return percent !== undefined ? round(Number(percent) * of / 100) : typeof value === "number" ? value : 0
}

/** Whether old and new pods run side by side in an update. @since 0.1.0 @category predicates  */
export const isRolling = (deployment: JsonObject): boolean =>
  Json.text(deployment, "spec", "strategy", "type") !== "Recreate"

const rolling = (deployment: JsonObject, field: string): Json.Value | undefined =>
  Json.at(deployment, "spec", "strategy", "rollingUpdate", field)

/** The pods that may be missing during an update; not more than there are. @since 0.1.0 @category getters  */
export const maxUnavailable = (deployment: JsonObject): number => {
  const replicas = wanted(deployment)
  if (!isRolling(deployment) || replicas === 0) {
    return 0
  }
  const allowed = scaled(rolling(deployment, "maxUnavailable"), replicas, Math.floor)
  return Math.min(allowed === 0 && surge(deployment) === 0 ? 1 : allowed, replicas)
}

/** The pods that may be there beside the wanted ones. @since 0.1.0 @category getters  */
export const surge = (deployment: JsonObject): number =>
  isRolling(deployment) ? scaled(rolling(deployment, "maxSurge"), wanted(deployment), Math.ceil) : 0

const room = (deployment: JsonObject, now: number, all: ReadonlyArray<JsonObject>): number =>
  Math.max(Math.min(wanted(deployment) + surge(deployment) - total(all), wanted(deployment) - now), 0)

/** The replicas of a new set beside the others. @since 0.1.0 @category getters  */
export const first = (deployment: JsonObject, others: ReadonlyArray<JsonObject>): number =>
  isRolling(deployment) ? room(deployment, 0, others) : wanted(deployment)

/** Whether sets have or get pods. @since 0.1.0 @category predicates  */
export const runs = (sets: ReadonlyArray<JsonObject>, pods: boolean): boolean => pods || total(sets) > 0

const scaleUp = (deployment: JsonObject, { current, old }: Sets): number => {
  const replicas = wanted(deployment)
  const now = wanted(current)
  if (now >= replicas) {
    return replicas
  }
  return now + room(deployment, now, [...old, current])
}

/** Old sets lose unhealthy pods first, and then as many as the available ones allow. */
const scaleDown = (deployment: JsonObject, { current, old }: Sets): ReadonlyArray<Scaling> => {
  const least = wanted(deployment) - maxUnavailable(deployment)
  const all = [...old, current]
  const unavailable = wanted(current) - count([current], "availableReplicas")
  let spare = total(all) - least - unavailable
  if (spare <= 0) {
    return []
  }
  const left = old.map((set) => {
    const unhealthy = Math.min(Math.max(spare, 0), wanted(set) - count([set], "availableReplicas"))
    spare -= unhealthy
    return { set, replicas: wanted(set) - unhealthy }
  })
  let available = count(all, "availableReplicas") - least
  return left.map(({ replicas, set }) => {
    const fewer = Math.min(replicas, Math.max(available, 0))
    available -= fewer
    return { set, replicas: replicas - fewer }
  })
}

/**
 * The next replicas of those sets that change. `runs` is whether old pods are still there, for the strategy Recreate.
 *
 * @since 0.1.0
 * @category combinators
 */
export const next = (deployment: JsonObject, sets: Sets, runs: boolean): ReadonlyArray<Scaling> => {
  const { current, old } = sets
  const up = { set: current, replicas: scaleUp(deployment, sets) }
  const all = isRolling(deployment)
    ? up.replicas === wanted(current) ? scaleDown(deployment, sets) : [up]
    : [...old.map((set) => ({ set, replicas: 0 })), ...(runs || total(old) > 0 ? [] : [up])]
  return all.filter(({ replicas, set }) => replicas !== wanted(set))
}

/** Whether all pods are updated and available. @since 0.1.0 @category predicates  */
export const isComplete = (deployment: JsonObject, status: JsonObject): boolean => {
  const replicas = wanted(deployment)
  return ["updatedReplicas", "replicas", "availableReplicas"].every((field) =>
    (Json.number(status, field) ?? 0) === replicas
  ) && Json.at(status, "observedGeneration") === Json.at(deployment, "metadata", "generation")
}

/** Old sets without pods beyond `revisionHistoryLimit`, which are deleted. @since 0.1.0 @category getters  */
export const surplus = (deployment: JsonObject, old: ReadonlyArray<JsonObject>): ReadonlyArray<JsonObject> => {
  const limit = Json.number(deployment, "spec", "revisionHistoryLimit") ?? 10
  const empty = old.filter((set) =>
    wanted(set) === 0 && count([set], "replicas") === 0 && !Metadata.isBeingDeleted(set)
    && Json.at(set, "status", "observedGeneration") === Json.at(set, "metadata", "generation")
  )
  return empty.slice(0, Math.max(empty.length - limit, 0))
}
