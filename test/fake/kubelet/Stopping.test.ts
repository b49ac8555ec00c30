import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Stream, TestClock } from "effect"
import * as Json from "../../../src/fake/Json.js"
import * as Program from "../../../src/fake/kubelet/Program.js"
import { type Api, api, names, plane, pod, pods, settle } from "../../support/FakeApi.js"

const during = (time: Effect.Effect<void>) => Stream.drain(Stream.fromEffect(time))

const cluster = (
  stopped: NonNullable<Program.ContainerProgram["stopped"]>,
  more: Partial<Program.ContainerProgram> = {}
) =>
  Effect.map(
    plane({ pods: () => ({ programs: () => Effect.succeed(() => ({ steps: Stream.never, stopped, ...more })) }) }),
    api
  )

const last = (client: Api, resourceVersion: string) =>
  Effect.map(
    Stream.runCollect(Stream.takeUntil(client.watch(pods, { resourceVersion }), ({ type }) => type === "DELETED")),
    (events) => Json.object([...events].at(-1)?.object, "status", "containerStatuses", 0, "state", "terminated")
  )

const run = (client: Api, spec: object = {}) =>
  Effect.gen(function*() {
    const made = yield* client.post(pods, pod("p", spec))
    yield* settle
    const end = yield* Effect.fork(last(client, Json.text(made, "metadata", "resourceVersion") ?? ""))
    const lines: Array<string> = []
    yield* Effect.fork(
      Stream.runForEach(client.log(`${pods}/p/log`, { follow: "true" }), (line) => Effect.sync(() => lines.push(line)))
    )
    yield* settle
    yield* client.delete(`${pods}/p`)
    yield* settle
    return { end, lines }
  })

describe("a pod that is stopped", () => {
  it.scoped("stopped.steps: write to the log, act, and give the exit code", () =>
    Effect.gen(function*() {
      const drained = yield* Deferred.make<void>()
      const client = yield* cluster({
        exitCode: 1,
        steps: Stream.concat(
          Program.log("draining"),
          Stream.concat(during(Deferred.await(drained)), Stream.concat(Program.log("done"), Program.exit(7)))
        )
      })
      const { end, lines } = yield* run(client)
      assert.deepStrictEqual(lines, ["draining"])
      assert.deepStrictEqual(names(yield* client.get(pods)), ["p"])
      yield* Deferred.succeed(drained, undefined)
      yield* settle
      assert.deepStrictEqual(lines, ["draining", "done"])
      assert.deepInclude(yield* Fiber.join(end), { exitCode: 7, reason: "Error" })
      assert.deepStrictEqual(names(yield* client.get(pods)), [])
    }))

  it.scoped("stopped.steps: without an exit end with the exit code and the message", () =>
    Effect.gen(function*() {
      const client = yield* cluster({ exitCode: 0, message: "bye", steps: Program.log("bye") })
      const { end, lines } = yield* run(client)
      assert.deepInclude(yield* Fiber.join(end), { exitCode: 0, reason: "Completed", message: "bye" })
      assert.deepStrictEqual(lines, ["bye"])
    }))

  it.scoped("stopped.steps: begin after preStop, and are cut off by the end of the grace period", () =>
    Effect.gen(function*() {
      const client = yield* cluster({
        exitCode: 0,
        steps: Stream.concat(Program.log("begun"), Stream.concat(during(Effect.sleep("1 hour")), Program.log("over")))
      })
      const { end, lines } = yield* run(client, {
        terminationGracePeriodSeconds: 20,
        containers: [{ name: "main", image: "i", lifecycle: { preStop: { sleep: { seconds: 5 } } } }]
      })
      assert.deepStrictEqual(lines, [])
      yield* TestClock.adjust("5 seconds")
      yield* settle
      assert.deepStrictEqual(lines, ["begun"])
      yield* TestClock.adjust("15 seconds")
      yield* settle
      assert.deepInclude(yield* Fiber.join(end), { exitCode: 137, reason: "Error" })
      assert.deepStrictEqual(lines, ["begun"])
    }))
})
