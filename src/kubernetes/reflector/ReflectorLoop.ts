/**
 * Keeps a view of a selection up to date for as long as its scope is open, by the rules of client-go's reflector and
 * kube-rs's watcher.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Backoff from "../client/Backoff.js"
import * as ClusterMetrics from "../client/ClusterMetrics.js"
import type { Driver } from "../client/Driver.js"
import type * as Requests from "../client/Requests.js"
import { ClusterError } from "../ClusterError.js"
import * as WatchEvent from "../decode/WatchEvent.js"
import type { Reflector } from "../Reflector.js"
import { label, type Resource } from "../Resource.js"
import * as ChangeQueue from "./ChangeQueue.js"
import type * as Indexer from "./Indexer.js"
import * as Store from "./Store.js"
import * as Watcher from "./Watcher.js"

export interface Options<A> {
  readonly driver: Driver
  readonly resource: Resource<A>
  /** None: all namespaces. */
  readonly namespace: string | undefined
  readonly call: (verb: "list" | "watch") => Requests.Call
  /** The kinds that the server has no streamed lists for; shared by the reflectors of a cluster. */
  readonly pagedOnly: Set<string>
}

/** A watch that ends sooner, without an event, has failed. */
const veryShort = 1_000

/** How long the readers of a view that worked are spared a refusal: an API server that starts refuses for a moment. */
const patience = 30_000

/**
 * How often in a row a server may fail at the same place of its history, by its own fault or with what cannot be read, before
 * everything is listed anew. (client-go does so at the first such error, or when it has retried one for long enough.)
 */
const mostStumbles = 3

const isServerFault = ({ reason }: ClusterError): boolean => reason === "Unexpected" || reason === "Decode"

/** What to make of an error. */
type Recovery = "Relist" | "Refused" | "Outage"

const retryableCodes: ReadonlySet<number> = new Set([408, 409, 429])

export const classify = (error: ClusterError): Recovery => {
  if (error.reason === "Expired" || error.hasCause("ResourceVersionTooLarge")) {
    return "Relist"
  }
  const { code } = error
  return code !== undefined && code >= 400 && code < 500 && !retryableCodes.has(code) ? "Refused" : "Outage"
}

export const make = <A>(options: Options<A>): Effect.Effect<Reflector<A>, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { subject } = options.call("watch")
    const view = Store.make<A>()
    const answered = Effect.unsafeMakeLatch(false)
    let refusal: ClusterError | undefined

    const refuse = (error: ClusterError) => {
      refusal = error
      answered.unsafeOpen()
      view.fail(error)
    }
    yield* Effect.addFinalizer(() =>
      Effect.sync(() =>
        refuse(new ClusterError({ ...subject, reason: "Unreachable", detail: "the cluster was closed" }))
      )
    )
    yield* Effect.forkScoped(keep(options, view, {
      refuse,
      accept: () => {
        refusal = undefined
        answered.unsafeOpen()
      }
    }))

    const reading = (reader: Store.Reader<A>) =>
      Effect.acquireRelease(Effect.sync(() => view.add(reader)), () => Effect.sync(() => view.drop(reader)))

    const ready = Effect.flatMap(answered.await, () => refusal ?? Effect.void)
    return {
      get: (name, namespace) => {
        const key = WatchEvent.keyOf(options.resource.namespaced ? namespace ?? options.namespace : undefined, name)
        return Effect.map(ready, () => Option.map(Option.fromNullable(view.entries.get(key)), ({ object }) => object))
      },
      list: Effect.map(ready, () => Array.from(view.entries.values(), ({ object }) => object)),
      changes: (where) =>
        Stream.unwrapScoped(Effect.suspend(() => {
          if (refusal !== undefined) {
            return refusal
          }
          const reader = ChangeQueue.make({ subject, where })
          return Effect.as(reading(reader), reader.stream)
        })),
      subscribe: (tell, fail) =>
        Effect.zipRight(
          ready,
          reading({
            fail,
            offer: (_uid, change) => {
              // What is wrong with one reader is no trouble of the others.
              try {
                tell(change)
              } catch (cause) {
                fail(new ClusterError({ ...subject, reason: "Unexpected", detail: "a defect of its reader", cause }))
              }
            }
          })
        ),
      follow: (by, key, news) =>
        Effect.flatMap(ready, () => {
          const follower: Indexer.Follower<A> = { key, subject, news, gone: undefined, end: undefined }
          const followed = Effect.acquireRelease(
            Effect.sync(() => {
              const index = view.index(by)
              index.follow(follower)
              return index
            }),
            (index) => Effect.sync(() => index.unfollow(follower))
          )
          return Effect.map(followed, (index) => ({
            look: Effect.suspend(() => follower.end ?? Effect.succeed(index.look(follower)))
          }))
        })
    }
  })

interface Verdict {
  /** There is a whole list. */
  readonly accept: () => void
  readonly refuse: (error: ClusterError) => void
}

/** Lists, watches, and begins again, for ever. */
const keep = <A>(options: Options<A>, view: Store.Store<A>, verdict: Verdict): Effect.Effect<never> => {
  const gauges = metrics(options)
  let resourceVersion = ""
  let listed = false
  let opened = false
  let changes = 0
  let failures = Backoff.none
  let refusedSince: number | undefined
  let stumbles = 0

  const unread = new Map<string, string>()

  const moved = (version: string) => {
    resourceVersion = version
    refusedSince = undefined
    stumbles = 0
  }
  const seen = ({ key, object }: WatchEvent.Observed<A>) => {
    changes++
    if (Either.isLeft(object)) {
      unread.set(key, object.left)
    }
  }
  const complain = Effect.suspend(() => {
    if (unread.size === 0) {
      return Effect.void
    }
    const objects = Array.from(unread)
    unread.clear()
    return Effect.forEach(objects, ([key, why]) => Effect.logWarning(`Cannot read ${key}: ${why}`), { discard: true })
  })
  const source: Watcher.Source<A> = {
    ...options,
    known: (key) => view.entries.get(key)?.object,
    sink: {
      replaced: (all, version) => {
        moved(version)
        changes++
        all.forEach(seen)
        listed = true
        view.replace(all)
        verdict.accept()
      },
      applied: (observed) => {
        moved(observed.resourceVersion)
        seen(observed)
        view.apply(observed)
      },
      removed: (observed) => {
        moved(observed.resourceVersion)
        seen(observed)
        view.remove(observed)
      },
      bookmarked: moved,
      heard: Effect.suspend(() => Effect.zipRight(complain, gauges.heard(view.entries.size)))
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

  /** How long to wait after a failure; after `undefined`, a watch that ended as soon as it began. */
  const pause = (error: ClusterError | undefined) =>
    Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      failures = Backoff.failed(failures, now)
      const judgement = error === undefined ? "Outage" : classify(error)
      if (error === undefined || judgement !== "Refused") {
        refusedSince = undefined
        stumbles = error !== undefined && isServerFault(error) ? stumbles + 1 : stumbles
        if (judgement === "Relist" || stumbles >= mostStumbles) {
          resourceVersion = ""
        }
        return judgement === "Relist" && failures.count === 1
          ? Duration.zero
          : yield* Backoff.delay(failures.count, error?.retryAfter)
      }
      refusedSince ??= now
      if (!listed || now - refusedSince >= patience) {
        resourceVersion = ""
        listed = false
        verdict.refuse(error)
      }
      return Duration.millis(yield* Random.nextRange(patience / 2, patience))
    })

  return Effect.forever(Effect.gen(function*() {
    const began = yield* Clock.currentTimeMillis
    const error = yield* attempt.pipe(
      Effect.catchAllDefect((cause) =>
        new ClusterError({ ...options.call("watch").subject, reason: "Unexpected", detail: "a defect", cause })
      ),
      Effect.match({ onFailure: (error) => error, onSuccess: () => undefined })
    )
    yield* complain
    const lasted = (yield* Clock.currentTimeMillis) - began
    if (error !== undefined || (lasted < veryShort && changes === 0)) {
      yield* Effect.logDebug(error?.message ?? "The watch ended as soon as it began")
      yield* Effect.sleep(yield* pause(error))
    }
  })).pipe(Effect.annotateLogs({ package: "effect-os-builder", module: "Reflector", ...tagsOf(options) }))
}

const tagsOf = (options: Options<unknown>) => ({
  resource: label(options.resource),
  namespace: options.namespace ?? ""
})

const metrics = (options: Options<unknown>) => {
  const { namespace, resource } = tagsOf(options)
  const tagged = <T, Out>(metric: Metric.Metric<T, number, Out>) =>
    metric.pipe(Metric.tagged("resource", resource), Metric.tagged("namespace", namespace))
  /** Sets a gauge to what it is not set to yet. */
  const gauge = (metric: Metric.Metric.Gauge<number>) => {
    const set = tagged(metric)
    let known = Number.NaN
    return (value: number) =>
      Effect.suspend(() => {
        if (value === known) {
          return Effect.void
        }
        known = value
        return Metric.update(set, value)
      })
  }
  const lastEvent = gauge(ClusterMetrics.lastEvent)
  const objects = gauge(ClusterMetrics.objects)
  return {
    reconnected: Metric.update(tagged(ClusterMetrics.reconnects), 1),
    relisted: Metric.update(tagged(ClusterMetrics.relists), 1),
    heard: (size: number) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => Effect.zipRight(lastEvent(Math.floor(now / 1000)), objects(size))
      )
  }
}
