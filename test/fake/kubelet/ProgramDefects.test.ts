/** What users of the fake give as programs may throw: the status of the pod tells it, and the node runs the next pod. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream, TestClock } from "effect"
import * as Json from "../../../src/fake/Json.js"
import type { ContainerProgram, Programs } from "../../../src/fake/kubelet/Program.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import * as FakeCluster from "../../../src/testing/FakeCluster.js"
import { pod } from "../../support/FakeApi.js"
import type { Manifest, PodSpec } from "../../support/Manifest.js"

const raise = (): never => {
  throw new Error("oh no")
}

const message = "the program of the pod failed: Error: oh no"

const exited = { exitCode: 128, reason: "StartError", message }

const one = (program: Partial<ContainerProgram>): Programs => () =>
  Effect.succeed(() => ({ steps: Stream.never, ...program }))

const broken: Readonly<Record<string, Programs>> = {
  "programs that throw": raise,
  "programs that die": () => Effect.suspend(raise),
  "a program that throws": () => Effect.succeed(raise),
  "steps that die": one({ steps: Stream.fromEffect(Effect.suspend(raise)) })
}

const never = { restartPolicy: "Never" }

/** The container of the second of two pods with these programs on one node. */
const second = (programs: Programs, spec: Partial<Manifest<PodSpec>> = {}) =>
  Effect.gen(function*() {
    const fake = yield* FakeCluster.FakeCluster
    for (const name of ["first", "second"]) {
      const { metadata, ...rest } = pod(name, { nodeName: "worker-1", ...spec })
      yield* fake.seed({ apiVersion: "v1", kind: "Pod", metadata: { ...metadata, namespace: "default" }, ...rest })
    }
    yield* fake.idle
    yield* TestClock.adjust("10 seconds")
    yield* fake.idle
    const pods = yield* fake.objects({ kind: "Pod" })
    const last: JsonObject = pods.find((one) => Json.text(one, "metadata", "name") === "second") ?? {}
    return Json.object(last, "status", "containerStatuses", 0)
  }).pipe(Effect.provide(FakeCluster.layer({ programs })))

describe("programs with defects", () => {
  for (const [title, programs] of Object.entries(broken)) {
    it.effect(`programs: ${title} end the container, with the defect as its message`, () =>
      Effect.gen(function*() {
        assert.deepInclude(Json.object(yield* second(programs, never), "state", "terminated"), exited)
      }))
  }

  it.effect("programs: a defect while the container waits is the reason that it waits for", () =>
    Effect.gen(function*() {
      const waiting = Stream.die(new Error("oh no"))
      assert.deepStrictEqual(Json.object(yield* second(one({ waiting })), "state", "waiting"), {
        reason: "CreateContainerError",
        message
      })
    }))

  it.effect("programs: a probe that dies has failed, and is tried again", () =>
    Effect.gen(function*() {
      let calls = 0
      const probe = () => Effect.suspend(() => ++calls > 2 ? Effect.succeed(true) : raise())
      const readinessProbe = { exec: { command: ["ready"] } }
      const containers = [{ name: "main", image: "i", readinessProbe }]
      const container = yield* second(one({ probe }), { containers })
      assert.deepInclude(container, { ready: true, started: true })
    }))
})
