import { assert, describe, layer } from "@effect/vitest"
import {
  Chunk,
  Deferred,
  Effect,
  Exit,
  Fiber,
  Option,
  Queue,
  Random,
  Runtime,
  Scope,
  Stream,
  TestContext
} from "effect"
import type { ServerResponse } from "node:http"
import * as net from "node:net"
import { TLSSocket } from "node:tls"
import { inspect } from "node:util"
import type * as Cluster from "../../src/kubernetes/Cluster.js"
import * as KubernetesCluster from "../../src/kubernetes/KubernetesCluster.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import * as TestServer from "../support/TestServer.js"

const { json, serve } = TestServer

const secret = "a-secret-token"
const pod = (name: string, version = 1) => ({
  metadata: { name, namespace: "ns", uid: `uid-${name}`, resourceVersion: String(version) }
})
const status = (code: number, reason: string) => ({
  kind: "Status",
  status: "Failure",
  code,
  reason,
  message: `the server says ${reason}`
})

/** A cluster service for a test server, with a bearer token. */
const connect = (url: string, options?: KubernetesCluster.Options & { readonly token?: (time: number) => string }) =>
  Effect.gen(function*() {
    const { ca } = yield* TestServer.TestAuthority
    const config = TestServer.config(url, (applied, time) => {
      applied["ca"] = ca
      applied["headers"] = { Authorization: `Bearer ${options?.token?.(time) ?? secret}` }
    })
    return { config, cluster: yield* KubernetesCluster.fromKubeConfig(config, options) }
  })

const get = (cluster: Cluster.Service, name = "a") => cluster.get(Resources.Pod, name, { namespace: "ns" })

const line = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`

/** A handler that leaves its responses open for the test to write to. */
const held = Effect.map(Queue.unbounded<ServerResponse>(), (queue) => ({
  handler: (_request: unknown, response: ServerResponse) => {
    response.writeHead(200)
    response.flushHeaders()
    Queue.unsafeOffer(queue, response)
  },
  next: Queue.take(queue)
}))

const podList = (status: object) => ({
  metadata: { resourceVersion: "9" },
  items: [{ ...pod("a"), spec: { nodeName: "node" }, status }]
})

/** Answers the question about the pod of a log. */
const hasEnded = (response: ServerResponse) =>
  Effect.sync(() => response.end(JSON.stringify(podList({ phase: "Succeeded" }))))

layer(TestServer.authority, { excludeTestServices: true })("KubernetesCluster", (it) => {
  describe("requests", () => {
    it.scoped("requests: share one connection and carry the credentials", () =>
      Effect.gen(function*() {
        const server = yield* serve((_request, response) => json(response, 200, pod("a")))
        const { cluster, config } = yield* connect(`${server.url}/prefix/`)
        for (let i = 0; i < 50; i++) {
          yield* get(cluster)
        }
        assert.strictEqual(server.connections(), 1)
        assert.strictEqual(config.asked(), 1)
        assert.strictEqual(server.requests[0]?.url, "/prefix/api/v1/namespaces/ns/pods/a")
        assert.include(server.requests[0]?.headers, {
          authorization: `Bearer ${secret}`,
          accept: "application/vnd.kubernetes.protobuf,application/json",
          "user-agent": "effect-os-builder"
        })
      }))

    it.scoped("requests: carry query, body and content type", () =>
      Effect.gen(function*() {
        const bodies: Array<string> = []
        const server = yield* serve((_request, response, body) => {
          bodies.push(body)
          json(response, 200, pod("a"))
        })
        const { cluster } = yield* connect(server.url, { namespace: "mine" })
        assert.strictEqual(cluster.defaultNamespace, "mine")
        yield* cluster.create(Resources.Pod, { metadata: { name: "a" } }, { dryRun: true, strict: true })
        yield* cluster.patch(Resources.Pod, "a", { merge: { metadata: { labels: { ä: "ö" } } } })
        yield* cluster.patch(Resources.Pod, "a", { json: [{ op: "remove", path: "/spec" }] })
        yield* cluster.delete(Resources.Job, "a", { uid: "u", propagation: "Foreground", gracePeriodSeconds: 0 })
        yield* Effect.flip(cluster.list(Resources.Secret, { labelSelector: "a in (b, c+d)" }))
        const either = "application/vnd.kubernetes.protobuf,application/json"
        assert.deepStrictEqual(
          server.requests.map(({ headers, method, url }) => [method, url, headers["content-type"], headers["accept"]]),
          [
            [
              "POST",
              "/api/v1/namespaces/mine/pods?dryRun=All&fieldValidation=Strict",
              "application/json",
              either
            ],
            ["PATCH", "/api/v1/namespaces/mine/pods/a", "application/merge-patch+json", either],
            ["PATCH", "/api/v1/namespaces/mine/pods/a", "application/json-patch+json", either],
            ["DELETE", "/apis/batch/v1/namespaces/mine/jobs/a", "application/json", "application/json"],
            [
              "GET",
              "/api/v1/namespaces/mine/secrets?labelSelector=a+in+%28b%2C+c%2Bd%29&limit=500",
              undefined,
              "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,"
              + "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
            ]
          ]
        )
        assert.deepStrictEqual(bodies.map((body): unknown => body === "" ? "" : JSON.parse(body)), [
          { apiVersion: "v1", kind: "Pod", metadata: { name: "a" } },
          { metadata: { labels: { ä: "ö" } } },
          [{ op: "remove", path: "/spec" }],
          {
            apiVersion: "v1",
            kind: "DeleteOptions",
            preconditions: { uid: "u" },
            propagationPolicy: "Foreground",
            gracePeriodSeconds: 0
          },
          ""
        ])
      }))

    it.scoped("requests: are retried on a new connection when the server has closed the idle one", () =>
      Effect.gen(function*() {
        const seen = new Set<net.Socket>()
        const server = yield* serve((request, response) => {
          if (seen.has(request.socket)) {
            request.socket.destroy()
          } else {
            seen.add(request.socket)
            json(response, 200, pod("a"))
          }
        })
        const { cluster } = yield* connect(server.url)
        for (let i = 0; i < 5; i++) {
          yield* get(cluster)
        }
        assert.strictEqual(server.connections(), 5)
        // Passes only without a sleep: the TestClock is not adjusted.
      }).pipe(Effect.provide(TestContext.TestContext)))

    it.scoped("requests: fail with the server's message and without credentials in the error", () =>
      Effect.gen(function*() {
        const server = yield* serve((request, response) =>
          json(response, 403, status(403, "Forbidden"), { "x-echo": String(request.headers.authorization) })
        )
        const { cluster } = yield* connect(server.url)
        const error = yield* Effect.flip(get(cluster))
        assert.strictEqual(error.message, "Cannot get pods ns/a: Forbidden: the server says Forbidden")
        assert.notInclude(inspect(error, { depth: 20 }) + JSON.stringify(error), secret)
        const refused = yield* Effect.flip(Stream.runDrain(cluster.watch(Resources.Pod)))
        assert.deepStrictEqual([refused.reason, refused.code], ["Forbidden", 403])
        const noLog = yield* Effect.flip(Stream.runDrain(cluster.logs(Resources.Pod, "a")))
        assert.strictEqual(noLog.reason, "Forbidden")
        assert.strictEqual(server.connections(), 1)
      }))

    it.scoped("requests: are retried after Retry-After, not before", () =>
      Effect.gen(function*() {
        const times: Array<number> = []
        const server = yield* serve((_request, response) => {
          times.push(performance.now())
          if (times.length === 1) {
            json(response, 429, status(429, "TooManyRequests"), { "retry-after": "1" })
          } else {
            json(response, 200, pod("a"))
          }
        })
        const { cluster } = yield* connect(server.url)
        yield* cluster.create(Resources.Pod, { metadata: { generateName: "a" } })
        assert.isAtLeast((times[1] ?? 0) - (times[0] ?? 0), 990)
      }))

    it.scoped("requests: time out without a response", () =>
      Effect.gen(function*() {
        const closed = yield* Deferred.make<void>()
        const server = yield* serve((request) => {
          request.socket.on("close", () => Deferred.unsafeDone(closed, Exit.void))
        })
        // Long enough for a busy machine to bring the request to the server.
        const { cluster } = yield* connect(server.url, { timeout: "2 seconds" })
        const error = yield* Effect.flip(cluster.create(Resources.Pod, { metadata: { name: "a" } }))
        assert.strictEqual(error.reason, "Timeout")
        assert.isTrue(error.ambiguous)
        assert.include(error.message, "no response within 2s")
        yield* Deferred.await(closed)
        assert.strictEqual(server.requests.length, 1)
      }))

    it.scoped("requests: close their connection when interrupted", () =>
      Effect.gen(function*() {
        const arrived = yield* Deferred.make<void>()
        const closed = yield* Deferred.make<void>()
        const server = yield* serve((request) => {
          Deferred.unsafeDone(arrived, Exit.void)
          request.socket.on("close", () => Deferred.unsafeDone(closed, Exit.void))
        })
        const { cluster } = yield* connect(server.url)
        const fiber = yield* Effect.fork(get(cluster))
        yield* Deferred.await(arrived)
        yield* Fiber.interrupt(fiber)
        yield* Deferred.await(closed)
      }))

    it.scoped("requests: are limited to 32 at once, and an interrupted one in the queue is not sent", () =>
      Effect.gen(function*() {
        const waiting: Array<ServerResponse> = []
        const server = yield* serve((_request, response) => {
          waiting.push(response)
        })
        const { cluster } = yield* connect(server.url)
        const settled = Effect.sleep(20).pipe(Effect.repeat({ until: () => waiting.length === 32 }))
        const first = yield* Effect.fork(
          Effect.all(Array.from({ length: 32 }, () => get(cluster)), { concurrency: "unbounded" })
        )
        yield* settled
        const given = yield* Effect.fork(get(cluster, "given-up"))
        const last = yield* Effect.fork(get(cluster, "last"))
        yield* Effect.sleep(50)
        yield* Fiber.interrupt(given)
        assert.strictEqual(waiting.length, 32)
        for (const response of waiting.splice(0)) {
          json(response, 200, pod("a"))
        }
        yield* Fiber.join(first)
        yield* Effect.sleep(20).pipe(Effect.repeat({ until: () => waiting.length === 1 }))
        waiting.splice(0).forEach((response) => json(response, 200, pod("last")))
        yield* Fiber.join(last)
        assert.deepStrictEqual(server.requests.slice(32).map(({ url }) => url), ["/api/v1/namespaces/ns/pods/last"])
      }))

    it.scoped("requests: fail as Unreachable when the connection is refused", () =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const { url } = yield* Scope.extend(serve(() => {}), scope)
        yield* Scope.close(scope, Exit.void)
        const { cluster } = yield* connect(url)
        const error = yield* Effect.flip(cluster.create(Resources.Pod, { metadata: { generateName: "a" } }))
        assert.strictEqual(error.reason, "Unreachable")
        assert.isUndefined(error.ambiguous)
        assert.include(error.message, "ECONNREFUSED 127.0.0.1")
      }).pipe(Effect.withRandom(Random.fixed([0]))))

    it.scoped("requests: fail as ambiguous when the response to a write is lost", () =>
      Effect.gen(function*() {
        const server = yield* serve((request) => request.socket.destroy())
        const { cluster } = yield* connect(server.url)
        const write = yield* Effect.flip(cluster.create(Resources.Pod, { metadata: { name: "a" } }))
        assert.deepStrictEqual([write.reason, write.ambiguous], ["Unreachable", true])
        assert.strictEqual(server.requests.length, 1)
      }))

    it.scoped("requests: fail when the certificate is not trusted", () =>
      Effect.gen(function*() {
        const server = yield* serve((_request, response) => json(response, 200, pod("a")))
        const config = TestServer.config(server.url, () => {})
        const cluster = yield* KubernetesCluster.fromKubeConfig(config)
        const error = yield* Effect.flip(get(cluster))
        assert.strictEqual(error.reason, "Unexpected")
        assert.include(error.message, "certificate is not trusted")
        assert.strictEqual(server.connections(), 1)
      }))

    it.scoped("requests: fail with Decode for an invalid response", () =>
      Effect.gen(function*() {
        const server = yield* serve((_request, response) => response.end("<html>"))
        const { cluster } = yield* connect(server.url)
        assert.include((yield* Effect.flip(get(cluster))).message, "Decode: the response is not JSON")
        const other = yield* serve((_request, response) => json(response, 200, { metadata: { name: 1 } }))
        const { cluster: wrong } = yield* connect(other.url)
        assert.include((yield* Effect.flip(get(wrong))).message, "Decode: metadata.name: Expected string")
      }))

    it.scoped("requests: fail with the protocol's name when the server speaks neither HTTP nor TLS", () =>
      Effect.gen(function*() {
        const answerWith = (text: string) =>
          Effect.map(
            Effect.acquireRelease(
              Effect.async<net.Server>((resume) => {
                const server = net.createServer((socket) => {
                  socket.on("error", () => {})
                  socket.end(text)
                })
                server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
              }),
              (server) => Effect.sync(() => server.close())
            ),
            (server) => {
              const address = server.address()
              return `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
            }
          )
        const place = yield* answerWith("not a server\r\n\r\n")
        const plain = yield* KubernetesCluster.fromKubeConfig(TestServer.config(`http://${place}`, () => {}))
        const garbage = yield* Effect.flip(get(plain))
        assert.strictEqual(garbage.reason, "Unexpected")
        assert.include(garbage.message, "the response is not valid HTTP")
        const { cluster } = yield* connect(`https://${place}`)
        const error = yield* Effect.flip(get(cluster))
        assert.strictEqual(error.reason, "Unexpected")
        assert.include(error.message, "the TLS handshake failed")
      }))
  })

  describe("credentials", () => {
    it.scoped("credentials: are renewed once for all requests that got a 401", () =>
      Effect.gen(function*() {
        const server = yield* serve((request, response) =>
          request.headers.authorization === "Bearer token-2"
            ? json(response, 200, pod("a"))
            : json(response, 401, status(401, "Unauthorized"))
        )
        const { cluster, config } = yield* connect(server.url, { token: (time) => `token-${time}` })
        yield* Effect.all(Array.from({ length: 20 }, () => get(cluster)), { concurrency: "unbounded" })
        assert.strictEqual(config.asked(), 2)
        assert.isAtMost(server.requests.length, 40)
      }))

    it.scoped("credentials: fail as Unauthorized after the second 401", () =>
      Effect.gen(function*() {
        const server = yield* serve((_request, response) => json(response, 401, status(401, "Unauthorized")))
        const { cluster } = yield* connect(server.url)
        const error = yield* Effect.flip(get(cluster))
        assert.strictEqual(error.reason, "Unauthorized")
        assert.include(error.message, "log in again")
        assert.strictEqual(server.requests.length, 2)
        assert.strictEqual(server.connections(), 1)
      }))

    it.scoped("credentials: are loaded for the other requests when the first one is interrupted", () =>
      Effect.gen(function*() {
        const gate = yield* Deferred.make<void>()
        const wait = Runtime.runPromise(yield* Effect.runtime(), Deferred.await(gate))
        const server = yield* serve((request, response) =>
          request.headers.authorization === "Bearer token-2"
            ? json(response, 200, pod("a"))
            : json(response, 401, status(401, "Unauthorized"))
        )
        const { ca } = yield* TestServer.TestAuthority
        const config = TestServer.config(server.url, async (applied, time) => {
          if (time === 2) {
            await wait
          }
          applied["ca"] = ca
          applied["headers"] = { Authorization: `Bearer token-${time}` }
        })
        const cluster = yield* KubernetesCluster.fromKubeConfig(config)
        const first = yield* Effect.fork(get(cluster))
        while (config.asked() < 2) {
          yield* Effect.sleep(5)
        }
        const second = yield* Effect.fork(get(cluster))
        yield* Effect.sleep(50)
        yield* Fiber.interrupt(first)
        yield* Deferred.succeed(gate, void 0)
        assert.strictEqual((yield* Fiber.join(second)).metadata.name, "a")
        assert.strictEqual(config.asked(), 2)
      }))

    it.scoped("credentials: open a new connection only when the client certificate changes", () =>
      Effect.gen(function*() {
        const { ca, clients: [one, two] } = yield* TestServer.TestAuthority
        const names: Array<string> = []
        const server = yield* serve((request, response) => {
          names.push(
            request.socket instanceof TLSSocket ? String(request.socket.getPeerCertificate().subject.CN) : "nobody"
          )
          json(response, names.length % 3 === 0 ? 401 : 200, pod("a"))
        }, { requestCert: true })
        const config = TestServer.config(server.url, (applied, time) => {
          const { cert, key } = time < 3 ? one : two
          Object.assign(applied, { ca: Buffer.from(ca), cert: Buffer.from(cert), key })
        })
        const cluster = yield* KubernetesCluster.fromKubeConfig(config)
        yield* get(cluster)
        yield* get(cluster)
        yield* get(cluster)
        assert.strictEqual(server.connections(), 1)
        yield* get(cluster)
        yield* get(cluster)
        assert.deepStrictEqual(names, [...Array.from({ length: 6 }, () => "first"), "second"])
        assert.strictEqual(server.connections(), 2)
        assert.strictEqual(config.asked(), 3)
      }))

    it.scoped("credentials: support basic authentication and impersonation", () =>
      Effect.gen(function*() {
        const { ca } = yield* TestServer.TestAuthority
        const server = yield* serve((_request, response) => json(response, 200, pod("a")))
        const config = TestServer.config(server.url, (applied) => {
          Object.assign(applied, { ca, auth: "user:word", headers: { "Impersonate-User": "other\n" } })
        })
        yield* get(yield* KubernetesCluster.fromKubeConfig(config))
        assert.strictEqual(server.requests[0]?.headers.authorization, `Basic ${btoa("user:word")}`)
        assert.strictEqual(server.requests[0]?.headers["impersonate-user"], "other")
      }))
  })

  describe("watches", () => {
    it.scoped("watches: decode lines for any split of the bytes, and end when the server ends the response", () =>
      Effect.gen(function*() {
        const { handler, next } = yield* held
        const server = yield* serve(handler)
        const { cluster } = yield* connect(server.url)
        const reader = yield* Effect.fork(Stream.runCollect(cluster.watch(Resources.Pod)))
        const response = yield* next
        const bytes = Buffer.from(line("ADDED", { ...pod("a", 1), kind: "Pöd" }) + line("MODIFIED", pod("a", 2)))
        for (let i = 0; i < bytes.length; i += 7) {
          response.write(bytes.subarray(i, i + 7))
          yield* Effect.sleep(1)
        }
        response.end(line("BOOKMARK", { metadata: { resourceVersion: "3" } }))
        assert.deepStrictEqual(
          Chunk.toReadonlyArray(yield* Fiber.join(reader)).map(({ resourceVersion, type }) => [type, resourceVersion]),
          [["Added", "1"], ["Modified", "2"], ["Bookmark", "3"]]
        )
      }))

    for (
      const [what, act, reason] of [
        ["the connection is closed within a line", (response: ServerResponse) => {
          response.write(line("ADDED", pod("a")).slice(0, 20))
          setTimeout(() => response.socket?.destroy(), 50)
        }, "Unreachable"],
        [
          "the response ends within a line",
          (response: ServerResponse) => response.end(line("ADDED", pod("a")).slice(0, 20)),
          "Unreachable"
        ],
        ["a line is not JSON", (response: ServerResponse) => response.write("<html>\n"), "Decode"],
        ["a line is not a watch event", (response: ServerResponse) => response.write("{}\n"), "Decode"],
        [
          "the server sends an ERROR event",
          (response: ServerResponse) => response.write(line("ERROR", status(410, "Expired"))),
          "Expired"
        ]
      ] as const
    ) {
      it.scoped(`watches: fail when ${what}`, () =>
        Effect.gen(function*() {
          const { handler, next } = yield* held
          const server = yield* serve(handler)
          const { cluster } = yield* connect(server.url)
          const reader = yield* Effect.fork(Effect.flip(Stream.runDrain(cluster.watch(Resources.Pod))))
          const response = yield* next
          act(response)
          assert.strictEqual((yield* Fiber.join(reader)).reason, reason)
        }))
    }

    it.scoped("watches: are resumed by the reflector after a closed connection", () =>
      Effect.gen(function*() {
        const { handler, next } = yield* held
        const server = yield* serve(handler)
        const { cluster } = yield* connect(server.url)
        const reflector = yield* cluster.reflect(Resources.Pod, { namespace: "ns" })
        const end = { resourceVersion: "5", annotations: { "k8s.io/initial-events-end": "true" } }
        const first = yield* next
        first.write(line("ADDED", pod("a", 1)) + line("BOOKMARK", { metadata: end }))
        assert.strictEqual((yield* reflector.list).length, 1)
        first.write(line("ADDED", pod("b", 6)) + line("ADDED", pod("c", 7)).slice(0, 30))
        yield* Effect.sleep(50)
        first.socket?.destroy()
        const second = yield* next
        assert.include(server.requests[1]?.url, "resourceVersion=6")
        second.write(line("ADDED", pod("c", 7)))
        while (Option.isNone(yield* reflector.get("c"))) {
          yield* Effect.sleep(5)
        }
        assert.strictEqual((yield* reflector.list).length, 3)
      }))

    it.scoped("watches: close their connection when interrupted", () =>
      Effect.gen(function*() {
        const { handler, next } = yield* held
        const server = yield* serve(handler)
        const { cluster } = yield* connect(server.url)
        const reader = yield* Effect.fork(Stream.runDrain(cluster.watch(Resources.Pod)))
        const response = yield* next
        const closed = Effect.async<void>((resume) => {
          response.on("close", () => resume(Effect.void))
        })
        const waiting = yield* Effect.fork(closed)
        yield* Effect.sleep(20)
        yield* Fiber.interrupt(reader)
        yield* Fiber.join(waiting)
      }))
  })

  describe("logs", () => {
    it.scoped("logs: emit lines, the last one also without a newline", () =>
      Effect.gen(function*() {
        const server = yield* serve((_request, response) => response.end("one\n\ntwo\r\nthrée"))
        const { cluster } = yield* connect(server.url)
        const lines = yield* Stream.runCollect(cluster.logs(Resources.Pod, "a", { container: "c", tailLines: 0 }))
        assert.deepStrictEqual(Chunk.toReadonlyArray(lines), ["one", "", "two\r", "thrée"])
        assert.include(server.requests[0]?.url, "/pods/a/log?container=c&tailLines=0")
      }))

    it.scoped("logs: apply back-pressure to the server", () =>
      Effect.gen(function*() {
        let written = 0
        const text = `${"x".repeat(1023)}\n`.repeat(64)
        const server = yield* serve((_request, response) => {
          response.writeHead(200)
          const more = () => {
            while (!response.destroyed) {
              written += text.length
              if (!response.write(text)) {
                response.once("drain", more)
                return
              }
            }
          }
          more()
        })
        const { cluster } = yield* connect(server.url)
        const gate = yield* Effect.makeLatch(false)
        const read = yield* Effect.fork(
          Stream.runForEach(Stream.take(cluster.logs(Resources.Pod, "a"), 50_000), () => gate.await)
        )
        let before = -1
        while (written !== before || written === 0) {
          before = written
          yield* Effect.sleep(200)
        }
        assert.isBelow(written, 16 * 1024 * 1024)
        yield* gate.open
        yield* Fiber.join(read)
        assert.isAbove(written, 40 * 1024 * 1024)
      }), 20_000)

    it.scoped("logs: with follow are resumed after a closed connection without a lost or repeated line", () =>
      Effect.gen(function*() {
        const { handler, next } = yield* held
        const server = yield* serve(handler)
        const { cluster } = yield* connect(server.url, { timeout: "2 seconds" })
        const reader = yield* Effect.fork(
          Stream.runCollect(cluster.logs(Resources.Pod, "a", { follow: true, tailLines: 2 }))
        )
        const stamp = (n: number) => `2026-01-01T00:00:0${Math.floor(n / 10)}.${n % 10}Z line ${n}\n`
        const first = yield* next
        yield* Effect.sleep(2_200)
        first.write(stamp(8) + stamp(9) + stamp(12) + stamp(13).slice(0, 30))
        yield* Effect.sleep(50)
        first.socket?.destroy()
        const second = yield* next
        second.end(stamp(10) + stamp(12) + stamp(13) + stamp(14))
        yield* hasEnded(yield* next)
        ;(yield* next).end(stamp(14))
        assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(reader)), [
          "line 8",
          "line 9",
          "line 12",
          "line 13",
          "line 14"
        ])
        const urls = server.requests.map(({ url }) => new URL(url, "http://x").search)
        assert.deepStrictEqual(urls, [
          "?follow=true&timestamps=true&tailLines=2",
          "?follow=true&timestamps=true&sinceTime=2026-01-01T00%3A00%3A01.2Z",
          "?fieldSelector=metadata.name%3Da",
          "?timestamps=true&sinceTime=2026-01-01T00%3A00%3A01.4Z"
        ])
      }))

    for (
      const [what, end] of [
        ["after a line", ""],
        ["within a line", "2026-01-01T00:00:03Z th"],
        ["within a timestamp", "2026-01-01T"]
      ] as const
    ) {
      it.scoped(`logs: with follow go on when the server ends the response ${what} while the container runs`, () =>
        Effect.gen(function*() {
          const { handler, next } = yield* held
          const server = yield* serve(handler)
          const { cluster } = yield* connect(server.url)
          const reader = yield* Effect.fork(Stream.runCollect(cluster.logs(Resources.Pod, "a", { follow: true })))
          const one = "2026-01-01T00:00:01Z one\n"
          const two = "2026-01-01T00:00:02Z two\n"
          ;(yield* next).end(one + two + end)
          const running = { running: { startedAt: "2026-01-01T00:00:00Z" } }
          ;(yield* next).end(JSON.stringify(podList({ containerStatuses: [{ name: "c", state: running }] })))
          ;(yield* next).end(`${two}2026-01-01T00:00:03Z three\n2026-01-01T00:00:04Z fo`)
          yield* hasEnded(yield* next)
          ;(yield* next).end("2026-01-01T00:00:03Z three\n2026-01-01T00:00:04Z four")
          assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(reader)), ["one", "two", "three", "four"])
        }))
    }
  })
})
