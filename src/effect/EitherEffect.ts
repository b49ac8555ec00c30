/** Either and Option as effects, which they are on Effect 3 only: a place that needs an effect says so. */
import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Option from "effect/Option"

export const fromEither = <A, E>(either: Either.Either<A, E>): Effect.Effect<A, E> => either

export const fromOption = <A, E>(option: Option.Option<A>, onNone: () => E): Effect.Effect<A, E> =>
  Either.fromOption(option, onNone)
