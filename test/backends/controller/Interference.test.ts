/**
 * Interference: failed responses, late requests, and other clients that act at the same time.
 */
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, type Scope, Stream, TestClock } from "effect"
import type { BuildBackend } from "effect-os-builder"
import * as Faults from "../../../src/fake/apiserver/Faults.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { Craft, input, settle, world, writes } from "../../support/ControllerWorld.js"

const conflict = Faults.status(409, "Conflict", "Operation cannot be fulfilled: the object has been modified")

/** Another client cancels the one build that it finds. */
const cancelledBy = <E>(client: Effect.Effect<BuildBackend.Service, E, Scope.Scope>) =>
  Effect.gen(function*() {
    const other = yield* client
    const [found] = yield* other.list()
    assert(found !== undefined)
    return yield* other.cancel(found.ref)
  })

describe("API server", () => {
  it.scoped("internal errors: changes stays open", () =>
    Effect.gen(function*() {
      const { backend, move, plane } = yield* world
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      const watching = yield* Effect.fork(Stream.runCollect(backend.changes(ref)))
      yield* settle
      plane.faults.add({ verb: "get" }, Faults.internalError(), 8)
      yield* move(ref, "Complete")
      yield* TestClock.adjust("2 minutes")
      const last = Chunk.toReadonlyArray(yield* Fiber.join(watching)).at(-1)
      assert.strictEqual(last?._tag, "Succeeded")
    }))

  it.scoped("internal error on create: a retryable BackendError", () =>
    Effect.gen(function*() {
      const { backend, plane } = yield* world
      plane.faults.add({ verb: "create" }, Faults.internalError(), 1)
      const failure = yield* Effect.flip(Effect.flatMap(input("1"), backend.build))
      assert(failure._tag === "BackendError")
      assert.isTrue(failure.retryable)
    }))

  it.scoped("conflict on deletion of a record: retried", () =>
    Effect.gen(function*() {
      const { backend, cluster, move, plane } = yield* world
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      yield* move(ref, "Complete")
      plane.faults.add({ verb: "delete", resource: "configmaps" }, conflict, 2)
      yield* backend.remove(ref)
      assert.lengthOf((yield* cluster.list(Resources.ConfigMap)).items, 0)
      const { ref: other } = yield* Effect.flatMap(input("1"), backend.build)
      plane.faults.add({ verb: "delete", resource: "configmaps" }, conflict)
      const failure = yield* Effect.flip(backend.remove(other))
      assert(failure._tag === "BackendError")
      assert.strictEqual(failure.reason, "Conflict")
    }))
})

describe("child that is created late", () => {
  /** A child that is made after its build was stopped, by a client that does not live to see it. */
  const late = Effect.gen(function*() {
    const made = yield* world
    const { client, plane } = made
    plane.faults.add({ verb: "create", resource: "crafts.example.com" }, Faults.latency("1 minute"), 1)
    const wanted = yield* input("1")
    const building = yield* Effect.flatMap(client, (dying) => Effect.fork(dying.build(wanted)))
    yield* settle
    const [found] = yield* made.backend.list()
    assert(found !== undefined)
    const cancelling = yield* Effect.fork(made.backend.cancel(found.ref))
    yield* TestClock.adjust("2 seconds")
    yield* Fiber.join(cancelling)
    // The answer to its look at the record never comes.
    plane.faults.add({ verb: "get" }, Faults.latency("1 hour"), 1)
    yield* TestClock.adjust("1 minute")
    yield* Fiber.interrupt(building)
    assert.lengthOf(yield* made.crafts, 1)
    return { ...made, wanted, ref: found.ref }
  })

  it.scoped("after a stop: deleted by status", () =>
    Effect.gen(function*() {
      const { backend, crafts, ref } = yield* late
      assert.strictEqual((yield* backend.status(ref))._tag, "Cancelled")
      assert.deepStrictEqual(yield* crafts, [])
    }))

  it.scoped("after a stop: deleted by the next build of an equal input", () =>
    Effect.gen(function*() {
      const { backend, crafts, wanted } = yield* late
      const { adopted, ref } = yield* backend.build(wanted)
      assert.isFalse(adopted)
      assert.deepStrictEqual((yield* crafts).map((name) => name.startsWith(`${ref.name}-`)), [true])
    }))

  it.scoped("after a stop: deleted by the client that stopped the build, if the request took a moment", () =>
    Effect.gen(function*() {
      const { backend, client, crafts, plane } = yield* world
      plane.faults.add({ verb: "create", resource: "crafts.example.com" }, Faults.latency("1 second"), 1)
      const building = yield* Effect.fork(Effect.flatMap(input("1"), backend.build))
      yield* settle
      const cancelling = yield* Effect.fork(cancelledBy(client))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(building)
      assert.lengthOf(yield* crafts, 1)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(cancelling)
      assert.deepStrictEqual(yield* crafts, [])
    }))

  it.scoped("after a stop: deleted by the client that created it, if the request took longer", () =>
    Effect.gen(function*() {
      const { backend, client, crafts, plane } = yield* world
      plane.faults.add({ verb: "create", resource: "crafts.example.com" }, Faults.latency("10 seconds"), 1)
      const building = yield* Effect.fork(Effect.flatMap(input("1"), backend.build))
      yield* settle
      const cancelling = yield* Effect.fork(cancelledBy(client))
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(cancelling)
      assert.deepStrictEqual(yield* crafts, [])
      yield* TestClock.adjust("8 seconds")
      yield* Fiber.join(building)
      assert.deepStrictEqual(yield* crafts, [])
    }))

  it.scoped("child that is created late: not created once the build is stopped", () =>
    Effect.gen(function*() {
      const { backend, client, crafts, plane, requests } = yield* world
      // The record is created, and its response is late.
      plane.faults.add({ verb: "list", resource: "configmaps" }, Faults.latency("5 seconds"), 1)
      const [building, early] = yield* requests(Effect.tap(Effect.fork(Effect.flatMap(input("1"), backend.build)), () =>
        Effect.zipRight(TestClock.adjust("4 seconds"), settle)))
      assert.deepStrictEqual(writes(early), [])
      plane.faults.add({ verb: "list", resource: "configmaps" }, Faults.latency("5 seconds"), 1)
      yield* TestClock.adjust("1 second")
      const cancelling = yield* Effect.fork(cancelledBy(client))
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(cancelling)
      const [, late] = yield* requests(TestClock.adjust("5 seconds"))
      const { ref } = yield* Fiber.join(building)
      assert.deepStrictEqual(writes(late), [])
      assert.deepStrictEqual(yield* crafts, [])
      assert.strictEqual((yield* backend.status(ref))._tag, "Cancelled")
    }))

  it.scoped("after a stop, and finished: stays for its log", () =>
    Effect.gen(function*() {
      const { backend, crafts, move, ref } = yield* late
      yield* move(ref, "Complete")
      assert.strictEqual((yield* backend.status(ref))._tag, "Cancelled")
      assert.lengthOf(yield* crafts, 1)
    }))
})

describe("child that another client created", () => {
  it.scoped("deleted before it can be read: created again", () =>
    Effect.gen(function*() {
      const { backend, client, cluster, crafts, plane } = yield* world
      const wanted = yield* input("1")
      plane.faults.add({ verb: "create", resource: "crafts.example.com" }, Faults.latency("1 second"), 1)
      const building = yield* Effect.fork(backend.build(wanted))
      yield* settle
      const { ref } = yield* (yield* client).build(wanted)
      plane.faults.add({ verb: "get", resource: "crafts.example.com" }, Faults.latency("1 second"), 1)
      yield* TestClock.adjust("1 second")
      for (const name of yield* crafts) yield* cluster.delete(Craft, name)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(String((yield* Fiber.join(building)).ref), String(ref))
      assert.lengthOf(yield* crafts, 1)
    }))
})

describe("second attempt", () => {
  it.scoped("deleted: Errored, and not created again", () =>
    Effect.gen(function*() {
      const { backend, cluster, crafts, move } = yield* world
      const { ref } = yield* Effect.flatMap(input("1", { retries: 1 }), backend.build)
      const watching = yield* Effect.fork(Stream.runCollect(backend.changes(ref)))
      yield* settle
      yield* move(ref, "Evicted")
      yield* settle
      const second = (yield* crafts).find((name) => name.endsWith("-a2"))
      assert(second !== undefined)
      yield* cluster.delete(Craft, second)
      yield* TestClock.adjust("5 seconds")
      const last = Chunk.toReadonlyArray(yield* Fiber.join(watching)).at(-1)
      assert(last?._tag === "Errored")
      assert.strictEqual(last.reason, "Deleted")
      assert.isFalse((yield* crafts).some((name) => name.endsWith("-a2")))
    }))
})

describe("build", () => {
  it.scoped("without a child after pendingTimeout: not begun, the next build is another one", () =>
    Effect.gen(function*() {
      const { backend, crafts, plane } = yield* world
      const wanted = yield* input("1", { pendingTimeout: "5 minutes" })
      plane.faults.add({ verb: "create", resource: "crafts.example.com" }, Faults.internalError(), 1)
      yield* Effect.flip(backend.build(wanted))
      const [first] = yield* backend.list()
      assert(first !== undefined)
      yield* TestClock.adjust("5 minutes")
      const { adopted, ref } = yield* backend.build(wanted)
      assert.isFalse(adopted)
      assert.strictEqual((yield* backend.status(first.ref))._tag, "Errored")
      assert.deepStrictEqual((yield* crafts).map((name) => name.startsWith(`${ref.name}-`)), [true])
    }))

  it.scoped("`again`: none of the earlier builds, also if another client takes its number and removes it", () =>
    Effect.gen(function*() {
      const { backend, client, cluster, move, plane } = yield* world
      const wanted = yield* input("1")
      const first = yield* backend.build(wanted)
      yield* move(first.ref, "Complete")
      yield* backend.status(first.ref)
      plane.faults.add({ verb: "create", resource: "configmaps" }, Faults.latency("1 second"), 1)
      const again = yield* Effect.fork(backend.build(wanted, { again: true }))
      yield* settle
      const other = yield* (yield* client).build(wanted, { again: true })
      plane.faults.add({ verb: "list", resource: "configmaps" }, Faults.latency("1 second"), 1)
      yield* TestClock.adjust("1 second")
      yield* cluster.delete(Resources.ConfigMap, other.ref.name)
      yield* TestClock.adjust("1 second")
      const second = yield* Fiber.join(again)
      assert.notStrictEqual(second.ref.name, first.ref.name)
      assert.isFalse(second.adopted)
    }))

  it.scoped("begun late: gives way to an earlier one, whichever number is higher", () =>
    Effect.gen(function*() {
      const { backend, client, crafts, move, plane } = yield* world
      const slow = yield* client
      const wanted = yield* input("1", { retries: 0 })
      const later = Effect.tap(
        Effect.suspend(() => {
          plane.faults.add({ verb: "create", resource: "configmaps" }, Faults.latency("2 seconds"), 1)
          return Effect.fork(slow.build(wanted))
        }),
        () => settle
      )
      const failing = Effect.gen(function*() {
        const { ref } = yield* backend.build(wanted)
        yield* move(ref, "Evicted")
        yield* backend.status(ref)
        return ref
      })

      const lower = yield* later
      const first = yield* failing
      const second = yield* backend.build(wanted)
      yield* backend.remove(first)
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* Fiber.join(lower), { ref: second.ref, adopted: true })
      assert.lengthOf(
        (yield* crafts).filter((name) => name.startsWith(first.name)),
        1,
        "of the first: nothing collects garbage here"
      )
      yield* backend.remove(second.ref)

      const third = yield* failing
      const higher = yield* later
      yield* backend.remove(third)
      const fourth = yield* backend.build(wanted)
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* Fiber.join(higher), { ref: fourth.ref, adopted: true })
      assert.strictEqual(fourth.ref.name, third.name)
    }))

  it.scoped("begun late, in the same second: gives way to an earlier one of a higher number", () =>
    Effect.gen(function*() {
      const { backend, client, move, plane } = yield* world
      const slow = yield* client
      const wanted = yield* input("1", { retries: 0 })
      plane.faults.add({ verb: "create", resource: "configmaps" }, Faults.latency("500 millis"), 1)
      const later = yield* Effect.fork(slow.build(wanted))
      yield* settle
      const first = yield* backend.build(wanted)
      yield* move(first.ref, "Evicted")
      yield* backend.status(first.ref)
      const second = yield* backend.build(wanted)
      yield* backend.remove(first.ref)
      yield* TestClock.adjust("500 millis")
      assert.deepStrictEqual(yield* Fiber.join(later), { ref: second.ref, adopted: true })
    }))

  it.scoped("begun late: gives way to an earlier one that was written to since", () =>
    Effect.gen(function*() {
      const { backend, client, move, plane } = yield* world
      const slow = yield* client
      const wanted = yield* input("1")
      plane.faults.add({ verb: "create", resource: "configmaps" }, Faults.latency("500 millis"), 1)
      const later = yield* Effect.fork(slow.build(wanted))
      yield* settle
      const first = yield* backend.build(wanted, { again: true })
      const second = yield* backend.build(wanted, { again: true })
      yield* backend.remove(first.ref)
      plane.faults.add({ verb: "list", resource: "configmaps" }, Faults.latency("1 second"), 1)
      yield* TestClock.adjust("500 millis")
      yield* settle
      yield* move(second.ref, "Complete")
      yield* backend.status(second.ref)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(later), { ref: second.ref, adopted: true })
    }))
})
