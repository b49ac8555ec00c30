/**
 * An HTTP proxy (CONNECT) and a SOCKS 5 proxy on 127.0.0.1, each for one test.
 */
import { Effect, type Scope } from "effect"
import * as http from "node:http"
import * as net from "node:net"

const join = (one: net.Socket, other: net.Socket) => {
  one.on("error", () => other.destroy()).on("close", () => other.destroy()).pipe(other)
  other.on("error", () => one.destroy()).on("close", () => one.destroy()).pipe(one)
}

/** Serves until the scope closes; gives the port. */
const listening = (server: net.Server): Effect.Effect<number, never, Scope.Scope> => {
  const sockets = new Set<net.Socket>()
  server.on("connection", (socket: net.Socket) => sockets.add(socket))
  return Effect.acquireRelease(
    Effect.async<number>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
      })
    }),
    () =>
      Effect.sync(() => {
        server.close()
        sockets.forEach((socket) => socket.destroy())
      })
  )
}

export const connectProxy = Effect.suspend(() => {
  const server = http.createServer()
  server.on("connect", (request, client: net.Socket) => {
    const port = Number(request.url?.split(":")[1])
    const upstream = net.connect(port, "127.0.0.1", () => client.write("HTTP/1.1 200 OK\r\n\r\n"))
    join(client, upstream)
  })
  return listening(server)
})

/** RFC 1928 without authentication, for IPv4 addresses. */
export const socksProxy = Effect.suspend(() =>
  listening(net.createServer((client) => {
    client.once("data", () => {
      client.write(Buffer.from([5, 0]))
      client.once("data", (request) => {
        const upstream = net.connect(request.readUInt16BE(8), "127.0.0.1", () => {
          client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]))
          join(client, upstream)
        })
        upstream.on("error", () => client.destroy())
      })
    })
    client.on("error", () => {})
  }))
)
