/**
 * A WebSocket to the API server, over the agent and with the credentials of all other requests, with back-pressure in both
 * directions. Frames are those of the package `ws`.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { constVoid } from "effect/Function"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { WebSocket } from "ws"
import { fromEither } from "../../effect/EitherEffect.js"
import { type UpgradeTarget, watchPeer } from "./HttpAgent.js"
import * as HttpRequest from "./HttpRequest.js"
import * as ResponseBody from "./ResponseBody.js"
import { ConnectionLost, InvalidRequest } from "./TransportError.js"

/** A received message, or the reason why there are no more. */
export type Received = Either.Either<Uint8Array, ConnectionLost>

export interface ChannelSocket {
  /** The subprotocol that the server chose. */
  readonly protocol: string
  /**
   * Sends a message. Waits while more than {@link highWaterMark} bytes are buffered, and without end once the connection is lost:
   * `receive` has the reason.
   */
  readonly send: (message: Uint8Array) => Effect.Effect<void>
  /** The next message; fails with None when the server or `close` has ended the connection in an orderly way. */
  readonly receive: Effect.Effect<Uint8Array, Option.Option<ConnectionLost>>
  /** Asks the server to end the connection; what it sends until then is received. */
  readonly close: Effect.Effect<void>
  readonly ping: Effect.Effect<void>
}

/** Bytes to buffer in either direction before the sender waits. */
const highWaterMark = 1024 * 1024

/** Larger than any message of a kubelet, which reads its containers in pieces of 32 KiB. */
const maxMessage = 16 * 1024 * 1024

/** The codes by which a peer ends a connection in an orderly way: RFC 6455, section 7.4.1. */
const orderly: ReadonlySet<number> = new Set([1000, 1001, 1005])

// Loaded when it is first needed, since most clients never attach.
const load = Effect.promise(() => import("ws"))

/** Connects, and chooses one of the subprotocols. Closing the scope closes the connection at once. */
export const open = (
  target: UpgradeTarget,
  protocols: ReadonlyArray<string>,
  timeoutMillis: number
): Effect.Effect<ChannelSocket, HttpRequest.Failure, Scope.Scope> =>
  Effect.flatMap(load, ({ WebSocket }) =>
    Effect.flatMap(
      Effect.acquireRelease(
        Effect.try({
          try: () => {
            const { agent, headers, requestTarget, url } = target
            const socket = new WebSocket(url.replace(/^http/, "ws"), [...protocols], {
              agent,
              headers: Redacted.value(headers),
              perMessageDeflate: false,
              maxPayload: maxMessage,
              skipUTF8Validation: true,
              finishRequest: (request) => {
                if (requestTarget !== undefined) request.path = requestTarget
                request.once("socket", watchPeer).end()
              }
            })
            // Without a listener Node throws the error of a connection that is closed before it is open.
            return socket.on("error", constVoid)
          },
          catch: (cause) => new InvalidRequest({ cause })
        }),
        (socket) => Effect.sync(() => socket.terminate())
      ),
      (socket) => connected(socket, timeoutMillis)
    ))

const connected = (socket: WebSocket, timeoutMillis: number): Effect.Effect<ChannelSocket, HttpRequest.Failure> =>
  Effect.async((resume) => {
    let cancel = constVoid
    const finish = (result: HttpRequest.Result<ChannelSocket>) => {
      clearTimeout(timer)
      resume(fromEither(result))
    }
    const timer = ResponseBody.startTimeout(timeoutMillis, (timedOut) => finish(Either.left(timedOut)))
    // Messages may arrive with the response, so the listeners are set before it does.
    const channel = make(socket)
    socket.once("open", () => finish(Either.right(channel())))
    socket.once("error", (cause) => finish(Either.left(new ConnectionLost({ cause }))))
    socket.once("unexpected-response", (_request, response) => {
      response.on("error", constVoid)
      cancel = HttpRequest.readErrorResponse(response, finish)
    })
    return Effect.sync(() => {
      clearTimeout(timer)
      cancel()
    })
  })

const make = (socket: WebSocket): () => ChannelSocket => {
  const received: Array<Uint8Array> = []
  let buffered = 0
  let end: Option.Option<ConnectionLost> | undefined
  let lastError: unknown
  let notify = constVoid
  socket.on("message", (data) => {
    const message = bytesOf(data)
    received.push(message)
    buffered += message.byteLength
    if (buffered > highWaterMark) socket.pause()
    notify()
  })
  socket.on("error", (cause) => {
    lastError = cause
  })
  socket.on("close", (code, reason) => {
    end = orderly.has(code)
      ? Option.none()
      : Option.some(
        new ConnectionLost({
          cause: lastError ?? new Error(`the connection was closed${reason.length === 0 ? "" : `: ${String(reason)}`}`)
        })
      )
    notify()
  })
  return () => ({
    protocol: socket.protocol,
    send: (message) =>
      Effect.async((resume) => {
        const mustWait = socket.bufferedAmount > highWaterMark
        socket.send(message, (error) => {
          if (mustWait && !error) resume(Effect.void)
        })
        if (!mustWait && socket.readyState === socket.OPEN) resume(Effect.void)
      }),
    receive: Effect.async((resume) => {
      notify = () => {
        const message = received.shift()
        if (message !== undefined) {
          notify = constVoid
          buffered -= message.byteLength
          if (buffered <= highWaterMark && socket.isPaused) socket.resume()
          resume(Effect.succeed(message))
        } else if (end !== undefined) {
          notify = constVoid
          resume(Effect.fail(end))
        }
      }
      notify()
      return Effect.sync(() => {
        notify = constVoid
      })
    }),
    close: Effect.sync(() => socket.close(1000)),
    ping: Effect.sync(() => {
      if (socket.readyState === socket.OPEN) socket.ping()
    })
  })
}

const bytesOf = (data: Buffer | ArrayBuffer | Array<Buffer>): Uint8Array =>
  Array.isArray(data) ? Buffer.concat(data) : data instanceof ArrayBuffer ? new Uint8Array(data) : data
