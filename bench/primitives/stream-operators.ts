import { Chunk, Effect, Option, Stream } from "effect"
import { chunks, isLost, read } from "./Run.js"

const next = chunks()

const source = Stream.repeatEffectChunkOption(Effect.suspend((): Effect.Effect<
  Chunk.Chunk<number>,
  Option.Option<string>
> => {
  const chunk = next()
  return chunk === undefined ? Effect.fail(Option.none()) : Effect.succeed(Chunk.unsafeFromArray(chunk))
}))

const transformed = source.pipe(
  Stream.mapChunks(Chunk.map((n) => n + 1)),
  Stream.catchAll((error) => isLost(error) ? Stream.empty : Stream.fail(error)),
  Stream.withSpan("bench", { captureStackTrace: false })
)

read(Stream.runForEachChunk(
  transformed,
  (chunk) => Option.isNone(Chunk.head(chunk)) ? Effect.dieMessage("empty") : Effect.void
))
