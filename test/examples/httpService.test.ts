import { OpenApi } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Predicate } from "effect"
import { Cluster, CustomBuildBackend } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { Api } from "../../examples/http-service/Api.js"
import * as Server from "../../examples/http-service/Server.js"
import * as Service from "../../examples/http-service/Service.js"

interface Event {
  readonly id: string
  readonly name: string
  readonly data: unknown
}

const eventsIn = (text: string): ReadonlyArray<Event> =>
  text.split("\n\n").flatMap((block) => {
    const [, id, name, data] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(block) ?? []
    return id === undefined || name === undefined || data === undefined ? [] : [{ id, name, data: JSON.parse(data) }]
  })

const field = (value: unknown, name: string): unknown => Predicate.hasProperty(value, name) ? value[name] : undefined

const linesOf = (events: ReadonlyArray<Event>) =>
  events.flatMap(({ data, name }) => name === "line" ? [field(data, "line")] : [])

const input = {
  dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN true\n",
  baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
  finalImage: { pullspec: "registry.example.com/acme/os:1" }
}

const log = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`)

describe("http-service", () => {
  it("http-service: has an OpenAPI document with names that OpenAPI allows", () => {
    const { components } = OpenApi.fromApi(Api)
    const names = Object.keys(components.schemas)
    assert.includeMembers(names, ["BuildInput", "BuildRejected", "BuildSummary", "Succeeded"])
    for (const name of names) assert.match(name, /^[A-Za-z0-9._-]+$/)
  })

  it.scopedLive("http-service: reports every mistake, and its events resume anywhere", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* fake.outcome(FakeCluster.succeeds({ log }))
      const cluster = Layer.succeed(Cluster.Cluster, yield* Cluster.Cluster)
      const handlers = Service.layer.pipe(Layer.provide(CustomBuildBackend.layer), Layer.provide(cluster))
      const { handler } = yield* Effect.acquireRelease(
        Effect.sync(() => Server.webHandler(handlers)),
        ({ dispose }) => Effect.promise(dispose)
      )
      const call = (method: string, at: string, body?: unknown, headers: Record<string, string> = {}) =>
        Effect.promise(async () => {
          const response = await handler(
            new Request(`http://localhost${at}`, {
              method,
              headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
              ...(body === undefined ? {} : { body: JSON.stringify(body) })
            })
          )
          return { status: response.status, text: await response.text() }
        })

      const rejected = yield* call("POST", "/builds", { ...input, colour: "blue", retries: 99, dockerfile: "FROM\n" })
      assert.strictEqual(rejected.status, 422)
      const issues = field(JSON.parse(rejected.text), "issues")
      assert.deepStrictEqual(Array.isArray(issues) && issues.map((issue) => field(issue, "path")).sort(), [
        "colour",
        "dockerfile",
        "retries"
      ])
      const created = yield* call("POST", "/builds", input)
      assert.strictEqual(created.status, 202, created.text)
      const at = `/builds/${encodeURIComponent(String(field(JSON.parse(created.text), "ref")))}`
      assert.include((yield* call("GET", "/builds")).text, "registry.example.com/acme/os:1")

      const all = eventsIn((yield* call("GET", `${at}/events`)).text)
      assert.includeMembers(linesOf(all), log)
      assert.strictEqual(all.at(-1)?.name, "status")
      for (const [index, { id }] of all.entries()) {
        const rest = eventsIn((yield* call("GET", `${at}/events`, undefined, { "last-event-id": id })).text)
        assert.deepStrictEqual(linesOf(rest), linesOf(all.slice(index + 1)), id)
      }
      const from17 = eventsIn((yield* call("GET", `${at}/events`, undefined, { "last-event-id": "17" })).text)
      assert.deepStrictEqual(linesOf(from17), linesOf(all).slice(17))
      const end = yield* call("GET", `${at}/events`, undefined, { "last-event-id": all.at(-1)?.id ?? "" })
      assert.strictEqual(end.status, 204)
      assert.strictEqual((yield* call("POST", `${at}/cancel`)).status, 204)
      const missing = yield* call("GET", `/builds/${encodeURIComponent("custom/default/none/0")}/events`)
      assert.strictEqual(missing.status, 404)
    }).pipe(Effect.provide(FakeCluster.layer())), 120_000)
})
