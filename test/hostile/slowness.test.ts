/**
 * A server whose response never ends, with fake timers.
 */
import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Fiber, Option } from "effect"
import { vi } from "vitest"
import * as Resources from "../../src/kubernetes/Resources.js"
import { clusterAt, errorOf } from "../support/HostileServer.js"
import * as TestServer from "../support/TestServer.js"

/** The limits are timers of Node, which the TestClock does not drive. */
const fakeTimers = Effect.acquireRelease(
  Effect.sync(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })),
  () => Effect.sync(() => vi.useRealTimers())
)

const turn = Effect.async<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

layer(TestServer.authority, { excludeTestServices: true })("a response that never ends", (it) => {
  it.scoped("a response that never ends: fails with Timeout after two minutes", () =>
    Effect.gen(function*() {
      const { cluster } = yield* clusterAt((_request, response) => {
        response.writeHead(200)
        const drip = setInterval(() => response.write(" "), 5)
        response.on("close", () => clearInterval(drip))
      }, { timeout: Duration.infinity })
      yield* fakeTimers
      const creating = yield* Effect.fork(errorOf(cluster.create(Resources.Pod, { metadata: { name: "a" } })))
      let seconds = 0
      while (Option.isNone(yield* Fiber.poll(creating))) {
        yield* turn
        vi.advanceTimersByTime(1_000)
        seconds++
      }
      const error = yield* Fiber.join(creating)
      assert.deepStrictEqual([error.reason, error.ambiguous], ["Timeout", true])
      assert.include(error.message, "no response within 2m")
      assert.isAtLeast(seconds, 120)
    }))
})
