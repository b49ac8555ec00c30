/**
 * A server that answers without end, in a time that is made up.
 */
import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Fiber, Option } from "effect"
import { vi } from "vitest"
import * as Resources from "../../src/kubernetes/Resources.js"
import { clusterAt, errorOf } from "../support/HostileServer.js"
import * as TestServer from "../support/TestServer.js"

/** The limits are timers of Node, not of Effect's Clock: they cost a request no fiber. */
const madeUpTime = Effect.acquireRelease(
  Effect.sync(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })),
  () => Effect.sync(() => vi.useRealTimers())
)

const turn = Effect.async<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

layer(TestServer.authority, { excludeTestServices: true })("a server that answers slowly, for ever,", (it) => {
  it.scoped("is given up after two minutes", () =>
    Effect.gen(function*() {
      const { cluster } = yield* clusterAt((_request, response) => {
        response.writeHead(200)
        const drip = setInterval(() => response.write(" "), 5)
        response.on("close", () => clearInterval(drip))
      }, { timeout: Duration.infinity })
      yield* madeUpTime
      const asking = yield* Effect.fork(errorOf(cluster.create(Resources.Pod, { metadata: { name: "a" } })))
      let seconds = 0
      while (Option.isNone(yield* Fiber.poll(asking))) {
        yield* turn
        vi.advanceTimersByTime(1_000)
        seconds++
      }
      const error = yield* Fiber.join(asking)
      assert.deepStrictEqual([error.reason, error.ambiguous], ["Timeout", true])
      assert.include(error.message, "no answer within 2m")
      assert.isAtLeast(seconds, 120)
    }))
})
