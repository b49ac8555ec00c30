/**
 * The `conditions` of a status.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as J from "../Json.js"
import * as Metadata from "../store/Metadata.js"

/** @since 0.1.0 @category models */
export interface Condition {
  readonly type: string
  readonly status: "True" | "False" | "Unknown"
  readonly reason?: string | undefined
  readonly message?: string | undefined
}

/** @since 0.1.0 @category getters */
export const find = (status: JsonObject, type: string): JsonObject | undefined =>
  J.objects(status, "conditions").find((condition) => J.text(condition, "type") === type)

/** @since 0.1.0 @category predicates */
export const holds = (status: JsonObject, type: string): boolean => J.text(find(status, type), "status") === "True"

/** Sets a condition; the time of its last transition changes only with its status. @since 0.1.0 @category combinators */
export const set = (status: JsonObject, condition: Condition, now: number): JsonObject => {
  const previous = find(status, condition.type)
  const same = J.text(previous, "status") === condition.status
  const next = J.make({
    ...previous,
    type: condition.type,
    status: condition.status,
    reason: condition.reason,
    message: condition.message,
    lastTransitionTime: same ? J.at(previous, "lastTransitionTime") : Metadata.timestamp(now)
  })
  const others = J.objects(status, "conditions")
  return {
    ...status,
    conditions: previous === undefined ? [...others, next] : others.map((one) => one === previous ? next : one)
  }
}
