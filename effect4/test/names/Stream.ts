/** Functions of Effect 3 whose arguments or results have another form on Effect 4. */
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

export const either = <A, E, R>(self: Stream.Stream<A, E, R>): Stream.Stream<Result.Result<A, E>, never, R> =>
  Stream.catch(Stream.map(self, Result.succeed), (error) => Stream.succeed(Result.fail(error)))

const once: Stream.Stream<void> = Stream.fromEffect(Effect.void)

export { once as void }

/** A pull of chunks, which ends with no error. */
export const toPull = <A, E, R>(self: Stream.Stream<A, E, R>) =>
  Effect.map(Stream.toPull(self), (pull) =>
    Effect.matchEffect(pull, {
      onFailure: (error) => Effect.fail(Cause.isDone(error) ? Option.none() : Option.some(error)),
      onSuccess: (values) => Effect.succeed(Chunk.fromArrayUnsafe(values))
    }))
