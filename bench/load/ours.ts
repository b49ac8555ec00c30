/**
 * All builds in one stream.
 */
import { Effect, Stream } from "effect"
import * as OurBuilds from "./OurBuilds.js"

await OurBuilds.run((backend, _refs, tell) =>
  Effect.asVoid(Effect.forkScoped(Stream.runForEach(backend.watch(), ({ ref, status }) => tell(ref, status))))
)
