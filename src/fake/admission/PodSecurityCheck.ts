/**
 * The parts of the checks of pod security standards: what a check is, and how its messages name containers.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"

/** Why a pod violates a standard. @since 0.1.0 @category models  */
export interface Violation {
  readonly reason: string
  readonly detail: string
}

/** @since 0.1.0 @category models */
export type Check = (spec: JsonObject) => Violation | undefined

/** The containers of all kinds. @since 0.1.0 @category getters  */
export const containers = (spec: JsonObject): ReadonlyArray<JsonObject> =>
  ["initContainers", "containers", "ephemeralContainers"].flatMap((key) => Json.objects(spec, key))

/** A value of a security context. @since 0.1.0 @category getters  */
export const context = (holder: JsonObject, ...path: ReadonlyArray<string>) =>
  Json.at(holder, "securityContext", ...path)

/** @since 0.1.0 @category combinators */
export const quoted = (values: ReadonlyArray<string>): string => values.map((value) => JSON.stringify(value)).join(", ")

/** @since 0.1.0 @category combinators */
export const plural = (word: string, items: ReadonlyArray<unknown>): string => items.length === 1 ? word : `${word}s`

/** @since 0.1.0 @category combinators */
export const names = (bad: ReadonlyArray<JsonObject>): string =>
  `${plural("container", bad)} ${quoted(bad.map((one) => Json.text(one, "name") ?? ""))}`

/** @since 0.1.0 @category combinators */
export const unique = (values: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(values)].sort()

/** Who violates a check of the pod and of every container, as messages name it: `pod`, `container "a"` or both. @since 0.1.0 @category combinators  */
export const setters = (spec: JsonObject, isBad: (holder: JsonObject) => boolean): ReadonlyArray<string> => {
  const bad = containers(spec).filter(isBad)
  return [...(isBad(spec) ? ["pod"] : []), ...(bad.length === 0 ? [] : [names(bad)])]
}
