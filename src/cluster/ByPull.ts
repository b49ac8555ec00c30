/**
 * Changes a stream at the place where it is pulled from, chunk by chunk.
 *
 * `Stream.mapChunks` and its like read through a channel of their own, whose garbage outlives its use by a collection or
 * two: at a thousand lines in a chunk that costs more than the lines do.
 */
import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/** What has come; fails with none at the end. */
export type Pull<A, E> = Effect.Effect<Chunk.Chunk<A>, Option.Option<E>>

export const transform = <A, E, B, E2>(
  self: Stream.Stream<A, E>,
  change: (pull: Pull<A, E>) => Pull<B, E2>
): Stream.Stream<B, E2> =>
  Stream.unwrapScoped(Effect.map(Stream.toPull(self), (pull) => Stream.repeatEffectChunkOption(change(pull))))
