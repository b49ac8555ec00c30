/**
 * Streams in the form of their pull effects, for code that reopens its source: a followed log after a lost connection, a
 * status stream after an outage.
 *
 * A pull costs a little more than the same steps by operators of Stream (`pull` in bench/README.md, scenario `primitives`); it
 * is here for what operators do not offer, and to keep the differences between major versions of Effect in one place.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** How a pull ends: with an error, or at the end of the stream. */
export type End<E> = Option.Option<E>

/** Produces the next values. */
export type Pull<A, E> = Effect.Effect<Chunk.Chunk<A>, End<E>>

/** Opens a pull that is valid while the scope is open. */
export type Open<A, E> = Effect.Effect<Pull<A, E>, never, Scope.Scope>

/** Opens a stream as a pull. */
export const open = <A, E>(self: Stream.Stream<A, E>): Open<A, E> => Stream.toPull(self)

/** Opens a stream as a pull and transforms the pull. */
export const transform = <A, E, B, E2>(
  self: Stream.Stream<A, E>,
  change: (pull: Pull<A, E>) => Pull<B, E2>
): Open<B, E2> => Effect.map(open(self), change)

/** A stream of the pull. */
export const stream = <A, E>(pull: Pull<A, E>): Stream.Stream<A, E> => Stream.repeatEffectChunkOption(pull)

/** A stream of the pull that is opened with it. */
export const scopedStream = <A, E>(open: Open<A, E>): Stream.Stream<A, E> => Stream.fromPull(open)

/** The end of a stream. */
export const end: Pull<never, never> = Effect.fail(Option.none())

export const fail = <E>(error: E): Pull<never, E> => Effect.fail(Option.some(error))

export const of = <A>(value: A): Pull<A, never> => Effect.succeed(Chunk.of(value))

/** Emits the values; if there are none, pulls again. */
export const emit = <A, E>(values: ReadonlyArray<A>, again: Pull<A, E>): Pull<A, E> =>
  values.length === 0 ? again : Effect.succeed(Chunk.unsafeFromArray(values))

/** The errors of the effect as those of a pull. */
export const mapFailure = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, End<E>> =>
  Effect.mapError(effect, Option.some)

/** The next values, or how the pull ended. */
export const map = <A, E, B>(pull: Pull<A, E>, f: (values: ReadonlyArray<A>) => B): Effect.Effect<B, End<E>> =>
  Effect.map(pull, (chunk) => f(Chunk.toReadonlyArray(chunk)))

/** Runs an effect with the next values before they are emitted. */
export const tap = <A, E>(pull: Pull<A, E>, f: (values: ReadonlyArray<A>) => Effect.Effect<void>): Pull<A, E> =>
  Effect.tap(pull, (chunk) => f(Chunk.toReadonlyArray(chunk)))

/** The next values; `onEnd` is the error at the end of the stream. */
export const next = <A, E, E2>(pull: Pull<A, E>, onEnd: () => E2): Effect.Effect<ReadonlyArray<A>, E | E2> =>
  Effect.mapBoth(pull, { onFailure: Option.getOrElse(onEnd), onSuccess: Chunk.toReadonlyArray })

export const match = <A, E, B, E2>(pull: Effect.Effect<A, End<E>>, options: {
  readonly onEnd: () => Pull<B, E2>
  readonly onFailure: (error: E) => Pull<B, E2>
  readonly onSuccess: (value: A) => Pull<B, E2>
}): Pull<B, E2> =>
  Effect.matchEffect(pull, {
    onFailure: Option.match({ onNone: options.onEnd, onSome: options.onFailure }),
    onSuccess: options.onSuccess
  })

/** Emits the values before the first Left, then fails with its error. */
export const untilLeft = <A, B, E>(f: (a: A) => Either.Either<B, E>) => (pull: Pull<A, E>): Pull<B, E> => {
  let failure = Option.none<E>()
  const take = (chunk: Chunk.Chunk<A>): Pull<B, E> => {
    const taken: Array<B> = []
    for (const a of chunk) {
      const one = f(a)
      if (Either.isLeft(one)) {
        failure = Option.some(one.left)
        break
      }
      taken.push(one.right)
    }
    return emit(taken, again)
  }
  const again: Pull<B, E> = Effect.suspend(() =>
    Option.isSome(failure) ? Effect.fail(failure) : Effect.flatMap(pull, take)
  )
  return again
}
