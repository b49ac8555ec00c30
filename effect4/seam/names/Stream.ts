/** Functions of Effect 3 whose arguments or results have another form on Effect 4, which has arrays for chunks. */
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Option from "effect/Option"
import type * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"

export const mapConcat: {
  <A, B>(f: (a: A) => Iterable<B>): <E, R>(self: Stream.Stream<A, E, R>) => Stream.Stream<B, E, R>
  <A, E, R, B>(self: Stream.Stream<A, E, R>, f: (a: A) => Iterable<B>): Stream.Stream<B, E, R>
} = dual(
  2,
  <A, E, R, B>(self: Stream.Stream<A, E, R>, f: (a: A) => Iterable<B>): Stream.Stream<B, E, R> =>
    Stream.flattenIterable(Stream.map(self, f))
)

export const runCollect = <A, E, R>(self: Stream.Stream<A, E, R>): Effect.Effect<Chunk.Chunk<A>, E, R> =>
  Effect.map(Stream.runCollect(self), Chunk.fromArrayUnsafe)

/** One value for each element; that of Effect 4 is a list of values. */
export const mapAccum: {
  <S, A, B>(start: S, f: (state: S, a: A) => readonly [S, B]): <E, R>(
    self: Stream.Stream<A, E, R>
  ) => Stream.Stream<B, E, R>
  <A, E, R, S, B>(
    self: Stream.Stream<A, E, R>,
    start: S,
    f: (state: S, a: A) => readonly [S, B]
  ): Stream.Stream<B, E, R>
} = dual(
  3,
  <A, E, R, S, B>(
    self: Stream.Stream<A, E, R>,
    start: S,
    f: (state: S, a: A) => readonly [S, B]
  ): Stream.Stream<B, E, R> =>
    Stream.mapAccum(self, () => start, (state, a) => {
      const [next, value] = f(state, a)
      return [next, [value]] as const
    })
)

type SpanOptions = Tracer.SpanOptionsNoTrace & { readonly captureStackTrace?: boolean | undefined }

export const withSpan =
  (name: string, { captureStackTrace: _, ...options }: SpanOptions = {}) =>
  <A, E, R>(self: Stream.Stream<A, E, R>): Stream.Stream<A, E, Exclude<R, Tracer.ParentSpan>> =>
    Stream.withSpan(self, name, options)

export const runForEachChunk = <A, E, R, X, E2, R2>(
  self: Stream.Stream<A, E, R>,
  f: (chunk: Chunk.Chunk<A>) => Effect.Effect<X, E2, R2>
): Effect.Effect<void, E | E2, R | R2> => Stream.runForEachArray(self, (values) => f(Chunk.fromArrayUnsafe(values)))

/** An option for each element; that of Effect 4 takes a filter. */
export const filterMap =
  <A, B>(f: (a: A) => Option.Option<B>) => <E, R>(self: Stream.Stream<A, E, R>): Stream.Stream<B, E, R> =>
    mapConcat(self, (a) => Option.toArray(f(a)))

/** The start is a function on Effect 4. */
export const runFold: {
  <S, A>(start: S, f: (state: S, a: A) => S): <E, R>(self: Stream.Stream<A, E, R>) => Effect.Effect<S, E, R>
  <A, E, R, S>(self: Stream.Stream<A, E, R>, start: S, f: (state: S, a: A) => S): Effect.Effect<S, E, R>
} = dual(
  3,
  <A, E, R, S>(self: Stream.Stream<A, E, R>, start: S, f: (state: S, a: A) => S): Effect.Effect<S, E, R> =>
    Stream.runFold(self, () => start, f)
)

/** A chunk of Effect 4's streams is never empty. */
export const mapChunks: {
  <A, B>(f: (chunk: Chunk.Chunk<A>) => Chunk.Chunk<B>): <E, R>(self: Stream.Stream<A, E, R>) => Stream.Stream<B, E, R>
  <A, E, R, B>(self: Stream.Stream<A, E, R>, f: (chunk: Chunk.Chunk<A>) => Chunk.Chunk<B>): Stream.Stream<B, E, R>
} = dual(
  2,
  <A, E, R, B>(
    self: Stream.Stream<A, E, R>,
    f: (chunk: Chunk.Chunk<A>) => Chunk.Chunk<B>
  ): Stream.Stream<B, E, R> =>
    Stream.flattenIterable(Stream.map(Stream.chunks(self), (values) => f(Chunk.fromArrayUnsafe(values))))
)

/** The end of a stream is an error of its own on Effect 4. */
export const repeatEffectOption = <A, E>(
  effect: Effect.Effect<A, Option.Option<E>>
): Stream.Stream<A, Pull.ExcludeDone<E>> => {
  const pull: Effect.Effect<Arr.NonEmptyReadonlyArray<A>, E | Cause.Done> = Effect.matchEffect(effect, {
    onFailure: Option.match({ onNone: (): Effect.Effect<never, E | Cause.Done> => Cause.done(), onSome: Effect.fail }),
    onSuccess: (a) => Effect.succeed(Arr.of(a))
  })
  return Stream.fromPull(Effect.succeed(pull))
}

export const mapChunksEffect: {
  <A, B, E2, R2>(
    f: (chunk: Chunk.Chunk<A>) => Effect.Effect<Chunk.Chunk<B>, E2, R2>
  ): <E, R>(self: Stream.Stream<A, E, R>) => Stream.Stream<B, E | E2, R | R2>
  <A, E, R, B, E2, R2>(
    self: Stream.Stream<A, E, R>,
    f: (chunk: Chunk.Chunk<A>) => Effect.Effect<Chunk.Chunk<B>, E2, R2>
  ): Stream.Stream<B, E | E2, R | R2>
} = dual(
  2,
  <A, E, R, B, E2, R2>(
    self: Stream.Stream<A, E, R>,
    f: (chunk: Chunk.Chunk<A>) => Effect.Effect<Chunk.Chunk<B>, E2, R2>
  ): Stream.Stream<B, E | E2, R | R2> =>
    Stream.flattenIterable(Stream.mapEffect(Stream.chunks(self), (values) => f(Chunk.fromArrayUnsafe(values))))
)
