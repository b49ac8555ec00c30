/** The TestClock of Effect 3 on that of Effect 4. */
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Vitest from "./Vitest.js"

export const currentTimeMillis = Clock.currentTimeMillis

/** The times at which something wakes. */
export const sleeps = (): Effect.Effect<Chunk.Chunk<number>> =>
  Effect.map(Clock.Clock, (clock) => Chunk.fromIterable(Vitest.sleepsOf(clock)))
