/**
 * Sends one HTTP request and reads its response, within time and size limits. Interruption closes the connection.
 */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { constVoid } from "effect/Function"
import type * as Scope from "effect/Scope"
import type { ClientRequest, IncomingMessage } from "node:http"
import * as Callback from "../../effect/Callback.js"
import { fromEither } from "../../effect/EitherEffect.js"
import * as Waits from "../client/Waits.js"
import { type Client, errorCode, type OutgoingRequest } from "./HttpAgent.js"
import type { RequestLimiter } from "./RequestLimiter.js"
import * as ResponseBody from "./ResponseBody.js"
import { ConnectionLost, InvalidRequest, type TransportError } from "./TransportError.js"

/** A response that is not a 2xx. */
export class ErrorResponse extends Data.TaggedError("ErrorResponse")<{
  readonly status: number
  readonly retryAfter: string | undefined
  /** Empty if the body exceeded its limits. */
  readonly body: Body
}> {}

export interface Body {
  readonly contentType: string | undefined
  readonly bytes: Buffer
}

export type Failure = ErrorResponse | TransportError

/** API servers do not send larger responses; V8 refuses a text of twice the size. */
const bodyLimits: ResponseBody.Limits = {
  bytes: 256 * 1024 * 1024,
  millis: Duration.toMillis(Waits.responseEnd.limit),
  idleMillis: Duration.toMillis(Waits.responseIdle.limit)
}

const errorBodyLimits: ResponseBody.Limits = {
  bytes: 1024 * 1024,
  millis: Duration.toMillis(Waits.errorBody.limit),
  idleMillis: Duration.toMillis(Waits.errorBody.limit)
}

/** A response that is a 2xx. */
export interface Success extends Body {
  readonly status: number
  /** The `Warning` headers. */
  readonly warning: string | undefined
}

/**
 * How an effect goes on at the end of its request; called before the next request. Its methods are those of a class: V8 allocates functions
 * that are fields of an object in the old generation, with all that they refer to (findings/v8-functions-in-properties.sh).
 */
export interface Completion<out A, out E> {
  succeed(response: Success): Effect.Effect<A, E>
  fail(failure: Failure): Effect.Effect<A, E>
}

/** Reads the body of a successful response, which has to begin within `timeout` milliseconds. */
export const body = <A, E>(
  client: Client,
  request: OutgoingRequest,
  timeout: number,
  limiter: RequestLimiter,
  completion: Completion<A, E>
): Effect.Effect<A, E> => Effect.suspend(() => waitFor(new BodyWait(limiter, { client, request, timeout, completion })))

/** The state of a wait until it is over. */
interface Task<A, E> {
  readonly client: Client
  readonly request: OutgoingRequest
  readonly timeout: number
  readonly completion: Completion<A, E>
}

type Resume<A, E> = (effect: Effect.Effect<A, E>) => void

/**
 * One request that waits for its slot, and then for its response.
 *
 * Effect keeps a finished wait until a full garbage collection, with everything that its functions can reach (bench/README.md, `watch`).
 * They reach only this object, which drops its references when the wait is over.
 */
class BodyWait<A, E> {
  private readonly limiter: RequestLimiter
  private task: Task<A, E> | undefined
  private resume: Resume<A, E> | undefined
  private cancel: (() => void) | undefined

  constructor(limiter: RequestLimiter, task: Task<A, E>) {
    this.limiter = limiter
    this.task = task
  }

  begin(resume: Resume<A, E>): void {
    this.resume = resume
    this.limiter.acquire(this)
  }

  start(): void {
    const { task } = this
    if (task === undefined) return
    this.cancel = send(task.client, task.request, task.timeout, readBody, (result) => this.finish(result))
    // It may have failed at once.
    if (this.task === undefined) this.cancel = undefined
  }

  interrupt(): void {
    this.cancel?.()
    this.forget()
  }

  private finish(result: Result<Success>): void {
    const { resume, task } = this
    this.forget()
    if (task === undefined || resume === undefined) return
    const { completion } = task
    resume(Either.getOrElse(
      Either.map(result, (response) => completion.succeed(response)),
      (failure) => completion.fail(failure)
    ))
  }

  private forget(): void {
    if (this.task === undefined) return
    this.task = undefined
    this.resume = undefined
    this.cancel = undefined
    this.limiter.release(this)
  }
}

// The agent has its connection back before the next request.
const waitFor = <A, E>(wait: BodyWait<A, E>): Effect.Effect<A, E> =>
  Callback.later((resume) => {
    wait.begin(resume)
    return Effect.sync(() => wait.interrupt())
  })

/** A successful response whose body is not read yet. Closing the scope before its end closes the connection. */
export const open = (
  client: Client,
  request: OutgoingRequest,
  timeout: number
): Effect.Effect<IncomingMessage, Failure, Scope.Scope> =>
  Effect.suspend(() => {
    let cancel = constVoid
    // After an error response the agent has its connection back before the next request.
    const response = Callback.later<IncomingMessage, Failure>((resume) => {
      cancel = send(client, request, timeout, passThrough, (result) => resume(fromEither(result)))
    })
    return Effect.zipRight(Effect.addFinalizer(() => Effect.sync(() => cancel())), response)
  })

export type Result<A> = Either.Either<A, Failure>

/** Reads a response; returns a function that cancels the reading. */
export type Read<A> = (source: IncomingMessage, done: (result: Result<A>) => void) => () => void

const bodyOf = (source: IncomingMessage, bytes: Buffer): Body => ({
  contentType: source.headers["content-type"],
  bytes
})

const successOf = ({ headers, statusCode = 0 }: IncomingMessage, bytes: Buffer): Success => ({
  contentType: headers["content-type"],
  bytes,
  status: statusCode,
  warning: headers.warning
})

const readBody: Read<Success> = (source, done) =>
  ResponseBody.bytes(source, bodyLimits, (bytes) => done(Either.map(bytes, (bytes) => successOf(source, bytes))))

const passThrough: Read<IncomingMessage> = (source, done) => {
  done(Either.right(source))
  return () => source.destroy()
}

/** Reads a response that is not a 2xx. */
export const readErrorResponse: Read<never> = (source, done) =>
  ResponseBody.bytes(source, errorBodyLimits, (bytes) =>
    done(Either.left(
      new ErrorResponse({
        status: source.statusCode ?? 0,
        retryAfter: source.headers["retry-after"],
        body: bodyOf(source, Either.getOrElse(bytes, () => Buffer.alloc(0)))
      })
    )))

const isSuccess = ({ statusCode = 0 }: IncomingMessage) => statusCode >= 200 && statusCode < 300

/** Calls `resume` once, unless the returned function cancels the request. */
const send = <A>(
  client: Client,
  request: OutgoingRequest,
  timeout: number,
  read: Read<A>,
  resume: (result: Result<A>) => void
): () => void => {
  let finished = false
  let responded = false
  let closeConnection = constVoid
  const finish = (result: Result<A>) => {
    if (!finished) {
      finished = true
      clearTimeout(timer)
      resume(result)
    }
  }
  const fail = (failure: Failure) => finish(Either.left(failure))
  const timer = ResponseBody.startTimeout(timeout, (timedOut) => {
    fail(timedOut)
    closeConnection()
  })

  const attempt = (isRetry: boolean): void => {
    let clientRequest: ClientRequest
    try {
      clientRequest = client(request)
    } catch (cause) {
      fail(new InvalidRequest({ cause }))
      return
    }
    closeConnection = () => clientRequest.destroy()
    clientRequest.on("response", (source) => {
      responded = true
      clearTimeout(timer)
      // ResponseBody reports the error; without a listener here Node would throw it.
      source.on("error", constVoid)
      closeConnection = (isSuccess(source) ? read : readErrorResponse)(source, finish)
    })
    // Without a listener Node closes the connection and emits no event.
    clientRequest.on("upgrade", (_source, socket) => {
      socket.destroy()
      fail(new ConnectionLost({ cause: new Error("the server switched protocols without a request to do so") }))
    })
    clientRequest.on("error", (cause) => {
      if (finished || responded) {
        return
      }
      // The server closed an idle connection while the request was on its way: retry on a new one.
      if (!isRetry && clientRequest.reusedSocket && request.method === "GET" && errorCode(cause) === "ECONNRESET") {
        attempt(true)
      } else {
        fail(new ConnectionLost({ cause }))
      }
    })
  }
  attempt(false)

  return () => {
    finished = true
    clearTimeout(timer)
    closeConnection()
  }
}
