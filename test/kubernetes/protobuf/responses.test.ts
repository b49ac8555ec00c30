import { assert, layer } from "@effect/vitest"
import { Chunk, Effect, Stream } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import * as Protobuf from "../../../src/fake/apiserver/Protobuf.js"
import * as KubernetesCluster from "../../../src/kubernetes/KubernetesCluster.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import * as TestServer from "../../support/TestServer.js"

const { json, serve } = TestServer

const pod = (name: string, version = 1) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "ns", uid: `uid-${name}`, resourceVersion: String(version) }
})

const status = (code: number, reason: string) => ({
  apiVersion: "v1",
  kind: "Status",
  status: "Failure",
  code,
  reason,
  message: "not today",
  details: { causes: [{ reason: "Because", field: "spec" }], retryAfterSeconds: 0 }
})

const encoded = (object: Parameters<typeof Protobuf.encode>[0]) => Protobuf.encode(object) ?? Buffer.alloc(0)

const send = (response: ServerResponse, code: number, bytes: Buffer, contentType = Protobuf.contentType) => {
  response.writeHead(code, { "content-type": contentType })
  response.end(bytes)
}

const connect = (url: string) =>
  Effect.gen(function*() {
    const { ca } = yield* TestServer.TestAuthority
    return yield* KubernetesCluster.fromKubeConfig(TestServer.config(url, (applied) => {
      applied["ca"] = ca
    }))
  })

const connected = (handler: (request: IncomingMessage, response: ServerResponse) => void) =>
  Effect.gen(function*() {
    const server = yield* serve(handler)
    return { server, cluster: yield* connect(server.url) }
  })

layer(TestServer.authority, { excludeTestServices: true })("protobuf responses", (it) => {
  it.scoped("get: decodes a response in protobuf, and one in JSON", () =>
    Effect.gen(function*() {
      const { cluster } = yield* connected(({ url }, response) =>
        url?.endsWith("/a") === true ? send(response, 200, encoded(pod("a"))) : json(response, 200, pod("b"))
      )
      assert.deepStrictEqual((yield* cluster.get(Resources.Pod, "a")).metadata, pod("a").metadata)
      assert.deepStrictEqual((yield* cluster.get(Resources.Pod, "b")).metadata, pod("b").metadata)
    }))

  it.scoped("get: requests JSON from a server that responds with 406, from then on", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* connected(({ headers, url }, response) =>
        headers.accept?.includes("protobuf") === true && url?.includes("/pods/") === true
          ? send(response, 406, Buffer.from("no"), "text/plain")
          : json(response, 200, { ...pod("a"), data: {} })
      )
      yield* cluster.get(Resources.Pod, "a")
      yield* cluster.get(Resources.Pod, "b")
      yield* cluster.get(Resources.ConfigMap, "c")
      assert.deepStrictEqual(server.requests.map(({ headers, url }) => [url.split("/").at(-1), headers.accept]), [
        ["a", "application/vnd.kubernetes.protobuf,application/json"],
        ["a", "application/json"],
        ["b", "application/json"],
        ["c", "application/vnd.kubernetes.protobuf,application/json"]
      ])
    }))

  it.scoped("create: fails with the Status of a response in protobuf", () =>
    Effect.gen(function*() {
      const { cluster } = yield* connected((_, response) => send(response, 422, encoded(status(422, "Invalid"))))
      const error = yield* Effect.flip(cluster.create(Resources.Pod, { metadata: { name: "a" } }))
      assert.strictEqual(error.reason, "Invalid")
      assert.strictEqual(error.status?.message, "not today")
      assert.deepStrictEqual(error.status?.details?.causes?.map(({ field, reason }) => [field, reason]), [
        ["spec", "Because"]
      ])
    }))

  it.scoped("get: fails with Decode for a body that is not protobuf", () =>
    Effect.gen(function*() {
      const bodies = [Buffer.from("{}"), encoded(pod("a")).subarray(0, 40), Buffer.from("k8s\0\u0012\u0003\n\u0009\n")]
      const { cluster } = yield* connected((_, response) => send(response, 200, bodies.shift() ?? Buffer.alloc(0)))
      for (let count = 0; count < 4; count++) {
        assert.strictEqual((yield* Effect.flip(cluster.get(Resources.Pod, "a"))).reason, "Decode")
      }
    }))

  it.scoped("list: fails with Decode for a list that cannot be read", () =>
    Effect.gen(function*() {
      const broken = Buffer.from("k8s\0\u0012\u0006\n\u0000\u0012\u0002\n\u0009")
      const { cluster } = yield* connected((_, response) => send(response, 200, broken))
      assert.strictEqual((yield* Effect.flip(cluster.list(Resources.Pod))).reason, "Decode")
    }))

  const frames = Buffer.concat([
    Protobuf.encodeLine({ type: "ADDED", object: pod("a", 1) }),
    Protobuf.encodeLine({ type: "DELETED", object: pod("a", 2) }),
    Protobuf.encodeLine({
      type: "BOOKMARK",
      object: {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { resourceVersion: "3", annotations: { "k8s.io/initial-events-end": "true" } }
      }
    })
  ])

  it.scoped("watch: decodes events for any split of the bytes", () =>
    Effect.gen(function*() {
      const { cluster } = yield* connected(async (_, response) => {
        response.writeHead(200, { "content-type": Protobuf.watchContentType })
        for (let start = 0; start < frames.length; start += 7) {
          response.write(frames.subarray(start, start + 7))
          await new Promise((resolve) => setImmediate(resolve))
        }
        response.end()
      })
      const events = Chunk.toReadonlyArray(yield* Stream.runCollect(cluster.watch(Resources.Pod)))
      assert.deepStrictEqual(
        events.map((event) => [event.type, event.resourceVersion, event.type === "Bookmark" && event.initialEventsEnd]),
        [["Added", "1", false], ["Deleted", "2", false], ["Bookmark", "3", true]]
      )
    }))

  for (
    const [what, bytes, reason] of [
      ["the server sends an ERROR", Protobuf.encodeLine({ type: "ERROR", object: status(410, "Expired") }), "Expired"],
      ["the response ends within an event", frames.subarray(0, 20), "Unreachable"],
      [
        "an event has another type",
        Buffer.from(frames.toString("latin1").replace("ADDED", "ADDER"), "latin1"),
        "Decode"
      ],
      ["an event has no object", Buffer.from([0, 0, 0, 3, 10, 1, 65]), "Decode"],
      ["an event is longer than an object can be", Buffer.from([0xff, 0, 0, 0, 10]), "Decode"]
    ] as const
  ) {
    it.scoped(`watch: fails when ${what}`, () =>
      Effect.gen(function*() {
        const { cluster } = yield* connected((_, response) => send(response, 200, bytes, Protobuf.watchContentType))
        assert.strictEqual((yield* Effect.flip(Stream.runDrain(cluster.watch(Resources.Pod)))).reason, reason)
      }))
  }
})
