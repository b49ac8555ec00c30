/**
 * A build that its caller follows at once: the informers are opened while it is submitted, and replace requests.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import type { BuildBackend, BuildInput } from "effect-os-builder"
import * as Calls from "../../../src/core/service/Calls.js"
import * as Faults from "../../../src/fake/apiserver/Faults.js"
import { input, settle, world } from "../../support/ControllerWorld.js"

/** As `run` and `events` submit. */
const submitted = (backend: BuildBackend.Service, wanted: BuildInput.BuildInput) =>
  backend.build(wanted, Calls.markFollowed(undefined))

const watchRecords = { verb: "watch", resource: "configmaps" }
const records = (requests: ReadonlyArray<string>) => requests.filter((request) => request.endsWith(" configmaps"))

describe("submitting a build that is followed", () => {
  it.scoped("records: the informer replaces the second list, and the read of the record", () =>
    Effect.gen(function*() {
      const { backend, move, requests } = yield* world
      const wanted = yield* input("1")
      const [running, made] = yield* requests(Effect.tap(Effect.fork(backend.run(wanted)), () => settle))
      assert.sameMembers(made.slice(0, 3), ["list configmaps", "watch configmaps", "create configmaps"])
      assert.sameMembers(made.slice(3), ["create crafts.example.com", "watch crafts.example.com", "watch pods"])
      const [found] = yield* backend.list()
      assert(found !== undefined)
      yield* move(found.ref, "Complete")
      assert.isDefined((yield* Fiber.join(running)).digest)
    }))

  it.scoped("records: listed where they may not be watched", () =>
    Effect.gen(function*() {
      const { backend, crafts, plane, requests } = yield* world
      plane.faults.add(watchRecords, Faults.status(403, "Forbidden", "no"))
      const [building, made] = yield* requests(
        Effect.tap(Effect.fork(Effect.flatMap(input("1"), (wanted) => submitted(backend, wanted))), () => settle)
      )
      yield* Fiber.join(building)
      assert.isAtLeast(records(made).filter((request) => request.startsWith("list")).length, 2)
      assert.lengthOf(yield* crafts, 1)
    }))

  it.scoped("records: listed when the informer shows them late", () =>
    Effect.gen(function*() {
      const { backend, crafts, plane, requests } = yield* world
      plane.faults.add(watchRecords, Faults.latency("1 minute"), 1)
      const building = yield* Effect.fork(Effect.flatMap(input("1"), (wanted) => submitted(backend, wanted)))
      yield* settle
      assert.deepStrictEqual(yield* crafts, [])
      const [, made] = yield* requests(Effect.zipRight(TestClock.adjust("1 second"), settle))
      assert.deepStrictEqual(records(made), ["list configmaps"])
      yield* Fiber.join(building)
      assert.lengthOf(yield* crafts, 1)
    }))

  it.scoped("begun late: gives way to an earlier build", () =>
    Effect.gen(function*() {
      const { backend, client, crafts, move, plane } = yield* world
      const slow = yield* client
      const wanted = yield* input("1", { retries: 0 })
      plane.faults.add({ verb: "create", resource: "configmaps" }, Faults.latency("2 seconds"), 1)
      const later = yield* Effect.fork(slow.run(wanted))
      yield* settle
      const first = yield* backend.build(wanted)
      yield* move(first.ref, "Evicted")
      yield* backend.status(first.ref)
      const second = yield* backend.build(wanted)
      yield* backend.remove(first.ref)
      yield* TestClock.adjust("2 seconds")
      yield* settle
      const names = (yield* crafts).filter((name) => !name.startsWith(second.ref.name))
      assert.lengthOf(names, 1, "of the first: nothing collects garbage here")
      yield* move(second.ref, "Complete")
      yield* Fiber.join(later)
      assert.deepStrictEqual((yield* backend.list()).map(({ ref }) => ref), [second.ref])
    }))

  it.scoped("stopped unseen: the late child is deleted", () =>
    Effect.gen(function*() {
      const { backend, client, crafts, plane } = yield* world
      // The informer does not show the stop before the child is created.
      plane.faults.add(watchRecords, Faults.delayEvents("400 millis"), 1)
      const slow = yield* client
      plane.faults.add({ verb: "create", resource: "crafts.example.com" }, Faults.latency("10 seconds"), 1)
      const building = yield* Effect.fork(Effect.flatMap(input("1"), (wanted) => submitted(slow, wanted)))
      yield* settle
      yield* TestClock.adjust("300 millis")
      const [found] = yield* backend.list()
      assert(found !== undefined)
      const cancelling = yield* Effect.fork(backend.cancel(found.ref))
      yield* settle
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(cancelling)
      yield* TestClock.adjust("15 seconds")
      yield* Fiber.join(building)
      const ofChildren = plane.gateway.requests.filter(({ resource }) => resource === "crafts.example.com")
      assert.deepStrictEqual(ofChildren.map(({ verb }) => verb).filter((verb) => verb !== "list" && verb !== "watch"), [
        "create",
        "delete"
      ])
      assert.deepStrictEqual(yield* crafts, [])
    }))

  it.scoped("interrupted: nothing is left to run", () =>
    Effect.gen(function*() {
      const { backend, crafts, plane } = yield* world
      plane.faults.add(watchRecords, Faults.latency("1 minute"), 1)
      const running = yield* Effect.fork(Effect.flatMap(input("1"), (wanted) => backend.run(wanted)))
      yield* settle
      const interrupting = yield* Effect.fork(Fiber.interrupt(running))
      yield* TestClock.adjust("15 seconds")
      yield* Fiber.join(interrupting)
      assert.deepStrictEqual(yield* crafts, [])
      assert.deepStrictEqual((yield* backend.list()).map(({ status }) => status._tag), ["Cancelled"])
    }))

  it.scoped("the record that was created: read again once an informer has had the time to show it", () =>
    Effect.gen(function*() {
      const { backend, requests } = yield* world
      const { ref } = yield* Effect.flatMap(input("1"), (wanted) => submitted(backend, wanted))
      const first = Effect.scoped(Effect.tap(Effect.forkScoped(backend.result(ref)), () => settle))
      assert.deepStrictEqual(records((yield* requests(first))[1]), [])
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(records((yield* requests(first))[1]), ["get configmaps"])
    }))
})
