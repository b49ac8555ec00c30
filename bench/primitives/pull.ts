import { Chunk, Effect, Option, Stream } from "effect"
import * as Pull from "../../src/effect/Pull.js"
import * as Spans from "../../src/effect/Spans.js"
import { chunks, isLost, read } from "./Run.js"

const next = chunks()

const source = Stream.repeatEffectChunkOption(Effect.suspend((): Pull.Pull<number, string> => {
  const chunk = next()
  return chunk === undefined ? Pull.end : Effect.succeed(Chunk.unsafeFromArray(chunk))
}))

const transformed = Pull.transform(source, (pull): Pull.Pull<number, string> =>
  Effect.catchAll(
    Effect.map(pull, Chunk.map((n) => n + 1)),
    (error) => Option.isSome(error) && isLost(error.value) ? Pull.end : Effect.fail(error)
  ))

read(Stream.runForEachChunk(
  Spans.withinPull(transformed, "bench", { attributes: {}, isResult: () => false, attributesOf: () => ({}) }),
  (chunk) => Option.isNone(Chunk.head(chunk)) ? Effect.dieMessage("empty") : Effect.void
))
