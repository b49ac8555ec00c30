/** Result and Option are no effects on Effect 4. */
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Result from "effect/Result"

export const fromEither = <A, E>(either: Result.Result<A, E>): Effect.Effect<A, E> => Effect.fromResult(either)

export const fromOption = <A, E>(option: Option.Option<A>, onNone: () => E): Effect.Effect<A, E> =>
  Effect.fromOption(option, onNone)
