/**
 * Attaches over a WebSocket with the subprotocols v5 and v4 of k8s.io/streaming pkg/httpstream/wsstream (v0.37): the first byte of
 * a message names its channel, and a status on the error channel is the last message.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { constVoid } from "effect/Function"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import type { Connect, Dropped } from "./Reply.js"

/**
 * The subprotocols of a server, the preferred first. A server before 1.30 has v4 alone.
 *
 * @since 0.1.0
 * @category constants
 */
export const protocols: ReadonlyArray<string> = ["v5.channel.k8s.io", "v4.channel.k8s.io"]

const stdinChannel = 0
const stdoutChannel = 1
const stderrChannel = 2
const errorChannel = 3
const closeChannel = 255

const success = Buffer.from(JSON.stringify({ metadata: {}, status: "Success" }))

const send = (socket: WebSocket, channel: number, bytes: Uint8Array): Effect.Effect<void> =>
  Effect.async((resume) => {
    socket.send(Buffer.concat([Uint8Array.of(channel), bytes]), () => resume(Effect.void))
  })

interface ReceivedStdin {
  readonly stdin: Stream.Stream<Uint8Array>
  /** Completes when the client has gone and everything that it sent was read. */
  readonly gone: Effect.Effect<void>
}

/** What the client sends to standard input. The socket is paused while nobody reads. */
const receive = (socket: WebSocket): ReceivedStdin => {
  const received: Array<Uint8Array> = []
  let hasEnded = false
  let isClosed = false
  let wake = constVoid
  let leave = constVoid
  const update = () => {
    wake()
    if (isClosed && received.length === 0) leave()
  }
  socket.on("message", (data) => {
    const message = Buffer.isBuffer(data) ? data : Buffer.alloc(0)
    if (message[0] === stdinChannel) {
      received.push(message.subarray(1))
      socket.pause()
    }
    hasEnded ||= message[0] === closeChannel && message[1] === stdinChannel
    update()
  })
  socket.once("error", constVoid)
  socket.once("close", () => {
    isClosed = true
    update()
  })
  return {
    stdin: Stream.repeatEffectOption(Effect.async((resume) => {
      wake = () => {
        const next = received.shift()
        if (next === undefined && !hasEnded && !isClosed) return socket.resume()
        wake = constVoid
        resume(next === undefined ? Effect.fail(Option.none()) : Effect.succeed(next))
        if (next === undefined) update()
      }
      wake()
    })),
    gone: Effect.async((resume) => {
      leave = () => resume(Effect.void)
      update()
    })
  }
}

const serve = (
  socket: WebSocket,
  stdin: Stream.Stream<Uint8Array>,
  connect: Connect<Dropped>
): Effect.Effect<void> => {
  let status: Uint8Array = success
  // The real server shows with an empty message that it is ready.
  return Effect.zipRight(
    send(socket, stdoutChannel, new Uint8Array(0)),
    Stream.runForEach(connect(stdin), (output) => {
      if (output._tag === "Ended") {
        status = Buffer.from(JSON.stringify(output.status))
        return Effect.void
      }
      return send(socket, output._tag === "Stdout" ? stdoutChannel : stderrChannel, output.bytes)
    })
  ).pipe(
    Effect.onExit((exit) => {
      if (Exit.isSuccess(exit)) {
        return Effect.zipRight(send(socket, errorChannel, status), Effect.sync(() => socket.close(1000)))
      }
      return Effect.sync(() => socket.terminate())
    }),
    Effect.catchAll(() => Effect.void)
  )
}

/**
 * Switches protocols and attaches until the client or the container ends.
 *
 * @since 0.1.0
 * @category combinators
 */
export const attach = (
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
  connect: Connect<Dropped>
): Effect.Effect<void> =>
  Effect.async<WebSocket>((resume) => {
    const server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      handleProtocols: (offered) => protocols.find((protocol) => offered.has(protocol)) ?? false
    })
    server.handleUpgrade(request, stream, head, (socket) => resume(Effect.succeed(socket)))
  }).pipe(
    Effect.flatMap((socket) => {
      const { gone, stdin } = receive(socket)
      return Effect.raceFirst(serve(socket, stdin, connect), gone)
    })
  )
