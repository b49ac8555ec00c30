/**
 * Forwards ports over a WebSocket that carries SPDY/3.1, as kubectl does: k8s.io/client-go tools/portforward (v0.37). Each
 * connection has a stream for its bytes and one for an error.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import { constVoid } from "effect/Function"
import * as Stream from "effect/Stream"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import { parts, Received, send } from "./ForwardedBytes.js"
import type { Forward } from "./Reply.js"
import * as Spdy from "./Spdy.js"

/** @since 0.1.0 @category constants */
export const protocol = "SPDY/3.1+portforward.k8s.io"

/** Whether the client speaks the protocol. @since 0.1.0 @category predicates */
export const isOffered = ({ headers }: IncomingMessage): boolean =>
  (headers["sec-websocket-protocol"] ?? "").split(",").some((one) => one.trim() === protocol)

const nothing = new Uint8Array(0)

const encoder = new TextEncoder()

const serve = (socket: WebSocket, forward: Forward): Effect.Effect<void> =>
  Effect.scoped(Effect.gen(function*() {
    const run = yield* FiberSet.makeRuntime<never>()
    const connection = new Spdy.Connection()
    const errors = new Map<string, number>()
    const open = new Map<number, { readonly received: Received; readonly fiber: Fiber.Fiber<void> }>()

    const answer = (id: number, errorId: number, port: number, received: Received): Effect.Effect<void> => {
      let error = ""
      return Stream.runForEach(
        Stream.mapConcat(forward(port, received.stream), parts),
        (bytes) => send(socket, Spdy.data(id, bytes, false))
      ).pipe(
        Effect.catchAll(({ message }) =>
          Effect.sync(() => {
            error = `error forwarding port ${port}: ${message}`
          })
        ),
        // The client waits for the end of both, even if it has reset the first.
        Effect.ensuring(Effect.suspend(() => {
          open.delete(id)
          socket.send(Spdy.data(id, nothing, true))
          return send(socket, Spdy.data(errorId, encoder.encode(error), true))
        }))
      )
    }

    const handle = (frame: Spdy.Frame): void => {
      switch (frame._tag) {
        case "Open": {
          const { port = "0", requestid = "", streamtype } = frame.headers
          socket.send(connection.reply(frame.id))
          if (streamtype === "error") {
            errors.set(requestid, frame.id)
            return
          }
          const received = new Received()
          const fiber = run(answer(frame.id, errors.get(requestid) ?? 0, Number(port), received))
          errors.delete(requestid)
          open.set(frame.id, { received, fiber })
          return
        }
        case "Data":
          open.get(frame.id)?.received.push(frame.bytes)
          if (frame.isLast) open.get(frame.id)?.received.end()
          return
        case "Reset": {
          const stream = open.get(frame.id)
          open.delete(frame.id)
          if (stream !== undefined) run(Fiber.interruptFork(stream.fiber))
          return
        }
        case "Ping":
          socket.send(Spdy.ping(frame.bytes))
          return
        case "Away":
          socket.close(1000)
      }
    }

    yield* Effect.async<void>((resume) => {
      socket.on("message", (data) => {
        if (Buffer.isBuffer(data)) connection.receive(data).forEach(handle)
      })
      socket.once("error", constVoid)
      socket.once("close", () => resume(Effect.void))
    })
  }))

/**
 * Switches protocols and forwards ports until the client ends. The name of the protocol has a slash, which ws does not take from a
 * client; so ws sees no protocol, and its response gets the header here.
 *
 * @since 0.1.0
 * @category combinators
 */
export const forward = (
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
  forward: Forward
): Effect.Effect<void> =>
  Effect.async<WebSocket>((resume) => {
    const server = new WebSocketServer({ noServer: true, perMessageDeflate: false })
    delete request.headers["sec-websocket-protocol"]
    server.on("headers", (lines) => {
      lines.push(`Sec-WebSocket-Protocol: ${protocol}`)
    })
    server.handleUpgrade(request, stream, head, (socket) => resume(Effect.succeed(socket)))
  }).pipe(Effect.flatMap((socket) => serve(socket, forward)))
