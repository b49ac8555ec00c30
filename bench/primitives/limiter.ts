import { Effect } from "effect"
import * as RequestLimiter from "../../src/kubernetes/transport/RequestLimiter.js"
import { concurrently } from "./Run.js"
import { slots } from "./Scenario.js"

const limiter = RequestLimiter.make(slots)

concurrently(Effect.async<void>((resume) => {
  const request = {
    start: () => {
      setImmediate(() => {
        limiter.release(request)
        resume(Effect.void)
      })
    }
  }
  limiter.acquire(request)
  return Effect.sync(() => limiter.release(request))
}))
