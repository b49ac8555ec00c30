import { assert, it } from "@effect/vitest"
import { Chunk, Deferred, Effect, Fiber, Option, Stream } from "effect"
import type { Cluster } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import type * as http from "node:http"
import * as https from "node:https"
import type * as net from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type WebSocket, WebSocketServer } from "ws"
import * as Certificate from "../../../src/fake/apiserver/Certificate.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { listen } from "../../support/Listen.js"

const v4 = "v4.channel.k8s.io"
const v5 = "v5.channel.k8s.io"

interface Script {
  readonly protocols: ReadonlyArray<string>
  /** Called for each connection, with the request. */
  readonly open: (socket: WebSocket, request: http.IncomingMessage) => void
  /** The response to the upgrade in place of a WebSocket. */
  /** Whether the server never responds. */
  readonly silent?: boolean
  readonly refuse?: (request: http.IncomingMessage) => { code: number; body: string } | undefined
}

/** A server that does what the script says, and a client for it. */
const serve = (script: Script) =>
  Effect.gen(function*() {
    const { ca, certificate, key } = Certificate.make()
    const server = https.createServer({ cert: certificate, key })
    const sockets = new WebSocketServer({
      noServer: true,
      handleProtocols: (offered) => script.protocols.find((protocol) => offered.has(protocol)) ?? false
    })
    server.on("upgrade", (request: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
      const refusal = script.refuse?.(request)
      if (script.silent === true) return
      if (refusal !== undefined) {
        socket.end(
          `HTTP/1.1 ${refusal.code} no\r\ncontent-type: application/json\r\ncontent-length: ${refusal.body.length}\r\n\r\n${refusal.body}`
        )
        return
      }
      sockets.handleUpgrade(request, socket, head, (opened) => script.open(opened, request))
    })
    const port = yield* listen(server)
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "attachment-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true }))
    )
    const kubeconfig = join(folder, "config")
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        "current-context": "a",
        contexts: [{ name: "a", context: { cluster: "a", user: "a", namespace: "ns" } }],
        clusters: [{
          name: "a",
          cluster: {
            server: `https://127.0.0.1:${port}/base`,
            "certificate-authority-data": Buffer.from(ca).toString("base64")
          }
        }],
        users: [{ name: "a", user: { token: "t0ken" } }]
      })
    )
    return yield* KubernetesCluster.make({ kubeconfig, timeout: script.silent === true ? "200 millis" : "20 seconds" })
  })

const status = (fields: object) => Buffer.concat([Buffer.from([3]), Buffer.from(JSON.stringify(fields))])
const success = status({ status: "Success" })

const attach = <E = never>(cluster: Cluster.Service, stdin?: Stream.Stream<Uint8Array, E>) =>
  cluster.attach(Resources.Pod, "p", { container: "c", ...(stdin === undefined ? {} : { stdin }) })

const messages = (socket: WebSocket, onMessage: (message: Buffer) => void) =>
  socket.on("message", (data) => onMessage(data as Buffer))

it.scopedLive("attach: names the container and the streams, and sends the credentials", () =>
  Effect.gen(function*() {
    const seen: Array<http.IncomingMessage> = []
    const cluster = yield* serve({
      protocols: [v5, v4],
      open: (socket, request) => {
        seen.push(request)
        socket.send(success)
      }
    })
    yield* Stream.runDrain(attach(cluster, Stream.empty))
    assert.strictEqual(
      seen[0]?.url,
      "/base/api/v1/namespaces/ns/pods/p/attach?container=c&stdin=true&stdout=true&stderr=true"
    )
    assert.strictEqual(seen[0]?.headers.authorization, "Bearer t0ken")
    assert.strictEqual(seen[0]?.headers["sec-websocket-protocol"], `${v5},${v4}`)
  }))

it.scopedLive("attach with v5: closes standard input alone, and emits what follows", () =>
  Effect.gen(function*() {
    const received: Array<Buffer> = []
    const cluster = yield* serve({
      protocols: [v5, v4],
      open: (socket) => {
        // As servers do, to show that the channels are open.
        socket.send(Buffer.from([1]))
        messages(socket, (message) => {
          received.push(message)
          if (message[0] !== 255) return
          socket.send(Buffer.from([1, 65, 66]))
          socket.send(Buffer.from([2, 67]))
          socket.send(success)
        })
      }
    })
    const output = yield* Stream.runCollect(attach(cluster, Stream.make(Buffer.from("ab"), Buffer.alloc(70_000))))
    assert.deepStrictEqual(
      Chunk.toReadonlyArray(output).map(({ _tag, bytes }) => [_tag, Buffer.from(bytes).toString()]),
      [["Stdout", "AB"], ["Stderr", "C"]]
    )
    assert.deepStrictEqual(received.map((message) => [message[0], message.length]), [
      [0, 3],
      [0, 32_769],
      [0, 32_769],
      [0, 4_465],
      [255, 2]
    ])
    assert.strictEqual(received.at(-1)?.[1], 0)
  }))

it.scopedLive("attach with v4: closes the connection after standard input, which is not an error", () =>
  Effect.gen(function*() {
    const received: Array<number> = []
    const closed = yield* Deferred.make<number>()
    const cluster = yield* serve({
      protocols: [v4],
      open: (socket) => {
        messages(socket, (message) => received.push(message[0] ?? -1))
        socket.once("close", (code) => Deferred.unsafeDone(closed, Effect.succeed(code)))
      }
    })
    yield* Stream.runDrain(attach(cluster, Stream.make(Buffer.from("ab"))))
    assert.deepStrictEqual(received, [0])
    assert.strictEqual(yield* Deferred.await(closed), 1000)
  }))

for (const protocol of [v4, v5]) {
  it.scopedLive(`attach with ${protocol}: a connection that the server cuts is Unreachable`, () =>
    Effect.gen(function*() {
      const cluster = yield* serve({
        protocols: [protocol],
        open: (socket) => messages(socket, () => socket.terminate())
      })
      const stdin = Stream.concat(Stream.make(Buffer.from("ab")), Stream.never)
      const error = yield* Effect.flip(Stream.runDrain(attach(cluster, stdin)))
      assert.strictEqual(error.reason, "Unreachable")
    }))

  it.scopedLive(`attach with ${protocol}: an orderly close without a status is Unreachable while there is input`, () =>
    Effect.gen(function*() {
      const cluster = yield* serve({
        protocols: [protocol],
        open: (socket) => messages(socket, () => socket.close(1000))
      })
      const stdin = Stream.concat(Stream.make(Buffer.from("ab")), Stream.never)
      const error = yield* Effect.flip(Stream.runDrain(attach(cluster, stdin)))
      assert.strictEqual(error.reason, "Unreachable")
      assert.match(error.message, /closed before the attachment ended/)
    }))

  it.scopedLive(`attach with ${protocol}: the server's status is the error`, () =>
    Effect.gen(function*() {
      const failure = {
        kind: "Status",
        status: "Failure",
        reason: "NotFound",
        code: 404,
        message: "container c not found"
      }
      const cluster = yield* serve({ protocols: [protocol], open: (socket) => socket.send(status(failure)) })
      const error = yield* Effect.flip(Stream.runDrain(attach(cluster, Stream.never)))
      assert.strictEqual(error.reason, "NotFound")
      assert.match(error.message, /container c not found/)
    }))

  it.scopedLive(
    `attach with ${protocol}: a slow reader holds the sender back, and gets every byte`,
    () =>
      Effect.gen(function*() {
        let received = 0
        const cluster = yield* serve({
          protocols: [protocol],
          open: (socket) => {
            socket.pause()
            setTimeout(() => socket.resume(), 300)
            messages(socket, (message) => {
              if (message[0] === 0) received += message.length - 1
              else socket.send(success)
            })
          }
        })
        let sent = 0
        const stdin = Stream.repeatEffect(Effect.sync(() => {
          sent += 100_000
          return new Uint8Array(100_000)
        })).pipe(Stream.take(500), Stream.rechunk(1))
        const attached = yield* Effect.fork(Stream.runDrain(attach(cluster, stdin)))
        yield* Effect.sleep("200 millis")
        // The buffers of both sockets, and ours.
        assert.isBelow(sent, 20_000_000)
        yield* Fiber.join(attached)
        if (protocol === v4) yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => received === sent })
        assert.strictEqual(received, 50_000_000)
      }),
    20_000
  )
}

it.scopedLive("attach: a slow consumer holds the server back", () =>
  Effect.gen(function*() {
    let sent = 0
    const cluster = yield* serve({
      protocols: [v5],
      open: (socket) => {
        const more = () => {
          if (sent === 1_000) return socket.send(success)
          sent += 1
          socket.send(Buffer.concat([Buffer.from([1]), Buffer.alloc(100_000)]), more)
        }
        more()
      }
    })
    let taken = 0
    const slow = attach(cluster).pipe(Stream.mapEffect(() => {
      taken += 1
      return taken === 1 ? Effect.sleep("300 millis") : Effect.void
    }))
    const consumed = yield* Effect.fork(Stream.runDrain(slow))
    yield* Effect.sleep("200 millis")
    assert.isBelow(sent, 200)
    yield* Fiber.join(consumed)
    assert.strictEqual(taken, 1_000)
  }))

it.scopedLive("attach: a refusal is the server's Status, and the token is in no message", () =>
  Effect.gen(function*() {
    const body = JSON.stringify({
      kind: "Status",
      reason: "Forbidden",
      code: 403,
      message: "pods \"p\" is forbidden: User \"u\" cannot create resource \"pods/attach\""
    })
    const cluster = yield* serve({ protocols: [v5], open: () => {}, refuse: () => ({ code: 403, body }) })
    const error = yield* Effect.flip(Stream.runDrain(attach(cluster)))
    assert.strictEqual(error.reason, "Forbidden")
    assert.match(error.message, /cannot create resource "pods\/attach"/)
    assert.notInclude(JSON.stringify(error), "t0ken")
  }))

it.scopedLive("attach: refused credentials are renewed once", () =>
  Effect.gen(function*() {
    let requests = 0
    const cluster = yield* serve({
      protocols: [v5],
      open: (socket) => socket.send(success),
      refuse: () => ++requests === 1 ? { code: 401, body: "{}" } : undefined
    })
    yield* Stream.runDrain(attach(cluster))
    assert.strictEqual(requests, 2)
  }))

it.scopedLive("attach: a server without any of the subprotocols is an error", () =>
  Effect.gen(function*() {
    const cluster = yield* serve({ protocols: ["channel.k8s.io"], open: () => {} })
    const error = yield* Effect.flip(Stream.runDrain(attach(cluster)))
    assert.match(error.message, /subprotocol/)
  }))

it.scopedLive("attach: a server that does not respond is a Timeout", () =>
  Effect.gen(function*() {
    const cluster = yield* serve({ protocols: [v5], open: () => {}, silent: true })
    const error = yield* Effect.flip(Stream.runDrain(attach(cluster)))
    assert.strictEqual(error.reason, "Timeout")
  }))

it.scopedLive("attach: interruption closes the connection", () =>
  Effect.gen(function*() {
    const closed = yield* Effect.makeLatch(false)
    const opened = yield* Effect.makeLatch(false)
    const cluster = yield* serve({
      protocols: [v5],
      open: (socket) => {
        opened.unsafeOpen()
        socket.once("close", () => closed.unsafeOpen())
      }
    })
    const attached = yield* Effect.fork(Stream.runDrain(attach(cluster)))
    yield* opened.await
    yield* Fiber.interrupt(attached)
    assert.isTrue(Option.isSome(yield* Effect.timeoutOption(closed.await, "2 seconds")))
  }))
