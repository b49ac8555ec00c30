import { Effect } from "effect"
import * as RequestLimiter from "../../src/kubernetes/transport/RequestLimiter.js"
import { concurrently } from "./Run.js"
import { slots } from "./Scenario.js"

const limiter = RequestLimiter.make(slots)

concurrently(Effect.async<void>((resume) => {
  const start = () =>
    setImmediate(() => {
      limiter.release(start)
      resume(Effect.void)
    })
  limiter.acquire(start)
  return Effect.sync(() => limiter.release(start))
}))
