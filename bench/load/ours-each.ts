/**
 * Each build in a stream of its own.
 */
import { Effect, Stream } from "effect"
import * as Builds from "./Builds.js"

await Builds.run((backend, refs, tell) =>
  Effect.forEach(
    refs,
    (ref) => Effect.forkScoped(Stream.runForEach(backend.changes(ref), (status) => tell(ref, status))),
    { discard: true }
  )
)
