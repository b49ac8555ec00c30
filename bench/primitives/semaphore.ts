import { Effect } from "effect"
import { concurrently } from "./Run.js"
import { slots } from "./Scenario.js"

const semaphore = Effect.unsafeMakeSemaphore(slots)

concurrently(
  semaphore.withPermits(1)(Effect.async<void>((resume) => {
    setImmediate(() => resume(Effect.void))
    return Effect.void
  }))
)
