/**
 * What a client attaches to, alone in its process: it takes the standard input of a container to its end, and reports success.
 */
import { createServer } from "node:http"
import { WebSocketServer } from "ws"

const stdin = 0
const error = 3
const close = 255

const server = createServer()
const sockets = new WebSocketServer({ server, handleProtocols: () => "v5.channel.k8s.io" })
sockets.on("connection", (socket) => {
  let bytes = 0
  socket.on("message", (data: Buffer) => {
    if (data[0] === stdin) bytes += data.byteLength - 1
    if (data[0] !== close) return
    process.send?.({ bytes })
    socket.send(Buffer.concat([Buffer.of(error), Buffer.from(JSON.stringify({ status: "Success" }))]))
    socket.close()
  })
})
server.listen(0, "127.0.0.1", () => process.send?.(server.address()))
