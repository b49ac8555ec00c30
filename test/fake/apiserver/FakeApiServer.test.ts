import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Exit, Fiber, Scope, Stream } from "effect"
import type { IncomingMessage } from "node:http"
import { createServer, get, request } from "node:https"
import type { AddressInfo } from "node:net"
import { connect } from "node:tls"
import * as Lines from "../../../src/effect/Lines.js"
import * as Certificate from "../../../src/fake/apiserver/Certificate.js"
import * as FakeApiServer from "../../../src/fake/apiserver/FakeApiServer.js"
import * as Faults from "../../../src/fake/apiserver/Faults.js"
import type * as ControlPlane from "../../../src/fake/ControlPlane.js"
import * as Json from "../../../src/fake/Json.js"
import { api, configMap, configMaps, jobs, plane } from "../../support/FakeApi.js"
import { type Job, manifest } from "../../support/Manifest.js"

const read = async (response: IncomingMessage) => {
  const chunks: Array<Buffer> = []
  for await (const chunk of response) {
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

const fetch = (
  served: FakeApiServer.Service,
  path: string,
  options: { method?: string; body?: string; headers?: Record<string, string> } = {}
) =>
  Effect.tryPromise(() =>
    new Promise<{ code: number | undefined; body: string; headers: IncomingMessage["headers"] }>((resolve, reject) => {
      const sent = request(`${served.url}${path}`, {
        method: options.method ?? "GET",
        ca: served.ca,
        headers: { authorization: `Bearer ${served.token}`, ...options.headers }
      }, (response) => {
        read(response).then((body) => resolve({ code: response.statusCode, body, headers: response.headers }), reject)
      })
      sent.once("error", reject)
      sent.end(options.body)
    })
  )

const serve = (options?: ControlPlane.Options) => Effect.flatMap(plane(options), (made) => FakeApiServer.serve(made))

const json = { "content-type": "application/json" }

describe("certificates", () => {
  it("certificates: are accepted by Node with their own authority only", async () => {
    const { ca, certificate, key } = Certificate.make()
    const server = createServer({ cert: certificate, key }, (_, response) => response.end("hello"))
    const port = await new Promise<number>((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port))
    )
    const trusted = (authority: string) =>
      new Promise<boolean>((resolve) => {
        const socket = connect({ port, host: "127.0.0.1", ca: authority }, () => {
          resolve(socket.authorized)
          socket.destroy()
        })
        socket.once("error", () => resolve(false))
      })
    assert.isTrue(await trusted(ca))
    assert.isFalse(await trusted(Certificate.make().ca))
    server.close()
  })
})

describe.sequential("the served API", () => {
  it.scopedLive("the served API: returns the API server's responses", () =>
    Effect.gen(function*() {
      const served = yield* serve()
      const made = yield* fetch(served, configMaps, {
        method: "POST",
        headers: json,
        body: JSON.stringify(configMap("a", { x: "1" }))
      })
      assert.strictEqual(made.code, 201)
      assert.strictEqual(Json.text(JSON.parse(made.body), "data", "x"), "1")
      const again = yield* fetch(served, `${configMaps}/none`)
      assert.strictEqual(again.code, 404)
      assert.deepInclude(JSON.parse(again.body), { kind: "Status", reason: "NotFound" })
      const selected = yield* fetch(served, `${configMaps}?fieldSelector=${encodeURIComponent("metadata.name=a")}`)
      assert.strictEqual(Json.objects(JSON.parse(selected.body), "items").length, 1)
    }))

  it.scopedLive("the served API: responds with 401 without the token", () =>
    Effect.gen(function*() {
      const served = yield* serve()
      const answer = yield* fetch(served, configMaps, { headers: { authorization: "Bearer other" } })
      assert.strictEqual(answer.code, 401)
      assert.deepInclude(JSON.parse(answer.body), { reason: "Unauthorized" })
    }))

  it.scopedLive("the served API: rejects unsupported media types and large bodies", () =>
    Effect.gen(function*() {
      const served = yield* serve()
      const send = (type: string) =>
        fetch(served, configMaps, { method: "POST", headers: { "content-type": type }, body: "k8s" })
      assert.strictEqual((yield* send("application/vnd.kubernetes.protobuf")).code, 400)
      assert.strictEqual(
        (yield* send("application/cbor")).code,
        415
      )
      assert.strictEqual((yield* fetch(served, configMaps, { method: "POST", headers: json, body: "{" })).code, 400)
      const large = "x".repeat(3 * 1024 * 1024 + 1)
      assert.strictEqual((yield* fetch(served, configMaps, { method: "POST", headers: json, body: large })).code, 413)
      const none = yield* fetch(served, "/apis/none/v1/things")
      assert.strictEqual(none.code, 404)
      assert.strictEqual(none.body, "404 page not found\n")
      assert.match(none.headers["warning"] ?? "", /^299 - "the fake cluster has no things in none\/v1: /)
      // client-go shows no warning of an error in text.
      const proxy = yield* fetch(served, `${configMaps.replace("configmaps", "pods")}/a/proxy`)
      assert.strictEqual(proxy.code, 404)
      assert.deepInclude(JSON.parse(proxy.body), { message: "the server could not find the requested resource" })
      assert.include(proxy.headers["warning"], "the fake cluster has no subresource proxy of pods in v1")
    }))

  it.scopedLive("the served API: warns of unknown fields unless they are ignored", () =>
    Effect.gen(function*() {
      const served = yield* serve()
      const body = JSON.stringify({ metadata: { name: "a", wrong: 1 }, data: {}, other: true })
      const warnings = (query: string) =>
        Effect.map(
          fetch(served, `${configMaps}?dryRun=All${query}`, { method: "POST", headers: json, body }),
          ({ code, headers }) => [code, headers["warning"]]
        )
      const both = `299 - "unknown field \\"metadata.wrong\\"", 299 - "unknown field \\"other\\""`
      assert.deepStrictEqual(yield* warnings(""), [201, both])
      assert.deepStrictEqual(yield* warnings("&fieldValidation=Warn"), [201, both])
      assert.deepStrictEqual(yield* warnings("&fieldValidation=Ignore"), [201, undefined])
      assert.deepStrictEqual(yield* warnings("&fieldValidation=Strict"), [400, undefined])
    }))

  it.scopedLive("the served API: a watch of a deprecated kind has its warning", () =>
    Effect.gen(function*() {
      const served = yield* serve()
      const headers = { authorization: `Bearer ${served.token}` }
      const warning = yield* Effect.async<string | undefined>((resume) => {
        const path = `${served.url}/api/v1/namespaces/ns/endpoints?watch=true`
        get(path, { ca: served.ca, headers }, (response) => {
          response.destroy()
          resume(Effect.succeed(response.headers["warning"]))
        })
      })
      assert.strictEqual(
        warning,
        "299 - \"v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\""
      )
    }))

  it.scopedLive("the served API: warns of unknown fields in any script", () =>
    Effect.gen(function*() {
      const served = yield* serve()
      const body = JSON.stringify({ metadata: { name: "a" }, 名: true, "\u007f": true })
      const { code, headers } = yield* fetch(served, `${configMaps}?dryRun=All`, {
        method: "POST",
        headers: json,
        body
      })
      assert.strictEqual(code, 201)
      const shown = Buffer.from(headers["warning"] ?? "", "latin1").toString()
      assert.strictEqual(shown, `299 - "unknown field \\"名\\""`)
    }))

  it.scopedLive("the served API: injects Retry-After and lost connections", () =>
    Effect.gen(function*() {
      const served = yield* serve()
      served.plane.faults.add({}, Faults.throttled("3 seconds"), 1)
      const throttled = yield* fetch(served, configMaps)
      assert.deepInclude(throttled, { code: 429 })
      assert.strictEqual(throttled.headers["retry-after"], "3")
      served.plane.faults.add({}, Faults.drop, 1)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(fetch(served, configMaps))))
    }))

  it.scopedLive("the served API: streams a watch by line with back-pressure", () =>
    Effect.gen(function*() {
      const served = yield* serve({ history: 100_000 })
      const { post } = api(served.plane)
      const big = "x".repeat(100_000)
      yield* Effect.forEach(Array.from({ length: 200 }), (_, index) =>
        post(configMaps, configMap(`c${index}`, { big })), {
        discard: true
      })
      const response = yield* Effect.async<IncomingMessage>((resume) => {
        get(`${served.url}${configMaps}?watch=true`, {
          ca: served.ca,
          headers: { authorization: `Bearer ${served.token}` }
        }, (response) =>
          resume(Effect.succeed(response)))
      })
      yield* Effect.sleep("200 millis")
      response.setEncoding("utf8")
      const text = Stream.orDie(Stream.fromAsyncIterable<string, unknown>(response, (cause) =>
        cause))
      const lines = yield* text.pipe(Lines.split, Stream.take(201), Stream.runCollect)
      const added = Chunk.toReadonlyArray(lines).map((line) => JSON.parse(line))
      assert.strictEqual(added.filter((line) => line.type === "ADDED").length, 201)
      response.destroy()
    }), 20_000)

  it.scopedLive("the served API: streams a followed log to its end", () =>
    Effect.gen(function*() {
      const served = yield* serve()
      const { post } = api(served.plane)
      const template = { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "i" }] } }
      yield* post(jobs, manifest<Job>({ metadata: { name: "j" }, spec: { template } }))
      yield* Effect.sleep("50 millis")
      const pods = JSON.parse((yield* fetch(served, "/api/v1/namespaces/ns/pods")).body)
      const name = Json.text(pods, "items", 0, "metadata", "name")
      const log = yield* fetch(served, `/api/v1/namespaces/ns/pods/${name}/log?follow=true`)
      assert.deepInclude(log, { code: 200, body: "" })
    }))

  it.live("the served API: closes every connection with its scope", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const served = yield* Scope.extend(serve(), scope)
      const watching = yield* Effect.fork(Effect.exit(fetch(served, `${configMaps}?watch=true`)))
      yield* Effect.sleep("100 millis")
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.isFailure(yield* Fiber.join(watching)))
      assert.isTrue(Exit.isFailure(yield* Effect.exit(fetch(served, configMaps))))
    }))
})
