import { Effect } from "effect"
import { concurrently } from "./Run.js"

concurrently(
  Effect.async<void>((resume) => {
    setImmediate(() => resume(Effect.void))
    return Effect.void
  }).pipe(Effect.timeout(30_000), Effect.orDie)
)
