/**
 * One request to a Kubernetes API server as data. The HTTP driver sends it; the fake API server handles it.
 *
 * @since 0.1.0
 */
import type { EncodedObject } from "../protobuf/EncodedObject.js"

/**
 * The HTTP methods of the Kubernetes API.
 *
 * @since 0.1.0
 * @category models
 */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"

/**
 * Any JSON value.
 *
 * @since 0.1.0
 * @category models
 */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject

/**
 * A JSON object: manifests, patches and raw API objects.
 *
 * @since 0.1.0
 * @category models
 */
export interface JsonObject {
  readonly [key: string]: Json
}

/**
 * Whether a value that was parsed from JSON is an object, and no array.
 *
 * @since 0.1.0
 * @category guards
 */
export const isObject = (json: unknown): json is JsonObject =>
  typeof json === "object" && json !== null && !Array.isArray(json)

/**
 * One request. `path` is percent-encoded and has no query; the values of `query` are not encoded. `contentType` is that of
 * `body`, default `application/json`; `accept` requests another representation of the response. With `protobuf` the caller reads
 * the response in that encoding too, as an {@link EncodedObject}: a driver may ask for it.
 *
 * @since 0.1.0
 * @category models
 */
export interface ApiRequest {
  readonly method: Method
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body?: JsonObject | ReadonlyArray<Json>
  readonly contentType?: string
  readonly accept?: string
  readonly protobuf?: boolean
}

/**
 * One line of a watch, as the server sends it. `object` is the object; for `BOOKMARK` it has only a resourceVersion, for
 * `ERROR` it is a Status.
 *
 * @since 0.1.0
 * @category models
 */
export interface WatchLine {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR"
  readonly object: JsonObject
}

/**
 * One event of a watch in protobuf.
 *
 * @since 0.1.0
 * @category models
 */
export interface EncodedLine {
  readonly type: WatchLine["type"]
  readonly object: EncodedObject
}
