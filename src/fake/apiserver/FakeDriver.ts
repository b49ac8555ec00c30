/**
 * A {@link Driver} for the API server in this process, without sockets or serialization.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Lines from "../../effect/Lines.js"
import type { ApiRequest } from "../../kubernetes/client/ApiRequest.js"
import type { AttachOutput, Driver } from "../../kubernetes/client/Driver.js"
import * as ClusterError from "../../kubernetes/ClusterError.js"
import type { Connect, Dropped, Refused, Reply } from "./Reply.js"

const failure = (subject: ClusterError.Subject) => (error: Refused | Dropped): ClusterError.ClusterError =>
  error._tag === "Refused"
    ? ClusterError.fromStatus({ subject, code: error.status.code, body: error.status })
    : new ClusterError.ClusterError({
      ...subject,
      reason: "Unreachable",
      detail: error.carriedOut === "no"
        ? "the connection was refused"
        : "the connection was lost before the response",
      ambiguous: error.carriedOut === "no" ? undefined : true
    })

const unexpected = (subject: ClusterError.Subject, reply: Reply): ClusterError.ClusterError =>
  new ClusterError.ClusterError({
    ...subject,
    reason: "Unexpected",
    detail: `the server replied with a ${reply._tag}`
  })

/** The error of `stdin` is wrapped, so that it is not taken for one of the server. */
const attached = <E>(connect: Connect<Dropped>, subject: ClusterError.Subject, stdin: Stream.Stream<Uint8Array, E>) =>
  connect(Stream.mapError(stdin, (error) => ({ _tag: "OfStdin" as const, error }))).pipe(
    Stream.mapError((error) => error._tag === "OfStdin" ? error.error : failure(subject)(error)),
    Stream.filter((output): output is AttachOutput => output._tag !== "Ended")
  )

/**
 * Makes a driver from a request handler.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  handle: (request: ApiRequest) => Effect.Effect<Reply, Refused | Dropped>,
  defaultNamespace: string
): Driver => {
  const send = (request: ApiRequest, subject: ClusterError.Subject) =>
    Effect.mapError(handle(request), failure(subject))
  return {
    defaultNamespace,
    request: (request, subject) =>
      Effect.flatMap(
        send(request, subject),
        (reply) => reply._tag === "Object" ? Effect.succeed(reply.body) : Effect.fail(unexpected(subject, reply))
      ),
    watch: (request, subject, decode) =>
      Stream.unwrap(Effect.flatMap(send(request, subject), (reply) =>
        reply._tag === "Watch"
          ? Effect.succeed(Stream.map(Stream.mapError(reply.lines, failure(subject)), decode))
          : Effect.fail(unexpected(subject, reply)))),
    lines: (request, subject) =>
      Stream.unwrap(Effect.flatMap(send(request, subject), (reply) =>
        reply._tag === "Log"
          ? Effect.succeed(Stream.mapError(reply.lines, failure(subject)))
          : reply._tag === "Bytes"
          ? Effect.succeed(Stream.mapError(Lines.split(Stream.decodeText(reply.bytes)), failure(subject)))
          : Effect.fail(unexpected(subject, reply)))),
    attach: (request, subject, stdin) =>
      Stream.unwrap(Effect.flatMap(send(request, subject), (reply) =>
        reply._tag === "Attach"
          ? Effect.succeed(attached(reply.connect, subject, stdin))
          : Effect.fail(unexpected(subject, reply))))
  }
}
