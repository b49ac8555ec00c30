/**
 * The controller that all subscribers of a namespace share: what it saves, and how long it lives.
 */
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Stream, Supervisor, TestClock } from "effect"
import { type BuildBackend, type BuildRef, type BuildStatus } from "effect-os-builder"
import * as ClusterBackend from "../../../src/backends/controller/ClusterBackend.js"
import * as Faults from "../../../src/fake/apiserver/Faults.js"
import { type Craft, defective, definition, input, settle, world, writes } from "../../support/ControllerWorld.js"

const started = (backend: BuildBackend.Service, tag: string, options = {}) =>
  Effect.map(Effect.flatMap(input(tag, options), backend.build), ({ ref }) => ref)

const tags = (statuses: Iterable<BuildStatus.BuildStatus>) => Array.from(statuses, (status) => status._tag)

/** Follows a build in the background. */
const following = (backend: BuildBackend.Service, ref: BuildRef.BuildRef) =>
  Effect.tap(
    Effect.fork(Effect.map(Stream.runCollect(backend.changes(ref)), (all) => tags(Chunk.toReadonlyArray(all)))),
    () => settle
  )

/** Its builds stay pending, and the events of their child explain it. */
const silent: ClusterBackend.Definition<Craft> = {
  ...definition,
  interpret: (observed) => ({
    ...definition.interpret(observed),
    waitingSince: undefined,
    explainedBy: observed.child.metadata.uid
  })
}

describe("controller: subscribers", () => {
  it.scoped("controller: subscribers: an outcome is stored once, however many follow the build", () =>
    Effect.gen(function*() {
      const { backend, move, requests } = yield* world
      const ref = yield* started(backend, "a")
      const followers = yield* Effect.replicateEffect(following(backend, ref), 3)
      const log = yield* Effect.fork(Stream.runDrain(backend.logs(ref, { follow: true })))
      yield* Effect.forkScoped(Stream.runDrain(backend.watch()))
      yield* settle
      const [, made] = yield* requests(Effect.zipRight(move(ref, "Broken"), settle))
      assert.deepStrictEqual(writes(made), ["patch crafts.example.com", "patch configmaps"])
      assert.deepStrictEqual(
        made.slice(2),
        ["get configmaps", "list crafts.example.com", "list pods", "patch configmaps"],
        "the server is read once"
      )
      for (const follower of followers) assert.deepStrictEqual(yield* Fiber.join(follower), ["Pending", "Failed"])
      yield* Fiber.join(log)
    }))

  it.scoped("controller: subscribers: a further one costs one request", () =>
    Effect.gen(function*() {
      const { backend, requests } = yield* world
      const [a, b] = [yield* started(backend, "a"), yield* started(backend, "b")]
      yield* following(backend, a)
      const [, made] = yield* requests(following(backend, b))
      assert.deepStrictEqual(made, ["get configmaps"])
    }))

  it.scoped("controller: subscribers: of an ended build need no controller", () =>
    Effect.gen(function*() {
      const { backend, client, move, requests } = yield* world
      const ref = yield* started(backend, "a")
      yield* move(ref, "Complete")
      yield* backend.status(ref)
      const other = yield* client
      const [follower, made] = yield* requests(following(other, ref))
      assert.deepStrictEqual(yield* Fiber.join(follower), ["Succeeded"])
      assert.deepStrictEqual(made, ["get configmaps"])
    }))

  it.scoped("controller: subscribers: of the same build share its explanations", () =>
    Effect.gen(function*() {
      const { cluster, requests } = yield* world
      const backend = yield* ClusterBackend.make(silent, { cluster, namespace: "default" })
      const ref = yield* started(backend, "a")
      yield* following(backend, ref)
      yield* following(backend, ref)
      yield* Effect.forkScoped(Stream.runDrain(backend.watch()))
      yield* settle
      const [, made] = yield* requests(Effect.zipRight(TestClock.adjust("10 seconds"), settle))
      assert.deepStrictEqual(made, ["list events"])
    }))

  it.scoped("controller: subscribers: that are slow get the latest status", () =>
    Effect.gen(function*() {
      const { backend, move } = yield* world
      const ref = yield* started(backend, "a")
      const pull = yield* Stream.toPull(backend.changes(ref))
      assert.deepStrictEqual(tags(yield* pull), ["Pending"])
      yield* Effect.zipRight(move(ref, "Running"), settle)
      yield* Effect.zipRight(move(ref, "Complete"), settle)
      assert.deepStrictEqual(tags(yield* pull), ["Succeeded"])
    }))

  it.scoped("controller: subscribers: a build that nobody follows is left alone", () =>
    Effect.gen(function*() {
      const { backend, crafts, move, requests } = yield* world
      const [a, b] = [yield* started(backend, "a"), yield* started(backend, "b")]
      yield* following(backend, a)
      const [, made] = yield* requests(Effect.zipRight(move(b, "Evicted"), settle))
      assert.deepStrictEqual(writes(made), ["patch crafts.example.com"])
      assert.lengthOf(yield* crafts, 2)
      // It is taken up once somebody does.
      yield* following(backend, b)
      assert.lengthOf(yield* crafts, 3)
    }))

  it.scoped("controller: subscribers: a defect of a backend ends the stream of its build with an error, and no other", () =>
    Effect.gen(function*() {
      const { cluster, move } = yield* world
      const backend = yield* ClusterBackend.make(defective, { cluster, namespace: "default" })
      const [a, b] = [yield* started(backend, "a"), yield* started(backend, "b")]
      const [one, other] = [yield* following(backend, a), yield* following(backend, b)]
      yield* Effect.zipRight(move(a, "Broken"), settle)
      const failure = yield* Effect.flip(Fiber.join(one))
      assert(failure._tag === "BackendError")
      assert.strictEqual(failure.reason, "Unexpected")
      yield* Effect.zipRight(move(b, "Complete"), settle)
      assert.deepStrictEqual(yield* Fiber.join(other), ["Pending", "Succeeded"])
    }))
})

describe("controller: life", () => {
  it.scoped("controller: life: it ends with its last subscriber, and leaves no fiber", () =>
    Effect.gen(function*() {
      const { backend } = yield* world
      const [a, b] = [yield* started(backend, "a"), yield* started(backend, "b")]
      // The informers of the cluster outlive it.
      yield* Effect.scoped(Effect.flatten(Stream.toPull(backend.watch())))
      yield* settle
      const supervisor = yield* Supervisor.track
      const living = Effect.map(supervisor.value, (fibers) => fibers.length)
      const follow = (ref: BuildRef.BuildRef) => Effect.supervised(following(backend, ref), supervisor)
      const [one, other] = [yield* follow(a), yield* follow(b)]
      const both = yield* living
      yield* Fiber.interrupt(one)
      yield* settle
      assert.isAbove(yield* living, 10, "the other follows still")
      assert.isBelow(yield* living, both)
      yield* Fiber.interrupt(other)
      yield* settle
      assert.strictEqual(yield* living, 0)
    }))

  it.scoped("controller: life: it begins again for the next subscriber", () =>
    Effect.gen(function*() {
      const { backend, move } = yield* world
      const ref = yield* started(backend, "a")
      yield* Effect.flatMap(following(backend, ref), Fiber.interrupt)
      yield* Effect.zipRight(move(ref, "Running"), settle)
      const follower = yield* following(backend, ref)
      yield* move(ref, "Complete")
      assert.deepStrictEqual(yield* Fiber.join(follower), ["Running", "Succeeded"])
    }))

  it.scoped("controller: life: a refusal fails its subscribers; the next is served once the server permits it", () =>
    Effect.gen(function*() {
      const { backend, move, plane } = yield* world
      const ref = yield* started(backend, "a")
      const forbidden = Faults.status(403, "Forbidden", "crafts is forbidden: User \"u\" cannot list")
      const lifts = (["list", "watch"] as const).map((verb) =>
        plane.faults.add({ verb, resource: "crafts.example.com" }, forbidden)
      )
      // A stream that has failed and is still open.
      const pull = yield* Stream.toPull(Stream.either(backend.changes(ref)))
      const [found] = yield* pull
      assert(found?._tag === "Left" && found.left._tag === "BackendError")
      assert.strictEqual(found.left.reason, "Forbidden")
      assert.match(found.left.message, /follow craft\/default/)
      lifts.forEach((lift) => lift())
      yield* TestClock.adjust("30 seconds")
      const follower = yield* following(backend, ref)
      yield* move(ref, "Complete")
      assert.deepStrictEqual(yield* Fiber.join(follower), ["Pending", "Succeeded"])
    }))
})
