/**
 * Shares one request among all callers that ask at the same time.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"

/**
 * Runs an effect once for all callers that start it while it runs. Its result is not cached: the next caller after its end runs it
 * again. It runs in the scope, so an interrupted caller does not interrupt the others.
 */
export const shared = <A, E>(effect: Effect.Effect<A, E>, scope: Scope.Scope): Effect.Effect<A, E> => {
  let running: Fiber.Fiber<A, E> | undefined
  return Effect.suspend(() => {
    if (running !== undefined) return Fiber.join(running)
    const ended = Effect.sync(() => {
      running = undefined
    })
    return Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Effect.forkIn(Effect.ensuring(restore(effect), ended), scope), (fiber) => {
        running = fiber
        return restore(Fiber.join(fiber))
      })
    )
  })
}

/** The same for effects with keys: those of one key that start while one runs share it, so their answers must be the same. */
export const sharedByKey = <A, E>(scope: Scope.Scope) => {
  const running = new Map<string, Effect.Effect<A, E>>()
  return (key: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() => {
      const known = running.get(key)
      if (known !== undefined) return known
      const ended = Effect.sync(() => {
        running.delete(key)
      })
      const made = shared(Effect.ensuring(effect, ended), scope)
      running.set(key, made)
      return made
    })
}
