/**
 * An HTTP proxy (CONNECT) and a SOCKS 5 proxy on 127.0.0.1, each for one test.
 */
import { Effect } from "effect"
import * as http from "node:http"
import * as net from "node:net"
import { listen } from "./Listen.js"

const join = (one: net.Socket, other: net.Socket) => {
  one.on("error", () => other.destroy()).on("close", () => other.destroy()).pipe(other)
  other.on("error", () => one.destroy()).on("close", () => one.destroy()).pipe(one)
}

export const connectProxy = Effect.suspend(() => {
  const server = http.createServer()
  server.on("connect", (request, client: net.Socket) => {
    const port = Number(request.url?.split(":")[1])
    const upstream = net.connect(port, "127.0.0.1", () => client.write("HTTP/1.1 200 OK\r\n\r\n"))
    join(client, upstream)
  })
  return listen(server)
})

/** RFC 1928 without authentication, for IPv4 addresses. */
export const socksProxy = Effect.suspend(() =>
  listen(net.createServer((client) => {
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
