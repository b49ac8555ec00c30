/**
 * What only some platforms need: outcomes that are reported in several steps, attempts with a child each, logs that do not
 * exist any more.
 */
import { assert, describe, it } from "@effect/vitest"
import { Chunk, DateTime, Effect, Fiber, Stream, TestClock } from "effect"
import { BuildStatus, ClusterError } from "effect-os-builder"
import { evaluate } from "../../../src/backends/controller/BuildState.js"
import * as ClusterBackend from "../../../src/backends/controller/ClusterBackend.js"
import * as ControllerContext from "../../../src/backends/controller/ControllerContext.js"
import type * as Cluster from "../../../src/kubernetes/Cluster.js"
import { Craft, definition, input, settle, world } from "../../support/ControllerWorld.js"

type Observed = ClusterBackend.Observed<Craft>

const running = new BuildStatus.Running({ startedAt: DateTime.unsafeMake(0), attempt: 1 })
const failed = new BuildStatus.Failed({ reason: "InstructionFailed", message: "broken", logTail: [] })

/** Failed one minute after the epoch, if the phase is Broken then. */
const endsLater: ClusterBackend.Definition<Craft> = {
  ...definition,
  interpret: (observed) =>
    observed.child.status?.phase === "Broken"
      ? { status: running, ending: { status: failed, at: DateTime.unsafeMake(60_000) } }
      : definition.interpret(observed)
}

const tags = (statuses: Iterable<BuildStatus.BuildStatus>) => Array.from(statuses, (status) => status._tag)

const refusing = (cluster: Cluster.Service, code: number): Cluster.Service => ({
  ...cluster,
  logs: () => Stream.fail(ClusterError.fromStatus({ subject: { verb: "get", resource: "crafts/log" }, code, body: {} }))
})

describe("outcome that is reported in several steps", () => {
  it.scoped("outcome that is reported in several steps: awaited without a request, then reported", () =>
    Effect.gen(function*() {
      const { cluster, move, requests } = yield* world
      const backend = yield* ClusterBackend.make(endsLater, { cluster, namespace: "default" })
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      const watching = yield* Effect.fork(Stream.runCollect(backend.changes(ref)))
      yield* settle
      yield* move(ref, "Broken")
      yield* settle
      assert.strictEqual((yield* backend.status(ref))._tag, "Running")
      const [, waiting] = yield* requests(TestClock.adjust("59 seconds"))
      assert.deepStrictEqual(waiting, [])
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(tags(yield* Fiber.join(watching)), ["Pending", "Running", "Failed"])
    }))

  it.scoped("outcome that is reported in several steps: awaited in whole milliseconds", () =>
    Effect.gen(function*() {
      const { cluster, move } = yield* world
      const backend = yield* ClusterBackend.make(endsLater, { cluster, namespace: "default" })
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      yield* move(ref, "Broken")
      // Another event may wake the fiber at such a time.
      yield* TestClock.setTime(59_999.999_999_9)
      const watching = yield* Effect.fork(Stream.runCollect(backend.changes(ref)))
      yield* settle
      yield* TestClock.setTime(60_001)
      assert.deepStrictEqual(tags(yield* Fiber.join(watching)), ["Running", "Failed"])
    }), 5_000)

  it.scoped("outcome that is reported in several steps: may change before its time", () =>
    Effect.gen(function*() {
      const { cluster, move } = yield* world
      const backend = yield* ClusterBackend.make(endsLater, { cluster, namespace: "default" })
      const { ref } = yield* Effect.flatMap(input("1", { retries: 0 }), backend.build)
      const watching = yield* Effect.fork(Stream.runCollect(backend.changes(ref)))
      yield* settle
      yield* move(ref, "Broken")
      yield* TestClock.adjust("30 seconds")
      yield* move(ref, "Evicted")
      assert.deepStrictEqual(tags(yield* Fiber.join(watching)), ["Pending", "Running", "Errored"])
    }))

  it.scoped("outcome that is reported in several steps: takes precedence over a later stop", () =>
    Effect.gen(function*() {
      const { cluster, move } = yield* world
      const backend = yield* ClusterBackend.make(endsLater, { cluster, namespace: "default" })
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      yield* move(ref, "Broken")
      yield* backend.cancel(ref)
      assert.strictEqual((yield* backend.status(ref))._tag, "Failed")
    }))

  it.scoped("outcome that is reported in several steps: ends a followed log", () =>
    Effect.gen(function*() {
      const { cluster, move } = yield* world
      const backend = yield* ClusterBackend.make(endsLater, { cluster, namespace: "default" })
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      const following = yield* Effect.fork(Stream.runCollect(backend.logs(ref, { follow: true })))
      yield* settle
      yield* move(ref, "Broken")
      yield* settle
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(following)), [])
    }))
})

describe("a pod that an informer has and the server has not", () => {
  it.scoped("a pod that an informer has and the server has not: is known as it was, if it had ended", () =>
    Effect.gen(function*() {
      const { cluster, move } = yield* world
      const telling: ClusterBackend.Definition<Craft> = {
        ...definition,
        interpret: ({ lostPods, pods }) => ({
          status: BuildStatus.errored("Evicted", {
            message: `${pods.length} pods, lost: ${lostPods.map(({ metadata }) => metadata.name).join()}`
          })
        })
      }
      const { reconciler, store } = ControllerContext.make(telling, cluster)
      const backend = yield* ClusterBackend.make(definition, { cluster, namespace: "default" })
      const { ref } = yield* Effect.flatMap(input("1", { retries: 0 }), backend.build)
      yield* move(ref, "Broken")
      const state = yield* store.state(ref)
      const ownerReferences = state.children.map(({ metadata: { name, uid } }) => ({
        apiVersion: "example.com/v1",
        kind: "Craft",
        name,
        uid
      }))
      const pod = (name: string, phase: string) => ({
        metadata: { name, namespace: "default", uid: name, resourceVersion: "1", ownerReferences },
        status: { phase }
      })
      const seen = { ...state, pods: [pod("ended", "Failed"), pod("runs", "Running")] }
      const status = yield* reconciler.reconcileFromCache(seen, evaluate(telling, seen, yield* DateTime.now))
      assert(status._tag === "Errored")
      assert.strictEqual(status.message, "0 pods, lost: ended")
    }))
})

describe("outcome that is in the log alone", () => {
  const digest = `sha256:${"0a".repeat(32)}`
  const succeeded = new BuildStatus.Succeeded({
    image: BuildStatus.builtImage({ tag: "registry.example.com/os:1", digest, architecture: "amd64" }),
    startedAt: DateTime.unsafeMake(0),
    finishedAt: DateTime.unsafeMake(0)
  })
  const readsLog: ClusterBackend.Definition<Craft> = {
    ...definition,
    interpret: (observed) => ({
      ...definition.interpret(observed),
      fromLog: (lines) => lines.at(-1) === "pushed" ? succeeded : undefined
    }),
    logs: ({ child }) => [{ key: "1", resource: definition.child, name: child.metadata.name, state: "closed" }]
  }

  for (
    const [last, retries, ends] of [["pushed", 2, "Succeeded"], ["pushed", 0, "Succeeded"], [
      "?",
      0,
      "Errored"
    ]] as const
  ) {
    it.scoped(`the last line ${last}, with ${retries} retries: ${ends}`, () =>
      Effect.gen(function*() {
        const { cluster, move } = yield* world
        const backend = yield* ClusterBackend.make(readsLog, {
          cluster: { ...cluster, logs: () => Stream.make("a", last) },
          namespace: "default"
        })
        const { ref } = yield* Effect.flatMap(input("1", { retries }), backend.build)
        const watching = yield* Effect.fork(Stream.runCollect(backend.changes(ref)))
        yield* settle
        yield* move(ref, "Evicted")
        assert.deepStrictEqual(tags(yield* Fiber.join(watching)).at(-1), ends)
        assert.strictEqual((yield* backend.status(ref))._tag, ends)
      }), 5_000)
  }

  it.scoped("outcome that is in the log alone: stopped before it was read", () =>
    Effect.gen(function*() {
      const { cluster, move } = yield* world
      const backend = yield* ClusterBackend.make(readsLog, {
        cluster: { ...cluster, logs: () => Stream.make("pushed") },
        namespace: "default"
      })
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      yield* move(ref, "Evicted")
      yield* backend.cancel(ref)
      assert.strictEqual((yield* backend.status(ref))._tag, "Succeeded")
    }))
})

describe("followed log", () => {
  it.scoped("followed log: ends with a build that never begins", () =>
    Effect.gen(function*() {
      const { backend } = yield* world
      const { ref } = yield* Effect.flatMap(input("1", { pendingTimeout: "5 minutes" }), backend.build)
      const following = yield* Effect.fork(Stream.runCollect(backend.logs(ref, { follow: true })))
      yield* settle
      yield* TestClock.adjust("5 minutes")
      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(following)), [])
      const status = yield* backend.status(ref)
      assert(status._tag === "Errored")
      assert.strictEqual(status.reason, "PendingTimeout")
    }))
})

describe("attempts", () => {
  it.scoped("attempts: know the children of earlier attempts, in order", () =>
    Effect.gen(function*() {
      const { cluster, move } = yield* world
      const seen: Array<ReadonlyArray<string>> = []
      const knowing: ClusterBackend.Definition<Craft> = {
        ...definition,
        interpret: (observed: Observed) => {
          seen.push(observed.earlier.map(({ metadata }) => metadata.name.replace(/.*-/, "")))
          return definition.interpret(observed)
        }
      }
      const backend = yield* ClusterBackend.make(knowing, { cluster, namespace: "default" })
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      yield* move(ref, "Evicted")
      yield* backend.status(ref)
      yield* move(ref, "Evicted")
      yield* backend.status(ref)
      const [first = "", second, ...rest] = seen.at(-1) ?? []
      assert.match(first, /^[0-9a-f]{8}$/)
      assert.deepStrictEqual([second, ...rest], ["a2"])
    }))
})

describe("log that does not exist any more", () => {
  const logging: ClusterBackend.Definition<Craft> = {
    ...definition,
    logs: ({ child }) => [{ key: child.metadata.uid, resource: Craft, name: child.metadata.name, state: "closed" }]
  }

  for (const code of [400, 404]) {
    it.scoped(`(${code}): one line, and the stored tail`, () =>
      Effect.gen(function*() {
        const { cluster, move } = yield* world
        const backend = yield* ClusterBackend.make(logging, { cluster: refusing(cluster, code), namespace: "default" })
        const { ref } = yield* Effect.flatMap(input("1"), backend.build)
        yield* move(ref, "Broken")
        yield* backend.status(ref)
        const lines = Chunk.toReadonlyArray(yield* Stream.runCollect(backend.logs(ref)))
        assert.lengthOf(lines, 2)
        assert.match(
          lines[0] ?? "",
          /^\[os-builder\] the log of os-build-.* but for its end is not available any more$/
        )
        assert.strictEqual(lines[1], "said")
      }))
  }
})
