/**
 * What a connection of a followed log receives: blocks of lines, silence for some time, or the end of the container.
 *
 * One fiber reads ahead by a chunk for as long as the connection is open. A race at each chunk would start three.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Fork from "../../effect/Fork.js"
import * as Pull from "../../effect/Pull.js"

export type Received =
  | { readonly _tag: "Blocks"; readonly blocks: ReadonlyArray<string> }
  | { readonly _tag: "Idle" }
  | { readonly _tag: "ContainerEnded" }

/**
 * Receives lines until the scope is closed. `idle` is how long a receiver waits for lines; `ended` completes when the container
 * has ended.
 */
export const make = <E>(blocks: Pull.Pull<string, E>, options: {
  readonly idle: Duration.Duration
  readonly ended: Effect.Effect<void>
  readonly scope: Scope.Scope
}): Effect.Effect<Effect.Effect<Received, Pull.End<E>>> =>
  Effect.gen(function*() {
    const results = yield* Queue.bounded<Effect.Effect<Received, Pull.End<E>>>(1)
    const add = (received: Received) => Queue.offer(results, Effect.succeed(received))
    /** Since when a receiver waits for the next result. */
    let waitsSince: number | undefined

    const read = Pull.map(blocks, (blocks): Received => ({ _tag: "Blocks", blocks })).pipe(
      Effect.flatMap(add),
      Effect.forever,
      Effect.catchAllCause((cause) => Queue.offer(results, Effect.failCause(cause)))
    )
    const limit = Duration.toMillis(options.idle)
    const watch = (millis: number): Effect.Effect<unknown> =>
      Effect.flatMap(Effect.zipRight(Effect.sleep(millis), Clock.currentTimeMillis), (now) => {
        const left = waitsSince === undefined ? limit : waitsSince + limit - now
        return left <= 0 ? add({ _tag: "Idle" }) : watch(left)
      })
    yield* Fork.inScope(read, options.scope)
    yield* Fork.inScope(watch(limit), options.scope)
    yield* Fork.inScope(Effect.zipRight(options.ended, add({ _tag: "ContainerEnded" })), options.scope)

    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      waitsSince = now
      return Effect.flatMap(Queue.take(results), (result) => {
        waitsSince = undefined
        return result
      })
    })
  })
