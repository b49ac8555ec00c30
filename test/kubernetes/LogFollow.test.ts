import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Random, type Scope, Stream, TestClock } from "effect"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import * as Cluster from "../../src/kubernetes/Cluster.js"
import * as ClusterError from "../../src/kubernetes/ClusterError.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import * as Scripted from "../support/ScriptedDriver.js"

const { listOf, pod, refusal, settle } = Scripted

type Server = Effect.Effect.Success<typeof Scripted.make>

const start = Effect.gen(function*() {
  const server = yield* Scripted.make
  return { server, cluster: yield* Cluster.make(server.driver) }
})

/** Backoff delays are maximal. */
const scoped = <E>(name: string, test: () => Effect.Effect<void, E, Scope.Scope>) =>
  it.scoped(`logs with follow: ${name}`, () => Effect.withRandom(test(), Random.fixed([1])))

const subject = { verb: "get", resource: "pods/log" }
const connectionRefused = new ClusterError.ClusterError({ ...subject, reason: "Unreachable", detail: "ECONNREFUSED" })
const lost = new ClusterError.ClusterError({ ...subject, reason: "Unreachable", detail: "ECONNRESET" })

describe("LogFollow", () => {
  const stamp = (second: string, text: string) => `2026-01-01T00:00:${second}Z ${text}`

  /** The pod of the log, with a container in this state. */
  const podIn = (state: JsonObject, restartCount = 0): JsonObject => ({
    ...pod("a", 9),
    spec: { nodeName: "node" },
    status: { phase: "Running", containerStatuses: [{ name: "c", restartCount, state }] }
  })

  /** The container has ended; the rest of its log. */
  const ended = (server: Server, ...rest: ReadonlyArray<string>) =>
    Effect.gen(function*() {
      const terminated = { finishedAt: "2026-01-01T12:00:00Z" }
      yield* (yield* server.asked).reply(listOf(9, [podIn({ terminated })]))
      const last = yield* server.text
      assert.isUndefined(last.request.query["follow"])
      yield* last.send(...rest)
      yield* last.end
    })

  const follow = (cluster: Cluster.Service, options?: Cluster.LogOptions) => {
    const lines: Array<string> = []
    const log = cluster.logs(Resources.Pod, "a", { follow: true, ...options })
    return Effect.map(
      Effect.fork(Effect.either(Stream.runForEach(log, (line) => Effect.sync(() => lines.push(line))))),
      (fiber) => ({ fiber, lines })
    )
  }

  scoped("resume after a lost connection at the right line of the same timestamp", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const { fiber, lines } = yield* follow(cluster, { tailLines: 10, container: "c" })
      const first = yield* server.text
      assert.deepStrictEqual(first.request.query, {
        follow: "true",
        timestamps: "true",
        tailLines: "10",
        container: "c"
      })
      yield* first.send(
        stamp("01", "a"),
        stamp("02.5", "b"),
        stamp("02.500", "c"),
        stamp("02.500", "c"),
        "",
        "no time"
      )
      yield* settle
      yield* first.fail(lost)
      yield* settle
      yield* TestClock.adjust("800 millis")
      const second = yield* server.text
      assert.deepStrictEqual(second.request.query, {
        follow: "true",
        timestamps: "true",
        container: "c",
        sinceTime: "2026-01-01T00:00:02.500Z"
      })
      yield* second.send(
        stamp("02.1", "old"),
        stamp("02.500", "b?"),
        stamp("02.500", "c"),
        stamp("02.500", "d"),
        stamp("02.500", ""),
        stamp("03", "  e ")
      )
      yield* second.end
      yield* ended(server)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(lines, ["a", "b", "c", "c", "", "no time", "d", "", "  e "])
    }))

  scoped("keep the timestamps if requested", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const { fiber, lines } = yield* follow(cluster, { timestamps: true })
      const first = yield* server.text
      yield* first.send(stamp("01", "a"))
      yield* first.end
      yield* ended(server)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(lines, [stamp("01", "a")])
    }))

  scoped(
    "go on from the last line when the server ends the response while the container runs",
    () =>
      Effect.gen(function*() {
        const { cluster, server } = yield* start
        const { fiber, lines } = yield* follow(cluster, { container: "c" })
        const first = yield* server.text
        yield* first.send(stamp("01", "a"), stamp("02", "b"))
        yield* first.end
        const asked = yield* server.asked
        assert.strictEqual(asked.request.path, "/api/v1/namespaces/ns/pods")
        assert.deepStrictEqual(asked.request.query, { fieldSelector: "metadata.name=a" })
        yield* asked.reply(listOf(9, [podIn({ running: { startedAt: "2026-01-01T00:00:00Z" } })]))
        const second = yield* server.text
        assert.deepStrictEqual(second.request.query, {
          follow: "true",
          timestamps: "true",
          container: "c",
          sinceTime: "2026-01-01T00:00:02Z"
        })
        yield* second.send(stamp("02", "b"), stamp("03", "c"))
        yield* second.end
        yield* ended(server, stamp("03", "c"), stamp("04", "d"))
        yield* Fiber.join(fiber)
        assert.deepStrictEqual(lines, ["a", "b", "c", "d"])
      })
  )

  scoped("go on with backoff while the server ends each response without a new line", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const { fiber, lines } = yield* follow(cluster)
      const isRunning = listOf(9, [podIn({ running: { startedAt: "2026-01-01T00:00:00Z" } })])
      yield* (yield* server.text).end
      yield* (yield* server.asked).reply(isRunning)
      yield* (yield* server.text).end
      yield* (yield* server.asked).reply(isRunning)
      for (const ceiling of [800, 1600, 3200]) {
        yield* settle
        assert.isTrue(yield* server.quiet)
        yield* TestClock.adjust(ceiling)
        yield* (yield* server.text).end
        yield* (yield* server.asked).reply(isRunning)
      }
      yield* settle
      yield* TestClock.adjust(6400)
      yield* (yield* server.text).send(stamp("02", "b"))
      yield* settle
      assert.deepStrictEqual(lines, ["b"])
      yield* Fiber.interrupt(fiber)
    }))

  scoped(
    "go on when the server ends the response and the state of the container cannot be read in an outage",
    () =>
      Effect.gen(function*() {
        const { cluster, server } = yield* start
        const { fiber, lines } = yield* follow(cluster)
        const first = yield* server.text
        yield* first.send(stamp("01", "a"))
        yield* first.end
        yield* (yield* server.asked).refuse(connectionRefused)
        yield* settle
        yield* TestClock.adjust("800 millis")
        const second = yield* server.text
        yield* second.send(stamp("01", "a"), stamp("02", "b"))
        yield* second.end
        yield* ended(server)
        yield* Fiber.join(fiber)
        assert.deepStrictEqual(lines, ["a", "b"])
      })
  )

  scoped(
    "end with the second response without a new line for a user who may not read the pod",
    () =>
      Effect.gen(function*() {
        const { cluster, server } = yield* start
        const { fiber, lines } = yield* follow(cluster)
        const refuse = Effect.gen(function*() {
          yield* (yield* server.asked).refuse(refusal(403, "Forbidden"))
          const byName = yield* server.asked
          assert.strictEqual(byName.request.path, "/api/v1/namespaces/ns/pods/a")
          yield* byName.refuse(refusal(403, "Forbidden"))
        })
        const first = yield* server.text
        yield* first.send(stamp("01", "a"))
        yield* first.end
        yield* refuse
        const second = yield* server.text
        yield* second.send(stamp("01", "a"))
        yield* second.end
        yield* refuse
        yield* Fiber.join(fiber)
        assert.deepStrictEqual(lines, ["a"])
      })
  )

  scoped("mark a hole with one line when the log begins after the last line", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const { fiber, lines } = yield* follow(cluster)
      const first = yield* server.text
      yield* first.send(stamp("01", "a"))
      yield* settle
      yield* first.fail(lost)
      yield* settle
      yield* TestClock.adjust("800 millis")
      const second = yield* server.text
      yield* second.send(stamp("07", "h"), stamp("08", "i"))
      yield* second.end
      yield* ended(server, stamp("08", "i"))
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(lines, ["a", "[os-builder] a part of the log is not available any more", "h", "i"])
    }))

  scoped("are requested again from the last line after 45 seconds without one", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const { fiber, lines } = yield* follow(cluster)
      const silent = yield* server.text
      yield* silent.send(stamp("01", "a"))
      yield* settle
      yield* TestClock.adjust("44 seconds")
      assert.isTrue(yield* server.quiet)
      yield* TestClock.adjust("1 second")
      yield* silent.closed
      const second = yield* server.text
      assert.strictEqual(second.request.query["sinceTime"], "2026-01-01T00:00:01Z")
      yield* second.send(stamp("01", "a"), stamp("40", "b"))
      yield* second.end
      yield* ended(server)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(lines, ["a", "b"])
    }))

  scoped("lose nothing when the clock of the node is set back between two connections", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const { fiber, lines } = yield* follow(cluster)
      const at = (hour: string, second: string, text: string) => `2026-01-01T${hour}:00:${second}Z ${text}`
      const first = yield* server.text
      yield* first.send(at("10", "01", "a"), at("10", "02", "b"))
      yield* settle
      yield* first.fail(lost)
      yield* settle
      yield* TestClock.adjust("800 millis")
      const second = yield* server.text
      yield* second.send(at("10", "02", "b"), at("09", "03", "c"), at("09", "04", "d"))
      yield* settle
      yield* second.fail(lost)
      yield* settle
      yield* TestClock.adjust("1600 millis")
      const third = yield* server.text
      assert.strictEqual(third.request.query["sinceTime"], "2026-01-01T09:00:04Z")
      yield* third.send(at("10", "01", "a"), at("10", "02", "b"), at("09", "04", "d"), at("09", "05", "e"))
      yield* third.end
      yield* ended(server)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(lines, ["a", "b", "c", "d", "e"])
    }))

  scoped(
    "find the lines that a server leaves out since the clock of the node was set back",
    () =>
      Effect.gen(function*() {
        const { cluster, server } = yield* start
        const { fiber, lines } = yield* follow(cluster)
        const at = (hour: string, second: string, text: string) => `2026-01-01T${hour}:00:${second}Z ${text}`
        const log = [at("10", "01", "a"), at("10", "02", "b"), at("09", "03", "c"), at("09", "04", "d")]
        const first = yield* server.text
        yield* first.send(...log.slice(0, 2))
        yield* settle
        yield* first.fail(lost)
        yield* settle
        yield* TestClock.adjust("800 millis")
        yield* (yield* server.text).send(at("10", "02", "b"))
        yield* settle
        yield* TestClock.adjust("45 seconds")
        const last = yield* server.text
        assert.deepStrictEqual(last.request.query, { follow: "true", timestamps: "true", tailLines: "1" })
        yield* last.send(at("09", "04", "d"))
        const whole = yield* server.text
        assert.deepStrictEqual(whole.request.query, { follow: "true", timestamps: "true" })
        yield* whole.send(...log, at("09", "05", "e"))
        yield* settle
        assert.deepStrictEqual(lines, ["a", "b", "c", "d", "e"])
        yield* Fiber.interrupt(fiber)
      })
  )

  scoped("lack the timestamps that kubelets before 1.27 put inside a long line", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const { fiber, lines } = yield* follow(cluster)
      const time = (nanos: number) => `2026-01-01T00:00:01.${String(nanos).padStart(9, "0")}Z`
      const own = `"at":"2025-12-31T23:59:59.000000001Z " `
      const pieces = ["x".repeat(16_384), own + "y".repeat(16_384 - own.length), "z"]
      const first = yield* server.text
      yield* first.send(pieces.map((piece, index) => `${time(index)} ${piece}`).join(""), `${time(9)} next`)
      yield* first.end
      yield* ended(server)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(lines, [pieces.join(""), "next"])
    }))

  scoped("outlast an outage, but fail for a deleted pod", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const { fiber } = yield* follow(cluster)
      const first = yield* server.text
      yield* first.send(stamp("01", "a"))
      yield* settle
      yield* first.fail(lost)
      for (let i = 0; i < 8; i++) {
        yield* settle
        yield* TestClock.adjust("30 seconds")
        yield* (yield* server.text).fail(connectionRefused)
      }
      yield* settle
      yield* TestClock.adjust("30 seconds")
      yield* (yield* server.text).fail(refusal(404, "NotFound"))
      const end = yield* Fiber.join(fiber)
      assert.strictEqual(end._tag === "Left" ? end.left.reason : "", "NotFound")
    }))

  scoped("give up after five attempts without a line", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const { fiber } = yield* follow(cluster)
      for (let i = 0; i < 4; i++) {
        yield* (yield* server.text).fail(connectionRefused)
        yield* settle
        yield* TestClock.adjust("30 seconds")
      }
      yield* (yield* server.text).fail(connectionRefused)
      const end = yield* Fiber.join(fiber)
      assert.strictEqual(end._tag === "Left" ? end.left.detail : undefined, "ECONNREFUSED")
    }))

  scoped(
    "are read to their end without follow once the container has ended and the connection stays open",
    () =>
      Effect.gen(function*() {
        const { cluster, server } = yield* start
        const ended = yield* Deferred.make<void>()
        const { fiber, lines } = yield* follow(cluster, { ended: Deferred.await(ended) })
        const first = yield* server.text
        yield* first.send(stamp("01", "a"), stamp("01", "b"))
        yield* settle
        yield* Deferred.succeed(ended, undefined)
        const second = yield* server.text
        yield* first.closed
        assert.deepStrictEqual(second.request.query, { timestamps: "true", sinceTime: "2026-01-01T00:00:01Z" })
        yield* second.send(stamp("01", "a"))
        yield* second.fail(lost)
        yield* settle
        yield* TestClock.adjust("800 millis")
        const third = yield* server.text
        assert.isUndefined(third.request.query["follow"])
        yield* third.send(stamp("01", "a"), stamp("01", "b"), stamp("02", "c"))
        yield* third.end
        yield* Fiber.join(fiber)
        assert.deepStrictEqual(lines, ["a", "b", "c"])
      })
  )

  scoped("lose no line that arrives as the container ends", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const ended = yield* Deferred.make<void>()
      const { fiber, lines } = yield* follow(cluster, { ended: Deferred.await(ended) })
      const first = yield* server.text
      yield* first.send(stamp("01", "a"))
      yield* settle
      yield* Effect.zip(first.send(stamp("02", "b")), Deferred.succeed(ended, undefined), { concurrent: true })
      const second = yield* server.text
      yield* second.send(stamp("01", "a"), stamp("02", "b"), stamp("03", "c"))
      yield* second.end
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(lines, ["a", "b", "c"])
    }))

  scoped("are not resumed with limitBytes", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const { fiber, lines } = yield* follow(cluster, { limitBytes: 9 })
      const first = yield* server.text
      assert.deepStrictEqual(first.request.query, { follow: "true", limitBytes: "9" })
      yield* first.send("a")
      yield* first.fail(lost)
      const end = yield* Fiber.join(fiber)
      assert.deepStrictEqual([lines, end._tag], [["a"], "Left"])
    }))
})
