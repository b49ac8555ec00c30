/**
 * Talks to a real API server over HTTP: requests, watches and texts, each sent once.
 */
import * as HttpBody from "@effect/platform/HttpBody"
import type { HttpClientError } from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import type { ApiRequest, WatchLine } from "./ApiRequest.js"
import * as ByPull from "./ByPull.js"
import { ClusterError, fromStatus, type Subject } from "./ClusterError.js"
import type { Driver } from "./Driver.js"
import type { Access, Credentials } from "./KubeCredentials.js"
import * as LineScanner from "./LineScanner.js"
import * as TransportError from "./TransportError.js"

export interface Options {
  readonly credentials: Credentials
  readonly defaultNamespace: string
  /** How long the server may take to begin to answer. */
  readonly timeout: Duration.Duration
}

/** How long an answer that has begun may take as a whole. */
const longestAnswer = Duration.minutes(2)

/** The same of a refusal, and how many bytes of it are read. */
const longestRefusalWait = Duration.seconds(10)
const longestRefusal = 1024 * 1024

/** An object is 3 MB at most (etcd holds 1.5 MB of it); what is longer is no line of a watch or a log. */
const longestLine = 64 * 1024 * 1024

/** How many requests are under way at once: more make more connections, each with a handshake, and no server faster. */
const mostInFlight = 32

export const make = ({ credentials, defaultNamespace, timeout }: Options): Driver => {
  const inFlight = Effect.unsafeMakeSemaphore(mostInFlight)

  /** Sends a request, and once more with new credentials if the server refuses ours; the answer is a success. */
  const send = (request: ApiRequest, subject: Subject, patience: Duration.Duration) => {
    const sendAs = (access: Access) =>
      access.client.execute(httpRequest(access, request)).pipe(
        Effect.mapError((error) => TransportError.fromHttp(error, request, subject)),
        Effect.timeoutFail({ duration: patience, onTimeout: () => TransportError.tooLate(patience, request, subject) })
      )
    const known = Effect.mapError(credentials.access, (error) => TransportError.unknownHere(error, subject))
    const renewed = (refused: Access) =>
      Effect.mapError(credentials.renew(refused), (error) => TransportError.unknownHere(error, subject))
    return Effect.flatMap(
      known,
      (access) =>
        Effect.flatMap(
          sendAs(access),
          (response) =>
            response.status !== 401 ? Effect.succeed(response) : refusalOf(response).pipe(
              Effect.zipRight(renewed(access)),
              Effect.flatMap(sendAs)
            )
        )
    ).pipe(Effect.flatMap((response) => success(response, subject)))
  }

  return {
    defaultNamespace,

    request: (request, subject) =>
      send(request, subject, timeout).pipe(
        Effect.flatMap((response) => textOf(response, request, subject)),
        inFlight.withPermits(1),
        Effect.flatMap((text) => Effect.mapError(parse(text), () => unreadable(subject, "the answer is not JSON")))
      ),

    watch: (request, subject, project) =>
      Stream.unwrap(
        Effect.map(send(request, subject, timeout), (response) =>
          lines(response, request, subject, {
            read: (line) => Option.map(Option.filter(parse(line), isWatchLine), project),
            rest: () => Either.left(cut(subject))
          }))
      ),

    lines: (request, subject) => {
      // The kubelet does not begin to answer before the container has written something.
      const patience = request.query["follow"] === "true" ? Duration.infinity : timeout
      return Stream.unwrap(
        Effect.map(
          send(request, subject, patience),
          (response) => lines(response, request, subject, { read: Option.some, rest: Either.right })
        )
      )
    }
  }
}

const httpRequest = ({ baseUrl }: Access, request: ApiRequest): HttpClientRequest.HttpClientRequest => {
  const made = HttpClientRequest.make(request.method)(`${baseUrl}${request.path}`, {
    urlParams: request.query,
    headers: {
      accept: request.accept ?? "application/json",
      "user-agent": "effect-os-builder"
    }
  })
  return request.body === undefined ? made : HttpClientRequest.setBody(
    made,
    HttpBody.text(JSON.stringify(request.body), request.contentType ?? "application/json")
  )
}

const success = (
  response: HttpClientResponse,
  subject: Subject
): Effect.Effect<HttpClientResponse, ClusterError> =>
  response.status >= 200 && response.status < 300 ? Effect.succeed(response) : Effect.flatMap(
    refusalOf(response),
    (text) =>
      fromStatus({
        subject,
        code: response.status,
        body: Option.getOrUndefined(parse(text)),
        retryAfter: response.headers["retry-after"]
      })
  )

/** As much of the body of a refusal as there may be of it; what is longer, or takes its time, is none of a server's words. */
const refusalOf = (response: HttpClientResponse): Effect.Effect<string> =>
  response.stream.pipe(
    Stream.runFoldWhile<ReadonlyArray<Uint8Array>, Uint8Array>(
      [],
      (parts) => Arr.reduce(parts, 0, (length, part) => length + part.length) < longestRefusal,
      Arr.append
    ),
    Effect.timeout(longestRefusalWait),
    Effect.match({ onFailure: () => "", onSuccess: (parts) => Buffer.concat(parts).toString("utf8") })
  )

const textOf = (
  response: HttpClientResponse,
  request: ApiRequest,
  subject: Subject
): Effect.Effect<string, ClusterError> =>
  response.text.pipe(
    Effect.mapError((error) => TransportError.fromHttp(error, request, subject)),
    Effect.timeoutFail({
      duration: longestAnswer,
      onTimeout: () => TransportError.tooLate(longestAnswer, request, subject)
    })
  )

const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))

const lineTypes: ReadonlySet<unknown> = new Set(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"])

const isWatchLine = (u: unknown): u is WatchLine =>
  Predicate.isReadonlyRecord(u) && lineTypes.has(u["type"]) && Predicate.isReadonlyRecord(u["object"])

const unreadable = (subject: Subject, detail: string) => new ClusterError({ ...subject, reason: "Decode", detail })

const cut = (subject: Subject) =>
  new ClusterError({ ...subject, reason: "Unreachable", detail: "the connection was cut within a line" })

/** Reads each line as its bytes arrive; one that cannot be read ends the stream, and so does one without an end. */
const lines = <A>(
  response: HttpClientResponse,
  request: ApiRequest,
  subject: Subject,
  { read, rest }: {
    readonly read: (line: string) => Option.Option<A>
    /** What to make of a last line without its end. */
    readonly rest: (part: string) => Either.Either<A, ClusterError>
  }
): Stream.Stream<A, ClusterError> => {
  const scanner = LineScanner.make(longestLine)
  const take = (chunk: Chunk.Chunk<Uint8Array>): Effect.Effect<Chunk.Chunk<A>, ClusterError> => {
    const found: Array<A> = []
    let wrong = false
    let bounded = true
    for (const bytes of chunk) {
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
      ? unreadable(subject, "a line is not that of a watch")
      : bounded
      ? Effect.succeed(Chunk.unsafeFromArray(found))
      : unreadable(subject, `a line is longer than ${longestLine} bytes`)
  }
  const end = Stream.suspend(() => {
    const part = scanner.rest()
    return part === "" ? Stream.empty : Stream.fromEffect(rest(part))
  })
  const complete = ByPull.transform(
    response.stream,
    (pull: ByPull.Pull<Uint8Array, HttpClientError>) =>
      Effect.matchEffect(pull, {
        onFailure: (error) =>
          Effect.fail(Option.map(error, (error) => TransportError.fromHttp(error, request, subject))),
        onSuccess: (chunk) => Effect.asSomeError(take(chunk))
      })
  )
  return Stream.concat(complete, end)
}
