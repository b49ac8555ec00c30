import { Effect } from "effect"
import * as ResponseBody from "../../src/kubernetes/transport/ResponseBody.js"
import type { TimedOut } from "../../src/kubernetes/transport/TransportError.js"
import { concurrently } from "./Run.js"

concurrently(
  Effect.async<void, TimedOut>((resume) => {
    const timer = ResponseBody.startTimeout(30_000, (timedOut) => resume(Effect.fail(timedOut)))
    setImmediate(() => {
      clearTimeout(timer)
      resume(Effect.void)
    })
    return Effect.sync(() => clearTimeout(timer))
  }).pipe(Effect.orDie)
)
