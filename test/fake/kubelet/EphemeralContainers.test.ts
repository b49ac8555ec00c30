import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream, TestClock } from "effect"
import * as Json from "../../../src/fake/Json.js"
import * as Program from "../../../src/fake/kubelet/Program.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { api, bare, plane, pod, pods, refused, settle } from "../../support/FakeApi.js"

const strategic = "application/strategic-merge-patch+json"

const debug = (client: ReturnType<typeof api>, container: JsonObject) =>
  client.send({
    method: "PATCH",
    path: `${pods}/a/ephemeralcontainers`,
    query: {},
    body: { spec: { ephemeralContainers: [container] } },
    contentType: strategic
  })

/** The main container runs, and one that is added runs for a minute. */
const cluster = plane({
  pods: () => ({
    programs: () =>
      Effect.succeed((name, streams) =>
        name === "main" ? Program.runs(name, streams) : {
          steps: Program.log("looked").pipe(
            Stream.concat(Stream.drain(Stream.fromEffect(Effect.sleep("1 minute")))),
            Stream.concat(Program.exit(3))
          )
        }
      )
  })
})

const debugged = (pod: JsonObject): JsonObject | undefined =>
  Json.objects(pod, "status", "ephemeralContainerStatuses").at(0)

describe("ephemeral containers", () => {
  it.scoped("ephemeral containers: run once beside the others, with a log and a status", () =>
    Effect.gen(function*() {
      const client = api(yield* cluster)
      yield* client.post(pods, pod("a"))
      yield* settle
      yield* debug(client, { name: "debug", image: "tools:1", targetContainerName: "main" })
      yield* settle
      const running = yield* client.get(`${pods}/a`)
      assert.strictEqual(Json.number(running, "metadata", "generation"), 2)
      assert.deepInclude(debugged(running), { name: "debug", ready: false, restartCount: 0 })
      assert.isObject(Json.at(debugged(running), "state", "running"))
      const log = yield* client.log(`${pods}/a/log`, { container: "debug" }).pipe(Stream.runCollect)
      assert.deepStrictEqual(Array.from(log), ["looked"])
      yield* TestClock.adjust("1 minute")
      yield* settle
      const after = yield* client.get(`${pods}/a`)
      assert.strictEqual(Json.number(debugged(after), "state", "terminated", "exitCode"), 3)
      assert.strictEqual(Json.text(after, "status", "phase"), "Running")
      const events = Json.objects(yield* client.get("/api/v1/namespaces/ns/events"), "items")
      assert.include(
        events.map((event) => Json.text(event, "involvedObject", "fieldPath")),
        "spec.ephemeralContainers{debug}"
      )
    }))

  it.scoped("ephemeral containers: end with their pod", () =>
    Effect.gen(function*() {
      const client = api(yield* cluster)
      yield* client.post(pods, pod("a", { terminationGracePeriodSeconds: 5 }))
      yield* settle
      yield* debug(client, { name: "debug", image: "tools:1" })
      yield* settle
      yield* client.delete(`${pods}/a`)
      yield* settle
      yield* TestClock.adjust("5 seconds")
      yield* settle
      assert.strictEqual((yield* refused(client.get(`${pods}/a`))).code, 404)
    }))

  it.scoped("ephemeral containers: stay as they are, and are added by their subresource alone", () =>
    Effect.gen(function*() {
      const client = api(yield* bare())
      yield* client.post(pods, pod("a"))
      yield* debug(client, { name: "debug", image: "tools:1" })
      const why = (container: JsonObject) => Effect.map(refused(debug(client, container)), ({ message }) => message)
      assert.include(
        yield* why({ name: "debug", image: "tools:2" }),
        "existing ephemeral containers \"debug\" may not be changed"
      )
      assert.include(
        yield* why({ name: "main", image: "tools:2" }),
        "spec.ephemeralContainers[0].name: Duplicate value: \"main\""
      )
      assert.include(
        yield* why({ name: "b", image: "i", targetContainerName: "none" }),
        "targetContainerName: Not found: \"none\""
      )
      assert.include(
        yield* why({ name: "b", image: "i", ports: [{ containerPort: 80 }] }),
        "ports: Forbidden: cannot be set for an Ephemeral Container"
      )
      assert.include(
        (yield* refused(client.merge(`${pods}/a`, { spec: { ephemeralContainers: null } }))).message,
        "pod updates may not change fields other than"
      )
      assert.strictEqual((yield* refused(client.delete(`${pods}/a/ephemeralcontainers`))).code, 405)
    }))
})
