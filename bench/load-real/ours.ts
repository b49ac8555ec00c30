/**
 * All builds in one stream, on a real control plane.
 */
import { Effect, Stream } from "effect"
import * as OurBuilds from "../load/OurBuilds.js"
import * as Site from "./Site.js"

await OurBuilds.run(
  (backend, _refs, tell) =>
    Effect.asVoid(Effect.forkScoped(Stream.runForEach(backend.watch(), ({ ref, status }) => tell(ref, status)))),
  Site.site
)
