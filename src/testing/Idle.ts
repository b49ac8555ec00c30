/**
 * Waiting until a fake cluster is idle.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { ControlPlane } from "../fake/ControlPlane.js"

/** More turns of the event loop than a client or a controller needs between two requests. */
const quietTurns = 32

/** Every fiber that can continue does so before or in the next turn of the event loop. */
const turn: Effect.Effect<void> = Effect.async<void>((resume) => {
  const immediate = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(immediate))
})

/** The number of requests and writes so far. */
const activity = ({ gateway, store }: ControlPlane): number => gateway.handled + store.revision

/** Completes once a number of turns have passed without a request or a write. */
export const wait = (plane: ControlPlane): Effect.Effect<void> =>
  Effect.suspend(() => {
    let seen = activity(plane)
    let quiet = 0
    const look = Effect.map(turn, () => {
      const now = activity(plane)
      quiet = now === seen ? quiet + 1 : 0
      seen = now
      return quiet
    })
    return Effect.asVoid(Effect.repeat(look, { until: (quiet) => quiet >= quietTurns }))
  })
