import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream, TestClock } from "effect"
import * as Json from "../../../src/fake/Json.js"
import type * as Program from "../../../src/fake/kubelet/Program.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { type Api, api, plane, pod, pods, refused, settle } from "../../support/FakeApi.js"
import type { Container, Manifest, PodSpec } from "../../support/Manifest.js"

const exec = { exec: { command: ["ok"] } }

type Verdict = (call: Program.ProbeCall) => Effect.Effect<boolean>

/** A cluster whose containers run until they are stopped, and whose probes find what `probe` says. */
const cluster = (probe: Verdict | undefined, more: Partial<Program.ContainerProgram> = {}) =>
  Effect.map(
    plane({ pods: () => ({ programs: () => Effect.succeed(() => ({ steps: Stream.never, probe, ...more })) }) }),
    api
  )

const started = (client: Api, container: Partial<Manifest<Container>>, spec: Partial<Manifest<PodSpec>> = {}) =>
  Effect.zipRight(
    client.post(pods, pod("p", { containers: [{ name: "main", image: "i", ...container }], ...spec })),
    settle
  )

const get = (client: Api) => client.get(`${pods}/p`)

const pass = (seconds: number) => Effect.zipRight(TestClock.adjust(`${seconds} seconds`), settle)

const condition = (object: JsonObject, type: string) =>
  Json.text(Json.objects(object, "status", "conditions").find((one) => one["type"] === type), "status")

const main = (object: JsonObject) => Json.object(object, "status", "containerStatuses", 0)

const messages = (client: Api, reason: string) =>
  Effect.map(
    client.get("/api/v1/namespaces/ns/events"),
    (list) =>
      Json.objects(list, "items").filter((event) => event["reason"] === reason).map((event) =>
        Json.text(event, "message")
      )
  )

describe.sequential("probes", () => {
  it.scoped("readiness: gates Ready, and takes it back after failureThreshold failures", () =>
    Effect.gen(function*() {
      let isWarm = false
      const client = yield* cluster(() => Effect.sync(() => isWarm))
      yield* started(client, {
        readinessProbe: { ...exec, periodSeconds: 5, successThreshold: 2, failureThreshold: 2 }
      })
      const first = yield* get(client)
      assert.strictEqual(Json.text(first, "status", "phase"), "Running")
      assert.deepStrictEqual([main(first)["ready"], main(first)["started"]], [false, true])
      assert.deepStrictEqual([condition(first, "Ready"), condition(first, "ContainersReady")], ["False", "False"])
      isWarm = true
      yield* pass(5)
      assert.isFalse(main(yield* get(client))["ready"])
      yield* pass(5)
      const ready = yield* get(client)
      assert.deepStrictEqual([main(ready)["ready"], condition(ready, "Ready")], [true, "True"])
      isWarm = false
      yield* pass(5)
      assert.isTrue(main(yield* get(client))["ready"])
      yield* pass(5)
      assert.strictEqual(condition(yield* get(client), "Ready"), "False")
      assert.include(yield* messages(client, "Unhealthy"), "Readiness probe failed: by the program of the pod")
    }))

  it.scoped("probes: succeed for a program that does not answer them, after the initial delay", () =>
    Effect.gen(function*() {
      const client = yield* cluster(undefined)
      yield* started(client, { readinessProbe: { ...exec, initialDelaySeconds: 20 }, livenessProbe: exec })
      yield* pass(19)
      assert.strictEqual(condition(yield* get(client), "Ready"), "False")
      yield* pass(1)
      assert.strictEqual(condition(yield* get(client), "Ready"), "True")
    }))

  it.scoped("liveness: a container that fails it is stopped within its grace period and started again", () =>
    Effect.gen(function*() {
      let lives = false
      const client = yield* cluster(() => Effect.sync(() => lives), { stopped: { exitCode: 0, after: "1 minute" } })
      yield* started(
        client,
        { livenessProbe: { ...exec, periodSeconds: 10, failureThreshold: 3, terminationGracePeriodSeconds: 5 } },
        { restartPolicy: "OnFailure" }
      )
      yield* pass(20)
      assert.strictEqual(Json.number(main(yield* get(client)), "restartCount"), 0)
      assert.deepStrictEqual(yield* messages(client, "Killing"), [
        "Container main failed liveness probe, will be restarted"
      ])
      lives = true
      yield* pass(5)
      const again = main(yield* get(client))
      assert.strictEqual(Json.number(again, "restartCount"), 1)
      assert.strictEqual(Json.number(again, "lastState", "terminated", "exitCode"), 137)
      assert.isTrue(again["ready"])
    }))

  it.scoped("liveness: with the restart policy Never the pod has failed", () =>
    Effect.gen(function*() {
      const client = yield* cluster(() => Effect.succeed(false))
      yield* started(client, { livenessProbe: { ...exec, failureThreshold: 1 } })
      const ended = yield* get(client)
      assert.strictEqual(Json.text(ended, "status", "phase"), "Failed")
      assert.strictEqual(Json.number(main(ended), "state", "terminated", "exitCode"), 143)
      assert.deepStrictEqual(yield* messages(client, "Killing"), ["Container main failed liveness probe"])
    }))

  it.scoped("startup: the other probes and the next init container wait for it", () =>
    Effect.gen(function*() {
      let isUp = false
      const kinds: Array<string> = []
      const client = yield* cluster(({ kind }) =>
        Effect.sync(() => {
          kinds.push(kind)
          return isUp
        })
      )
      yield* started(client, {}, {
        initContainers: [{
          name: "proxy",
          image: "i",
          restartPolicy: "Always",
          startupProbe: { ...exec, periodSeconds: 1, failureThreshold: 100 },
          livenessProbe: { ...exec, periodSeconds: 1 }
        }]
      })
      yield* pass(5)
      assert.deepStrictEqual([...new Set(kinds)], ["startup"])
      assert.strictEqual(condition(yield* get(client), "Initialized"), "False")
      isUp = true
      yield* pass(2)
      const up = yield* get(client)
      assert.strictEqual(condition(up, "Ready"), "True")
      assert.strictEqual(kinds.filter((kind) => kind === "startup").length, 7)
      assert.include(kinds, "liveness")
    }))

  it.scoped("probes: one that takes longer than timeoutSeconds has failed", () =>
    Effect.gen(function*() {
      const client = yield* cluster(() => Effect.as(Effect.sleep("3 seconds"), true))
      yield* started(client, { readinessProbe: { ...exec, timeoutSeconds: 2 } })
      yield* pass(4)
      assert.lengthOf(yield* messages(client, "Unhealthy"), 1)
      assert.strictEqual(condition(yield* get(client), "Ready"), "False")
    }))

  it.scoped("probes: are validated as on a server", () =>
    Effect.gen(function*() {
      const client = yield* cluster(undefined)
      const { message } = yield* refused(started(client, {
        livenessProbe: { successThreshold: 2 },
        readinessProbe: { exec: { command: [] }, tcpSocket: { port: 1 }, terminationGracePeriodSeconds: 1 },
        startupProbe: { httpGet: { port: 99_999, scheme: "X" }, periodSeconds: -1 }
      }))
      for (
        const part of [
          "livenessProbe: Required value: must specify a handler type",
          "livenessProbe.successThreshold: Invalid value: 2: must be 1",
          "readinessProbe.exec.command: Required value",
          "readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type",
          "readinessProbe.terminationGracePeriodSeconds: Invalid value: 1: must not be set for readinessProbes",
          "startupProbe.httpGet.port: Invalid value: 99999: must be between 1 and 65535, inclusive",
          "startupProbe.httpGet.scheme: Unsupported value: \"X\": supported values: \"HTTP\", \"HTTPS\"",
          "startupProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0"
        ]
      ) assert.include(message, `spec.containers[0].${part}`)
    }))
})

describe.sequential("runAsNonRoot", () => {
  it.scoped("runAsNonRoot: a container that asks for root as well never starts", () =>
    Effect.gen(function*() {
      const client = yield* cluster(undefined)
      yield* started(client, { securityContext: { runAsUser: 0 } }, { securityContext: { runAsNonRoot: true } })
      const state = Json.object(main(yield* get(client)), "state", "waiting")
      assert.strictEqual(state["reason"], "CreateContainerConfigError")
      assert.match(Json.text(state, "message") ?? "", /^container's runAsUser breaks non-root policy \(pod: "p_ns\(/)
    }))
})
