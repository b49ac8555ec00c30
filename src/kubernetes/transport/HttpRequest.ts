/**
 * A request and its answer: limited in time, and stopped with who asked.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { constVoid } from "effect/Function"
import type * as Scope from "effect/Scope"
import type { ClientRequest, IncomingMessage } from "node:http"
import { type Client, codeOf, type Outgoing } from "./HttpAgent.js"
import type { RequestLimiter } from "./RequestLimiter.js"
import * as ResponseBody from "./ResponseBody.js"
import * as Timeout from "./Timeout.js"

/** The request is none that can be sent. */
export class Unsendable extends Data.TaggedError("Unsendable")<{ readonly cause: unknown }> {}

/** The server says no. */
export class Refused extends Data.TaggedError("Refused")<{
  readonly status: number
  readonly retryAfter: string | undefined
  /** Empty if it was too long, or took its time: those are none of a server's words. */
  readonly text: string
}> {}

/** Why there is no answer, when it was not the server that said so. */
export type Lost = Unsendable | ResponseBody.Broken | ResponseBody.TooLong | Timeout.Late

export type Failure = Refused | Lost

/** What is larger is not an answer of an API server; V8 would refuse a text of twice the size. */
const answerLimits: ResponseBody.Limits = { bytes: 256 * 1024 * 1024, millis: 120_000 }

const refusalLimits: ResponseBody.Limits = { bytes: 1024 * 1024, millis: 10_000 }

/** The text of an answer, which may take as long as `patience` says, in milliseconds, to begin. */
export const text = (
  client: Client,
  request: Outgoing,
  patience: number,
  gate: RequestLimiter
): Effect.Effect<string, Failure> =>
  Effect.async((resume) => {
    let stop = constVoid
    const start = () => {
      stop = begin(client, request, patience, readWhole, (result) => {
        gate.leave(start)
        resume(result)
      })
    }
    gate.enter(start)
    return Effect.sync(() => {
      stop()
      gate.leave(start)
    })
  })

/** An answer that has begun. The end of the scope lets go of what has not come yet. */
export const open = (
  client: Client,
  request: Outgoing,
  patience: number
): Effect.Effect<IncomingMessage, Failure, Scope.Scope> =>
  Effect.suspend(() => {
    let stop = constVoid
    const answer = Effect.async<IncomingMessage, Failure>((resume) => {
      stop = begin(client, request, patience, handOver, resume)
    })
    return Effect.zipRight(Effect.addFinalizer(() => Effect.sync(() => stop())), answer)
  })

type Result<A> = Either.Either<A, Failure>

/** Reads an answer; answers how to stop that. */
type Read<A> = (source: IncomingMessage, done: (result: Result<A>) => void) => () => void

const readWhole: Read<string> = (source, done) => ResponseBody.whole(source, answerLimits, done)

const handOver: Read<IncomingMessage> = (source, done) => {
  done(Either.right(source))
  return () => source.destroy()
}

const readRefusal: Read<never> = (source, done) =>
  ResponseBody.whole(source, refusalLimits, (text) =>
    done(Either.left(
      new Refused({
        status: source.statusCode ?? 0,
        retryAfter: source.headers["retry-after"],
        text: Either.getOrElse(text, () => "")
      })
    )))

const isSuccess = ({ statusCode = 0 }: IncomingMessage) => statusCode >= 200 && statusCode < 300

/** `resume` is called once, unless this is stopped as it answers how. */
const begin = <A>(
  client: Client,
  request: Outgoing,
  patience: number,
  read: Read<A>,
  resume: (result: Result<A>) => void
): () => void => {
  let over = false
  let begun = false
  let letGo = constVoid
  const done = (result: Result<A>) => {
    if (!over) {
      over = true
      clearTimeout(timer)
      resume(result)
    }
  }
  const fail = (failure: Failure) => done(Either.left(failure))
  const timer = Timeout.after(patience, (late) => {
    fail(late)
    letGo()
  })

  const send = (again: boolean): void => {
    let sent: ClientRequest
    try {
      sent = client(request)
    } catch (cause) {
      fail(new Unsendable({ cause }))
      return
    }
    letGo = () => sent.destroy()
    sent.on("response", (source) => {
      begun = true
      clearTimeout(timer)
      // Whoever reads it will know.
      source.on("error", constVoid)
      letGo = (isSuccess(source) ? read : readRefusal)(source, done)
    })
    // Without a listener Node ends the request, and tells nobody.
    sent.on("upgrade", (_source, socket) => {
      socket.destroy()
      fail(new ResponseBody.Broken({ cause: new Error("the server changed the protocol, unasked") }))
    })
    sent.on("error", (cause) => {
      if (over || begun) {
        return
      }
      // The server closed a kept connection while the request was on its way: the next connection is a new one.
      if (!again && sent.reusedSocket && request.method === "GET" && codeOf(cause) === "ECONNRESET") {
        send(true)
      } else {
        fail(new ResponseBody.Broken({ cause }))
      }
    })
  }
  send(false)

  return () => {
    over = true
    clearTimeout(timer)
    letGo()
  }
}
