/**
 * Hostile lines of watches and logs.
 */
import { assert, describe, layer } from "@effect/vitest"
import { Chunk, Effect, Fiber, Option, Stream } from "effect"
import { type ClusterError } from "effect-os-builder"
import type { ServerResponse } from "node:http"
import * as Resources from "../../src/kubernetes/Resources.js"
import { clusterAt, deep, errorOf, impatiently, pod } from "../support/HostileServer.js"
import * as TestServer from "../support/TestServer.js"

const line = (type: unknown, object: unknown) => `${JSON.stringify({ type, object })}\n`

const send = (...parts: ReadonlyArray<string | Uint8Array>) => (response: ServerResponse) => {
  response.writeHead(200)
  parts.forEach((part) => response.write(part))
}

const endMark = line("BOOKMARK", {
  metadata: { resourceVersion: "5", annotations: { "k8s.io/initial-events-end": "true" } }
})

const watches: ReadonlyArray<readonly [string, (response: ServerResponse) => void, ClusterError.Reason]> = [
  ["an unknown type", send(line("RENAMED", pod())), "Decode"],
  ["a type that is a property of Object.prototype", send(line("constructor", pod())), "Decode"],
  ["a type that is not a string", send(line(["ADDED"], pod())), "Decode"],
  ["no type", send("{\"object\":{}}\n"), "Decode"],
  ["an object that is a list", send(line("ADDED", [])), "Decode"],
  ["an object that is null", send(line("ADDED", null)), "Decode"],
  ["two objects in one line", send(line("ADDED", pod()).trim().repeat(2), "\n"), "Decode"],
  ["deep nesting", send(`{"type":"ADDED","object":${deep(200_000)}}\n`), "Decode"],
  ["a NUL byte", send("\0\n"), "Decode"],
  ["a Status with wrong types", send(line("ERROR", { kind: 1, code: "410" })), "Unexpected"],
  ["a Status with an infinite code", send("{\"type\":\"ERROR\",\"object\":{\"code\":1e999}}\n"), "Unexpected"],
  [
    "a Status of megabytes",
    send(line("ERROR", { kind: "Status", code: 410, reason: "Expired", message: "no ".repeat(2_000_000) })),
    "Expired"
  ],
  ["an endless line", (response) => flood(response), "Decode"]
]

const flood = (response: ServerResponse) => {
  response.writeHead(200)
  const bytes = Buffer.alloc(1024 * 1024, "x")
  const more = () => {
    while (!response.destroyed) {
      if (!response.write(bytes)) {
        response.once("drain", more)
        return
      }
    }
  }
  more()
}

layer(TestServer.authority, { excludeTestServices: true })("watch", (it) => {
  for (const [what, act, reason] of watches) {
    it.scoped(`${what}: ${reason}`, () =>
      Effect.gen(function*() {
        const { cluster } = yield* clusterAt((_request, response) => act(response))
        const error = yield* errorOf(Stream.runDrain(cluster.watch(Resources.Pod)))
        assert.strictEqual(error.reason, reason, error.message)
      }), 60_000)
  }

  it.scoped("blank lines: ignored between events", () =>
    Effect.gen(function*() {
      const { cluster } = yield* clusterAt((_request, response) => {
        send("\n", line("ADDED", pod()), "\r\n", " \n", line("MODIFIED", pod({ resourceVersion: "2" })), "\n ")(
          response
        )
        response.end()
      })
      const events = yield* Stream.runCollect(cluster.watch(Resources.Pod))
      assert.deepStrictEqual(Chunk.toReadonlyArray(events).map(({ resourceVersion }) => resourceVersion), ["1", "2"])
    }))

  it.scoped("a line of a megabyte in small pieces: one event", () =>
    Effect.gen(function*() {
      const large = line("ADDED", pod({ labels: { a: "é".repeat(500_000) } }))
      const bytes = Buffer.from(large)
      const { cluster } = yield* clusterAt((_request, response) => {
        response.writeHead(200)
        for (let at = 0; at < bytes.length; at += 4_093) response.write(bytes.subarray(at, at + 4_093))
        response.end()
      })
      const [event] = Chunk.toReadonlyArray(yield* Stream.runCollect(cluster.watch(Resources.Pod)))
      assert(event?.type === "Added")
      assert.strictEqual(event.object.metadata.labels?.["a"], "é".repeat(500_000))
    }))

  describe("reflector", () => {
    it.scoped("reflector: survives every one of them, and undecodable objects", () =>
      Effect.gen(function*() {
        const served: Array<string> = []
        const { cluster } = yield* clusterAt((request, response) => {
          if (!(request.url ?? "").includes("watch=true")) {
            response.end("[]")
            return
          }
          served.push(request.url ?? "")
          const next = [...watches].filter(([what]) => what !== "an endless line")[served.length - 1]
          if (next !== undefined) {
            next[1](response)
          } else {
            send(
              line("ADDED", pod()),
              line("ADDED", { metadata: { name: ["deep"], namespace: "ns", uid: "v", resourceVersion: "2" } }),
              endMark
            )(response)
          }
        })
        const reflector = yield* cluster.reflect(Resources.Pod, { namespace: "ns" })
        // Not a refusal: the reader waits, as during an outage.
        assert.deepStrictEqual((yield* reflector.list).map(({ metadata }) => metadata.name), ["a"])
        assert.isAtLeast(served.length, watches.length)
      }).pipe(impatiently))

    it.scoped("reflector: finds objects with names such as __proto__", () =>
      Effect.gen(function*() {
        const names = ["__proto__", "constructor", "toString", "a/b", "", "ns/a"]
        const { cluster } = yield* clusterAt((_request, response) =>
          send(...names.map((name, index) => line("ADDED", pod({ name, uid: `u${index}` }))), endMark)(response)
        )
        const reflector = yield* cluster.reflect(Resources.Pod, { namespace: "ns" })
        for (const name of names) {
          const found = yield* reflector.get(name, "ns")
          assert.strictEqual(Option.getOrUndefined(found)?.metadata.name, name)
        }
        assert.isTrue(Option.isNone(yield* reflector.get("hasOwnProperty", "ns")))
      }))
  })
})

layer(TestServer.authority, { excludeTestServices: true })("log", (it) => {
  it.scoped("any bytes: emitted as text lines", () =>
    Effect.gen(function*() {
      const lines = ["\u001b[31mred\u001b[0m", "nul\0nul", "\r\r", "__proto__", "x".repeat(1_000_000), "\ufffd\ufffd"]
      const { cluster } = yield* clusterAt((_request, response) => {
        response.writeHead(200, { "content-type": "application/json" })
        response.write(lines.slice(0, -1).map((text) => `${text}\n`).join(""))
        response.end(Buffer.from([0xff, 0xfe]))
      })
      assert.deepStrictEqual(
        Chunk.toReadonlyArray(yield* Stream.runCollect(cluster.logs(Resources.Pod, "a"))),
        lines
      )
    }))

  it.scoped("an endless line: fails with Decode", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* clusterAt((_request, response) => flood(response))
      for (const follow of [false, true]) {
        const error = yield* errorOf(Stream.runDrain(cluster.logs(Resources.Pod, "a", { follow })))
        assert.strictEqual(error.reason, "Decode")
      }
      assert.strictEqual(server.requests.length, 2)
    }), 60_000)

  it.scoped("invalid timestamps: followed all the same", () =>
    Effect.gen(function*() {
      const lines = ["9999-99-99T99:99:99Z one", "not a time two", "2026-01-01T00:00:00+99:99 three", "", "four"]
      const { cluster } = yield* clusterAt((_request, response) =>
        response.end(lines.map((text) => `${text}\n`).join(""))
      )
      const read = yield* Effect.fork(Stream.runCollect(cluster.logs(Resources.Pod, "a", { follow: true })))
      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(read)), [
        "one",
        "not a time two",
        "three",
        "",
        "four"
      ])
    }))
})
