/**
 * Conditions of a status.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"

/** @since 0.1.0 @category models */
export interface Condition {
  readonly type: string
  readonly status: "True" | "False" | "Unknown"
  readonly reason?: string | undefined
  readonly message?: string | undefined
  readonly probed?: true
  /** The generation of the object that it is about. */
  readonly observedGeneration?: number | undefined
}

/** @since 0.1.0 @category getters */
export const find = (status: JsonObject, type: string): JsonObject | undefined =>
  Json.objects(status, "conditions").find((condition) => Json.text(condition, "type") === type)

/** @since 0.1.0 @category predicates */
export const holds = (status: JsonObject, type: string): boolean => Json.text(find(status, type), "status") === "True"

/** Sets a condition; lastTransitionTime changes only with its status. @since 0.1.0 @category combinators  */
export const set = (status: JsonObject, condition: Condition, now: number): JsonObject => {
  const previous = find(status, condition.type)
  const same = Json.text(previous, "status") === condition.status
  const next = Json.make({
    ...previous,
    type: condition.type,
    status: condition.status,
    reason: condition.reason,
    message: condition.message,
    observedGeneration: condition.observedGeneration,
    lastProbeTime: condition.probed === true ? Metadata.timestamp(now) : Json.at(previous, "lastProbeTime"),
    lastTransitionTime: same ? Json.at(previous, "lastTransitionTime") : Metadata.timestamp(now)
  })
  const others = Json.objects(status, "conditions")
  return {
    ...status,
    conditions: previous === undefined ? [...others, next] : others.map((one) => one === previous ? next : one)
  }
}
