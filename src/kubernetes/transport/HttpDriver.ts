/**
 * Talks to a real API server over HTTP: requests, watches and texts, each sent once.
 */
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { IncomingMessage } from "node:http"
import type { ApiRequest, WatchLine } from "../client/ApiRequest.js"
import type { Driver } from "../client/Driver.js"
import * as Pull from "../client/Pull.js"
import { ClusterError, fromStatus, type Subject } from "../ClusterError.js"
import type { ConfigurationError } from "../kubeconfig/ConfigurationError.js"
import type { Credentials } from "../kubeconfig/KubeCredentials.js"
import type { Client, Outgoing } from "./HttpAgent.js"
import * as HttpRequest from "./HttpRequest.js"
import * as LineSplitter from "./LineSplitter.js"
import * as RequestLimiter from "./RequestLimiter.js"
import * as ResponseBody from "./ResponseBody.js"
import * as TransportError from "./TransportError.js"

export interface Options {
  readonly credentials: Credentials
  readonly defaultNamespace: string
  /** How long the server may take to begin to answer. */
  readonly timeout: Duration.Duration
}

/** An object is 3 MB at most (etcd holds 1.5 MB of it); what is longer is no line of a watch or a log. */
const longestLine = 64 * 1024 * 1024

/** How many requests are under way at once: more make more connections, each with a handshake, and no server faster. */
const mostInFlight = 32

export const make = ({ credentials, defaultNamespace, timeout }: Options): Driver => {
  const gate = RequestLimiter.make(mostInFlight)
  const patience = Duration.toMillis(timeout)

  /** Sends a request, and once more with new credentials if the server refuses ours. */
  const send = <A, R>(
    request: ApiRequest,
    subject: Subject,
    exchange: (client: Client, outgoing: Outgoing) => Effect.Effect<A, HttpRequest.Failure, R>
  ): Effect.Effect<A, ClusterError, R> => {
    const outgoing = outgoingOf(request)
    const explain = (failure: HttpRequest.Failure) =>
      failure._tag === "Refused"
        ? fromStatus({
          subject,
          code: failure.status,
          body: Option.getOrUndefined(parse(failure.text)),
          retryAfter: failure.retryAfter
        })
        : TransportError.fromCause(failure, request, subject)
    const unknown = (error: ConfigurationError) => TransportError.unknownHere(error, subject)
    return Effect.flatMap(
      Effect.mapError(credentials.access, unknown),
      (access) =>
        Effect.catchAll(
          exchange(access.client, outgoing),
          (failure) =>
            failure._tag === "Refused" && failure.status === 401
              ? Effect.flatMap(
                Effect.mapError(credentials.renew(access), unknown),
                ({ client }) => Effect.mapError(exchange(client, outgoing), explain)
              )
              : explain(failure)
        )
    )
  }

  const opened = (request: ApiRequest, subject: Subject, patience: number) =>
    send(request, subject, (client, outgoing) => HttpRequest.open(client, outgoing, patience))

  return {
    defaultNamespace,

    request: (request, subject) =>
      Effect.flatMap(
        send(request, subject, (client, outgoing) => HttpRequest.text(client, outgoing, patience, gate)),
        (text) => Effect.mapError(parse(text), () => unreadable(subject, "the answer is not JSON"))
      ),

    watch: (request, subject, project) =>
      lines(opened(request, subject, patience), request, subject, {
        read: (line) => Option.map(Option.filter(parse(line), isWatchLine), project),
        rest: () => Either.left(cut(subject))
      }),

    lines: (request, subject) =>
      // The kubelet does not begin to answer before the container has written something.
      lines(opened(request, subject, request.query["follow"] === "true" ? Infinity : patience), request, subject, {
        read: Option.some,
        rest: Either.right
      })
  }
}

const outgoingOf = ({ accept, body, contentType, method, path, query }: ApiRequest): Outgoing => {
  const search = new URLSearchParams(query).toString()
  return {
    method,
    path: search === "" ? path : `${path}?${search}`,
    headers: {
      accept: accept ?? "application/json",
      "user-agent": "effect-os-builder",
      ...(body === undefined ? {} : { "content-type": contentType ?? "application/json" })
    },
    body: body === undefined ? undefined : JSON.stringify(body)
  }
}

const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))

const lineTypes: ReadonlySet<unknown> = new Set(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"])

const isWatchLine = (u: unknown): u is WatchLine =>
  Predicate.isReadonlyRecord(u) && lineTypes.has(u["type"]) && Predicate.isReadonlyRecord(u["object"])

const unreadable = (subject: Subject, detail: string) => new ClusterError({ ...subject, reason: "Decode", detail })

const cut = (subject: Subject) =>
  new ClusterError({ ...subject, reason: "Unreachable", detail: "the connection was cut within a line" })

/** Reads each line as its bytes arrive; one that cannot be read ends the stream, and so does one without an end. */
const lines = <A>(
  opened: Effect.Effect<IncomingMessage, ClusterError, Scope.Scope>,
  request: ApiRequest,
  subject: Subject,
  reader: Reader<A>
): Stream.Stream<A, ClusterError> =>
  Stream.unwrapScoped(Effect.map(Effect.flatMap(opened, ResponseBody.pieces), (pieces) => {
    const scanner = LineSplitter.make(longestLine)
    const last = Effect.suspend((): Pull.Pull<A, ClusterError> => {
      const part = scanner.rest()
      return part === ""
        ? Pull.end
        : Effect.mapBoth(reader.rest(part), { onFailure: Option.some, onSuccess: Chunk.of })
    })
    return Stream.repeatEffectChunkOption(Effect.matchEffect(pieces, {
      onFailure: (broken): Pull.Pull<A, ClusterError> =>
        Option.isNone(broken)
          ? last
          : Effect.fail(Option.some(TransportError.fromCause(broken.value, request, subject))),
      onSuccess: (pieces) => Effect.mapError(scan(scanner, pieces, reader, subject), Option.some)
    }))
  }))

interface Reader<A> {
  readonly read: (line: string) => Option.Option<A>
  /** What to make of a last line without its end. */
  readonly rest: (part: string) => Either.Either<A, ClusterError>
}

const scan = <A>(
  scanner: LineSplitter.LineSplitter,
  pieces: Chunk.Chunk<Buffer>,
  { read }: Reader<A>,
  subject: Subject
): Either.Either<Chunk.Chunk<A>, ClusterError> => {
  const found: Array<A> = []
  let wrong = false
  let bounded = true
  for (const bytes of pieces) {
    bounded &&= scanner.push(bytes, (line) => {
      const one = read(line)
      if (Option.isSome(one)) {
        found.push(one.value)
      } else {
        wrong = true
      }
    })
  }
  return wrong
    ? Either.left(unreadable(subject, "a line is not that of a watch"))
    : bounded
    ? Either.right(Chunk.unsafeFromArray(found))
    : Either.left(unreadable(subject, `a line is longer than ${longestLine} bytes`))
}
