/**
 * Joins an upgraded connection of a client with one to another server, whatever they speak: WebSocket or SPDY. As in
 * k8s.io/apimachinery pkg/util/proxy/upgradeaware.go (v0.37).
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import * as tls from "node:tls"

/** The headers of the client that the other server sees; its credentials stay here. */
const passes = (name: string): boolean =>
  ["connection", "upgrade", "user-agent", "x-stream-protocol-version"].includes(name)
  || name.startsWith("sec-websocket-")

const head = ({ headers, method = "GET" }: IncomingMessage, { host, pathname, search }: URL): string => {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    !passes(name) || value === undefined ? [] : [value].flat().map((one) => `${name}: ${one}`)
  )
  return [`${method} ${pathname}${search} HTTP/1.1`, `host: ${host}`, ...lines, "", ""].join("\r\n")
}

/**
 * Joins them until one of them closes, or the effect completes. `received` is what has arrived after the request; the effect `failed`
 * answers a client whose server cannot be reached.
 *
 * @since 0.1.0
 * @category constructors
 */
export const join = (options: {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly received: Buffer
  readonly url: string
  readonly interrupted: Effect.Effect<void>
  readonly failed: (error: Error) => Effect.Effect<void>
}): Effect.Effect<void> => {
  const { failed, interrupted, received, request, socket, url } = options
  const target = new URL(url)
  const joined = Effect.async<void>((resume) => {
    const far = tls.connect({
      host: target.hostname.replace(/^\[|\]$/g, ""),
      port: Number(target.port),
      rejectUnauthorized: false
    })
    const close = () => {
      far.destroy()
      socket.destroy()
      resume(Effect.void)
    }
    let isConnected = false
    far.once("secureConnect", () => {
      isConnected = true
      far.write(head(request, target))
      far.write(received)
      far.pipe(socket)
      socket.pipe(far)
    })
    far.once("error", (error) => isConnected ? close() : resume(failed(error)))
    far.once("close", close)
    socket.once("close", close)
    return Effect.sync(close)
  })
  return Effect.raceFirst(joined, interrupted)
}
