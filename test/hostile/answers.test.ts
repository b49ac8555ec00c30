/**
 * What a server may answer to one request, made to break out of it.
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

const says =
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
  { what: "nothing", act: says(200, ""), reason: "Decode" },
  { what: "nothing, as it should be for 204", act: says(204, ""), reason: "Decode" },
  { what: "null", act: says(200, "null"), reason: "Decode" },
  { what: "a number", act: says(200, "1e999"), reason: "Decode" },
  { what: "a list", act: says(200, "[]"), reason: "Decode" },
  { what: "a text", act: says(200, "\"pod\""), reason: "Decode" },
  {
    what: "a page for people",
    act: says(200, "<html>log in</html>", { "content-type": "text/html" }),
    reason: "Decode"
  },
  { what: "bytes that are no text", act: says(200, Buffer.from([0xff, 0xfe, 0, 0x80])), reason: "Decode" },
  {
    what: "a compressed body that nobody asked for",
    act: says(200, gzipSync("{}"), { "content-encoding": "gzip" }),
    reason: "Decode"
  },
  {
    what: "less than it announced",
    act: (response) => {
      response.writeHead(200, { "content-length": "1000" })
      response.write("{\"metadata\":", () => response.socket?.destroy())
    },
    reason: "Unreachable"
  },
  {
    what: "a chunk that is cut",
    act: (response) => {
      response.writeHead(200)
      response.write("{\"metadata\":", () => response.socket?.destroy())
    },
    reason: "Unreachable"
  },
  { what: "the beginning of an object", act: says(200, "{\"metadata\":"), reason: "Decode" },
  { what: "very deep lists", act: says(200, deep(500_000)), reason: "Decode" },
  {
    what: "very deep lists in a field that is read",
    act: says(200, `{"metadata":{"name":${deep(100_000)},"uid":"u","resourceVersion":"1"}}`),
    reason: "Decode"
  },
  {
    what: "very deep objects in a field that is read",
    act: says(200, `{"metadata":${"{\"name\":".repeat(100_000)}1${"}".repeat(100_000)}}`),
    reason: "Decode"
  },
  { what: "a number for a text", act: says(200, JSON.stringify(pod({ resourceVersion: 1 }))), reason: "Decode" },
  {
    what: "a text of megabytes where a number belongs",
    act: says(200, JSON.stringify(pod({ generation: "9".repeat(5_000_000) }))),
    reason: "Decode"
  },
  { what: "fields of its prototype", act: says(200, `{"__proto__":${JSON.stringify(pod())}}`), reason: "Decode" },
  {
    what: "metadata with the prototype of metadata",
    act: says(200, `{"metadata":{"__proto__":${JSON.stringify(pod().metadata)}}}`),
    reason: "Decode"
  },
  {
    what: "a code that there is not",
    act: says(999, "{}"),
    reason: "Unexpected",
    message: /the server responded with 999/
  },
  {
    what: "an error that is no Status",
    act: says(500, deep(100_000)),
    reason: "Unexpected",
    message: /the server responded with 500/
  },
  {
    what: "an error that is not JSON",
    act: says(418, "\0\0\0"),
    reason: "Unexpected",
    message: /the server responded with 418/
  },
  {
    what: "a Status of wrong types",
    act: says(403, status(403, { message: 1, reason: [], details: "x" })),
    reason: "Forbidden"
  },
  {
    what: "a Status with a prototype",
    act: says(404, "{\"__proto__\":{\"kind\":\"Status\",\"reason\":\"AlreadyExists\"}}"),
    reason: "NotFound"
  },
  {
    what: "a reason that is a method of every object",
    act: says(400, status(400, { reason: "constructor" })),
    reason: "Invalid"
  },
  {
    what: "a Status with a code beyond numbers",
    act: says(409, `{"kind":"Status","code":1e999,"message":"no"}`),
    reason: "Conflict"
  },
  {
    what: "a message of megabytes",
    act: says(422, status(422, { message: "no ".repeat(100_000) })),
    reason: "Invalid",
    message: /no no no.*…$/
  },
  {
    what: "a Status of many megabytes",
    act: says(422, status(422, { message: "no ".repeat(10_000_000) })),
    reason: "Invalid",
    message: /the server responded with 422/
  },
  {
    what: "very many causes",
    act: says(
      422,
      status(422, { details: { causes: Array.from({ length: 10_000 }, () => ({ field: "x".repeat(50) })) } })
    ),
    reason: "Invalid"
  },
  { what: "half of a surrogate pair", act: says(422, status(422, { message: "\ud800" })), reason: "Invalid" },
  {
    what: "headers of megabytes",
    act: (response) => {
      response.setHeader("x-large", "x".repeat(1_000_000))
      response.end("{}")
    },
    reason: "Unexpected",
    message: /the response is not valid HTTP/
  },
  {
    what: "another protocol",
    act: (response) => {
      response.socket?.end("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n")
    },
    reason: "Unreachable"
  },
  {
    what: "two lengths",
    act: (response) => {
      response.socket?.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}")
    },
    reason: "Unexpected",
    message: /the response is not valid HTTP/
  },
  {
    what: "a chunk of no size",
    act: (response) => {
      response.socket?.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}")
    },
    reason: "Unreachable"
  }
]

layer(TestServer.authority, { excludeTestServices: true })("a server that answers", (it) => {
  for (const { act, message, reason, what } of rows) {
    it.scoped(`${what}: ${reason}`, () =>
      Effect.gen(function*() {
        const { cluster } = yield* clusterAt((_request, response) => act(response))
        const error = yield* errorOf(impatiently(get(cluster)))
        assert.strictEqual(error.reason, reason, error.message.slice(0, 500))
        if (message !== undefined) assert.match(error.message, message)
        // Whoever reports it reports it whole.
        assert.isBelow(inspect(error, { depth: 20 }).length, 50_000)
        const stored = yield* Schema.encode(ClusterError.ClusterError)(error)
        const read = yield* Schema.decode(ClusterError.ClusterError)(JSON.parse(JSON.stringify(stored)))
        assert.strictEqual(read.message, error.message)
      }))
  }

  it.scoped("what is none of our business gives the rest", () =>
    Effect.gen(function*() {
      const labels = JSON.parse(`{"__proto__":"p","constructor":"c","toString":"t"}`) as unknown
      const body = JSON.stringify(pod({ labels, generation: 0 }))
        .replace("\"generation\":0", "\"generation\":1e999")
        .replace(/\}$/, `,"spec":null,"unknown":${deep(100_000)}}`)
      const { cluster } = yield* clusterAt((_request, response) =>
        says(200, body, { "content-type": "image/png" })(response)
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

  it.scoped("a redirection is not followed: nobody else learns who we are", () =>
    Effect.gen(function*() {
      const elsewhere = yield* TestServer.serve((_request, response) => says(200, JSON.stringify(pod()))(response))
      for (const code of [301, 302, 303, 307, 308]) {
        const { cluster } = yield* clusterAt((_request, response) =>
          says(code, "", { location: `${elsewhere.url}/` })(response)
        )
        assert.strictEqual((yield* errorOf(get(cluster))).reason, "Unexpected")
      }
      assert.strictEqual(elsewhere.connections(), 0)
    }))

  describe("when to come again", () => {
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
            says(429, status(429, { details }), header === undefined ? {} : { "retry-after": header })(response)
          )
          const error = yield* errorOf(impatiently(get(cluster)))
          assert.strictEqual(error.reason, "Throttled")
          assert.strictEqual(server.requests.length, tries)
          assert.isTrue(error.retryAfter === undefined || Duration.isFinite(error.retryAfter))
        }))
    }

    it.scoped("a number beyond numbers is no time", () =>
      Effect.gen(function*() {
        const { cluster } = yield* clusterAt((_request, response) =>
          says(429, status(429, {}).replace(/\}$/, ",\"details\":{\"retryAfterSeconds\":1e999}}"))(response)
        )
        assert.isUndefined((yield* errorOf(impatiently(get(cluster)))).retryAfter)
      }))
  })

  describe("for ever", () => {
    it.scoped("fast is too long, once", () =>
      Effect.gen(function*() {
        const { cluster, server } = yield* clusterAt(flood)
        const error = yield* errorOf(impatiently(get(cluster)))
        assert.strictEqual(error.reason, "Decode")
        assert.match(error.message, /longer than/)
        assert.strictEqual(server.requests.length, 1)
      }), 60_000)

    it.scoped("fast, for an error, is not even read", () =>
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

    it.scoped("page after page is no list", () =>
      Effect.gen(function*() {
        let pages = 0
        const cluster = yield* ClusterService.make({
          defaultNamespace: "ns",
          request: () =>
            Effect.sync(() => ({ metadata: { resourceVersion: "1", continue: String(++pages) }, items: [] })),
          watch: () => Stream.empty,
          lines: () => Stream.empty
        })
        const error = yield* errorOf(cluster.list(Resources.Pod))
        assert.strictEqual(error.reason, "Decode")
        assert.match(error.message, /does not end/)
        assert.strictEqual(pages, 10_000)
      }))
  })

  describe("about what it can do", () => {
    for (
      const [what, body] of [
        ["an endless name", JSON.stringify({ versions: "v".repeat(3_000_000), groups: [] })],
        [
          "very many wrong groups",
          JSON.stringify({ versions: ["v1"], groups: Array.from({ length: 50_000 }, () => ({})) })
        ],
        ["depth", `{"versions":${deep(100_000)},"groups":[]}`]
      ] as const
    ) {
      it.scoped(`${what}: Decode`, () =>
        Effect.gen(function*() {
          const { cluster } = yield* clusterAt((_request, response) => says(200, body)(response))
          assert.strictEqual((yield* errorOf(cluster.groups)).reason, "Decode")
        }))
    }

    it.scoped("permission by a word is none", () =>
      Effect.gen(function*() {
        const { cluster } = yield* clusterAt((_request, response) =>
          says(200, `{"status":{"allowed":"true"}}`)(response)
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

layer(TestServer.authority, { excludeTestServices: true })("a request made to break out", (it) => {
  const names = ["..", ".", "a/../../secrets/b", "a?x=1#y", "a\r\nx: y", "\ud800", "%2e%2e", "ä\0"]
  for (const name of names) {
    it.scoped(`by the name ${JSON.stringify(name)} stays in its place, or is refused`, () =>
      Effect.gen(function*() {
        const { cluster, server } = yield* clusterAt((_request, response) => says(404, "{}")(response))
        yield* errorOf(cluster.get(Resources.Pod, name, { namespace: "ns" }))
        yield* errorOf(cluster.get(Resources.Pod, "a", { namespace: name }))
        for (const { url } of server.requests) {
          assert.match(url, /^\/api\/v1\/namespaces\/[^/?#]+\/pods\/[^/?#]+$/)
        }
        assert.isDefined(Resource.path(Resources.Pod, { namespace: "ns", name: "a" }))
      }))
  }

  for (const wrong of ["two\nlines", "nul\0", "ümlaut漢"]) {
    it.scoped(`by the token ${JSON.stringify(wrong)} is not sent`, () =>
      Effect.gen(function*() {
        const server = yield* TestServer.serve((_request, response) => says(200, JSON.stringify(pod()))(response))
        const cluster = yield* connect(server.url, { token: wrong })
        const error = yield* errorOf(get(cluster))
        assert.strictEqual(server.requests.length, 0)
        assert.notInclude(inspect(error, { depth: 20 }), wrong)
      }))
  }

  it.scoped("is sent once it is right", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* clusterAt((_request, response) => says(200, JSON.stringify(pod()))(response))
      yield* get(cluster)
      assert.strictEqual(server.requests[0]?.headers.authorization, `Bearer ${token}`)
    }))
})
