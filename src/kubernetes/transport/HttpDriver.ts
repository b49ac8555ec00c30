/**
 * The Driver for a real API server: sends requests, watches and log streams over HTTP, each once.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { constFalse } from "effect/Function"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { IncomingMessage } from "node:http"
import { fromOption } from "../../effect/EitherEffect.js"
import * as Pull from "../../effect/Pull.js"
import type { ApiRequest, WatchLine } from "../client/ApiRequest.js"
import { type Driver, endedWithinLine } from "../client/Driver.js"
import * as RequestSpan from "../client/RequestSpan.js"
import * as Waits from "../client/Waits.js"
import { ClusterError, fromStatus, type Subject } from "../ClusterError.js"
import type { ConfigurationError } from "../kubeconfig/ConfigurationError.js"
import type { Access, Credentials } from "../kubeconfig/KubeCredentials.js"
import * as Attachment from "./Attachment.js"
import * as ChannelSocket from "./ChannelSocket.js"
import type { OutgoingRequest } from "./HttpAgent.js"
import * as HttpRequest from "./HttpRequest.js"
import * as LineSplitter from "./LineSplitter.js"
import * as RequestLimiter from "./RequestLimiter.js"
import * as ResponseBody from "./ResponseBody.js"
import * as TransportError from "./TransportError.js"
import * as Warnings from "./Warnings.js"

export interface Options {
  readonly credentials: Credentials
  readonly defaultNamespace: string
  /** Limit for the time until a response begins. */
  readonly timeout: Duration.Duration
}

/** In bytes. An object has 3 MB at most (etcd's limit is 1.5 MB), so a longer line is not from an API server. */
const maxLineLength = 64 * 1024 * 1024

/** Each request in flight has a connection with a handshake of its own; more of them do not make the server faster. */
const maxInFlight = 32

export const make = ({ credentials, defaultNamespace, timeout }: Options): Driver => {
  const limiter = RequestLimiter.make(maxInFlight)
  const timeoutMillis = Duration.toMillis(timeout)
  const logWarnings = Warnings.make()

  /** Logs the warnings of a response after it, and adds its status to the span. */
  const withHead = <A, E, R>(
    perform: (onSuccess: HttpRequest.OnSuccess) => Effect.Effect<A, E, R>
  ): Effect.Effect<A, E, R> =>
    Effect.suspend(() => {
      let warning: string | undefined
      let status = 0
      const performed = perform(({ headers, statusCode = 0 }) => {
        warning = headers.warning
        status = statusCode
      })
      return Effect.tap(performed, () =>
        Effect.zipRight(
          RequestSpan.annotate({ [RequestSpan.attribute.statusCode]: status }),
          warning === undefined ? Effect.void : logWarnings(warning)
        ))
    })

  /** Sends a request; if the credentials are refused, once more with renewed ones. */
  const send = <A, R>(
    request: ApiRequest,
    subject: Subject,
    perform: (access: Access, outgoing: OutgoingRequest) => Effect.Effect<A, HttpRequest.Failure, R>
  ): Effect.Effect<A, ClusterError, R> => {
    const outgoing = encodeRequest(request)
    const toClusterError = (access: Access) => (failure: HttpRequest.Failure) =>
      failure._tag === "ErrorResponse"
        ? fromStatus({
          subject,
          code: failure.status,
          body: Option.getOrUndefined(parseJson(failure.text)),
          retryAfter: failure.retryAfter
        })
        : TransportError.toClusterError(failure, request, subject, access.trustAdvice)
    const withoutCredentials = (error: ConfigurationError) => TransportError.fromConfigurationError(error, subject)
    return Effect.flatMap(
      Effect.tap(
        Effect.mapError(credentials.access, withoutCredentials),
        ({ baseUrl = "" }) => RequestSpan.annotate(RequestSpan.ofServer(baseUrl, request))
      ),
      (access) =>
        Effect.catchAll(
          perform(access, outgoing),
          (failure) =>
            isRefused(failure)
              ? Effect.flatMap(
                Effect.mapError(credentials.renew(access), withoutCredentials),
                (renewed) => Effect.mapError(perform(renewed, outgoing), toClusterError(renewed))
              )
              : Effect.suspend(() => {
                if (failure._tag === "ConnectionLost") credentials.connectionLost(access)
                return toClusterError(access)(failure)
              })
        )
    )
  }

  const open = (request: ApiRequest, subject: Subject, timeoutMillis: number) =>
    send(
      request,
      subject,
      ({ client }, outgoing) => withHead((onSuccess) => HttpRequest.open(client, outgoing, timeoutMillis, onSuccess))
    )

  return {
    defaultNamespace,

    request: (request, subject) =>
      Effect.flatMap(
        send(
          request,
          subject,
          ({ client }, outgoing) =>
            withHead((onSuccess) => HttpRequest.text(client, outgoing, timeoutMillis, limiter, onSuccess))
        ),
        (text) => fromOption(parseJson(text), () => decodeError(subject, "the response is not JSON"))
      ),

    watch: (request, subject, decode) =>
      streamLines(open(request, subject, timeoutMillis), request, subject, {
        idleMillis: Infinity,
        // client-go's decoder and others skip white space between events.
        ignores: (line) => line.trim() === "",
        line: (line) => Option.map(Option.filter(parseJson(line), isWatchLine), decode),
        unterminated: () => Either.left(endedWithinLine(subject))
      }),

    lines: (request, subject) => {
      const isFollowed = request.query["follow"] === "true"
      return streamLines(
        // The kubelet sends no response header before the container has written something.
        open(request, subject, isFollowed ? Infinity : timeoutMillis),
        request,
        subject,
        {
          idleMillis: isFollowed ? Infinity : Duration.toMillis(Waits.responseIdle.limit),
          ignores: constFalse,
          line: Option.some,
          unterminated: isFollowed && request.query["limitBytes"] === undefined
            ? () => Either.left(endedWithinLine(subject))
            : Either.right
        }
      )
    },

    attach: (request, subject, stdin) =>
      Attachment.stream(
        send(request, subject, ({ upgrade }, outgoing) =>
          ChannelSocket.open(upgrade(outgoing), Attachment.protocols, timeoutMillis)),
        subject,
        stdin
      )
  }
}

/** The server accepts neither the credentials nor, in the handshake, the client's certificate. */
const isRefused = (failure: HttpRequest.Failure) =>
  failure._tag === "ErrorResponse" ? failure.status === 401 : TransportError.isCertificateAlert(failure)

/** Lists: an API server compresses those of more than 128 KiB for clients that ask for it. */
const isCompressible = ({ method, query }: ApiRequest): boolean => method === "GET" && query["limit"] !== undefined

const encodeRequest = (request: ApiRequest): OutgoingRequest => {
  const { accept, body, contentType, method, path, query } = request
  const search = new URLSearchParams(query).toString()
  return {
    method,
    path: search === "" ? path : `${path}?${search}`,
    headers: {
      accept: accept ?? "application/json",
      "user-agent": "effect-os-builder",
      ...(isCompressible(request) ? { "accept-encoding": "gzip" } : {}),
      ...(body === undefined ? {} : { "content-type": contentType ?? "application/json" })
    },
    body: body === undefined ? undefined : JSON.stringify(body)
  }
}

const parseJson = Option.liftThrowable((text: string): unknown => JSON.parse(text))

const watchLineTypes: ReadonlySet<unknown> = new Set(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"])

const isWatchLine = (u: unknown): u is WatchLine =>
  Predicate.isReadonlyRecord(u) && watchLineTypes.has(u["type"]) && Predicate.isReadonlyRecord(u["object"])

const decodeError = (subject: Subject, detail: string) => new ClusterError({ ...subject, reason: "Decode", detail })

interface LineDecoder<A> {
  /** Limit for the next bytes, in milliseconds; infinite where the caller has one for lines. */
  readonly idleMillis: number
  /** Called only for a line that `line` does not decode. */
  readonly ignores: (line: string) => boolean
  /** None for an invalid line. */
  readonly line: (line: string) => Option.Option<A>
  /** Decodes a last line without a newline. */
  readonly unterminated: (part: string) => Either.Either<A, ClusterError>
}

/** Decodes each line as its bytes arrive. The stream fails at an invalid line or one that exceeds the limit. */
const streamLines = <A>(
  opened: Effect.Effect<IncomingMessage, ClusterError, Scope.Scope>,
  request: ApiRequest,
  subject: Subject,
  decoder: LineDecoder<A>
): Stream.Stream<A, ClusterError> =>
  Stream.unwrapScoped(
    Effect.map(Effect.flatMap(opened, (source) => ResponseBody.pull(source, decoder.idleMillis)), (buffers) => {
      const splitter = LineSplitter.make(maxLineLength)
      const last = Effect.suspend((): Pull.Pull<A, ClusterError> => {
        const part = splitter.rest()
        return part === "" || decoder.ignores(part)
          ? Pull.end
          : Either.match(decoder.unterminated(part), { onLeft: Pull.fail, onRight: Pull.of })
      })
      const lines: Pull.Pull<A, ClusterError> = Pull.match(Pull.map(buffers, (values) => values), {
        onEnd: () => last,
        onFailure: (error) => Pull.fail(TransportError.toClusterError(error, request, subject)),
        onSuccess: (buffers) =>
          Either.match(decodeLines(splitter, buffers, decoder, subject), {
            onLeft: (error): Pull.Pull<A, ClusterError> => Pull.fail(error),
            onRight: (decoded) => Pull.emit(decoded, lines)
          })
      })
      return Pull.stream(lines)
    })
  )

const decodeLines = <A>(
  splitter: LineSplitter.LineSplitter,
  buffers: ReadonlyArray<Buffer>,
  decoder: LineDecoder<A>,
  subject: Subject
): Either.Either<ReadonlyArray<A>, ClusterError> => {
  const decoded: Array<A> = []
  let invalid = false
  let withinLimit = true
  for (const bytes of buffers) {
    withinLimit &&= splitter.push(bytes, (line) => {
      const one = decoder.line(line)
      if (Option.isSome(one)) {
        decoded.push(one.value)
      } else {
        invalid ||= !decoder.ignores(line)
      }
    })
  }
  return invalid
    ? Either.left(decodeError(subject, "a line of the response is not a watch event"))
    : withinLimit
    ? Either.right(decoded)
    : Either.left(decodeError(subject, `a line of the response is longer than ${maxLineLength} bytes`))
}
