/**
 * Streams as what they are pulled from, chunk by chunk: all that is done with what comes is done there.
 *
 * `Stream.mapChunks`, `concat` and their like read through a channel of their own, whose garbage outlives its use by a
 * collection or two: at a thousand lines in a chunk that costs more than the lines do.
 */
import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { SpanOptions } from "effect/Tracer"

/** What has come; fails with none at the end. */
export type Pull<A, E> = Effect.Effect<Chunk.Chunk<A>, Option.Option<E>>

/** Begins a pull that is good while the scope is open. */
export type Open<A, E> = Effect.Effect<Pull<A, E>, never, Scope.Scope>

export const transform = <A, E, B, E2>(
  self: Stream.Stream<A, E>,
  change: (pull: Pull<A, E>) => Pull<B, E2>
): Open<B, E2> => Effect.map(Stream.toPull(self), change)

/** A stream in a span of its own. */
export const traced = <A, E>(open: Open<A, E>, name: string, options: SpanOptions): Stream.Stream<A, E> =>
  Stream.fromPull(
    Effect.flatMap(
      Effect.makeSpanScoped(name, options),
      (span) => Effect.map(Effect.withParentSpan(open, span), Effect.withParentSpan(span))
    )
  )

/** The end of what comes. */
export const end: Pull<never, never> = Effect.fail(Option.none())
