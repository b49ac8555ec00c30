/**
 * Keeps a store in sync with a selection while its scope is open, by the rules of client-go's reflector and kube-rs's watcher.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as FiberState from "../../effect/FiberState.js"
import { withTags } from "../../effect/Tags.js"
import * as ClusterMetrics from "../client/ClusterMetrics.js"
import type { Driver } from "../client/Driver.js"
import type * as Requests from "../client/Requests.js"
import { ClusterError } from "../ClusterError.js"
import type * as WatchEvent from "../decode/WatchEvent.js"
import type { Reflector } from "../Reflector.js"
import { label, type Resource } from "../Resource.js"
import * as ChangeQueue from "./ChangeQueue.js"
import type * as Indexer from "./Indexer.js"
import type * as PagedOnly from "./PagedOnly.js"
import { Recovery } from "./Recovery.js"
import * as Store from "./Store.js"
import * as Watcher from "./Watcher.js"

export interface Options<A> {
  readonly driver: Driver
  readonly resource: Resource<A>
  /** Undefined for all namespaces. */
  readonly namespace: string | undefined
  readonly call: (verb: "list" | "watch") => Requests.Call
  /** The servers whose streamed lists fail; shared by the reflectors of a cluster. */
  readonly pagedOnly: PagedOnly.PagedOnly
}

/** A watch that ends earlier and without an event has failed; in milliseconds. */
const minWatchDuration = 1_000

export const make = <A>(options: Options<A>): Effect.Effect<Reflector<A>, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { subject } = options.call("watch")
    const store = Store.make<A>()
    const resolved = Effect.unsafeMakeLatch(false)
    let refusal: ClusterError | undefined

    const refuse = (error: ClusterError) => {
      refusal = error
      resolved.unsafeOpen()
      store.fail(error)
    }
    yield* Effect.addFinalizer(() =>
      Effect.sync(() =>
        refuse(new ClusterError({ ...subject, reason: "Unreachable", detail: "the cluster was closed" }))
      )
    )
    yield* Effect.forkScoped(run(options, store, {
      refuse,
      accept: () => {
        refusal = undefined
        resolved.unsafeOpen()
      }
    }))

    const subscribed = (subscriber: Store.Subscriber<A>) =>
      Effect.acquireRelease(
        Effect.sync(() => store.subscribe(subscriber)),
        () => Effect.sync(() => store.unsubscribe(subscriber))
      )

    const ready = Effect.flatMap(resolved.await, () => refusal ?? Effect.void)
    return {
      get: (name, namespace) => {
        const key = { namespace: options.resource.namespaced ? namespace ?? options.namespace ?? "" : "", name }
        return Effect.map(ready, () => Option.fromNullable(store.get(key)))
      },
      list: Effect.map(ready, store.list),
      changes: (where) =>
        Stream.unwrapScoped(Effect.suspend(() => {
          if (refusal !== undefined) {
            return refusal
          }
          const queue = ChangeQueue.make({ subject, where })
          return Effect.as(subscribed(queue), queue.stream)
        })),
      subscribe: (onChange, onError) =>
        Effect.zipRight(
          ready,
          subscribed({
            fail: onError,
            offer: (_uid, change) => {
              // A defect of one subscriber must not end the reflector.
              try {
                onChange(change)
              } catch (cause) {
                onError(new ClusterError({ ...subject, reason: "Unexpected", detail: "the subscriber threw", cause }))
              }
            }
          })
        ),
      follow: (indexBy, key, changed) =>
        Effect.flatMap(ready, () => {
          const follower: Indexer.Follower<A> = { key, subject, changed, deleted: undefined, error: undefined }
          const followed = Effect.acquireRelease(
            Effect.sync(() => {
              const index = store.index(indexBy)
              index.follow(follower)
              return index
            }),
            (index) => Effect.sync(() => index.unfollow(follower))
          )
          return Effect.map(followed, (index) => ({
            read: Effect.suspend(() => follower.error ?? Effect.succeed(index.read(follower)))
          }))
        })
    }
  })

interface Callbacks {
  /** A full list is in the store. */
  readonly accept: () => void
  readonly refuse: (error: ClusterError) => void
}

/** Lists and watches in an endless loop. */
const run = <A>(options: Options<A>, store: Store.Store<A>, callbacks: Callbacks): Effect.Effect<never> => {
  const gauges = metrics(options)
  const recovery = new Recovery()
  const undecodable = new Undecodable()
  let resourceVersion = ""
  let listed = false
  let opened = false
  let changes = 0
  let hasBookmarks = false

  const moveTo = (version: string) => {
    resourceVersion = version
    recovery.advanced()
  }
  const countChange = (decoded: WatchEvent.DecodedObject<A>) => {
    changes++
    undecodable.add(decoded)
  }
  const source: Watcher.Source<A> = {
    ...options,
    sharing: { previous: store.get, latest: undefined },
    sink: {
      replaced: (list, version) => {
        moveTo(version)
        changes++
        list.forEach(countChange)
        listed = true
        store.replace(list)
        callbacks.accept()
      },
      applied: (decoded) => {
        moveTo(decoded.resourceVersion)
        countChange(decoded)
        store.apply(decoded)
      },
      removed: (decoded) => {
        moveTo(decoded.resourceVersion)
        countChange(decoded)
        store.remove(decoded)
      },
      bookmarked: (version) => {
        hasBookmarks = true
        moveTo(version)
      },
      expectsBookmarks: () => hasBookmarks,
      received: (fiber) => {
        gauges.received(fiber, store.size())
        return undecodable.log()
      }
    }
  }

  const attempt = Effect.suspend(() => {
    changes = 0
    const again = opened
    opened = true
    return resourceVersion === ""
      ? Effect.zipRight(again ? gauges.relisted : Effect.void, Watcher.listAndWatch(source, options.pagedOnly))
      : Effect.zipRight(gauges.reconnected, Watcher.watch(source, resourceVersion))
  })

  /** Waits; `undefined` is a watch that ended as soon as it began. */
  const recover = (error: ClusterError | undefined) =>
    Effect.flatMap(recovery.failed(error, listed), ({ delay, isReported, relists }) => {
      if (relists) resourceVersion = ""
      if (isReported && error !== undefined) {
        listed = false
        callbacks.refuse(error)
      }
      return Effect.sleep(delay)
    })

  return Effect.forever(Effect.gen(function*() {
    const startedAt = yield* Clock.currentTimeMillis
    const error = yield* attempt.pipe(
      Effect.catchAllDefect((cause) =>
        new ClusterError({ ...options.call("watch").subject, reason: "Unexpected", detail: "a defect", cause })
      ),
      Effect.match({ onFailure: (error) => error, onSuccess: () => undefined })
    )
    yield* undecodable.log()
    const lasted = (yield* Clock.currentTimeMillis) - startedAt
    if (error !== undefined || (lasted < minWatchDuration && changes === 0)) {
      yield* Effect.logDebug(error?.message ?? "The watch ended as soon as it began")
      yield* recover(error)
    }
  })).pipe(Effect.annotateLogs({ package: "effect-os-builder", module: "Reflector", ...metricTags(options) }))
}

/** The objects that could not be decoded since the last log message about them. */
class Undecodable {
  private readonly messages = new Map<string, string>()

  add({ name, namespace, object }: WatchEvent.DecodedObject<unknown>): void {
    if (Either.isLeft(object)) this.messages.set(`${namespace}/${name}`, object.left)
  }

  log(): Effect.Effect<void> {
    if (this.messages.size === 0) return Effect.void
    const messages = Array.from(this.messages)
    this.messages.clear()
    return Effect.forEach(messages, ([key, message]) => Effect.logWarning(`Cannot decode ${key}: ${message}`), {
      discard: true
    })
  }
}

const metricTags = (options: Options<unknown>) => ({
  resource: label(options.resource),
  namespace: options.namespace ?? ""
})

const metrics = (options: Options<unknown>) => {
  const { namespace, resource } = metricTags(options)
  /** Updates a gauge only when its value changes. */
  const gauge = (metric: Metric.Metric.Gauge<number>) => {
    const set = withTags(metric, { resource, namespace })
    let current = Number.NaN
    return (fiber: FiberState.FiberState, value: number): void => {
      if (value === current) return
      current = value
      FiberState.update(fiber, set, value)
    }
  }
  const lastEvent = gauge(ClusterMetrics.lastEvent)
  const objects = gauge(ClusterMetrics.objects)
  return {
    reconnected: Metric.update(
      ClusterMetrics.reconnects.pipe(Metric.tagged("resource", resource), Metric.tagged("namespace", namespace)),
      1
    ),
    relisted: Metric.update(
      ClusterMetrics.relists.pipe(Metric.tagged("resource", resource), Metric.tagged("namespace", namespace)),
      1
    ),
    received: (fiber: FiberState.FiberState, size: number): void => {
      lastEvent(fiber, Math.floor(FiberState.millis(fiber) / 1000))
      objects(fiber, size)
    }
  }
}
