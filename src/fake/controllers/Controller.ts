/**
 * What keeps a cluster going: controllers that are told of writes and bring one thing after the other to where it should be.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import type * as Scope from "effect/Scope"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { ApiStore } from "../store/ApiStore.js"

/**
 * `keys` says which things a written object concerns; `reconcile` brings one of them to where it should be, and answers
 * when to look at it again (in milliseconds), if time alone can change it. It is synchronous and may find nothing to do.
 *
 * @since 0.1.0
 * @category models
 */
export interface Controller {
  readonly name: string
  readonly keys: (resource: string, object: JsonObject) => ReadonlyArray<string>
  readonly reconcile: (key: string, now: number) => number | undefined
}

interface Item {
  readonly controller: Controller
  readonly key: string
}

/**
 * Runs the controllers until the scope closes. They work on one thing at a time, in the order in which they hear of it, so
 * the same writes have the same consequences; they wait for writes and for the clock, and never poll. What is answered does
 * what there is to do right now.
 *
 * @since 0.1.0
 * @category constructors
 */
export const run = (
  store: ApiStore,
  controllers: ReadonlyArray<Controller>
): Effect.Effect<Effect.Effect<void>, never, Scope.Scope> =>
  Effect.gen(function*() {
    const queue = new Map<string, Item>()
    const timers = yield* FiberMap.make<string>()
    let wake = () => {}
    const enqueue = (item: Item): void => {
      const name = `${item.controller.name} ${item.key}`
      if (!queue.has(name)) {
        queue.set(name, item)
        wake()
      }
    }
    const idle = Effect.async<void>((resume) => {
      if (queue.size > 0) {
        resume(Effect.void)
        return
      }
      wake = () => {
        wake = () => {}
        resume(Effect.void)
      }
    })
    const work = Effect.gen(function*() {
      for (const [name, item] of queue) {
        queue.delete(name)
        const again = item.controller.reconcile(item.key, yield* Clock.currentTimeMillis)
        if (again !== undefined) {
          yield* FiberMap.run(timers, name, Effect.andThen(Effect.sleep(again), Effect.sync(() => enqueue(item))))
        }
      }
    })
    const stop = store.onWrite((resource, object) => {
      for (const controller of controllers) {
        controller.keys(resource, object).forEach((key) => enqueue({ controller, key }))
      }
    })
    yield* Effect.addFinalizer(() => Effect.sync(stop))
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(idle, work)))
    return work
  })
