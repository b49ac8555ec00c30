import { assert, describe, it } from "@effect/vitest"
import { Effect, Runtime, Stream } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import * as https from "node:https"
import { WebSocket, WebSocketServer } from "ws"
import * as Certificate from "../../../src/fake/apiserver/Certificate.js"
import * as FakeApiServer from "../../../src/fake/apiserver/FakeApiServer.js"
import type { ControlPlane } from "../../../src/fake/ControlPlane.js"
import * as Json from "../../../src/fake/Json.js"
import { api, plane, pods, refused } from "../../support/FakeApi.js"
import { listen } from "../../support/Listen.js"
import { manifest, type Pod } from "../../support/Manifest.js"

const lease = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"

interface Seen {
  readonly path: string
  readonly headers: IncomingMessage["headers"]
}

/** What a kubelet does to join: its node, its status with the port it listens on, its Lease, and a pod that it is given. */
const join = (made: ControlPlane, port: number, renewTime: string) =>
  Effect.gen(function*() {
    const { merge, post } = api(made)
    yield* post("/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name: "real" } })
    yield* merge("/api/v1/nodes/real/status", {
      status: {
        addresses: [{ type: "Hostname", address: "real" }, { type: "InternalIP", address: "127.0.0.1" }],
        daemonEndpoints: { kubeletEndpoint: { Port: port } }
      }
    })
    yield* post(lease, {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: "real" },
      spec: { holderIdentity: "real", leaseDurationSeconds: 40, renewTime }
    })
    yield* post(
      pods,
      manifest<Pod>({
        metadata: { name: "p" },
        spec: { nodeName: "real", containers: [{ name: "c", image: "i" }, { name: "d", image: "i" }] }
      })
    )
  })

/** A server in place of a kubelet, and a cluster that it has joined. */
const joined = (
  answer: (response: ServerResponse) => void,
  renewTime = new Date().toISOString().replace("Z", "000Z")
) =>
  Effect.gen(function*() {
    const seen: Array<Seen> = []
    const { certificate, key } = Certificate.make()
    const server = https.createServer({ cert: certificate, key }, (request, response) => {
      seen.push({ path: request.url ?? "", headers: request.headers })
      answer(response)
    })
    const sockets = new WebSocketServer({ noServer: true })
    server.on("upgrade", (request, socket, head) => {
      seen.push({ path: request.url ?? "", headers: request.headers })
      sockets.handleUpgrade(request, socket, head, (one) => one.on("message", (data) => one.send(data)))
    })
    const port = yield* listen(server)
    const made = yield* plane()
    yield* join(made, port, renewTime)
    return { made, port, seen, server }
  })

const bytesOf = (made: ControlPlane, path: string, query: Readonly<Record<string, string>>) =>
  Effect.flatMap(
    api(made).send({ method: "GET", path, query }),
    (reply) => reply._tag === "Bytes" ? Stream.mkString(Stream.decodeText(reply.bytes)) : Effect.die(reply)
  )

/** A client's WebSocket to the served cluster, when it is open. */
const open = (served: FakeApiServer.Service, path: string) =>
  Effect.async<WebSocket, Error>((resume) => {
    const socket = new WebSocket(`${served.url}${path}`, ["v5.channel.k8s.io"], {
      ca: served.ca,
      headers: { authorization: `Bearer ${served.token}` }
    })
    socket.once("open", () => resume(Effect.succeed(socket)))
    socket.once("error", (error) => resume(Effect.fail(error)))
  })

describe("a kubelet that has joined", () => {
  it.scopedLive("a kubelet that has joined: is asked for a log, which the client receives as it is", () =>
    Effect.gen(function*() {
      const { made, seen } = yield* joined((response) => response.end("one\ntwo"))
      const log = yield* bytesOf(made, `${pods}/p/log`, {
        container: "d",
        follow: "true",
        tailLines: "5",
        timestamps: "false"
      })
      assert.strictEqual(log, "one\ntwo")
      assert.deepStrictEqual(seen.map(({ path }) => path), ["/containerLogs/ns/p/d?follow=true&tailLines=5"])
      assert.isUndefined(seen[0]?.headers.authorization)
    }))

  it.scopedLive("a kubelet that has joined: its refusal of a log is that of the API server", () =>
    Effect.gen(function*() {
      const why = "container \"c\" in pod \"p\" is waiting to start: ContainerCreating"
      const { made } = yield* joined((response) => response.writeHead(400).end(why))
      const status = yield* refused(bytesOf(made, `${pods}/p/log`, { container: "c" }))
      assert.deepInclude(status, { code: 400, reason: "BadRequest", message: why })
      const unnamed = yield* refused(bytesOf(made, `${pods}/p/log`, {}))
      assert.match(unnamed.message, /a container name must be specified for pod p/)
    }))

  it.scopedLive("a kubelet that has joined: one that cannot be reached is an internal error", () =>
    Effect.gen(function*() {
      const { made, port, server } = yield* joined((response) => response.end())
      yield* Effect.async<void>((resume) => void server.close(() => resume(Effect.void)))
      const status = yield* refused(bytesOf(made, `${pods}/p/log`, { container: "c" }))
      assert.strictEqual(status.code, 500)
      assert.include(status.message, `Get "https://127.0.0.1:${port}/containerLogs/ns/p/c?"`)
    }))

  it.scopedLive("a kubelet that has joined: one that does not renew its Lease is not asked", () =>
    Effect.gen(function*() {
      const { made, seen } = yield* joined((response) => response.end("log"), "2026-01-01T00:00:00.000000Z")
      const status = yield* refused(bytesOf(made, `${pods}/p/log`, { container: "c" }))
      assert.strictEqual(status.code, 500)
      assert.include(status.message, "does not renew its Lease")
      assert.deepStrictEqual(seen, [])
    }))

  it.scopedLive("a kubelet that has joined: exec, attach and port-forward are its own connections, without the client's token", () =>
    Effect.gen(function*() {
      const { made, seen } = yield* joined((response) => response.end())
      const served = yield* FakeApiServer.serve(made)
      const paths = [
        "exec?container=c&command=ls&command=-l&stdin=true&stdout=true&stderr=false",
        "attach?container=c&stdout=1&tty=true",
        "portforward",
        "portforward?ports=80&ports=443"
      ]
      for (const path of paths) {
        const socket = yield* open(served, `${pods}/p/${path}`)
        const echo = yield* Effect.async<string>((resume) => {
          socket.once("message", (data) => resume(Effect.succeed(data.toString())))
          socket.send(`hello ${path}`)
        })
        assert.strictEqual(echo, `hello ${path}`)
        socket.close()
      }
      assert.deepStrictEqual(seen.map(({ path }) => path), [
        "/exec/ns/p/c?input=1&output=1&command=ls&command=-l",
        "/attach/ns/p/c?output=1&tty=1",
        "/portForward/ns/p",
        "/portForward/ns/p?port=80%2C443"
      ])
      assert.isTrue(seen.every(({ headers }) => headers.authorization === undefined))
      assert.isTrue(seen.every(({ headers }) => headers["sec-websocket-protocol"] === "v5.channel.k8s.io"))
    }))

  it.scopedLive("a kubelet that has joined: an outage of the API server ends its connections", () =>
    Effect.gen(function*() {
      const { made } = yield* joined((response) => response.end())
      const served = yield* FakeApiServer.serve(made)
      const socket = yield* open(served, `${pods}/p/attach?container=c&stdout=true`)
      const closed = Effect.async<void>((resume) => void socket.once("close", () => resume(Effect.void)))
      const run = Runtime.runPromise(yield* Effect.runtime())
      const wait = run(closed)
      made.gateway.cut()
      yield* Effect.promise(() => wait)
    }))

  it.scopedLive("a kubelet that has joined: the client of a kubelet that cannot be reached is answered", () =>
    Effect.gen(function*() {
      const { made, server } = yield* joined((response) => response.end())
      const served = yield* FakeApiServer.serve(made)
      yield* Effect.async<void>((resume) => void server.close(() => resume(Effect.void)))
      const error = yield* Effect.flip(open(served, `${pods}/p/attach?container=c&stdout=true`))
      assert.include(error.message, "500")
    }))

  it.scopedLive("a kubelet that has joined: the client of one whose address is none is answered", () =>
    Effect.gen(function*() {
      const { made } = yield* joined((response) => response.end())
      const addresses = [{ type: "InternalIP", address: "no address" }]
      yield* api(made).merge("/api/v1/nodes/real/status", { status: { addresses } })
      const served = yield* FakeApiServer.serve(made)
      const error = yield* Effect.flip(open(served, `${pods}/p/attach?container=c&stdout=true`))
      assert.include(error.message, "500")
      const code = yield* Effect.async<number | undefined, Error>((resume) => {
        const headers = { authorization: `Bearer ${served.token}` }
        https.get(`${served.url}${pods}/p/log?container=c`, { ca: served.ca, headers }, (response) => {
          response.resume()
          resume(Effect.succeed(response.statusCode))
        }).once("error", (error) => resume(Effect.fail(error)))
      })
      assert.strictEqual(code, 500)
    }))
})

describe("the namespaces of a new cluster", () => {
  it.scoped("the namespaces of a new cluster: are those of a real one", () =>
    Effect.gen(function*() {
      const list = yield* api(yield* plane()).get("/api/v1/namespaces")
      assert.deepStrictEqual(Json.objects(list, "items").map((one) => Json.text(one, "metadata", "name")), [
        "default",
        "kube-node-lease",
        "kube-public",
        "kube-system",
        "ns"
      ])
    }))
})
