/**
 * Predicates of pods.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as Conditions from "./Conditions.js"

/** @since 0.1.0 @category getters */
export const phase = (pod: JsonObject): string => Json.text(pod, "status", "phase") ?? "Pending"

/** Whether all its containers have terminated for good. @since 0.1.0 @category predicates  */
export const isTerminal = (pod: JsonObject): boolean => phase(pod) === "Succeeded" || phase(pod) === "Failed"

/** @since 0.1.0 @category predicates */
export const isActive = (pod: JsonObject): boolean => !isTerminal(pod) && !Metadata.isBeingDeleted(pod)

/** @since 0.1.0 @category predicates */
export const isTerminating = (pod: JsonObject): boolean => !isTerminal(pod) && Metadata.isBeingDeleted(pod)

/** @since 0.1.0 @category predicates */
export const isReady = (pod: JsonObject): boolean => Conditions.holds(Json.object(pod, "status"), "Ready")

/** @since 0.1.0 @category getters */
export const nodeName = (pod: JsonObject): string | undefined => Json.text(pod, "spec", "nodeName")
