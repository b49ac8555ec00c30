/**
 * Hostile responses to a single request.
 */
import { assert, describe, layer } from "@effect/vitest"
import { Duration, Effect, Schema, Stream } from "effect"
import { ClusterError, Resource } from "effect-os-builder"
import type { ServerResponse } from "node:http"
import { inspect } from "node:util"
import { gzipSync } from "node:zlib"
import * as ClusterService from "../../src/kubernetes/Cluster.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import { clusterAt, connect, deep, errorOf, impatiently, pod, token } from "../support/HostileServer.js"
import * as TestServer from "../support/TestServer.js"

const get = (cluster: ClusterService.Service) => cluster.get(Resources.Pod, "a", { namespace: "ns" })

const respond =
  (code: number, body: string | Uint8Array, headers?: Record<string, string>) => (response: ServerResponse) => {
    response.writeHead(code, { "content-type": "application/json", ...headers })
    response.end(body)
  }

const status = (code: number, more: object) =>
  JSON.stringify({ kind: "Status", status: "Failure", code, message: "no", ...more })

interface Row {
  readonly what: string
  readonly act: (response: ServerResponse) => void
  readonly reason: ClusterError.Reason
  readonly message?: RegExp
}

const rows: ReadonlyArray<Row> = [
  { what: "an empty body", act: respond(200, ""), reason: "Decode" },
  { what: "an empty body with 204", act: respond(204, ""), reason: "Decode" },
  { what: "null", act: respond(200, "null"), reason: "Decode" },
  { what: "a number", act: respond(200, "1e999"), reason: "Decode" },
  { what: "a list", act: respond(200, "[]"), reason: "Decode" },
  { what: "a string", act: respond(200, "\"pod\""), reason: "Decode" },
  {
    what: "an HTML page",
    act: respond(200, "<html>log in</html>", { "content-type": "text/html" }),
    reason: "Decode"
  },
  { what: "bytes that are not UTF-8", act: respond(200, Buffer.from([0xff, 0xfe, 0, 0x80])), reason: "Decode" },
  {
    what: "an unrequested gzip body",
    act: respond(200, gzipSync("{}"), { "content-encoding": "gzip" }),
    reason: "Decode"
  },
  {
    what: "a body shorter than its content-length",
    act: (response) => {
      response.writeHead(200, { "content-length": "1000" })
      response.write("{\"metadata\":", () => response.socket?.destroy())
    },
    reason: "Unreachable"
  },
  {
    what: "a truncated chunk",
    act: (response) => {
      response.writeHead(200)
      response.write("{\"metadata\":", () => response.socket?.destroy())
    },
    reason: "Unreachable"
  },
  { what: "truncated JSON", act: respond(200, "{\"metadata\":"), reason: "Decode" },
  { what: "deeply nested lists", act: respond(200, deep(500_000)), reason: "Decode" },
  {
    what: "deeply nested lists in a decoded field",
    act: respond(200, `{"metadata":{"name":${deep(100_000)},"uid":"u","resourceVersion":"1"}}`),
    reason: "Decode"
  },
  {
    what: "deeply nested objects in a decoded field",
    act: respond(200, `{"metadata":${"{\"name\":".repeat(100_000)}1${"}".repeat(100_000)}}`),
    reason: "Decode"
  },
  {
    what: "a number instead of a string",
    act: respond(200, JSON.stringify({ metadata: { ...pod().metadata, resourceVersion: 1 } })),
    reason: "Decode"
  },
  {
    what: "a string of megabytes instead of a number",
    act: respond(200, JSON.stringify({ metadata: { ...pod().metadata, generation: "9".repeat(5_000_000) } })),
    reason: "Decode"
  },
  { what: "an object in __proto__", act: respond(200, `{"__proto__":${JSON.stringify(pod())}}`), reason: "Decode" },
  {
    what: "metadata in __proto__",
    act: respond(200, `{"metadata":{"__proto__":${JSON.stringify(pod().metadata)}}}`),
    reason: "Decode"
  },
  {
    what: "an undefined status code",
    act: respond(999, "{}"),
    reason: "Unexpected",
    message: /the server responded with 999/
  },
  {
    what: "an error without a Status",
    act: respond(500, deep(100_000)),
    reason: "Unexpected",
    message: /the server responded with 500/
  },
  {
    what: "an error that is not JSON",
    act: respond(418, "\0\0\0"),
    reason: "Unexpected",
    message: /the server responded with 418/
  },
  {
    what: "a Status with wrong types",
    act: respond(403, status(403, { message: 1, reason: [], details: "x" })),
    reason: "Forbidden"
  },
  {
    what: "a Status in __proto__",
    act: respond(404, "{\"__proto__\":{\"kind\":\"Status\",\"reason\":\"AlreadyExists\"}}"),
    reason: "NotFound"
  },
  {
    what: "a reason that is a property of Object.prototype",
    act: respond(400, status(400, { reason: "constructor" })),
    reason: "Invalid"
  },
  {
    what: "a Status with an infinite code",
    act: respond(409, `{"kind":"Status","code":1e999,"message":"no"}`),
    reason: "Conflict"
  },
  {
    what: "a long message",
    act: respond(422, status(422, { message: "no ".repeat(100_000) })),
    reason: "Invalid",
    message: /no no no.*…$/
  },
  {
    what: "a Status above the size limit",
    act: respond(422, status(422, { message: "no ".repeat(10_000_000) })),
    reason: "Invalid",
    message: /the server responded with 422/
  },
  {
    what: "ten thousand causes",
    act: respond(
      422,
      status(422, { details: { causes: Array.from({ length: 10_000 }, () => ({ field: "x".repeat(50) })) } })
    ),
    reason: "Invalid"
  },
  { what: "a lone surrogate", act: respond(422, status(422, { message: "\ud800" })), reason: "Invalid" },
  {
    what: "headers above Node's limit",
    act: (response) => {
      response.setHeader("x-large", "x".repeat(1_000_000))
      response.end("{}")
    },
    reason: "Unexpected",
    message: /the response is not valid HTTP/
  },
  {
    what: "an unrequested protocol switch",
    act: (response) => {
      response.socket?.end("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n")
    },
    reason: "Unreachable"
  },
  {
    what: "two content-lengths",
    act: (response) => {
      response.socket?.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}")
    },
    reason: "Unexpected",
    message: /the response is not valid HTTP/
  },
  {
    what: "an invalid chunk size",
    act: (response) => {
      response.socket?.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}")
    },
    reason: "Unreachable"
  }
]

layer(TestServer.authority, { excludeTestServices: true })("hostile response", (it) => {
  for (const { act, message, reason, what } of rows) {
    it.scoped(`${what}: ${reason}`, () =>
      Effect.gen(function*() {
        const { cluster } = yield* clusterAt((_request, response) => act(response))
        const error = yield* errorOf(impatiently(get(cluster)))
        assert.strictEqual(error.reason, reason, error.message.slice(0, 500))
        if (message !== undefined) assert.match(error.message, message)
        // Bounded, since reporters print the whole error.
        assert.isBelow(inspect(error, { depth: 20 }).length, 50_000)
        const stored = yield* Schema.encode(ClusterError.ClusterError)(error)
        const read = yield* Schema.decode(ClusterError.ClusterError)(JSON.parse(JSON.stringify(stored)))
        assert.strictEqual(read.message, error.message)
      }))
  }

  it.scoped("unknown fields: ignored, the others are decoded", () =>
    Effect.gen(function*() {
      const labels = JSON.parse(`{"__proto__":"p","constructor":"c","toString":"t"}`) as unknown
      const body = JSON.stringify({ metadata: { ...pod().metadata, labels, generation: 0 } })
        .replace("\"generation\":0", "\"generation\":1e999")
        .replace(/\}$/, `,"spec":null,"unknown":${deep(100_000)}}`)
      const { cluster } = yield* clusterAt((_request, response) =>
        respond(200, body, { "content-type": "image/png" })(response)
      )
      const { metadata } = yield* get(cluster)
      assert.deepStrictEqual(Object.entries(metadata.labels ?? {}), [
        ["__proto__", "p"],
        ["constructor", "c"],
        ["toString", "t"]
      ])
      assert.strictEqual(metadata.generation, Number.POSITIVE_INFINITY)
      assert.strictEqual(Object.prototype.toString.call(metadata), "[object Object]")
    }))

  it.scoped("a redirect: not followed, so that credentials stay with the server", () =>
    Effect.gen(function*() {
      const elsewhere = yield* TestServer.serve((_request, response) => respond(200, JSON.stringify(pod()))(response))
      for (const code of [301, 302, 303, 307, 308]) {
        const { cluster } = yield* clusterAt((_request, response) =>
          respond(code, "", { location: `${elsewhere.url}/` })(response)
        )
        assert.strictEqual((yield* errorOf(get(cluster))).reason, "Unexpected")
      }
      assert.strictEqual(elsewhere.connections(), 0)
    }))

  describe("Retry-After", () => {
    for (
      const [header, details, tries] of [
        ["99999999999999999999999999", {}, 1],
        ["9".repeat(400), {}, 1],
        ["31", {}, 1],
        ["0", {}, 5],
        ["-1", {}, 5],
        ["1e9", {}, 5],
        ["Infinity", {}, 5],
        ["Wed, 21 Oct 2099 07:28:00 GMT", {}, 5],
        [undefined, { retryAfterSeconds: -5 }, 5],
        [undefined, { retryAfterSeconds: "soon" }, 5]
      ] as const
    ) {
      it.scoped(`${header?.slice(0, 30) ?? JSON.stringify(details)}: ${tries} tries`, () =>
        Effect.gen(function*() {
          const { cluster, server } = yield* clusterAt((_request, response) =>
            respond(429, status(429, { details }), header === undefined ? {} : { "retry-after": header })(response)
          )
          const error = yield* errorOf(impatiently(get(cluster)))
          assert.strictEqual(error.reason, "Throttled")
          assert.strictEqual(server.requests.length, tries)
          assert.isTrue(error.retryAfter === undefined || Duration.isFinite(error.retryAfter))
        }))
    }

    it.scoped("Retry-After: an infinite number is ignored", () =>
      Effect.gen(function*() {
        const { cluster } = yield* clusterAt((_request, response) =>
          respond(429, status(429, {}).replace(/\}$/, ",\"details\":{\"retryAfterSeconds\":1e999}}"))(response)
        )
        assert.isUndefined((yield* errorOf(impatiently(get(cluster)))).retryAfter)
      }))
  })

  describe("endless response", () => {
    it.scoped("endless response: fails at the size limit without a retry", () =>
      Effect.gen(function*() {
        const { cluster, server } = yield* clusterAt(flood)
        const error = yield* errorOf(impatiently(get(cluster)))
        assert.strictEqual(error.reason, "Decode")
        assert.match(error.message, /longer than/)
        assert.strictEqual(server.requests.length, 1)
      }), 60_000)

    it.scoped("endless response: an error body is not read beyond its limit", () =>
      Effect.gen(function*() {
        let written = 0
        const { cluster } = yield* clusterAt((request, response) => {
          flood(request, response, (length) => {
            written += length
          }, 403)
        })
        const error = yield* errorOf(get(cluster))
        assert.strictEqual(error.reason, "Forbidden")
        assert.isBelow(written, 16 * 1024 * 1024)
      }))

    it.scoped("list: fails after too many pages", () =>
      Effect.gen(function*() {
        let pages = 0
        const cluster = yield* ClusterService.make({
          defaultNamespace: "ns",
          request: () =>
            Effect.sync(() => ({ metadata: { resourceVersion: "1", continue: String(++pages) }, items: [] })),
          watch: () => Stream.empty,
          lines: () => Stream.empty,
          attach: () => Stream.empty
        })
        const error = yield* errorOf(cluster.list(Resources.Pod))
        assert.strictEqual(error.reason, "Decode")
        assert.match(error.message, /does not end/)
        assert.strictEqual(pages, 10_000)
      }))
  })

  describe("discovery", () => {
    for (
      const [what, body] of [
        ["a name of megabytes", JSON.stringify({ versions: "v".repeat(3_000_000), groups: [] })],
        [
          "50,000 invalid groups",
          JSON.stringify({ versions: ["v1"], groups: Array.from({ length: 50_000 }, () => ({})) })
        ],
        ["deep nesting", `{"versions":${deep(100_000)},"groups":[]}`]
      ] as const
    ) {
      it.scoped(`${what}: Decode`, () =>
        Effect.gen(function*() {
          const { cluster } = yield* clusterAt((_request, response) => respond(200, body)(response))
          assert.strictEqual((yield* errorOf(cluster.groups)).reason, "Decode")
        }))
    }

    it.scoped("canI: a string instead of a boolean is a Decode error", () =>
      Effect.gen(function*() {
        const { cluster } = yield* clusterAt((_request, response) =>
          respond(200, `{"status":{"allowed":"true"}}`)(response)
        )
        const error = yield* errorOf(cluster.canI({ verb: "get", group: "", resource: "pods" }))
        assert.strictEqual(error.reason, "Decode")
      }))
  })
})

const flood = (
  _request: unknown,
  response: ServerResponse,
  count: ((length: number) => void) | string = () => {},
  code = 200
) => {
  const bytes = Buffer.alloc(1024 * 1024, " ")
  response.writeHead(code)
  const more = () => {
    while (!response.destroyed) {
      if (typeof count === "function") count(bytes.length)
      if (!response.write(bytes)) {
        response.once("drain", more)
        return
      }
    }
  }
  more()
}

layer(TestServer.authority, { excludeTestServices: true })("hostile request", (it) => {
  const names = ["..", ".", "a/../../secrets/b", "a?x=1#y", "a\r\nx: y", "\ud800", "%2e%2e", "ä\0"]
  for (const name of names) {
    it.scoped(`the name ${JSON.stringify(name)}: stays one path segment, or is rejected`, () =>
      Effect.gen(function*() {
        const { cluster, server } = yield* clusterAt((_request, response) => respond(404, "{}")(response))
        yield* errorOf(cluster.get(Resources.Pod, name, { namespace: "ns" }))
        yield* errorOf(cluster.get(Resources.Pod, "a", { namespace: name }))
        for (const { url } of server.requests) {
          assert.match(url, /^\/api\/v1\/namespaces\/[^/?#]+\/pods\/[^/?#]+$/)
        }
        assert.isDefined(Resource.path(Resources.Pod, { namespace: "ns", name: "a" }))
      }))
  }

  for (const wrong of ["two\nlines", "nul\0", "ümlaut漢"]) {
    it.scoped(`the token ${JSON.stringify(wrong)}: is not sent`, () =>
      Effect.gen(function*() {
        const server = yield* TestServer.serve((_request, response) => respond(200, JSON.stringify(pod()))(response))
        const cluster = yield* connect(server.url, { token: wrong })
        const error = yield* errorOf(get(cluster))
        assert.strictEqual(server.requests.length, 0)
        assert.notInclude(inspect(error, { depth: 20 }), wrong)
      }))
  }

  it.scoped("a valid token: is sent", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* clusterAt((_request, response) =>
        respond(200, JSON.stringify(pod()))(response)
      )
      yield* get(cluster)
      assert.strictEqual(server.requests[0]?.headers.authorization, `Bearer ${token}`)
    }))
})
