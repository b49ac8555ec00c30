/**
 * The controller loop: queues the keys of written objects and reconciles them one by one.
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
 * `keys` maps a written object to the keys to reconcile; `reconcile` moves one of them towards its desired state and returns
 * the delay in milliseconds after which to reconcile it again, if any, in place of an earlier delay. It is synchronous and
 * idempotent.
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
 * Runs the controllers until the scope is closed. They reconcile one key at a time in the order of the writes, so that equal
 * writes have equal effects; they wait for writes and for the clock and never poll. The returned effect reconciles
 * everything that is due now.
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
        store.afterTransaction(() => wake())
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
        const now = yield* Clock.currentTimeMillis
        const again = store.transaction(() => item.controller.reconcile(item.key, now))
        if (again === undefined) {
          yield* FiberMap.remove(timers, name)
        } else {
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
