/**
 * Each build in a stream of its own.
 */
import { Effect, Stream } from "effect"
import * as OurBuilds from "./OurBuilds.js"

await OurBuilds.run((backend, refs, tell) =>
  Effect.forEach(
    refs,
    (ref) => Effect.forkScoped(Stream.runForEach(backend.changes(ref), (status) => tell(ref, status))),
    { discard: true }
  )
)
