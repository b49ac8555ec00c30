/**
 * One stream for all builds of a namespace.
 */
import { assert, it } from "@effect/vitest"
import { DateTime, type Duration, Effect, Stream, TestClock } from "effect"
import type { BuildBackend, BuildError, BuildRef } from "effect-os-builder"
import * as ClusterBackend from "../../../src/backends/controller/ClusterBackend.js"
import * as BuildRecord from "../../../src/backends/record/BuildRecord.js"
import * as RecordMetadata from "../../../src/backends/record/RecordMetadata.js"
import * as Access from "../../../src/fake/apiserver/Access.js"
import * as FakeDriver from "../../../src/fake/apiserver/FakeDriver.js"
import * as Cluster from "../../../src/kubernetes/Cluster.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { type Craft, defective, definition, input, settle, world, writes } from "../../support/ControllerWorld.js"

const admin: Access.User = { name: "admin", rules: [Access.everything] }

/** What a watch emits, as `tag Status`, and how it ended. */
const watching = (backend: BuildBackend.Service, options?: BuildBackend.ListOptions) =>
  Effect.gen(function*() {
    const emitted: Array<string> = []
    const end: { error?: BuildError.BackendError } = {}
    yield* Effect.forkScoped(
      Stream.runForEach(backend.watch(options), ({ finalImage, finishedAt, status }) =>
        Effect.sync(() => {
          const ended = finishedAt === undefined ? "" : " finished"
          emitted.push(`${finalImage.split(":").at(-1)} ${status._tag}${ended}`)
        })).pipe(Effect.catchAll((error) =>
          Effect.sync(() => {
            end.error = error
          })
        ))
    )
    yield* settle
    return { end, since: Effect.zipRight(settle, Effect.sync(() => emitted.splice(0))) }
  })

const started = (backend: BuildBackend.Service, tag: string) =>
  Effect.map(Effect.flatMap(input(tag), backend.build), ({ ref }) => ref)

it.scoped("watch: emits each build as it is, and then its changes, without a request of its own", () =>
  Effect.gen(function*() {
    const { backend, move, requests } = yield* world
    const a = yield* started(backend, "a")
    const [b, unwatched] = yield* requests(started(backend, "b"))
    yield* move(b, "Running")
    const { since } = yield* watching(backend)
    assert.deepStrictEqual((yield* since).toSorted(), ["a Pending", "b Running"])

    const [, watched] = yield* requests(Effect.zipRight(started(backend, "c"), settle))
    assert.deepStrictEqual(watched, unwatched)
    assert.deepStrictEqual(yield* since, ["c Pending"])

    yield* move(a, "Running")
    yield* move(b, "Complete")
    assert.deepStrictEqual((yield* since).toSorted(), ["a Running", "b Succeeded finished"])
  }))

it.scoped("watch: stores the outcome of a success with one write", () =>
  Effect.gen(function*() {
    const { backend, move, requests } = yield* world
    const ref = yield* started(backend, "a")
    const { since } = yield* watching(backend)
    yield* move(ref, "Running")
    yield* since
    const [, made] = yield* requests(Effect.zipRight(move(ref, "Complete"), settle))
    assert.deepStrictEqual(writes(made), ["patch crafts.example.com", "patch configmaps"])
    assert.deepStrictEqual(yield* since, ["a Succeeded finished"])
    assert.strictEqual((yield* backend.status(ref))._tag, "Succeeded")
  }))

it.scoped("watch: emits an outcome that another client stores", () =>
  Effect.gen(function*() {
    const { backend, client, move } = yield* world
    const ref = yield* started(backend, "a")
    const [one, other] = [yield* watching(backend), yield* watching(yield* client)]
    yield* move(ref, "Broken")
    yield* backend.status(ref)
    assert.deepStrictEqual(yield* one.since, ["a Pending", "a Failed finished"])
    assert.deepStrictEqual(yield* other.since, ["a Pending", "a Failed finished"])
  }))

it.scoped("watch: retries after a retryable error, in fewer than twenty requests", () =>
  Effect.gen(function*() {
    const { backend, crafts, move, requests } = yield* world
    const ref = yield* started(backend, "a")
    const { since } = yield* watching(backend)
    const [, made] = yield* requests(Effect.zipRight(move(ref, "Evicted"), settle))
    assert.strictEqual((yield* crafts).length, 2)
    assert.isBelow(made.length, 20)
    assert.deepStrictEqual(yield* since, ["a Pending", "a Running"])
    yield* move(ref, "Complete")
    assert.deepStrictEqual(yield* since, ["a Succeeded finished"])
  }))

it.scoped("watch: emits the timeout of a pending build, and a cancellation", () =>
  Effect.gen(function*() {
    const { backend } = yield* world
    yield* started(backend, "a")
    const { since } = yield* watching(backend)
    yield* TestClock.adjust("9 minutes")
    const b = yield* started(backend, "b")
    assert.deepStrictEqual(yield* since, ["a Pending", "b Pending"])
    yield* TestClock.adjust("2 minutes")
    assert.deepStrictEqual(yield* since, ["a Errored finished"])
    yield* backend.cancel(b)
    assert.deepStrictEqual(yield* since, ["b Cancelled finished"])
  }))

it.scoped("watch: emits the removal of an unfinished build, not of a finished one", () =>
  Effect.gen(function*() {
    const { backend, cluster, move } = yield* world
    const [a, b] = [yield* started(backend, "a"), yield* started(backend, "b")]
    const { since } = yield* watching(backend)
    yield* move(b, "Complete")
    yield* since
    yield* cluster.delete(Resources.ConfigMap, a.name)
    yield* cluster.delete(Resources.ConfigMap, b.name)
    assert.deepStrictEqual(yield* since, ["a Errored finished"])
    // Under the same name it is another build.
    yield* started(backend, "a")
    assert.deepStrictEqual(yield* since, ["a Pending"])
  }))

it.scoped("watch: emits the removal of a build once, although the informer still reports its record afterwards", () =>
  Effect.gen(function*() {
    const { backend, plane } = yield* world
    const driver = FakeDriver.make((request) => plane.gateway.handle(request, admin), "default")
    let lag: Duration.DurationInput = 0
    const cluster = yield* Cluster.make({
      ...driver,
      watch: (request, subject, decode) =>
        Stream.mapEffect(driver.watch(request, subject, decode), (line) =>
          subject.resource === "configmaps"
            ? Effect.suspend(() => Effect.delay(Effect.succeed(line), lag))
            : Effect.succeed(line))
    })
    const ref = yield* started(backend, "a")
    const { since } = yield* watching(yield* ClusterBackend.make(definition, { cluster, namespace: "default" }))
    assert.deepStrictEqual(yield* since, ["a Pending"])
    lag = "1 second"
    yield* backend.remove(ref)
    yield* settle
    lag = "10 seconds"
    yield* TestClock.adjust("8 seconds")
    assert.deepStrictEqual(yield* since, ["a Cancelled finished"])
    yield* TestClock.adjust("1 minute")
    assert.deepStrictEqual(yield* since, [])
    // Under the same name it is another build.
    yield* started(backend, "a")
    yield* TestClock.adjust("1 minute")
    assert.deepStrictEqual(yield* since, ["a Pending"])
  }))

it.scoped("watch: a slow consumer receives the outcome of a build although a later build has its name", () =>
  Effect.gen(function*() {
    const { backend, cluster } = yield* world
    const ref = yield* started(backend, "a")
    const pull = yield* Stream.toPull(backend.watch())
    yield* pull
    yield* cluster.delete(Resources.ConfigMap, ref.name)
    const next = yield* started(backend, "a")
    yield* settle
    assert.strictEqual(next.name, ref.name)
    assert.deepStrictEqual(
      Array.from(yield* pull, (summary) => [summary.ref.uid, summary.status._tag]),
      [[ref.uid, "Errored"], [next.uid, "Pending"]]
    )
  }))

it.scoped("watch: a build whose child is deleted is Errored", () =>
  Effect.gen(function*() {
    const { backend, cluster, crafts, move } = yield* world
    const ref = yield* started(backend, "a")
    const { since } = yield* watching(backend)
    yield* move(ref, "Running")
    yield* since
    for (const name of yield* crafts) yield* cluster.delete({ ...definition.child }, name)
    yield* TestClock.adjust("3 seconds")
    assert.deepStrictEqual(yield* since, ["a Errored finished"])
  }))

it.scoped("watch: a build without a child is Pending, after the time that an informer may lag behind", () =>
  Effect.gen(function*() {
    const { backend, cluster } = yield* world
    const lone = BuildRecord.manifest({
      backend: "craft",
      namespace: "default",
      number: 1,
      input: yield* input("a"),
      contents: { files: [{ key: "containerfile", content: (yield* input("a")).dockerfile ?? "" }], parts: [] }
    })
    yield* cluster.create(Resources.ConfigMap, lone)
    const { since } = yield* watching(backend)
    yield* TestClock.adjust("1 seconds")
    assert.deepStrictEqual(yield* since, [])
    yield* TestClock.adjust("1 seconds")
    assert.deepStrictEqual(yield* since, ["a Pending"])
    assert.isTrue((yield* Effect.flatMap(input("a"), backend.build)).adopted)
    assert.deepStrictEqual(yield* since, ["a Pending"], "it is not blocked any more")
  }))

it.scoped("watch: reads a record without terms, and leaves out one that cannot be read", () =>
  Effect.gen(function*() {
    const { backend, cluster, move } = yield* world
    const [a, b] = [yield* started(backend, "a"), yield* started(backend, "b")]
    yield* cluster.patch(Resources.ConfigMap, a.name, {
      merge: { metadata: { annotations: { [RecordMetadata.annotation.terms]: "none" } } }
    })
    const labels = {
      ...BuildRecord.labels({ backend: "craft", fingerprint: "f", record: "r", input: yield* input("c") })
    }
    yield* cluster.create(Resources.ConfigMap, { metadata: { name: `${b.name.slice(0, -1)}9`, labels }, data: {} })
    const { end, since } = yield* watching(backend)
    assert.deepStrictEqual((yield* since).toSorted(), ["a Pending", "b Pending"])
    yield* move(a, "Complete")
    assert.deepStrictEqual(yield* since, ["a Succeeded finished"])
    assert.isUndefined(end.error)
  }))

it.scoped("watch: covers one namespace, and one fingerprint if given", () =>
  Effect.gen(function*() {
    const { backend, cluster, move } = yield* world
    yield* cluster.create(Resources.Namespace, { metadata: { name: "other" } })
    const a = yield* started(backend, "a")
    yield* started(backend, "b")
    yield* backend.build(yield* input("c"), { namespace: "other" })
    const [{ fingerprint = "" } = {}] = (yield* backend.list()).filter(({ ref }) => ref.uid === a.uid)
    const [other, one] = [yield* watching(backend, { namespace: "other" }), yield* watching(backend, { fingerprint })]
    yield* move(a, "Running")
    assert.deepStrictEqual([yield* other.since, yield* one.since], [["c Pending"], ["a Pending", "a Running"]])
  }))

it.scoped("watch: fails with Forbidden without the permission to watch", () =>
  Effect.gen(function*() {
    const { plane } = yield* world
    const reader: Access.User = {
      name: "reader",
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] }]
    }
    const cluster = yield* Cluster.make(
      FakeDriver.make((request) => plane.gateway.handle(request, reader), "default")
    )
    const { end } = yield* watching(yield* ClusterBackend.make(definition, { cluster, namespace: "default" }))
    assert.strictEqual(end.error?.reason, "Forbidden")
  }))

it.scoped("watch: a defect of a backend ends it with an error", () =>
  Effect.gen(function*() {
    const { cluster, move } = yield* world
    const backend = yield* ClusterBackend.make(defective, { cluster, namespace: "default" })
    const ref = yield* started(backend, "a")
    const { end, since } = yield* watching(backend)
    assert.deepStrictEqual(yield* since, ["a Pending"])
    yield* move(ref, "Broken")
    yield* settle
    assert.strictEqual(end.error?.reason, "Unexpected")
  }))

it.scoped("watch: a slow consumer receives the latest status of a build", () =>
  Effect.gen(function*() {
    const { backend, move } = yield* world
    const ref = yield* started(backend, "a")
    const pull = yield* Stream.toPull(backend.watch())
    const [first] = yield* pull
    assert.strictEqual(first?.status._tag, "Pending")
    yield* Effect.zipRight(move(ref, "Running"), settle)
    yield* Effect.zipRight(move(ref, "Complete"), settle)
    const next = yield* pull
    assert.deepStrictEqual(Array.from(next, ({ status }) => status._tag), ["Succeeded"])
    assert.isTrue(Array.from(next).every(({ createdAt }) => DateTime.isDateTime(createdAt)))
  }))

/** Its builds stay pending, and the events of their child explain it. */
const silent: ClusterBackend.Definition<Craft> = {
  ...definition,
  interpret: (observed) => ({
    ...definition.interpret(observed),
    waitingSince: undefined,
    explainedBy: observed.child.metadata.uid
  })
}

const ways = {
  changes: (backend: BuildBackend.Service, ref: BuildRef.BuildRef) => Stream.runDrain(backend.changes(ref)),
  watch: (backend: BuildBackend.Service) => Stream.runDrain(backend.watch())
}

for (const [name, follow] of Object.entries(ways)) {
  it.scoped(`${name}: events are read less and less often while a build does not change, and soon after a change`, () =>
    Effect.gen(function*() {
      const { cluster, move, requests } = yield* world
      const backend = yield* ClusterBackend.make(silent, { cluster, namespace: "default" })
      const ref = yield* started(backend, "a")
      yield* Effect.forkScoped(follow(backend, ref))
      yield* settle
      const asked = (time: Duration.DurationInput) =>
        Effect.map(
          requests(Effect.forEach(Array.from({ length: 60 }), () => TestClock.adjust(time), { discard: true })),
          ([, made]) => made.filter((request) => request === "list events").length
        )
      // After 10, 30, 70, 150, 310 and 610 seconds, and then at most every five minutes.
      assert.strictEqual(yield* asked("5 seconds"), 4)
      assert.strictEqual(yield* asked("5 seconds"), 1)
      assert.isAtMost(yield* asked("1 minute"), 13)
      yield* move(ref, "Running")
      yield* settle
      assert.strictEqual(yield* asked("500 millis"), 2)
    }))
}

it.scoped("watch: reads events at most fifty times a second, however many builds are pending", () =>
  Effect.gen(function*() {
    const { cluster, requests } = yield* world
    const backend = yield* ClusterBackend.make(silent, { cluster, namespace: "default" })
    yield* Effect.forEach(Array.from({ length: 120 }, (_, index) => `${index}`), (tag) => started(backend, tag))
    yield* Effect.forkScoped(ways.watch(backend))
    yield* settle
    const second = Effect.map(
      requests(Effect.forEach(Array.from({ length: 50 }), () => TestClock.adjust("20 millis"), { discard: true })),
      ([, made]) => made.length
    )
    yield* TestClock.adjust("9990 millis")
    const seconds = [yield* second, yield* second, yield* second]
    assert.isAtMost(Math.max(...seconds), 52)
    assert.strictEqual(seconds.reduce((sum, count) => sum + count), 120)
  }))
