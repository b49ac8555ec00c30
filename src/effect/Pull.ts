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

/** Produces the next chunk; fails with None at the end of the stream. */
export type Pull<A, E> = Effect.Effect<Chunk.Chunk<A>, Option.Option<E>>

/** Opens a pull that is valid while the scope is open. */
export type Open<A, E> = Effect.Effect<Pull<A, E>, never, Scope.Scope>

/** Opens a stream as a pull and transforms the pull. */
export const transform = <A, E, B, E2>(
  self: Stream.Stream<A, E>,
  change: (pull: Pull<A, E>) => Pull<B, E2>
): Open<B, E2> => Effect.map(Stream.toPull(self), change)

/** The end of a stream. */
export const end: Pull<never, never> = Effect.fail(Option.none())

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
    return taken.length === 0 && Option.isSome(failure)
      ? Effect.fail(failure)
      : Effect.succeed(Chunk.unsafeFromArray(taken))
  }
  return Effect.suspend(() => Option.isSome(failure) ? Effect.fail(failure) : Effect.flatMap(pull, take))
}
