import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream, TestClock } from "effect"
import * as Json from "../../../src/fake/Json.js"
import * as Program from "../../../src/fake/kubelet/Program.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { type Api, api, jobs, names, plane, pod, pods, settle } from "../../support/FakeApi.js"
import { manifest, type PodSpec } from "../../support/Manifest.js"

const programs = (program: Program.PodProgram) => ({ pods: () => ({ programs: () => Effect.succeed(program) }) })

const after = (time: string, steps: Stream.Stream<Program.Step>) => Stream.concat(wait(time), steps)

const wait = (time: string): Stream.Stream<Program.Step> =>
  Stream.drain(Stream.fromEffect(Effect.sleep(time === "minute" ? "1 minute" : "10 seconds")))

/** The state of each container, in the order in which they are named. */
const states = (object: JsonObject): ReadonlyArray<string> =>
  ["initContainerStatuses", "containerStatuses"].flatMap((list) => Json.objects(object, "status", list)).map(
    (status) => {
      const [state = ""] = Object.keys(Json.object(status, "state"))
      const code = Json.number(status, "state", "terminated", "exitCode")
      return `${Json.text(status, "name")} ${state}${code === undefined ? "" : ` ${code}`}`
    }
  )

const get = (client: Api) => client.get(`${pods}/p`)

const isTrue = (object: JsonObject, type: string): boolean =>
  Json.objects(object, "status", "conditions").some((one) => one["type"] === type && one["status"] === "True")

const beside = manifest<PodSpec>({
  initContainers: [
    { name: "proxy", image: "i", restartPolicy: "Always" },
    { name: "setup", image: "i" },
    { name: "logger", image: "i", restartPolicy: "Always" }
  ],
  containers: [{ name: "main", image: "i" }]
})

/** Each change of the pod, until it is as wanted. */
const story = (client: Api, wanted: (object: JsonObject) => boolean) =>
  Effect.map(
    Stream.runCollect(
      Stream.takeUntil(client.watch(pods, { resourceVersion: "1" }), ({ object, type }) =>
        type === "DELETED" || wanted(object))
    ),
    (lines) =>
      [...lines].map(({ object }) => states(object).join(", "))
  )

describe.sequential("the default program", () => {
  it.scoped("the default program: a sidecar runs beside the others of its pod, and ends with them", () =>
    Effect.gen(function*() {
      const client = api(yield* plane())
      yield* client.post(pods, pod("p", { ...beside, restartPolicy: "Never" }))
      const stories = yield* story(client, (object) => Json.text(object, "status", "phase") === "Succeeded")
      assert.include(stories.join("\n"), "proxy running, setup terminated 0")
      const ended = yield* get(client)
      assert.deepStrictEqual(
        ["initContainerStatuses", "containerStatuses"].flatMap((list) =>
          Json.objects(ended, "status", list).map((status) => Json.number(status, "restartCount"))
        ),
        [0, 0, 0, 0]
      )
    }))

  it.scoped("the default program: init containers end, also where the others run until they are stopped", () =>
    Effect.gen(function*() {
      const client = api(yield* plane())
      yield* client.post(pods, pod("p", { ...beside, restartPolicy: "Always" }))
      yield* settle
      assert.deepStrictEqual(states(yield* get(client)), [
        "proxy running",
        "setup terminated 0",
        "logger running",
        "main running"
      ])
    }))
})

describe.sequential("native sidecars", () => {
  it.scoped("native sidecars: start in order, beside init containers and the others", () =>
    Effect.gen(function*() {
      const client = api(
        yield* plane(programs((name) => ({ steps: name === "setup" ? wait("minute") : Stream.never })))
      )
      yield* client.post(pods, pod("p", beside))
      yield* settle
      const first = yield* get(client)
      assert.deepStrictEqual(states(first), ["proxy running", "setup running", "logger waiting", "main waiting"])
      assert.strictEqual(Json.text(first, "status", "phase"), "Pending")
      assert.deepInclude(Json.at(first, "status", "initContainerStatuses", 0), { started: true, ready: true })
      assert.isFalse(isTrue(first, "Initialized"))
      yield* TestClock.adjust("1 minute")
      yield* settle
      const second = yield* get(client)
      assert.deepStrictEqual(states(second), ["proxy running", "setup terminated 0", "logger running", "main running"])
      assert.strictEqual(Json.text(second, "status", "phase"), "Running")
      assert.isTrue(isTrue(second, "Initialized"))
      assert.isTrue(isTrue(second, "Ready"))
    }))

  it.scoped("native sidecars: end after the others, the last one first, and do not decide the phase", () =>
    Effect.gen(function*() {
      const client = api(
        yield* plane(programs((name) => ({ steps: name === "main" || name === "setup" ? Stream.empty : Stream.never })))
      )
      yield* client.post(pods, pod("p", beside))
      yield* settle
      const end = yield* get(client)
      assert.strictEqual(Json.text(end, "status", "phase"), "Succeeded")
      const seen = yield* story(client, (object) => Json.text(object, "status", "phase") === "Succeeded")
      assert.deepStrictEqual(Array.from(new Set(seen)).slice(-3), [
        "proxy running, setup terminated 0, logger running, main terminated 0",
        "proxy running, setup terminated 0, logger terminated 143, main terminated 0",
        "proxy terminated 143, setup terminated 0, logger terminated 143, main terminated 0"
      ])
    }))

  it.scoped("native sidecars: are restarted with restartPolicy Never of the pod, and their Job completes", () =>
    Effect.gen(function*() {
      const client = api(
        yield* plane(programs((name) => ({
          steps: name === "proxy" ? after("short", Program.exit(1)) : name === "main" ? wait("minute") : Stream.never
        })))
      )
      const [proxy] = beside.initContainers ?? []
      const spec = { initContainers: [{ ...proxy }], containers: beside.containers, restartPolicy: "Never" }
      yield* client.post(jobs, { metadata: { name: "j" }, spec: { template: { spec } } })
      yield* settle
      yield* TestClock.adjust("25 seconds")
      yield* settle
      const [running = {}] = Json.objects(yield* client.get(pods), "items")
      assert.strictEqual(Json.text(running, "status", "phase"), "Running")
      assert.strictEqual(Json.number(running, "status", "initContainerStatuses", 0, "restartCount"), 1)
      yield* TestClock.adjust("1 minute")
      yield* settle
      const [ended = {}] = Json.objects(yield* client.get(pods), "items")
      assert.strictEqual(Json.text(ended, "status", "phase"), "Succeeded")
      assert.strictEqual(Json.number(yield* client.get(`${jobs}/j`), "status", "succeeded"), 1)
    }))

  it.scoped("native sidecars: end with the pod when an init container fails", () =>
    Effect.gen(function*() {
      const client = api(
        yield* plane(programs((name) => ({ steps: name === "setup" ? Program.exit(3) : Stream.never })))
      )
      yield* client.post(pods, pod("p", beside))
      yield* settle
      const end = yield* get(client)
      assert.strictEqual(Json.text(end, "status", "phase"), "Failed")
      assert.deepStrictEqual(states(end), [
        "proxy terminated 143",
        "setup terminated 3",
        "logger waiting",
        "main waiting"
      ])
    }))
})

describe.sequential("restart policies of containers", () => {
  it.scoped("restart policies: a rule for an exit code restarts a container of a pod that never restarts", () =>
    Effect.gen(function*() {
      const codes = [42, 1]
      let run = 0
      const client = api(yield* plane(programs(() => ({ steps: Program.exit(codes[run++] ?? 1) }))))
      const rule = { action: "Restart", exitCodes: { operator: "In", values: [42] } }
      yield* client.post(pods, {
        metadata: { name: "p" },
        spec: {
          restartPolicy: "Never",
          containers: [{ name: "main", image: "i", restartPolicy: "Never", restartPolicyRules: [rule] }]
        }
      })
      yield* settle
      yield* TestClock.adjust("10 seconds")
      yield* settle
      const end = yield* get(client)
      assert.strictEqual(Json.text(end, "status", "phase"), "Failed")
      assert.strictEqual(Json.number(end, "status", "containerStatuses", 0, "restartCount"), 1)
      assert.deepStrictEqual(states(end), ["main terminated 1"])
    }))
})

describe.sequential("graceful deletion", () => {
  const slow = (time: "5 seconds" | "1 hour"): Program.PodProgram => () => ({
    steps: Stream.never,
    stopped: { exitCode: 0, after: time }
  })

  const begun = (program: Program.PodProgram) =>
    Effect.gen(function*() {
      const client = api(yield* plane(programs(program)))
      yield* client.post(pods, pod("p"))
      yield* settle
      return client
    })

  /** The last state of the pod before it is gone. */
  const last = (client: Api) =>
    Effect.map(
      Stream.runLast(
        Stream.takeUntil(client.watch(pods, { resourceVersion: "1" }), ({ type }) => type === "DELETED")
      ),
      (line) => line._tag === "Some" ? line.value.object : {}
    )

  it.scoped("graceful deletion: the pod is there, terminating, until its containers have ended", () =>
    Effect.gen(function*() {
      const client = yield* begun(slow("5 seconds"))
      yield* client.delete(`${pods}/p`)
      yield* TestClock.adjust("4 seconds")
      yield* settle
      const ending = yield* get(client)
      assert.deepInclude(ending["metadata"], {
        deletionTimestamp: "1970-01-01T00:00:30Z",
        deletionGracePeriodSeconds: 30
      })
      assert.deepStrictEqual(states(ending), ["main running"])
      yield* TestClock.adjust("1 second")
      yield* settle
      const gone = yield* last(client)
      assert.deepStrictEqual(states(gone), ["main terminated 0"])
      assert.strictEqual(Json.text(gone, "status", "phase"), "Succeeded")
    }))

  it.scoped("graceful deletion: kills containers with 137 when the grace period is over", () =>
    Effect.gen(function*() {
      const client = yield* begun(slow("1 hour"))
      yield* client.delete(`${pods}/p`)
      yield* TestClock.adjust("29 seconds")
      yield* settle
      assert.deepStrictEqual(names(yield* client.get(pods)), ["p"])
      yield* TestClock.adjust("1 second")
      yield* settle
      const gone = yield* last(client)
      assert.deepStrictEqual(states(gone), ["main terminated 137"])
      assert.strictEqual(Json.text(gone, "status", "phase"), "Failed")
    }))

  it.scoped("graceful deletion: a second request shortens the grace period", () =>
    Effect.gen(function*() {
      const client = yield* begun(slow("1 hour"))
      yield* client.delete(`${pods}/p`)
      yield* TestClock.adjust("10 seconds")
      yield* client.delete(`${pods}/p`, { gracePeriodSeconds: 3 })
      yield* settle
      assert.deepInclude((yield* get(client))["metadata"], { deletionGracePeriodSeconds: 3 })
      yield* TestClock.adjust("3 seconds")
      yield* settle
      assert.deepStrictEqual(names(yield* client.get(pods)), [])
    }))

  it.scoped("graceful deletion: preStop sleeps within the grace period", () =>
    Effect.gen(function*() {
      const client = api(yield* plane(programs(Program.runs)))
      yield* client.post(
        pods,
        {
          metadata: { name: "p" },
          spec: { containers: [{ name: "main", image: "i", lifecycle: { preStop: { sleep: { seconds: 7 } } } }] }
        }
      )
      yield* settle
      yield* client.delete(`${pods}/p`)
      yield* TestClock.adjust("6 seconds")
      yield* settle
      assert.deepStrictEqual(states(yield* get(client)), ["main running"])
      yield* TestClock.adjust("1 second")
      yield* settle
      assert.deepStrictEqual(names(yield* client.get(pods)), [])
    }))
})
