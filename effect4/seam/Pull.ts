/**
 * Streams in the form of their pull effects. A pull of Effect 4 gives an array that is never empty, and its end is an error of
 * its own, `Cause.Done`; a stream of a pull has no scope, unless it is asked for.
 */
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Channel from "effect/Channel"
import * as Effect from "effect/Effect"
import type * as EffectPull from "effect/Pull"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** How a pull ends: with an error, or at the end of the stream. */
export type End<E> = E | Cause.Done

/** Produces the next values. */
export type Pull<A, E> = Effect.Effect<Arr.NonEmptyReadonlyArray<A>, End<E>>

/** Opens a pull that is valid while the scope is open. */
export type Open<A, E> = Effect.Effect<Pull<A, E>, never, Scope.Scope>

/** Opens a stream as a pull. That of `Stream.toPull` copies the contexts of both fibers at each pull. */
export const open = <A, E>(self: Stream.Stream<A, E>): Open<A, E> =>
  Effect.flatMap(Effect.scope, (scope) => Channel.toPullScoped(Stream.toChannel(self), scope))

/** Opens a stream as a pull and transforms the pull. */
export const transform = <A, E, B, E2>(
  self: Stream.Stream<A, E>,
  change: (pull: Pull<A, E>) => Pull<B, E2>
): Open<B, E2> => Effect.map(open(self), change)

/** A stream of the pull. */
export const stream = <A, E>(pull: Pull<A, E>): Stream.Stream<A, EffectPull.ExcludeDone<E>> =>
  Stream.fromPull(Effect.succeed(pull))

/** A stream of the pull that is opened with it. */
export const scopedStream = <A, E>(open: Open<A, E>): Stream.Stream<A, EffectPull.ExcludeDone<E>> =>
  Stream.fromChannel(Channel.fromTransformBracket((_, __, scope) => Scope.provide(open, scope)))

/** The end of a stream. */
export const end: Pull<never, never> = Cause.done()

export const fail = <E>(error: E): Pull<never, E> => Effect.fail(error)

export const of = <A>(value: A): Pull<A, never> => Effect.succeed(Arr.of(value))

/** Emits the values; if there are none, pulls again. */
export const emit = <A, E>(values: ReadonlyArray<A>, again: Pull<A, E>): Pull<A, E> =>
  Arr.isReadonlyArrayNonEmpty(values) ? Effect.succeed(values) : again

/** The errors of the effect as those of a pull. */
export const mapFailure = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, End<E>> => effect

/** The next values, or how the pull ended. */
export const map = <A, E, B>(pull: Pull<A, E>, f: (values: ReadonlyArray<A>) => B): Effect.Effect<B, End<E>> =>
  Effect.map(pull, f)

const isDone = <E>(error: End<E>): error is Cause.Done => Cause.isDone(error)

/** Runs an effect with the next values before they are emitted. */
export const tap = <A, E>(pull: Pull<A, E>, f: (values: ReadonlyArray<A>) => Effect.Effect<void>): Pull<A, E> =>
  Effect.tap(pull, f)

/** The next values; `onEnd` is the error at the end of the stream. */
export const next = <A, E, E2>(pull: Pull<A, E>, onEnd: () => E2): Effect.Effect<ReadonlyArray<A>, E | E2> =>
  Effect.mapError(pull, (error): E | E2 => isDone(error) ? onEnd() : error)

export const match = <A, E, B, E2>(pull: Effect.Effect<A, End<E>>, options: {
  readonly onEnd: () => Pull<B, E2>
  readonly onFailure: (error: E) => Pull<B, E2>
  readonly onSuccess: (value: A) => Pull<B, E2>
}): Pull<B, E2> =>
  Effect.matchEffect(pull, {
    onFailure: (error) => isDone(error) ? options.onEnd() : options.onFailure(error),
    onSuccess: options.onSuccess
  })

/** Emits the values before the first failure, then fails with its error. */
export const untilLeft = <A, B, E>(f: (a: A) => Result.Result<B, E>) => (pull: Pull<A, E>): Pull<B, E> => {
  let failure: { readonly error: E } | undefined
  const take = (values: ReadonlyArray<A>): Pull<B, E> => {
    const taken: Array<B> = []
    for (const a of values) {
      const one = f(a)
      if (Result.isFailure(one)) {
        failure = { error: one.failure }
        break
      }
      taken.push(one.success)
    }
    return emit(taken, again)
  }
  const again: Pull<B, E> = Effect.suspend(() =>
    failure !== undefined ? Effect.fail(failure.error) : Effect.flatMap(pull, take)
  )
  return again
}
