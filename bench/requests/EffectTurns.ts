/**
 * The turns, as effects.
 */
import { Effect } from "effect"
import * as Meter from "../Meter.js"
import * as Pods from "../server/Pods.js"
import { requests, sideBySide } from "./Scenario.js"

/** `get` gets the pod of this name, and returns the name that it says. */
export const run = <E, R>(get: (name: string) => Effect.Effect<string, E, R>) =>
  Effect.gen(function*() {
    const check = (index: number) =>
      Effect.flatMap(
        get(Pods.nameOf(index)),
        (name) => name === Pods.nameOf(index) ? Effect.void : Effect.dieMessage(`got ${name}`)
      )
    const meter = Meter.start()
    for (let index = 0; index < requests; index++) {
      yield* check(index)
    }
    const seconds = meter.seconds()
    const indices = Array.from({ length: requests }, (_, index) => index)
    yield* Effect.forEach(indices, check, { concurrency: sideBySide, discard: true })
    return Meter.report({
      ...meter.stop(),
      perSecond: requests / seconds,
      sideBySidePerSecond: requests / (meter.seconds() - seconds)
    })
  })
