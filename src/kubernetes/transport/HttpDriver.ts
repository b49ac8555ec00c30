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
import type * as Tracer from "effect/Tracer"
import type { IncomingMessage } from "node:http"
import { fromOption } from "../../effect/EitherEffect.js"
import type { ApiRequest, EncodedLine, WatchLine } from "../client/ApiRequest.js"
import { type Driver, endedWithinLine } from "../client/Driver.js"
import * as RequestSpan from "../client/RequestSpan.js"
import * as Waits from "../client/Waits.js"
import { ClusterError, type Subject } from "../ClusterError.js"
import type { Credentials } from "../kubeconfig/KubeCredentials.js"
import * as EncodedObject from "../protobuf/EncodedObject.js"
import { Malformed } from "../protobuf/Wire.js"
import * as Attachment from "./Attachment.js"
import * as Attempt from "./Attempt.js"
import * as BodyForm from "./BodyForm.js"
import * as ChannelSocket from "./ChannelSocket.js"
import * as FrameSplitter from "./FrameSplitter.js"
import type { OutgoingRequest } from "./HttpAgent.js"
import * as HttpRequest from "./HttpRequest.js"
import * as LineSplitter from "./LineSplitter.js"
import * as PartStream from "./PartStream.js"
import * as RequestLimiter from "./RequestLimiter.js"
import * as Warnings from "./Warnings.js"

export interface Options {
  readonly credentials: Credentials
  readonly defaultNamespace: string
  /** Limit for the time until a response begins. */
  readonly timeout: Duration.Duration
}

/** Each request in flight has a connection with a handshake of its own; more of them do not make the server faster. */
const maxInFlight = 32

export const make = ({ credentials, defaultNamespace, timeout }: Options): Driver => {
  const limiter = RequestLimiter.make(maxInFlight)
  const timeoutMillis = Duration.toMillis(timeout)
  const logWarnings = Warnings.make()
  const encodeRequest = encoder()

  /** Logs the warnings of a response, and adds its status to the span. */
  const noteHead = (
    span: Tracer.Span | undefined,
    status: number,
    warning: string | undefined
  ): Effect.Effect<void> => {
    if (span !== undefined) RequestSpan.annotate(span, { [RequestSpan.attribute.statusCode]: status })
    return warning === undefined ? Effect.void : logWarnings(warning)
  }

  const send = <A, R>(
    request: ApiRequest,
    subject: Subject,
    perform: (attempt: Attempt.Attempt<A, R>) => Effect.Effect<A, ClusterError, R>
  ): Effect.Effect<A, ClusterError, R> =>
    Attempt.begin({ credentials, request, subject, outgoing: encodeRequest(request), perform })

  const open = (request: ApiRequest, subject: Subject, timeoutMillis: number) =>
    send<IncomingMessage, Scope.Scope>(request, subject, (attempt) =>
      Effect.catchAll(
        Effect.tap(
          HttpRequest.open(attempt.access.client, attempt.outgoing, timeoutMillis),
          ({ headers, statusCode = 0 }) => noteHead(attempt.span, statusCode, headers.warning)
        ),
        (failure) => attempt.recover(failure)
      ))

  /** The continuation of a request whose response is read as a whole. */
  class Completion implements HttpRequest.Completion<unknown, ClusterError> {
    private readonly attempt: Attempt.Attempt<unknown, never>

    constructor(attempt: Attempt.Attempt<unknown, never>) {
      this.attempt = attempt
    }

    succeed(body: HttpRequest.Success): Effect.Effect<unknown, ClusterError> {
      const { span, subject } = this.attempt
      const noted = noteHead(span, body.status, body.warning)
      const decoded = fromOption(
        BodyForm.decode(body),
        () => decodeError(subject, `the response is not ${BodyForm.formOf(body)}`)
      )
      return noted === Effect.void ? decoded : Effect.zipRight(noted, decoded)
    }

    fail(failure: HttpRequest.Failure): Effect.Effect<unknown, ClusterError> {
      return this.attempt.recover(failure)
    }
  }

  const whole = (attempt: Attempt.Attempt<unknown, never>) =>
    HttpRequest.body(attempt.access.client, attempt.outgoing, timeoutMillis, limiter, new Completion(attempt))

  const text = <P extends { readonly length: number }>(
    request: ApiRequest,
    subject: Subject,
    splitter: (maxLength: number) => LineSplitter.LineSplitter<P>
  ) => {
    const isFollowed = request.query["follow"] === "true"
    return Stream.unwrapScoped(Effect.flatMap(
      // The kubelet sends no response header before the container has written something.
      open(request, subject, isFollowed ? Infinity : timeoutMillis),
      (source) =>
        PartStream.make(source, request, subject, {
          splitter: splitter(PartStream.maxPartLength),
          idleMillis: isFollowed ? Infinity : Duration.toMillis(Waits.responseIdle.limit),
          ignores: constFalse,
          part: Option.some,
          unterminated: isFollowed && request.query["limitBytes"] === undefined
            ? () => Either.left(endedWithinLine(subject))
            : Either.right
        })
    ))
  }

  /** The kinds that the server does not send in protobuf. (One that does not know it sends JSON, which is accepted too.) */
  const inJson = new Set<string>()

  const inAcceptedForm = <A, R>(
    request: ApiRequest,
    subject: Subject,
    perform: (request: ApiRequest) => Effect.Effect<A, ClusterError, R>
  ): Effect.Effect<A, ClusterError, R> =>
    Effect.suspend(() => {
      if (request.protobuf !== true) return perform(request)
      const plain = () => perform({ ...request, protobuf: false })
      return inJson.has(subject.resource)
        ? plain()
        : Effect.catchIf(perform(request), ({ code }) => code === 406 || code === 415, () => {
          inJson.add(subject.resource)
          return plain()
        })
    })

  return {
    defaultNamespace,

    request: (request, subject) => inAcceptedForm(request, subject, (request) => send(request, subject, whole)),

    watch: (request, subject, decode, decodeEncoded) =>
      Stream.unwrapScoped(inAcceptedForm(
        decodeEncoded === undefined ? { ...request, protobuf: false } : request,
        subject,
        (request) =>
          Effect.flatMap(open(request, subject, timeoutMillis), (source) =>
            decodeEncoded !== undefined && EncodedObject.isProtobuf(source.headers["content-type"])
              ? PartStream.make(source, request, subject, frames(subject, decodeEncoded))
              : PartStream.make(source, request, subject, lines(subject, decode)))
      )),

    lines: (request, subject) => text(request, subject, LineSplitter.make),
    lineBytes: (request, subject) => text(request, subject, LineSplitter.bytes),

    attach: (request, subject, stdin) =>
      Attachment.stream(
        send(request, subject, (attempt) =>
          Effect.catchAll(
            ChannelSocket.open(attempt.access.upgrade(attempt.outgoing), Attachment.protocols, timeoutMillis),
            (failure) => attempt.recover(failure)
          )),
        subject,
        stdin
      )
  }
}

/** Lists: an API server compresses those of more than 128 KiB for clients that ask for it. */
const isCompressible = ({ method, query }: ApiRequest): boolean => method === "GET" && query["limit"] !== undefined

/** Makes the request to send. Requests of the same form share one object for their headers. */
const encoder = (): (request: ApiRequest) => OutgoingRequest => {
  const known = new Map<string, OutgoingRequest["headers"]>()
  const headersOf = (request: ApiRequest): OutgoingRequest["headers"] => {
    const { accept = "application/json", body, contentType = "application/json", protobuf } = request
    const encoding = isCompressible(request) ? "gzip" : ""
    const type = body === undefined ? "" : contentType
    const form = `${protobuf === true ? "protobuf" : ""} ${encoding} ${type} ${accept}`
    const made = known.get(form) ?? {
      accept: protobuf === true ? `${accept.replace("application/json", EncodedObject.mediaType)},${accept}` : accept,
      "user-agent": "effect-os-builder",
      ...(encoding === "" ? {} : { "accept-encoding": encoding }),
      ...(type === "" ? {} : { "content-type": type })
    }
    if (known.size < maxForms) known.set(form, made)
    return made
  }
  return (request) => {
    const { body, method, path, query } = request
    const search = Object.keys(query).length === 0 ? "" : `?${new URLSearchParams(query).toString()}`
    return {
      method,
      path: path + search,
      headers: headersOf(request),
      body: body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    }
  }
}

/** A bound above what any program needs, because callers choose `accept`. */
const maxForms = 64

const lines = <A>(subject: Subject, decode: (line: WatchLine) => A): PartStream.Decoder<string, A> => ({
  splitter: LineSplitter.make(PartStream.maxPartLength),
  idleMillis: Infinity,
  // client-go's decoder and others skip white space between events.
  ignores: (line) => line.trim() === "",
  part: (line) => Option.map(Option.filter(BodyForm.parseJson(line), isWatchLine), decode),
  unterminated: () => Either.left(endedWithinLine(subject))
})

const frames = <A>(subject: Subject, decode: (line: EncodedLine) => A): PartStream.Decoder<Buffer, A> => ({
  splitter: FrameSplitter.make(PartStream.maxPartLength),
  idleMillis: Infinity,
  ignores: constFalse,
  part: Option.liftThrowable((frame: Buffer) => {
    const event = EncodedObject.openEvent(frame)
    if (!isEncodedLine(event)) throw new Malformed(`an event has the type ${event.type}`)
    return decode(event)
  }),
  unterminated: () => Either.left(endedWithinLine(subject))
})

const watchLineTypes: ReadonlySet<unknown> = new Set(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"])

const isWatchLine = (u: unknown): u is WatchLine =>
  Predicate.isReadonlyRecord(u) && watchLineTypes.has(u["type"]) && Predicate.isReadonlyRecord(u["object"])

const isEncodedLine = (event: EncodedObject.EncodedEvent): event is EncodedLine => watchLineTypes.has(event.type)

const decodeError = (subject: Subject, detail: string) => new ClusterError({ ...subject, reason: "Decode", detail })
