/**
 * The interface of a transport to an API server.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Stream from "effect/Stream"
import { ClusterError, type Subject } from "../ClusterError.js"
import type { ApiRequest, EncodedLine, WatchLine } from "./ApiRequest.js"

/**
 * Bytes that an attached container has written.
 *
 * @since 0.1.0
 * @category models
 */
export interface AttachOutput {
  readonly _tag: "Stdout" | "Stderr"
  readonly bytes: Uint8Array
}

/**
 * A transport. It sends each request once; `Cluster.make` derives the service from it and retries what is safe to retry.
 * Interruption aborts a request or stream at once.
 *
 * @since 0.1.0
 * @category models
 */
export interface Driver {
  /** The namespace of the credentials' context, or `default`. */
  readonly defaultNamespace: string
  /**
   * Sends a request and returns the JSON body of a 2xx response, or the `EncodedObject` of one in protobuf; any other outcome is
   * a ClusterError for the subject.
   */
  readonly request: (request: ApiRequest, subject: Subject) => Effect.Effect<unknown, ClusterError>
  /**
   * Opens a watch. Each line is parsed and passed to `decode` on arrival, before it is buffered, so that only decoded fields
   * use memory. The stream ends when the server ends it, fails with `Unreachable` when the connection is lost, and applies
   * back-pressure to the server. A driver may request protobuf if `decodeEncoded` is given, and then passes the events to it.
   */
  readonly watch: <A>(
    request: ApiRequest,
    subject: Subject,
    decode: (line: WatchLine) => A,
    decodeEncoded?: (line: EncodedLine) => A
  ) => Stream.Stream<A, ClusterError>
  /**
   * The lines of a text body as they arrive, without their newlines. When the connection is lost, the stream fails with
   * `Unreachable` and the incomplete last line is dropped. So does a followed log that the server ends within a line, with
   * `EndedWithinLine` as its cause; of another body, the last line needs no newline.
   */
  readonly lines: (request: ApiRequest, subject: Subject) => Stream.Stream<string, ClusterError>
  /**
   * The same as bytes in UTF-8, each of one or more lines with newlines between them. A log that is followed is read from these
   * bytes, of which no string is made but its lines; default: those of each of the `lines`.
   */
  readonly lineBytes?: (request: ApiRequest, subject: Subject) => Stream.Stream<Uint8Array, ClusterError>
  /**
   * Attaches to a container. Its output arrives while `stdin` is sent, with back-pressure in both directions; the end of `stdin`
   * closes the container's standard input. The stream ends when the server reports the end of the attachment.
   */
  readonly attach: <E>(
    request: ApiRequest,
    subject: Subject,
    stdin: Stream.Stream<Uint8Array, E>
  ) => Stream.Stream<AttachOutput, ClusterError | E>
}

class EndedWithinLine extends Data.TaggedError("EndedWithinLine") {
  override readonly message = "the server ended the response within a line"
}

/**
 * The error of a stream whose response the server ended within a line.
 *
 * @since 0.1.0
 * @category errors
 */
export const endedWithinLine = (subject: Subject): ClusterError => {
  const cause = new EndedWithinLine()
  return new ClusterError({ ...subject, reason: "Unreachable", detail: cause.message, cause })
}

/**
 * Whether the error is one of {@link endedWithinLine}.
 *
 * @since 0.1.0
 * @category errors
 */
export const isEndedWithinLine = ({ cause }: ClusterError): boolean => cause instanceof EndedWithinLine

const connectCodes: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH"
])

/**
 * Whether no connection was made, so that nothing was sent. `cause` is an error of Node.
 *
 * @since 0.1.0
 * @category errors
 */
export const failedToConnect = (cause: unknown): boolean =>
  (Predicate.hasProperty(cause, "code") && connectCodes.has(cause.code)) ||
  (Predicate.hasProperty(cause, "syscall") && cause.syscall === "connect")
