/**
 * A subresource that is an action on an object: a POST whose answer is not the object.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { Answer, Write } from "../store/Registry.js"

/**
 * The object, and the body that was posted to its subresource.
 *
 * @since 0.1.0
 * @category models
 */
export interface Call {
  readonly object: JsonObject
  readonly body: JsonObject
  readonly write: Write
}

/**
 * Carries out the action and returns the answer with its HTTP status code.
 *
 * @since 0.1.0
 * @category models
 */
export type Action = (call: Call) => Answer<{ readonly code: number; readonly body: JsonObject }>
