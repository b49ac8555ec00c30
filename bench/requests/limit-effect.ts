/**
 * The requests of the plain loop, each in a wait of Effect that aborts it when it is interrupted, and nothing more.
 */
import { Effect } from "effect"
import * as Plain from "../Plain.js"
import * as EffectTurns from "./EffectTurns.js"

const get = (name: string) =>
  Effect.async<string>((resume) => {
    const request = Plain.request(`/api/v1/namespaces/bench/pods/${name}`)
    request.on("response", (response) => {
      const body: Array<Buffer> = []
      response.on("data", (part) => body.push(part))
      response.on("end", () => resume(Effect.succeed(JSON.parse(Buffer.concat(body).toString()).metadata.name)))
    })
    return Effect.sync(() => request.destroy())
  })

Effect.runFork(EffectTurns.run(get))
