import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Stream, TestClock } from "effect"
import * as Json from "../../../src/fake/Json.js"
import * as Program from "../../../src/fake/kubelet/Program.js"
import { type Api, api, names, plane, pod, pods, refused, settle, started } from "../../support/FakeApi.js"
import { manifest, type PodSpec, type Secret } from "../../support/Manifest.js"

const programs = (program: Program.PodProgram) => ({ pods: () => ({ programs: () => Effect.succeed(program) }) })

const container = (client: Api, name: string, index = 0, kind = "containerStatuses") =>
  Effect.map(client.get(`${pods}/${name}`), (pod) => Json.object(pod, "status", kind, index))

const build = manifest<PodSpec>({
  initContainers: [{ name: "build", image: "i", terminationMessagePolicy: "FallbackToLogsOnError" }],
  containers: [{ name: "push", image: "i" }]
})

const text = <E>(lines: Stream.Stream<string, E>) => Effect.map(Stream.runCollect(lines), (chunk) => [...chunk])

describe.sequential("a pod", () => {
  it.scoped("a pod: runs init containers first; the first failure fails the pod", () =>
    Effect.gen(function*() {
      const client = api(
        yield* plane(programs((name) => ({
          steps: name === "build"
            ? Stream.concat(Program.log("STEP 1", "no such image"), Program.exit(12))
            : Stream.empty
        })))
      )
      yield* client.post(pods, pod("p", build))
      yield* settle
      const { status } = yield* client.get(`${pods}/p`)
      assert.strictEqual(Json.text(status, "phase"), "Failed")
      assert.deepInclude(Json.at(status, "initContainerStatuses", 0, "state", "terminated"), {
        exitCode: 12,
        reason: "Error",
        message: "STEP 1\nno such image\n"
      })
      assert.deepInclude(Json.at(status, "containerStatuses", 0, "state", "waiting"), { reason: "PodInitializing" })
    }))

  it.scoped("FallbackToLogsOnError: takes the last 80 lines and 2048 bytes when the message is empty", () =>
    Effect.gen(function*() {
      const message = (...lines: ReadonlyArray<string>) =>
        Effect.gen(function*() {
          const client = api(
            yield* plane(programs(() => ({
              steps: Stream.concat(Program.log(...lines), Program.exit(12, { message: "" }))
            })))
          )
          yield* client.post(pods, pod("p", build))
          yield* settle
          const { status } = yield* client.get(`${pods}/p`)
          return Json.text(status, "initContainerStatuses", 0, "state", "terminated", "message")
        })
      const numbers = Array.from({ length: 100 }, (_, index) => `${index}`)
      assert.strictEqual(yield* message(...numbers), numbers.slice(20).map((n) => `${n}\n`).join(""))
      // "漢" has three bytes.
      assert.strictEqual(yield* message("漢".repeat(2000)), `\ufffd${"漢".repeat(682)}\n`)
    }))

  it.scoped("a pod: reports why a container is waiting", () =>
    Effect.gen(function*() {
      const client = api(
        yield* plane(programs(() => ({
          waiting: Program.imagePullBackOff("registry/image:1"),
          steps: Stream.empty
        })))
      )
      yield* client.post(pods, pod("p"))
      yield* settle
      assert.deepStrictEqual((yield* container(client, "p"))["state"], {
        waiting: { reason: "ImagePullBackOff", message: "Back-off pulling image \"registry/image:1\"" }
      })
      const status = yield* refused(Stream.runDrain(client.log(`${pods}/p/log`)))
      assert.deepInclude(status, {
        code: 400,
        message: "container \"main\" in pod \"p\" is waiting to start: trying and failing to pull image"
      })
    }))

  it.scoped("a pod: reports OOMKilled", () =>
    Effect.gen(function*() {
      const client = api(yield* plane(programs(() => ({ steps: Program.oomKilled }))))
      yield* client.post(pods, pod("p"))
      yield* settle
      assert.deepInclude(Json.object(yield* container(client, "p"), "state", "terminated"), {
        exitCode: 137,
        reason: "OOMKilled"
      })
    }))

  it.scoped("a pod: reports Evicted", () =>
    Effect.gen(function*() {
      const client = api(yield* plane(programs(() => ({ steps: Program.evicted }))))
      yield* client.post(pods, pod("p"))
      yield* settle
      const { status } = yield* client.get(`${pods}/p`)
      assert.deepInclude(status, { phase: "Failed", reason: "Evicted" })
      const target = Json.objects(status, "conditions").find((one) => Json.text(one, "type") === "DisruptionTarget")
      assert.deepInclude(target, { status: "True", reason: "TerminationByKubelet" })
    }))

  it.scoped("a pod: waits for Secrets that it mounts or has in its environment", () =>
    Effect.gen(function*() {
      const client = api(yield* plane())
      const secret = (name: string) =>
        client.post("/api/v1/namespaces/ns/secrets", manifest<Secret>({ metadata: { name } }))
      yield* client.post(
        pods,
        pod("p", {
          volumes: [{ name: "auth", secret: { secretName: "auth" } }, {
            name: "more",
            secret: { secretName: "no", optional: true }
          }],
          containers: [{
            name: "main",
            image: "i",
            env: [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: "token", key: "token" } } }]
          }]
        })
      )
      yield* settle
      const waiting = Effect.map(container(client, "p"), (status) => Json.object(status, "state", "waiting"))
      assert.deepStrictEqual(yield* waiting, { reason: "ContainerCreating" })
      const events = Json.objects(yield* client.get("/api/v1/namespaces/ns/events"), "items").map((event) =>
        Json.text(event, "message")
      )
      assert.include(events, "MountVolume.SetUp failed for volume \"auth\" : secret \"auth\" not found")
      yield* secret("auth")
      yield* settle
      assert.deepStrictEqual(yield* waiting, {
        reason: "CreateContainerConfigError",
        message: "secret \"token\" not found"
      })
      yield* secret("token")
      yield* settle
      assert.strictEqual(Json.text(yield* client.get(`${pods}/p`), "status", "phase"), "Succeeded")
    }))

  it.scoped("a pod: fails at activeDeadlineSeconds", () =>
    Effect.gen(function*() {
      const client = api(yield* plane(programs(Program.runs)))
      yield* client.post(pods, pod("p", { activeDeadlineSeconds: 60 }))
      yield* TestClock.adjust("1 minute")
      yield* settle
      assert.deepInclude((yield* client.get(`${pods}/p`))["status"], {
        phase: "Failed",
        reason: "DeadlineExceeded",
        message: "Pod was active on the node longer than the specified deadline"
      })
    }))

  it.scoped("a pod: is stopped and removed when deleted", () =>
    Effect.gen(function*() {
      const client = api(yield* plane(programs(Program.runs)))
      const made = yield* client.post(pods, pod("p"))
      yield* settle
      const watch = client.watch(pods, { resourceVersion: Json.text(made, "metadata", "resourceVersion") ?? "" })
      yield* client.delete(`${pods}/p`)
      yield* settle
      const lines = [...(yield* Stream.runCollect(Stream.takeUntil(watch, (line) => line.type === "DELETED")))]
      assert.deepInclude(Json.at(lines.at(-1)?.object, "status", "containerStatuses", 0, "state", "terminated"), {
        exitCode: 143
      })
      assert.deepStrictEqual(names(yield* client.get(pods)), [])
    }))

  it.scoped("a pod: fails when deleted; containers that did not start stay waiting", () =>
    Effect.gen(function*() {
      const client = api(yield* plane(programs(Program.runs)))
      const containers = [{ name: "main", image: "registry/image:1" }]
      const initContainers = ["first", "second"].map((name) => ({ name, image: "registry/image:1" }))
      const made = yield* client.post(pods, pod("p", { containers, initContainers }))
      yield* settle
      const watch = client.watch(pods, { resourceVersion: Json.text(made, "metadata", "resourceVersion") ?? "" })
      yield* client.delete(`${pods}/p`)
      yield* settle
      const lines = [...(yield* Stream.runCollect(Stream.takeUntil(watch, (line) => line.type === "DELETED")))]
      const status = Json.object(lines.at(-1)?.object, "status")
      const state = (list: string, index: number) => Object.keys(Json.object(status, list, index, "state"))
      assert.strictEqual(status["phase"], "Failed")
      assert.deepStrictEqual(state("initContainerStatuses", 0), ["terminated"])
      assert.deepStrictEqual(state("initContainerStatuses", 1), ["waiting"])
      assert.deepStrictEqual(state("containerStatuses", 0), ["waiting"])
    }))

  it.scoped("a pod: restarts with exponential backoff with restartPolicy Always", () =>
    Effect.gen(function*() {
      const client = api(
        yield* plane(programs(() => ({ steps: Stream.concat(Program.log("hello"), Program.exit(1)) })))
      )
      yield* client.post(pods, pod("p", { restartPolicy: "Always" }))
      yield* settle
      yield* TestClock.adjust("10 seconds")
      yield* settle
      const status = yield* container(client, "p")
      assert.strictEqual(status["restartCount"], 2)
      assert.strictEqual(Json.text(status, "state", "waiting", "reason"), "CrashLoopBackOff")
      assert.deepStrictEqual(yield* text(client.log(`${pods}/p/log`, { previous: "true" })), ["hello"])
    }))
})

describe.sequential("its log", () => {
  it.scoped("follow: emits lines as they are written and ends with the container", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const client = api(
        yield* plane(programs(() => ({
          steps: Program.log("one").pipe(
            Stream.concat(Stream.drain(Stream.fromEffect(Deferred.await(gate)))),
            Stream.concat(Program.log("two"))
          )
        })))
      )
      yield* client.post(pods, pod("p"))
      yield* settle
      const fiber = yield* started(text(client.log(`${pods}/p/log`, { follow: "true" })))
      assert.deepStrictEqual(yield* text(client.log(`${pods}/p/log`)), ["one"])
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual(yield* Fiber.join(fiber), ["one", "two"])
    }))

  it.scoped("its log: sinceTime, tailLines, timestamps and limitBytes select lines", () =>
    Effect.gen(function*() {
      const client = api(
        yield* plane(programs(() => ({
          steps: Stream.concat(
            Program.log("a", "b"),
            Stream.unwrap(Effect.as(Effect.sleep("2 seconds"), Program.log("c")))
          )
        })))
      )
      yield* client.post(pods, pod("p"))
      yield* settle
      yield* TestClock.adjust("2 seconds")
      yield* settle
      const log = (query: Readonly<Record<string, string>>) => text(client.log(`${pods}/p/log`, query))
      assert.deepStrictEqual(yield* log({ timestamps: "true" }), [
        "1970-01-01T00:00:00.000000000Z a",
        "1970-01-01T00:00:00.000000001Z b",
        "1970-01-01T00:00:02.000000000Z c"
      ])
      assert.deepStrictEqual(yield* log({ tailLines: "1" }), ["c"])
      assert.deepStrictEqual(yield* log({ tailLines: "0" }), [])
      assert.deepStrictEqual(yield* log({ sinceTime: "1970-01-01T00:00:01Z" }), ["c"])
      assert.deepStrictEqual(yield* log({ sinceSeconds: "1" }), ["c"])
      assert.deepStrictEqual(yield* log({ limitBytes: "3" }), ["a", "b"])
    }))

  it.scoped("its log: requires a container name if there are several", () =>
    Effect.gen(function*() {
      const client = api(yield* plane())
      yield* client.post(pods, pod("p", build))
      yield* settle
      const said = (query: Readonly<Record<string, string>>) =>
        Effect.map(refused(Stream.runDrain(client.log(`${pods}/p/log`, query))), (status) => status.message)
      assert.strictEqual(yield* said({ container: "x" }), "container x is not valid for pod p")
      assert.strictEqual(
        yield* said({ previous: "true" }),
        "previous terminated container \"push\" in pod \"p\" not found"
      )
      const two = { containers: [{ name: "a", image: "i" }, { name: "b", image: "i" }] }
      yield* client.post(pods, pod("q", two))
      yield* settle
      const status = yield* refused(Stream.runDrain(client.log(`${pods}/q/log`)))
      assert.strictEqual(status.message, "a container name must be specified for pod q, choose one of: [a b]")
    }))
})
