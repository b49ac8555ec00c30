/**
 * Forwards ports over a WebSocket with the subprotocol v4 of k8s.io/cri-streaming pkg/streaming/portforward/websocket.go (v0.37), as
 * the JavaScript client does: the n-th port of the request has the channel 2n for one connection and 2n + 1 for its error.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { constVoid } from "effect/Function"
import * as Stream from "effect/Stream"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import * as PortRules from "../kinds/PortRules.js"
import { parts, Received, send } from "./ForwardedBytes.js"
import { type Forward, Refused } from "./Reply.js"
import * as Status from "./Status.js"

/** @since 0.1.0 @category constants */
export const protocol = "v4.channel.k8s.io"

/** Whether the client speaks the protocol, or names none. @since 0.1.0 @category predicates */
export const isOffered = ({ headers }: IncomingMessage): boolean => {
  const offered = headers["sec-websocket-protocol"]
  return offered === undefined || offered.split(",").some((one) => one.trim() === protocol)
}

const message = (channel: number, bytes: Uint8Array): Buffer => Buffer.concat([Uint8Array.of(channel), bytes])

const portBytes = (port: number): Uint8Array => Uint8Array.of(port % 256, Math.floor(port / 256))

const serve = (socket: WebSocket, ports: ReadonlyArray<number>, forward: Forward): Effect.Effect<void> => {
  const received = ports.map(() => new Received())
  let isClosed = false
  let leave = constVoid
  socket.on("message", (data) => {
    if (Buffer.isBuffer(data)) received[(data[0] ?? 1) / 2]?.push(data.subarray(1))
  })
  socket.once("error", constVoid)
  socket.once("close", () => {
    isClosed = true
    leave()
  })
  const closed = Effect.async<void>((resume) => {
    leave = () => resume(Effect.void)
    if (isClosed) leave()
  })
  const connections = Effect.forEach(received, (received, index) => {
    const port = ports[index] ?? 0
    const [data, error] = [2 * index, 2 * index + 1]
    return send(socket, message(data, portBytes(port))).pipe(
      Effect.zipRight(send(socket, message(error, portBytes(port)))),
      Effect.zipRight(Stream.runForEach(
        Stream.mapConcat(forward(port, received.stream), parts),
        (bytes) => send(socket, message(data, bytes))
      )),
      Effect.catchAll((cause) =>
        send(socket, message(error, Buffer.from(`error forwarding port ${port}: ${cause.message}`)))
      )
    )
  }, { concurrency: "unbounded", discard: true })
  return Effect.raceFirst(Effect.zipRight(connections, Effect.sync(() => socket.close(1000))), closed)
}

/** Of a query such as `ports=80&ports=443`, or `ports=80,443`. */
const portsOf = (values: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<number>, Refused> => {
  const names = values.flatMap((value) => value.split(","))
  const invalid = names.find((name) => !/^\d+$/.test(name) || !PortRules.isPort(Number(name)))
  const refuse = (text: string) => Effect.fail(new Refused({ status: Status.badRequest(text) }))
  if (names.length === 0) return refuse(`query parameter "port" is required`)
  return invalid === undefined ? Effect.succeed(names.map(Number)) : refuse(`unable to parse "${invalid}" as a port`)
}

/**
 * Switches protocols and forwards the `values` of the parameter `ports` until the client or all connections end.
 *
 * @since 0.1.0
 * @category combinators
 */
export const forward = (
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
  options: { readonly values: ReadonlyArray<string>; readonly forward: Forward }
): Effect.Effect<void, Refused> =>
  Effect.flatMap(portsOf(options.values), (ports) =>
    Effect.async<WebSocket>((resume) => {
      const server = new WebSocketServer({
        noServer: true,
        perMessageDeflate: false,
        handleProtocols: () => protocol
      })
      server.handleUpgrade(request, stream, head, (socket) => resume(Effect.succeed(socket)))
    }).pipe(Effect.flatMap((socket) => serve(socket, ports, options.forward))))
