import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  Chunk,
  Duration,
  Effect,
  Exit,
  Fiber,
  Metric,
  Option,
  Queue,
  Random,
  Scope,
  Stream,
  TestClock
} from "effect"
import type { WatchLine } from "../../src/kubernetes/client/ApiRequest.js"
import * as ClusterMetrics from "../../src/kubernetes/client/ClusterMetrics.js"
import * as Requests from "../../src/kubernetes/client/Requests.js"
import { ClusterError } from "../../src/kubernetes/ClusterError.js"
import type { Change, Follower, Reflector } from "../../src/kubernetes/Reflector.js"
import * as SharedReflectors from "../../src/kubernetes/reflector/SharedReflectors.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import { hasEnded } from "../support/Quiescence.js"
import * as Scripted from "../support/ScriptedDriver.js"

const { bookmark, cut, line, listOf, pod, refusal, settle, throttled } = Scripted

/** Backoff delays are maximal and watch timeouts minimal. */
const scoped = <A, E>(name: string, test: () => Effect.Effect<A, E, Scope.Scope>) =>
  it.scoped(name, () => Effect.withRandom(test(), Random.fixed([1])))

type Watch = Scripted.OpenStream<WatchLine>

/** Asserts that no request is sent before this time has passed. */
const after = (server: Effect.Effect.Success<typeof Scripted.make>, wait: Duration.DurationInput) =>
  Effect.gen(function*() {
    yield* settle
    yield* TestClock.adjust(Duration.subtract(wait, "1 millis"))
    assert.isTrue(yield* server.quiet)
    yield* TestClock.adjust("1 millis")
  })

const noConnection = new ClusterError({
  verb: "watch",
  resource: "pods",
  reason: "Unreachable",
  cause: Object.assign(new Error("connect"), { code: "ECONNREFUSED" })
})

const selected = { namespace: "ns", labelSelector: undefined, fieldSelector: undefined }

const start = Effect.gen(function*() {
  const server = yield* Scripted.make
  const reflect = yield* SharedReflectors.make(server.driver)
  const reflector = yield* reflect(Resources.Pod, selected)
  return { server, reflect, reflector }
})

/** A synced reflector, and the watch after its first list. */
const listed = (...pods: ReadonlyArray<ReturnType<typeof pod>>) =>
  Effect.gen(function*() {
    const { reflect, reflector, server } = yield* start
    const watch = yield* server.watch
    yield* watch.send(...pods.map((pod) => line("ADDED", pod)), bookmark(100, { end: true }))
    yield* reflector.list
    return { reflect, reflector, server, watch }
  })

const format = (change: Change<Resources.Pod>) =>
  `${change._tag} ${change.object.metadata.name}/${change.object.metadata.uid} ${change.object.status?.phase}`

const subscribe = (reflector: Reflector<Resources.Pod>, where: (pod: Resources.Pod) => boolean = () => true) =>
  Effect.gen(function*() {
    const changes = yield* Queue.unbounded<string>()
    const fiber = yield* Effect.fork(
      Stream.runForEach(reflector.changes(where), (change) => Queue.offer(changes, format(change)))
    )
    const next = (n: number) => Effect.map(Queue.takeN(changes, n), Chunk.toReadonlyArray)
    yield* settle
    return { fiber, next, changes }
  })

const names = (reflector: Reflector<Resources.Pod>) =>
  Effect.map(reflector.list, (pods) => pods.map(({ metadata }) => metadata.name))

describe("Reflector", () => {
  describe("first list", () => {
    scoped("is streamed, visible when complete, and continues as a watch", () =>
      Effect.gen(function*() {
        const { reflector, server } = yield* start
        const watch = yield* server.watch
        assert.strictEqual(watch.request.path, "/api/v1/namespaces/ns/pods")
        const { timeoutSeconds, ...query } = watch.request.query
        assert.deepStrictEqual(query, {
          watch: "true",
          allowWatchBookmarks: "true",
          sendInitialEvents: "true",
          resourceVersionMatch: "NotOlderThan"
        })
        assert.strictEqual(timeoutSeconds, "600")

        const first = yield* Effect.fork(reflector.list)
        yield* watch.send(
          line("ADDED", pod("a", 1)),
          line("ADDED", pod("b", 2)),
          bookmark(3),
          line("DELETED", pod("b", 4))
        )
        yield* settle
        assert.isTrue(Option.isNone(yield* Fiber.poll(first)))
        yield* watch.send(bookmark(5, { end: true }))
        assert.deepStrictEqual((yield* Fiber.join(first)).map(({ metadata }) => metadata.name), ["a"])
        yield* watch.send(line("ADDED", pod("c", 6)))
        yield* settle
        assert.deepStrictEqual(yield* names(reflector), ["a", "c"])
        assert.strictEqual(Option.getOrThrow(yield* reflector.get("c")).metadata.uid, "uid-c")
        assert.isTrue(Option.isNone(yield* reflector.get("c", "elsewhere")))
        assert.isTrue(yield* server.quiet)
      }))

    for (
      const [what, answer] of [
        ["rejects the parameters", refusal(422, "Invalid")],
        ["does not understand the parameters", refusal(400, "BadRequest")],
        ["does not find the path of the watch (404)", refusal(404, "NotFound")],
        ["does not allow the method (405)", refusal(405, "MethodNotAllowed")],
        ["does not accept the media type (406)", refusal(406, "NotAcceptable")],
        ["does not implement it (501)", refusal(501, "NotImplemented")]
      ] as const
    ) {
      scoped(`is paged from now on when the server ${what}`, () =>
        Effect.gen(function*() {
          const { reflect, reflector, server } = yield* start
          yield* (yield* server.watch).fail(answer)
          const page = yield* server.asked
          assert.deepStrictEqual(page.request.query, { limit: "500" })
          yield* page.reply(listOf(7, [pod("a", 1)], "token"))
          const next = yield* server.asked
          assert.deepStrictEqual(next.request.query, { limit: "500", continue: "token" })
          yield* next.reply(listOf(7, [pod("b", 2)]))
          assert.deepStrictEqual(yield* names(reflector), ["a", "b"])
          assert.strictEqual((yield* server.watch).request.query["resourceVersion"], "7")

          yield* reflect(Resources.Pod, { ...selected, namespace: "other" })
          const other = yield* server.asked
          assert.strictEqual(other.request.path, "/api/v1/namespaces/other/pods")
        }))
    }

    scoped("is paged when the final bookmark does not arrive", () =>
      Effect.gen(function*() {
        const { reflector, server } = yield* start
        const watch = yield* server.watch
        yield* watch.send(line("ADDED", pod("a", 1)))
        yield* settle
        yield* TestClock.adjust("9 seconds")
        yield* watch.send(line("MODIFIED", pod("a", 2)))
        yield* settle
        yield* TestClock.adjust("1 seconds")
        yield* watch.closed
        yield* (yield* server.asked).reply(listOf(7, [pod("a", 2)]))
        assert.deepStrictEqual(yield* names(reflector), ["a"])
        assert.strictEqual((yield* server.watch).request.query["resourceVersion"], "7")
      }))

    scoped(
      "is paged, also for other kinds, when a server that ignores the parameters sends an object now and then",
      () =>
        Effect.gen(function*() {
          const { reflect, reflector, server } = yield* start
          const watch = yield* server.watch
          for (let second = 0; second < 25; second += 5) {
            yield* watch.send(line("ADDED", pod(`p${second}`, 10 + second)))
            yield* settle
            yield* TestClock.adjust("5 seconds")
          }
          assert.isTrue(yield* server.quiet)
          yield* TestClock.adjust("5 seconds")
          yield* watch.closed
          yield* (yield* server.asked).reply(listOf(40, [pod("a", 2)]))
          assert.deepStrictEqual(yield* names(reflector), ["a"])
          yield* server.watch
          yield* reflect(Resources.ConfigMap, selected)
          assert.strictEqual((yield* server.asked).request.path, "/api/v1/namespaces/ns/configmaps")
          yield* reflect(Resources.Build, selected)
          assert.strictEqual((yield* server.watch).request.query["sendInitialEvents"], "true")
        })
    )

    for (
      const [what, answer] of [
        ["fails with 500", refusal(500, "InternalError")],
        ["fails with 503", refusal(503, "ServiceUnavailable")],
        ["times out with 504", refusal(504, "Timeout")],
        ["cuts the stream", cut]
      ] as const
    ) {
      scoped(
        `is paged when the server ${what}, and for ten minutes after the second time`,
        () =>
          Effect.gen(function*() {
            const { reflect, reflector, server } = yield* start
            yield* (yield* server.watch).fail(answer)
            yield* (yield* server.asked).reply(listOf(7, [pod("a", 1)]))
            assert.deepStrictEqual(yield* names(reflector), ["a"])
            assert.strictEqual((yield* server.watch).request.query["resourceVersion"], "7")

            const reflected = (namespace: string) => reflect(Resources.Pod, { ...selected, namespace })
            yield* reflected("two")
            yield* (yield* server.watch).fail(answer)
            yield* (yield* server.asked).reply(listOf(8, []))
            yield* reflected("three")
            assert.strictEqual((yield* server.asked).request.path, "/api/v1/namespaces/three/pods")
            yield* TestClock.adjust("10 minutes")
            yield* Effect.repeat(Effect.zipRight(server.watch, settle), { until: () => server.quiet })
            yield* reflected("four")
            const watch = yield* server.watch
            assert.strictEqual(watch.request.path, "/api/v1/namespaces/four/pods")
            assert.strictEqual(watch.request.query["sendInitialEvents"], "true")
          })
      )
    }

    for (
      const [what, error, delay] of [
        ["the user is not known", refusal(401, "Unauthorized"), 30_000],
        ["the server throttles", throttled(45), 45_000],
        ["there is no connection", noConnection, 800]
      ] as const
    ) {
      scoped(`is not paged when ${what}`, () =>
        Effect.gen(function*() {
          const { server } = yield* start
          yield* (yield* server.watch).fail(error)
          yield* after(server, delay)
          assert.strictEqual((yield* server.watch).request.query["sendInitialEvents"], "true")
        }))
    }

    scoped("is paged once when the stream ends before the final bookmark", () =>
      Effect.gen(function*() {
        const { reflector, server } = yield* start
        yield* (yield* server.watch).end
        yield* (yield* server.asked).reply(listOf(7, [pod("a", 2)]))
        assert.deepStrictEqual(yield* names(reflector), ["a"])
        yield* (yield* server.watch).send(line("ERROR", Scripted.status(410, "Expired")))
        assert.strictEqual((yield* server.watch).request.query["sendInitialEvents"], "true")
      }))

    scoped("is requested without paging when the continue token has expired", () =>
      Effect.gen(function*() {
        const { reflector, server } = yield* start
        yield* (yield* server.watch).fail(refusal(422, "Invalid"))
        yield* (yield* server.asked).reply(listOf(7, [pod("a", 1)], "token"))
        yield* (yield* server.asked).refuse(refusal(410, "Expired"))
        const whole = yield* server.asked
        assert.deepStrictEqual(whole.request.query, {})
        yield* whole.reply(listOf(9, [pod("b", 8)]))
        assert.deepStrictEqual(yield* names(reflector), ["b"])
      }))

    scoped("fails waiting readers when it is forbidden, and is retried slowly", () =>
      Effect.gen(function*() {
        const { reflector, server } = yield* start
        const waiting = yield* Effect.fork(Effect.flip(reflector.get("a")))
        const following = yield* subscribe(reflector)
        yield* (yield* server.watch).fail(refusal(403, "Forbidden"))
        yield* (yield* server.asked).refuse(refusal(403, "Forbidden"))
        assert.strictEqual((yield* Fiber.join(waiting)).reason, "Forbidden")
        assert.strictEqual((yield* Effect.flip(Fiber.join(following.fiber))).reason, "Forbidden")
        assert.strictEqual((yield* Effect.flip(Stream.runDrain(reflector.changes(() => true)))).reason, "Forbidden")
        yield* after(server, "30 seconds")
        yield* (yield* server.watch).send(bookmark(3, { end: true }))
        yield* settle
        assert.deepStrictEqual(yield* names(reflector), [])
      }))

    scoped("is retried during an outage while readers wait", () =>
      Effect.gen(function*() {
        const { reflector, server } = yield* start
        const waiting = yield* Effect.fork(reflector.list)
        for (let i = 0; i < 10; i++) {
          yield* (yield* server.watch).fail(noConnection)
          yield* after(server, Math.min(30_000, 800 * 2 ** i))
        }
        yield* (yield* server.watch).send(bookmark(3, { end: true }))
        assert.deepStrictEqual(yield* Fiber.join(waiting), [])
      }))

    scoped("without a resourceVersion is retried", () =>
      Effect.gen(function*() {
        const { reflector, server } = yield* start
        const waiting = yield* Effect.fork(reflector.list)
        yield* (yield* server.watch).fail(refusal(422, "Invalid"))
        yield* (yield* server.asked).reply({ kind: "PodList", metadata: {}, items: [] })
        yield* settle
        yield* after(server, 800)
        assert.isTrue(Option.isNone(yield* Fiber.poll(waiting)))
        yield* (yield* server.watch).fail(refusal(422, "Invalid"))
        yield* (yield* server.asked).reply(listOf(3, []))
        yield* Fiber.join(waiting)
      }))
  })

  describe("watch", () => {
    scoped("is resumed at once from the last event or bookmark when the server ends it", () =>
      Effect.gen(function*() {
        const { reflector, server, watch } = yield* listed(pod("a", 1))
        yield* watch.send(line("MODIFIED", pod("a", 101)))
        yield* watch.end
        const second = yield* server.watch
        assert.strictEqual(second.request.query["resourceVersion"], "101")
        assert.isUndefined(second.request.query["sendInitialEvents"])
        yield* second.send(bookmark(140))
        yield* settle
        yield* TestClock.adjust("2 seconds")
        yield* second.end
        const third = yield* server.watch
        assert.strictEqual(third.request.query["resourceVersion"], "140")
        yield* third.send(line("ADDED", pod("b", 141)))
        yield* settle
        assert.deepStrictEqual(yield* names(reflector), ["a", "b"])
      }))

    scoped("is resumed from the same resourceVersion with exponential backoff", () =>
      Effect.gen(function*() {
        const { server, watch } = yield* listed()
        yield* watch.fail(cut)
        for (const ceiling of [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]) {
          yield* after(server, ceiling)
          const next = yield* server.watch
          assert.strictEqual(next.request.query["resourceVersion"], "100")
          yield* next.fail(cut)
        }
      }))

    it.scoped("watch: is resumed after a random part of the backoff", () =>
      Effect.gen(function*() {
        const { server, watch } = yield* listed()
        yield* watch.fail(cut)
        yield* after(server, 200)
        assert.strictEqual((yield* server.watch).request.query["resourceVersion"], "100")
      }).pipe(Effect.withRandom(Random.fixed([0.25]))))

    it.scoped("watch: has a random timeout", () =>
      Effect.gen(function*() {
        const { server } = yield* start
        assert.strictEqual((yield* server.watch).request.query["timeoutSeconds"], "600")
      }).pipe(Effect.withRandom(Random.fixed([5_000]))))

    scoped("resets its backoff after two minutes without an error", () =>
      Effect.gen(function*() {
        const { server, watch } = yield* listed()
        yield* watch.fail(cut)
        for (const ceiling of [800, 1600, 3200]) {
          yield* after(server, ceiling)
          yield* (yield* server.watch).fail(cut)
        }
        yield* after(server, 6400)
        const healthy = yield* server.watch
        for (let i = 0; i < 3; i++) {
          yield* healthy.send(bookmark(101))
          yield* settle
          yield* TestClock.adjust("40 seconds")
        }
        yield* healthy.fail(cut)
        yield* after(server, 800)
        assert.strictEqual((yield* server.watch).request.query["resourceVersion"], "101")
      }))

    scoped("is resumed after Retry-After", () =>
      Effect.gen(function*() {
        const { server, watch } = yield* listed()
        yield* watch.fail(throttled(45))
        yield* after(server, "45 seconds")
        assert.strictEqual((yield* server.watch).request.query["resourceVersion"], "100")
      }))

    scoped("backs off when it ends as soon as it began", () =>
      Effect.gen(function*() {
        const { server, watch } = yield* listed()
        yield* TestClock.adjust("2 seconds")
        yield* watch.end
        const short = yield* server.watch
        yield* short.end
        yield* after(server, 800)
        assert.strictEqual((yield* server.watch).request.query["resourceVersion"], "100")
      }))

    scoped("is resumed when the server does not end it after its timeout", () =>
      Effect.gen(function*() {
        const { server, watch } = yield* listed()
        assert.strictEqual(watch.request.query["timeoutSeconds"], "600")
        yield* after(server, "605 seconds")
        yield* watch.closed
        assert.strictEqual((yield* server.watch).request.query["resourceVersion"], "100")
      }))

    scoped("is resumed after 75 seconds without a line when the server sends bookmarks", () =>
      Effect.gen(function*() {
        const { server, watch } = yield* listed()
        yield* TestClock.adjust("200 seconds")
        assert.isTrue(yield* server.quiet)
        yield* watch.send(bookmark(101))
        yield* settle
        yield* after(server, "75 seconds")
        yield* watch.closed
        const second = yield* server.watch
        assert.strictEqual(second.request.query["resourceVersion"], "101")
        yield* after(server, "75 seconds")
        yield* second.closed
        assert.strictEqual((yield* server.watch).request.query["resourceVersion"], "101")
      }))

    scoped("fails at an event without a resourceVersion", () =>
      Effect.gen(function*() {
        const { server, watch } = yield* listed()
        const { metadata, ...rest } = pod("a", 1)
        yield* watch.send(line("ADDED", { ...rest, metadata: { ...metadata, resourceVersion: "" } }))
        yield* watch.closed
        yield* after(server, 800)
        assert.strictEqual((yield* server.watch).request.query["resourceVersion"], "100")
      }))

    for (
      const [what, act] of [
        ["returns 500", (watch: Watch) => watch.fail(refusal(500, "InternalError"))],
        ["sends an ERROR event of code 500", (watch: Watch) => watch.send(line("ERROR", Scripted.status(500)))],
        ["sends an undecodable event", (watch: Watch) => {
          const { metadata, ...rest } = pod("a", 1)
          return watch.send(line("ADDED", { ...rest, metadata: { ...metadata, resourceVersion: "" } }))
        }]
      ] as const
    ) {
      scoped(
        `is replaced by a new list when the server ${what} three times at the same resourceVersion`,
        () =>
          Effect.gen(function*() {
            const { server, watch } = yield* listed()
            yield* act(watch)
            for (const ceiling of [800, 1600]) {
              yield* after(server, ceiling)
              const again = yield* server.watch
              assert.strictEqual(again.request.query["resourceVersion"], "100")
              yield* act(again)
            }
            yield* after(server, 3200)
            const list = yield* server.watch
            assert.strictEqual(list.request.query["sendInitialEvents"], "true")
            yield* list.send(bookmark(200, { end: true }))
            yield* settle
            yield* act(list)
            yield* after(server, 6400)
            assert.strictEqual((yield* server.watch).request.query["resourceVersion"], "200")
          })
      )
    }

    scoped("hides a short refusal from readers and reports a lasting one", () =>
      Effect.gen(function*() {
        const { reflector, server, watch } = yield* listed(pod("a", 1))
        const following = yield* subscribe(reflector)
        yield* watch.fail(refusal(401, "Unauthorized"))
        yield* after(server, "30 seconds")
        const second = yield* server.watch
        assert.strictEqual(second.request.query["resourceVersion"], "100")
        yield* second.send(bookmark(101))
        yield* settle
        yield* second.fail(refusal(401, "Unauthorized"))
        yield* after(server, "30 seconds")
        assert.deepStrictEqual(yield* names(reflector), ["a"])
        assert.isTrue(Option.isNone(yield* Fiber.poll(following.fiber)))
        yield* (yield* server.watch).fail(refusal(401, "Unauthorized"))
        assert.strictEqual((yield* Effect.flip(Fiber.join(following.fiber))).reason, "Unauthorized")
        assert.strictEqual((yield* Effect.flip(reflector.list)).reason, "Unauthorized")
      }))
  })

  describe("relist", () => {
    for (
      const [when, expire] of [
        ["within a watch", (watch: Watch) => watch.send(line("ERROR", Scripted.status(410, "Expired")))],
        ["at the start of a watch", (watch: Watch) => watch.fail(refusal(410, "Gone"))],
        [
          "from a server that is behind",
          (watch: Watch) =>
            watch.fail(refusal(504, "Timeout", { details: { causes: [{ reason: "ResourceVersionTooLarge" }] } }))
        ]
      ] as const
    ) {
      scoped(`replaces all objects at once and detects deletions after a 410 ${when}`, () =>
        Effect.gen(function*() {
          const { reflector, server, watch } = yield* listed(
            pod("kept", 1),
            pod("gone", 2),
            pod("again", 3),
            pod("same", 4)
          )
          const { changes, next } = yield* subscribe(reflector)
          yield* next(4)
          yield* expire(watch)
          const relist = yield* server.watch
          assert.strictEqual(relist.request.query["sendInitialEvents"], "true")
          assert.isUndefined(relist.request.query["resourceVersion"])
          yield* relist.send(
            line("ADDED", pod("kept", 201, { phase: "Succeeded" })),
            line("ADDED", pod("again", 202, { uid: "second" })),
            line("ADDED", pod("same", 4)),
            line("ADDED", pod("new", 203))
          )
          yield* settle
          assert.strictEqual(yield* Queue.size(changes), 0)
          yield* relist.send(bookmark(204, { end: true }))
          assert.deepStrictEqual(yield* next(5), [
            "Deleted gone/uid-gone Running",
            "Deleted again/uid-again Running",
            "Updated kept/uid-kept Succeeded",
            "Updated again/second Running",
            "Updated new/uid-new Running"
          ])
          yield* settle
          assert.strictEqual(yield* Queue.size(changes), 0)
          assert.deepStrictEqual((yield* names(reflector)).toSorted(), ["again", "kept", "new", "same"])
        }))
    }

    scoped("backs off after repeated 410 responses", () =>
      Effect.gen(function*() {
        const { server, watch } = yield* listed()
        yield* watch.fail(refusal(410, "Expired"))
        yield* (yield* server.watch).fail(refusal(410, "Expired"))
        yield* after(server, 1600)
        assert.strictEqual((yield* server.watch).request.query["sendInitialEvents"], "true")
      }))
  })

  describe("changes", () => {
    scoped("emits existing objects, then changes, of the accepted objects", () =>
      Effect.gen(function*() {
        const { reflector, watch } = yield* listed(pod("a", 1), pod("b", 2))
        const { next } = yield* subscribe(reflector, (pod) => pod.metadata.name !== "b")
        assert.deepStrictEqual(yield* next(1), ["Updated a/uid-a Running"])
        yield* watch.send(
          line("MODIFIED", pod("b", 101)),
          line("MODIFIED", pod("a", 102, { phase: "Failed" })),
          line("MODIFIED", pod("a", 102, { phase: "Failed" })),
          line("DELETED", pod("a", 103, { phase: "Failed" })),
          line("DELETED", pod("a", 103, { phase: "Failed" })),
          line("ADDED", pod("c", 104))
        )
        assert.deepStrictEqual(yield* next(3), [
          "Updated a/uid-a Failed",
          "Deleted a/uid-a Failed",
          "Updated c/uid-c Running"
        ])
      }))

    scoped(
      "gives a slow consumer the latest states, every deletion, and the state before it",
      () =>
        Effect.gen(function*() {
          const { reflector, watch } = yield* listed(pod("busy", 1), pod("doomed", 2))
          const gate = yield* Effect.makeLatch(false)
          const seen: Array<string> = []
          const reader = yield* Effect.fork(
            Stream.runForEach(
              Stream.take(reflector.changes(() => true), 6),
              (change) => Effect.zipRight(gate.await, Effect.sync(() => seen.push(format(change))))
            )
          )
          yield* settle
          for (let version = 101; version < 1101; version++) {
            yield* watch.send(line("MODIFIED", pod("busy", version, { phase: `step ${version}` })))
          }
          yield* watch.send(
            line("MODIFIED", pod("doomed", 2001, { phase: "Succeeded" })),
            line("DELETED", pod("doomed", 2002, { phase: "Succeeded" })),
            line("ADDED", pod("doomed", 2003, { uid: "next" }))
          )
          yield* settle
          yield* gate.open
          yield* Fiber.join(reader)
          assert.deepStrictEqual(seen, [
            "Updated busy/uid-busy Running",
            "Updated doomed/uid-doomed Running",
            "Updated busy/uid-busy step 1100",
            "Updated doomed/uid-doomed Succeeded",
            "Deleted doomed/uid-doomed Succeeded",
            "Updated doomed/next Running"
          ])
        })
    )

    scoped("isolates consumers that fail or are interrupted", () =>
      Effect.gen(function*() {
        const { reflector, watch } = yield* listed(pod("a", 1))
        const good = yield* subscribe(reflector)
        const bad = yield* Effect.fork(Stream.runForEach(reflector.changes(() => true), () => Effect.fail("no")))
        const worse = yield* subscribe(reflector, () => {
          throw new Error("a defect of the consumer")
        })
        yield* Fiber.interrupt((yield* subscribe(reflector)).fiber)
        yield* watch.send(line("MODIFIED", pod("a", 101, { phase: "Succeeded" })))
        assert.deepStrictEqual(yield* good.next(2), ["Updated a/uid-a Running", "Updated a/uid-a Succeeded"])
        assert.isTrue(Exit.isFailure(yield* Fiber.await(bad)))
        const cause = yield* Effect.flip(Effect.sandbox(Fiber.join(worse.fiber)))
        assert.include(Cause.pretty(cause), "a defect of the consumer")
      }))

    scoped("fails with Expired for a consumer that is too many deletions behind", () =>
      Effect.gen(function*() {
        const { reflector, watch } = yield* listed()
        const gate = yield* Effect.makeLatch(false)
        const reader = yield* Effect.fork(
          Effect.flip(Stream.runForEach(reflector.changes(() => true), () => gate.await))
        )
        yield* settle
        for (let i = 0; i < 10_100; i++) {
          yield* watch.send(
            line("ADDED", pod("a", 1000 + 2 * i, { uid: `${i}` })),
            line("DELETED", pod("a", 1001 + 2 * i, { uid: `${i}` }))
          )
        }
        yield* settle
        yield* gate.open
        assert.strictEqual((yield* Fiber.join(reader)).reason, "Expired")
      }))

    scoped("keeps the last valid state of an object", () =>
      Effect.gen(function*() {
        const { reflector, server, watch } = yield* listed(pod("a", 1))
        const { changes, next } = yield* subscribe(reflector)
        yield* next(1)
        const odd = { ...pod("a", 101), status: { phase: 3 } }
        yield* watch.send(line("MODIFIED", odd), line("ADDED", { ...pod("b", 102), status: { phase: 3 } }))
        yield* settle
        yield* watch.fail(refusal(410, "Expired"))
        yield* (yield* server.watch).send(line("ADDED", odd), bookmark(103, { end: true }))
        yield* settle
        assert.strictEqual(yield* Queue.size(changes), 0)
        assert.deepStrictEqual(yield* names(reflector), ["a"])
      }))
  })

  describe("follow", () => {
    const byName = (of: Resources.Pod) => of.metadata.name

    const read = (follower: Follower<Resources.Pod>) =>
      Effect.map(follower.read, ({ deleted, objects }) => [
        ...objects.map((object) => format({ _tag: "Updated", object })),
        ...deleted.map((object) => format({ _tag: "Deleted", object }))
      ])

    scoped("reads the objects with its key, and once the last state of deleted ones", () =>
      Effect.gen(function*() {
        const { reflector, watch } = yield* listed(pod("a", 1), pod("b", 2))
        const changed = yield* Effect.makeLatch(false)
        const follower = yield* reflector.follow(byName, "a", changed)
        assert.deepStrictEqual(yield* read(follower), ["Updated a/uid-a Running"])
        yield* watch.send(line("MODIFIED", pod("b", 101)), line("MODIFIED", pod("a", 102, { phase: "Failed" })))
        yield* changed.await
        yield* changed.close
        assert.deepStrictEqual(yield* read(follower), ["Updated a/uid-a Failed"])
        yield* watch.send(line("DELETED", pod("a", 103, { phase: "Failed" })))
        yield* changed.await
        yield* changed.close
        assert.deepStrictEqual(yield* read(follower), ["Deleted a/uid-a Failed"])
        assert.deepStrictEqual(yield* read(follower), [])
        yield* watch.send(line("ADDED", { ...pod("a", 104), metadata: { ...pod("a", 104).metadata, uid: "uid-2" } }))
        yield* changed.await
        assert.deepStrictEqual(yield* read(follower), ["Updated a/uid-2 Running"])
      }))

    scoped("is not notified of changes with other keys", () =>
      Effect.gen(function*() {
        const { reflector, watch } = yield* listed(pod("a", 1), pod("b", 2))
        const changed = yield* Effect.makeLatch(false)
        yield* reflector.follow(byName, "a", changed)
        const waiting = yield* Effect.fork(changed.await)
        yield* watch.send(line("MODIFIED", pod("b", 101)), line("ADDED", pod("c", 102)), line("DELETED", pod("b", 103)))
        yield* settle
        assert.isFalse(hasEnded(waiting))
      }))

    scoped("moves an object whose key changes", () =>
      Effect.gen(function*() {
        const byPhase = ({ status }: Resources.Pod) => status?.phase
        const { reflector, watch } = yield* listed(pod("a", 1))
        const changed = yield* Effect.makeLatch(false)
        const [running, failed] = yield* Effect.all([
          reflector.follow(byPhase, "Running", changed),
          reflector.follow(byPhase, "Failed", changed)
        ])
        yield* watch.send(line("MODIFIED", pod("a", 102, { phase: "Failed" })))
        yield* settle
        assert.deepStrictEqual([yield* read(running), yield* read(failed)], [[], ["Updated a/uid-a Failed"]])
      }))

    scoped("fails with Expired when it is ten thousand deletions behind", () =>
      Effect.gen(function*() {
        const { reflector, watch } = yield* listed()
        const follower = yield* reflector.follow(() => "all", "all", yield* Effect.makeLatch(false))
        for (let i = 0; i <= 10_000; i += 100) {
          const some = Array.from({ length: 100 }, (_, j) => pod(`p${i + j}`, 1_000 + i + j))
          yield* watch.send(...some.map((one) => line("ADDED", one)), ...some.map((one) => line("DELETED", one)))
        }
        yield* settle
        assert.strictEqual((yield* Effect.flip(follower.read)).reason, "Expired")
      }))

    scoped("drops the index after the last follower's scope is closed", () =>
      Effect.gen(function*() {
        const { reflector, watch } = yield* listed(pod("a", 1))
        let asked = 0
        const counting = (of: Resources.Pod) => {
          asked++
          return byName(of)
        }
        yield* Effect.scoped(reflector.follow(counting, "a", yield* Effect.makeLatch(false)))
        assert.strictEqual(asked, 1)
        yield* watch.send(line("MODIFIED", pod("a", 102)))
        yield* settle
        assert.strictEqual(asked, 1)
      }))

    scoped("fails with the refusal of the first list", () =>
      Effect.gen(function*() {
        const { reflector, server } = yield* start
        const following = yield* Effect.fork(Effect.flip(reflector.follow(byName, "a", yield* Effect.makeLatch(false))))
        yield* (yield* server.watch).fail(refusal(403, "Forbidden"))
        yield* (yield* server.asked).refuse(refusal(403, "Forbidden"))
        assert.strictEqual((yield* Fiber.join(following)).reason, "Forbidden")
      }))
  })

  describe("sharing", () => {
    scoped("is by resource, namespace and selector", () =>
      Effect.gen(function*() {
        const { reflect, reflector, server } = yield* listed()
        assert.strictEqual(yield* reflect(Resources.Pod, { ...selected }), reflector)
        assert.isTrue(yield* server.quiet)
        yield* reflect(Resources.Pod, { ...selected, labelSelector: "a=b" })
        assert.strictEqual((yield* server.watch).request.query["labelSelector"], "a=b")
        yield* reflect(Resources.Pod, { ...selected, namespace: undefined })
        assert.strictEqual((yield* server.watch).request.path, "/api/v1/pods")
        yield* reflect(Resources.Job, selected)
        assert.strictEqual((yield* server.watch).request.path, "/apis/batch/v1/namespaces/ns/jobs")
      }))

    scoped("ends 30 seconds after the last user", () =>
      Effect.gen(function*() {
        const server = yield* Scripted.make
        const reflect = yield* SharedReflectors.make(server.driver)
        const scope = yield* Scope.make()
        yield* Scope.extend(reflect(Resources.Pod, selected), scope)
        const watch = yield* server.watch
        yield* watch.send(bookmark(1, { end: true }))
        yield* Scope.close(scope, Exit.void)
        yield* TestClock.adjust("29 seconds")
        yield* Effect.scoped(reflect(Resources.Pod, selected))
        assert.isTrue(yield* server.quiet)
        yield* TestClock.adjust("30 seconds")
        yield* watch.closed
      }))

    it.effect("sharing: ends with the cluster's scope, and so do its streams", () =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const { reflector, watch } = yield* Scope.extend(listed(pod("a", 1)), scope)
        const { fiber } = yield* subscribe(reflector)
        yield* Scope.close(scope, Exit.void)
        yield* watch.closed
        const error: ClusterError = yield* Effect.flip(Fiber.join(fiber))
        assert.strictEqual(error.reason, "Unreachable")
      }))
  })

  scoped("metrics: counts relists and reconnects, reports objects and the last event", () =>
    Effect.gen(function*() {
      const server = yield* Scripted.make
      const reflect = yield* SharedReflectors.make(server.driver)
      yield* TestClock.setTime(5_000_000)
      const namespace = "measured"
      const reflector = yield* reflect(Resources.Pod, { ...selected, namespace })
      const first = yield* server.watch
      yield* first.send(line("ADDED", pod("a", 1)), bookmark(2, { end: true }))
      yield* reflector.list
      yield* first.send(line("ADDED", pod("b", 3)), bookmark(4))
      yield* settle
      yield* first.fail(refusal(410, "Expired"))
      const second = yield* server.watch
      yield* second.send(bookmark(5, { end: true }))
      yield* settle
      yield* second.end
      yield* TestClock.adjust("1 seconds")
      yield* (yield* server.watch).send(bookmark(6))
      yield* settle
      const value = <T, Out>(metric: Metric.Metric<T, number, Out>) =>
        Metric.value(metric.pipe(Metric.tagged("resource", "pods"), Metric.tagged("namespace", namespace)))
      assert.strictEqual((yield* value(ClusterMetrics.relists)).count, 1)
      assert.strictEqual((yield* value(ClusterMetrics.reconnects)).count, 1)
      assert.strictEqual((yield* value(ClusterMetrics.objects)).value, 0)
      assert.isAtLeast((yield* value(ClusterMetrics.lastEvent)).value, 5000)
    }))

  it("Requests.collection: selects the same objects for list and watch", () => {
    const selected = { namespace: "n", labelSelector: "a=b", fieldSelector: "c=d" }
    assert.deepStrictEqual(
      Requests.collection(Resources.Pod, selected, "list").request.query,
      Requests.collection(Resources.Pod, selected, "watch").request.query
    )
  })
})
