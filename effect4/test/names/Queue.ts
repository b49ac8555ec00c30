/** Several values are a chunk on Effect 3. */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"

export const takeN = <A, E>(self: Queue.Dequeue<A, E>, n: number): Effect.Effect<Chunk.Chunk<A>, E> =>
  Effect.map(Queue.takeN(self, n), Chunk.fromArrayUnsafe)
