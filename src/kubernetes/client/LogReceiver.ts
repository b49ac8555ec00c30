/**
 * Receives from one connection of a followed log: bytes of whole lines, silence for some time, or the end of the container.
 *
 * One fiber reads ahead by a chunk for as long as the connection is open. A race at each chunk would start three.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { constVoid } from "effect/Function"
import type * as Scope from "effect/Scope"
import * as Fork from "../../effect/Fork.js"
import * as Pull from "../../effect/Pull.js"

export type Received =
  | { readonly _tag: "Lines"; readonly bytes: ReadonlyArray<Uint8Array> }
  | { readonly _tag: "Idle" }
  | { readonly _tag: "ContainerEnded" }

/**
 * Receives lines until the scope is closed. `idle` is how long a receiver waits for lines; `ended` completes when the container
 * has ended.
 */
export const make = <E>(lines: Pull.Pull<Uint8Array, E>, options: {
  readonly idle: Duration.Duration
  readonly ended: Effect.Effect<void>
  readonly scope: Scope.Scope
}): Effect.Effect<Effect.Effect<Received, Pull.End<E>>> =>
  Effect.gen(function*() {
    /** Received lines in their order; the reader continues once they are taken. */
    const results: Array<Effect.Effect<Received, Pull.End<E>>> = []
    let onResult = constVoid
    let onTaken = constVoid
    /** Since when a receiver waits for the next result. */
    let waitsSince: number | undefined

    // Not a Queue of Effect: its takers keep what they took until a full garbage collection (bench/README.md, `logs`).
    const add = (result: Effect.Effect<Received, Pull.End<E>>) =>
      Effect.sync(() => {
        results.push(result)
        onResult()
      })
    const signal = (received: Received) => add(Effect.succeed(received))
    const taken = Effect.suspend(() =>
      results.length === 0 ? Effect.void : Effect.async<void>((resume) => {
        onTaken = () => resume(Effect.void)
        // Other fibers may have run before this effect.
        if (results.length === 0) onTaken()
      })
    )
    const read = Pull.map(lines, (bytes): Received => ({ _tag: "Lines", bytes })).pipe(
      Effect.flatMap(signal),
      Effect.zipRight(taken),
      Effect.forever,
      Effect.catchAllCause((cause) => add(Effect.failCause(cause)))
    )
    const limit = Duration.toMillis(options.idle)
    const watch = (millis: number): Effect.Effect<unknown> =>
      Effect.flatMap(Effect.zipRight(Effect.sleep(millis), Clock.currentTimeMillis), (now) => {
        const left = waitsSince === undefined ? limit : waitsSince + limit - now
        return left <= 0 ? signal({ _tag: "Idle" }) : watch(left)
      })
    yield* Fork.inScope(read, options.scope)
    yield* Fork.inScope(watch(limit), options.scope)
    yield* Fork.inScope(Effect.zipRight(options.ended, signal({ _tag: "ContainerEnded" })), options.scope)

    const take: Effect.Effect<Received, Pull.End<E>> = Effect.suspend(() => {
      const result = results.shift()
      if (result === undefined) {
        return Effect.zipRight(
          Effect.async<void>((resume) => {
            onResult = () => resume(Effect.void)
            if (results.length > 0) onResult()
          }),
          take
        )
      }
      waitsSince = undefined
      if (results.length === 0) onTaken()
      return result
    })
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      waitsSince = now
      return take
    })
  })
