import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Ref } from "effect"
import * as InFlight from "../../../src/kubernetes/client/InFlight.js"

const counted = Effect.gen(function*() {
  const runs = yield* Ref.make(0)
  const gate = yield* Deferred.make<string, string>()
  const shared = InFlight.shared(
    Effect.zipRight(Ref.update(runs, (count) => count + 1), Deferred.await(gate)),
    yield* Effect.scope
  )
  return { runs, gate, shared }
})

describe("InFlight", () => {
  it.scoped("shared: runs once for all who start it while it runs, and again afterwards", () =>
    Effect.gen(function*() {
      const { gate, runs, shared } = yield* counted
      const fibers = yield* Effect.forEach([1, 2, 3], () => Effect.fork(shared))
      yield* Effect.yieldNow()
      yield* Deferred.succeed(gate, "a")
      assert.deepStrictEqual(yield* Effect.forEach(fibers, Fiber.join), ["a", "a", "a"])
      assert.strictEqual(yield* Ref.get(runs), 1)
      assert.strictEqual(yield* shared, "a")
      assert.strictEqual(yield* Ref.get(runs), 2)
    }))

  it.scoped("shared: an interrupted caller does not interrupt the others", () =>
    Effect.gen(function*() {
      const { gate, runs, shared } = yield* counted
      const first = yield* Effect.fork(shared)
      yield* Effect.yieldNow()
      const second = yield* Effect.fork(shared)
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(first)
      yield* Deferred.succeed(gate, "a")
      assert.strictEqual(yield* Fiber.join(second), "a")
      assert.strictEqual(yield* Ref.get(runs), 1)
    }))

  it.scoped("shared: fails for all, and runs again", () =>
    Effect.gen(function*() {
      const { gate, runs, shared } = yield* counted
      yield* Deferred.fail(gate, "no")
      assert.strictEqual(yield* Effect.flip(shared), "no")
      assert.strictEqual(yield* Effect.flip(shared), "no")
      assert.strictEqual(yield* Ref.get(runs), 2)
    }))
})
