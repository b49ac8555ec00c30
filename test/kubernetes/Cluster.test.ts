import { assert, describe, it } from "@effect/vitest"
import { Chunk, Duration, Effect, Fiber, Option, Random, type Scope, Stream, TestClock } from "effect"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import * as Cluster from "../../src/kubernetes/Cluster.js"
import * as ClusterError from "../../src/kubernetes/ClusterError.js"
import * as Resource from "../../src/kubernetes/Resource.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import * as Scripted from "../support/ScriptedDriver.js"

const { bookmark, line, listOf, pod, refusal, settle, status, throttled } = Scripted

const start = Effect.gen(function*() {
  const server = yield* Scripted.make
  return { server, cluster: yield* Cluster.make(server.driver) }
})

/** Backoff delays are maximal. */
const scoped = <E>(name: string, test: () => Effect.Effect<void, E, Scope.Scope>) =>
  it.scoped(name, () => Effect.withRandom(test(), Random.fixed([1])))

const subject = { verb: "create", resource: "pods" }
const connectionRefused = new ClusterError.ClusterError({ ...subject, reason: "Unreachable", detail: "ECONNREFUSED" })
const lost = new ClusterError.ClusterError({ ...subject, reason: "Unreachable", detail: "ECONNRESET", ambiguous: true })
const timeout = new ClusterError.ClusterError({ ...subject, reason: "Timeout", ambiguous: true })
const unavailable = refusal(503, "ServiceUnavailable")
const gateway = ClusterError.fromStatus({ subject, code: 504, body: "<html>" })
const conflict = refusal(409, "Conflict")
const internal = ClusterError.fromStatus({ subject, code: 500, body: status(500, "InternalError") })
const errors = { connectionRefused, lost, timeout, unavailable, gateway, conflict, internal, throttled: throttled(1) }

/** The errors after which each kind of call is retried; it fails with the others. */
const calls: Record<string, {
  readonly call: (cluster: Cluster.Service) => Effect.Effect<unknown, ClusterError.ClusterError>
  readonly answer: unknown
  readonly retried: ReadonlyArray<keyof typeof errors>
}> = {
  get: {
    call: (cluster) => cluster.get(Resources.Pod, "a"),
    answer: pod("a", 1),
    retried: ["connectionRefused", "lost", "timeout", "unavailable", "gateway", "internal", "throttled"]
  },
  list: {
    call: (cluster) => cluster.list(Resources.Pod),
    answer: listOf(1, []),
    retried: ["connectionRefused", "lost", "timeout", "unavailable", "gateway", "internal", "throttled"]
  },
  "create with a name": {
    call: (cluster) => cluster.create(Resources.Pod, { metadata: { name: "a" } }),
    answer: pod("a", 1),
    retried: ["connectionRefused", "unavailable", "conflict", "throttled"]
  },
  "create with a generateName": {
    call: (cluster) => cluster.create(Resources.Pod, { metadata: { generateName: "a" } }),
    answer: pod("a", 1),
    retried: ["connectionRefused", "conflict", "throttled"]
  },
  "create as a dry run": {
    call: (cluster) => cluster.create(Resources.Pod, { metadata: { generateName: "a" } }, { dryRun: true }),
    answer: pod("a", 1),
    retried: ["connectionRefused", "lost", "timeout", "unavailable", "gateway", "internal", "throttled"]
  },
  patch: {
    call: (cluster) => cluster.patch(Resources.Pod, "a", { merge: {} }),
    answer: pod("a", 1),
    retried: ["connectionRefused", "unavailable", "throttled"]
  },
  updateStatus: {
    call: (cluster) => cluster.updateStatus(Resources.Pod, { metadata: { name: "a" } }),
    answer: pod("a", 1),
    retried: ["connectionRefused", "unavailable", "throttled"]
  },
  delete: {
    call: (cluster) => cluster.delete(Resources.Pod, "a"),
    answer: status(200),
    retried: ["connectionRefused", "lost", "timeout", "unavailable", "gateway", "internal", "throttled"]
  },
  canI: {
    call: (cluster) => cluster.canI({ verb: "get", group: "", resource: "pods" }),
    answer: { status: { allowed: true } },
    retried: ["connectionRefused", "lost", "timeout", "unavailable", "gateway", "internal", "throttled"]
  }
}

describe("Cluster", () => {
  describe("retries", () => {
    for (const [name, { answer, call, retried }] of Object.entries(calls)) {
      scoped(`${name}: only when it is safe`, () =>
        Effect.gen(function*() {
          const { cluster, server } = yield* start
          for (const [kind, error] of Object.entries(errors)) {
            const fiber = yield* Effect.fork(Effect.either(call(cluster)))
            yield* (yield* server.asked).refuse(error)
            yield* settle
            if (retried.some((one) => one === kind)) {
              yield* TestClock.adjust("1 seconds")
              yield* (yield* server.asked).reply(answer)
              assert.strictEqual((yield* Fiber.join(fiber))._tag, "Right", kind)
            } else {
              const result = yield* Fiber.join(fiber)
              assert.strictEqual(result._tag === "Left" ? result.left.message : undefined, error.message, kind)
            }
          }
        }))
    }

    scoped("give up after five attempts with exponential backoff", () =>
      Effect.gen(function*() {
        const { cluster, server } = yield* start
        const fiber = yield* Effect.fork(Effect.flip(cluster.get(Resources.Pod, "a")))
        for (const wait of [800, 1600, 3200, 6400]) {
          yield* (yield* server.asked).refuse(unavailable)
          yield* settle
          yield* TestClock.adjust(wait - 1)
          assert.isTrue(yield* server.quiet)
          yield* TestClock.adjust(1)
        }
        yield* (yield* server.asked).refuse(unavailable)
        assert.strictEqual((yield* Fiber.join(fiber)).reason, "Unreachable")
      }))

    scoped("honour Retry-After up to a limit", () =>
      Effect.gen(function*() {
        const { cluster, server } = yield* start
        const fiber = yield* Effect.fork(Effect.flip(cluster.get(Resources.Pod, "a")))
        yield* (yield* server.asked).refuse(throttled(30))
        yield* settle
        yield* TestClock.adjust("29 seconds")
        assert.isTrue(yield* server.quiet)
        yield* TestClock.adjust("1 seconds")
        yield* (yield* server.asked).refuse(throttled(31))
        assert.deepStrictEqual((yield* Fiber.join(fiber)).retryAfter, Duration.seconds(31))
      }))

    scoped("delete: succeeds at NotFound after a lost response", () =>
      Effect.gen(function*() {
        const { cluster, server } = yield* start
        const fiber = yield* Effect.fork(cluster.delete(Resources.Pod, "a"))
        yield* (yield* server.asked).refuse(lost)
        yield* settle
        yield* TestClock.adjust("1 seconds")
        yield* (yield* server.asked).refuse(refusal(404, "NotFound"))
        yield* Fiber.join(fiber)
        const absent = yield* Effect.fork(Effect.flip(cluster.delete(Resources.Pod, "a")))
        yield* (yield* server.asked).refuse(refusal(404, "NotFound"))
        assert.strictEqual((yield* Fiber.join(absent)).reason, "NotFound")
      }))
  })

  scoped("list: reads every page and returns the resourceVersion", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const fiber = yield* Effect.fork(cluster.list(Resources.Pod, { allNamespaces: true, labelSelector: "a" }))
      const first = yield* server.asked
      assert.deepStrictEqual([first.request.path, first.request.query], ["/api/v1/pods", {
        labelSelector: "a",
        limit: "500"
      }])
      yield* first.reply(listOf(5, [pod("a", 1)], "more"))
      const second = yield* server.asked
      assert.deepStrictEqual(second.request.query, { labelSelector: "a", limit: "500", continue: "more" })
      yield* second.reply(listOf(5, [pod("b", 2)]))
      const { items, resourceVersion } = yield* Fiber.join(fiber)
      assert.deepStrictEqual([items.map(({ metadata }) => metadata.name), resourceVersion], [["a", "b"], "5"])
    }))

  for (
    const [what, body] of [
      ["an object", pod("a", 1)],
      ["a list without a resourceVersion", { kind: "PodList", metadata: {}, items: [] }],
      ["a list of something else", listOf(1, [{ metadata: { name: 1 } }])],
      ["no answer", null]
    ] as const
  ) {
    scoped(`list: fails with Decode for ${what}`, () =>
      Effect.gen(function*() {
        const { cluster, server } = yield* start
        const fiber = yield* Effect.fork(Effect.flip(cluster.list(Resources.Pod)))
        yield* (yield* server.asked).reply(body)
        assert.strictEqual((yield* Fiber.join(fiber)).reason, "Decode")
      }))
  }

  scoped("get: keeps unknown fields of a raw resource", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const whole = { ...pod("a", 1), spec: { future: { field: [1] } } }
      const fiber = yield* Effect.fork(cluster.get(Resource.raw(Resources.Pod), "a"))
      yield* (yield* server.asked).reply(whole)
      const read: JsonObject = yield* Fiber.join(fiber)
      const update = yield* Effect.fork(cluster.updateStatus(Resources.Pod, { ...read, status: { phase: "Failed" } }))
      const { reply, request } = yield* server.asked
      assert.deepStrictEqual(request, {
        method: "PUT",
        path: "/api/v1/namespaces/ns/pods/a/status",
        protobuf: true,
        query: {},
        body: { apiVersion: "v1", kind: "Pod", ...whole, status: { phase: "Failed" } }
      })
      yield* reply(whole)
      yield* Fiber.join(update)
    }))

  scoped("namespace: that of the object, the options, the cluster, or none", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const paths: Array<string> = []
      const note = Effect.gen(function*() {
        const { refuse, request } = yield* server.asked
        paths.push(request.path)
        yield* refuse(refusal(404, "NotFound"))
      })
      for (
        const call of [
          Effect.ignore(
            cluster.create(Resources.Pod, { metadata: { name: "a", namespace: "its" } }, { namespace: "mine" })
          ),
          Effect.ignore(cluster.create(Resources.Pod, { metadata: { name: "a" } }, { namespace: "mine" })),
          Effect.ignore(cluster.get(Resources.Pod, "a")),
          Effect.ignore(cluster.get(Resources.Node, "a", { namespace: "mine" })),
          Effect.ignore(cluster.patch(Resources.Build, "a", { merge: {} }, { subresource: "details" }))
        ]
      ) {
        yield* Effect.all([call, note], { concurrency: 2 })
      }
      assert.deepStrictEqual(paths, [
        "/api/v1/namespaces/its/pods",
        "/api/v1/namespaces/mine/pods",
        "/api/v1/namespaces/ns/pods/a",
        "/api/v1/nodes/a",
        "/apis/build.openshift.io/v1/namespaces/ns/builds/a/details"
      ])
    }))

  scoped("watch: starts at the resourceVersion and fails at an ERROR event", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const fiber = yield* Effect.fork(
        Stream.runCollect(Stream.either(cluster.watch(Resources.Pod, { resourceVersion: "7" })))
      )
      const watch = yield* server.watch
      assert.deepStrictEqual(watch.request.query, { watch: "true", allowWatchBookmarks: "true", resourceVersion: "7" })
      yield* watch.send(
        line("ADDED", pod("a", 8)),
        bookmark(9, { end: true }),
        line("DELETED", pod("a", 10)),
        line("ERROR", status(410, "Expired"))
      )
      const told = Chunk.toReadonlyArray(yield* Fiber.join(fiber)).map((either) =>
        either._tag === "Left" ? either.left.reason : `${either.right.type} ${either.right.resourceVersion}`
      )
      assert.deepStrictEqual(told, ["Added 8", "Bookmark 9", "Deleted 10", "Expired"])
      const wrong = yield* Effect.fork(
        Effect.flip(Stream.runDrain(cluster.watch(Resources.Pod, { sendInitialEvents: true })))
      )
      const second = yield* server.watch
      assert.strictEqual(second.request.query["resourceVersionMatch"], "NotOlderThan")
      yield* second.send(line("ADDED", { metadata: {} }))
      assert.strictEqual((yield* Fiber.join(wrong)).reason, "Decode")
    }))

  scoped("groups, resources: read the discovery documents", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const fiber = yield* Effect.fork(cluster.groups)
      for (let i = 0; i < 2; i++) {
        const { reply, request } = yield* server.asked
        yield* reply(
          request.path === "/api"
            ? { kind: "APIVersions", versions: ["v1"] }
            : {
              groups: [{
                name: "batch",
                versions: [{ groupVersion: "batch/v1beta1", version: "v1beta1" }, {
                  groupVersion: "batch/v1",
                  version: "v1"
                }],
                preferredVersion: { groupVersion: "batch/v1", version: "v1" }
              }]
            }
        )
      }
      assert.deepStrictEqual(Array.from(yield* Fiber.join(fiber)), [["", ["v1"]], ["batch", ["v1", "v1beta1"]]])

      const none = yield* Effect.fork(cluster.resources("build.openshift.io", "v1"))
      const asked = yield* server.asked
      assert.strictEqual(asked.request.path, "/apis/build.openshift.io/v1")
      yield* asked.refuse(ClusterError.fromStatus({ subject, code: 404, body: "404 page not found" }))
      assert.isTrue(Option.isNone(yield* Fiber.join(none)))
    }))

  scoped("canI: reviews access in the default, a given or all namespaces", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const ask = (query: Cluster.AccessQuery) =>
        Effect.gen(function*() {
          const fiber = yield* Effect.fork(cluster.canI(query))
          const { reply, request } = yield* server.asked
          yield* reply({ status: { allowed: false, denied: true, reason: "no rule" } })
          assert.deepStrictEqual(yield* Fiber.join(fiber), { allowed: false, reason: "no rule" })
          return request.body
        })
      const attributes = (more: object) => ({
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: { verb: "create", group: "build.openshift.io", resource: "builds", ...more } }
      })
      const query = { verb: "create", group: "build.openshift.io", resource: "builds" }
      assert.deepStrictEqual(yield* ask(query), attributes({ namespace: "ns" }))
      assert.deepStrictEqual(
        yield* ask({ ...query, subresource: "docker", name: "a", namespace: "" }),
        attributes({ namespace: "", subresource: "docker", name: "a" })
      )
    }))

  scoped("canI: equal questions at one time are one request, and the next asks again", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const query = { verb: "create", group: "", resource: "pods" }
      const both = yield* Effect.fork(
        Effect.all([cluster.canI(query), cluster.canI(query), cluster.canI({ ...query, namespace: "other" })], {
          concurrency: "unbounded"
        })
      )
      for (const _ of [1, 2]) yield* (yield* server.asked).reply({ status: { allowed: true } })
      assert.deepStrictEqual((yield* Fiber.join(both)).map(({ allowed }) => allowed), [true, true, true])
      const refused = yield* Effect.fork(Effect.flip(cluster.canI(query)))
      yield* (yield* server.asked).refuse(new ClusterError.ClusterError({ ...subject, reason: "Forbidden" }))
      assert.strictEqual((yield* Fiber.join(refused)).reason, "Forbidden")
      const next = yield* Effect.fork(cluster.canI(query))
      yield* (yield* server.asked).reply({ status: { allowed: false } })
      assert.isFalse((yield* Fiber.join(next)).allowed)
    }))

  scoped("logs without follow are requested again before the first line, and not after", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* start
      const lines: Array<string> = []
      const log = Stream.runForEach(cluster.logs(Resources.Pod, "a"), (line) => Effect.sync(() => lines.push(line)))
      const fiber = yield* Effect.fork(Effect.either(log))
      yield* (yield* server.text).fail(connectionRefused)
      yield* TestClock.adjust("1 minute")
      const second = yield* server.text
      yield* second.send("a")
      yield* second.fail(connectionRefused)
      const end = yield* Fiber.join(fiber)
      assert.strictEqual(end._tag === "Left" ? end.left.detail : undefined, "ECONNREFUSED")
      assert.deepStrictEqual(lines, ["a"])
    }))
})
