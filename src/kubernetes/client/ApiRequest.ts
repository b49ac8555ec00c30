/**
 * One request to a Kubernetes API server, as data: what the live client sends and the fake answers.
 *
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 * @category models
 */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"

/**
 * Anything that JSON can say.
 *
 * @since 0.1.0
 * @category models
 */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject

/**
 * @since 0.1.0
 * @category models
 */
export interface JsonObject {
  readonly [key: string]: Json
}

/**
 * `path` is percent-encoded and has no query; `query` is not encoded and holds only what is set. `contentType` is that of
 * `body`, by default `application/json`; `accept` asks for another form of the answer.
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
}

/**
 * One line of a watch, as the server sends it. `object` is the object, for `BOOKMARK` one that holds just a
 * resourceVersion, for `ERROR` a Status.
 *
 * @since 0.1.0
 * @category models
 */
export interface WatchLine {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR"
  readonly object: JsonObject
}
