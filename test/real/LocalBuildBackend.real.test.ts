import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { suite } from "../BackendSuite.js"
import * as Workplace from "./Workplace.js"

/** The name at the gate of an input: that of its final image's repository. */
const gateName = (pullspec: string): string => pullspec.split("/").at(-1)?.replace(/:.*/, "") ?? ""

suite({
  name: "LocalBuildBackend",
  layer: Workplace.backend,
  live: true,
  timeout: "5 minutes",
  input: (name, ends) =>
    Effect.gen(function*() {
      const { gate } = yield* Workplace.Workplace
      return yield* Workplace.input(name, {
        dockerfile: Workplace.containerfile(
          Workplace.waitAt(gate.url, Workplace.repository(name)),
          ends === "well" ? "RUN echo done" : "RUN echo broken; exit 3"
        ),
        retries: 0
      })
    }).pipe(Effect.orDie),
  hold: (input) => Effect.flatMap(Workplace.Workplace, ({ gate }) => gate.hold(gateName(input.finalImage.pullspec))),
  release: ({ input }, ending) =>
    Effect.flatMap(
      Workplace.Workplace,
      ({ gate }) => gate.release(gateName(input.finalImage.pullspec), ending === "succeeds" ? "go" : "die")
    ),
  pullSecret: (name) =>
    Effect.map(Workplace.Workplace, ({ settings }) => {
      const folder = path.join(settings.secretsDirectory, name)
      fs.mkdirSync(folder, { recursive: true })
      fs.writeFileSync(path.join(folder, ".dockerconfigjson"), "{\"auths\":{}}")
    }),
  advance: Effect.sleep("1 second")
})
