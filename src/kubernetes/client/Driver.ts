/**
 * The least that a transport to an API server has to do.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { ClusterError, Subject } from "../ClusterError.js"
import type { ApiRequest, WatchLine } from "./ApiRequest.js"

/**
 * A transport sends each request once: what is safe to repeat is known by `Cluster.make`, which derives the service from
 * this. Everything stops at once when interrupted.
 *
 * @since 0.1.0
 * @category models
 */
export interface Driver {
  /** The namespace of the credentials' context, or `default`. */
  readonly defaultNamespace: string
  /** Sends a request and answers the decoded body of a 2xx; anything else is a ClusterError of the subject. */
  readonly request: (request: ApiRequest, subject: Subject) => Effect.Effect<unknown, ClusterError>
  /**
   * Opens a watch. Each line is parsed and handed to `project` on arrival, before anything is buffered, so that only what
   * is kept costs memory. The stream ends when the server closes it, fails with `Unreachable` when it is cut, and a slow
   * reader slows the server.
   */
  readonly watch: <A>(
    request: ApiRequest,
    subject: Subject,
    project: (line: WatchLine) => A
  ) => Stream.Stream<A, ClusterError>
  /**
   * The lines of a text body, as they come, without their line ends. When the connection is cut within a line, that part
   * of a line is left out, and the stream fails with `Unreachable`.
   */
  readonly lines: (request: ApiRequest, subject: Subject) => Stream.Stream<string, ClusterError>
}
