/**
 * Lists and watches a selection: a streamed list (WatchList) that continues as a watch, a paged list, and a watch from a
 * resourceVersion.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as FiberState from "../../effect/FiberState.js"
import * as Pulls from "../../effect/Pull.js"
import { type Driver, failedToConnect } from "../client/Driver.js"
import * as Pager from "../client/Pager.js"
import * as Requests from "../client/Requests.js"
import * as Waits from "../client/Waits.js"
import { ClusterError, type Subject } from "../ClusterError.js"
import * as WatchEvent from "../decode/WatchEvent.js"
import type { Resource } from "../Resource.js"
import * as NameMap from "./NameMap.js"
import * as PagedOnly from "./PagedOnly.js"

/** Receives the results. Each call but the last two also moves the resourceVersion from which a watch can be resumed. */
export interface Sink<A> {
  readonly replaced: (list: NameMap.NameMap<WatchEvent.DecodedObject<A>>, resourceVersion: string) => void
  readonly applied: (decoded: WatchEvent.DecodedObject<A>) => void
  readonly removed: (decoded: WatchEvent.DecodedObject<A>) => void
  readonly bookmarked: (resourceVersion: string) => void
  /** Whether the server sends bookmarks, so that a silent connection is a lost one. */
  readonly expectsBookmarks: () => boolean
  /** Is called after each chunk of lines. */
  readonly received: (fiber: FiberState.FiberState) => Effect.Effect<void>
}

export interface Source<A> {
  readonly driver: Driver
  readonly resource: Resource<A>
  readonly call: (verb: "list" | "watch") => Requests.Call
  readonly sharing: WatchEvent.Sharing
  readonly sink: Sink<A>
}

// client-go's reflector (tools/cache/reflector.go): the timeout of a watch is random, 5 to 10 minutes; in seconds.
const minWatchTimeout = 300
const maxWatchTimeout = 600

class Ended extends Data.TaggedError("Ended") {}

/** The streamed list failed; `permanent` if the server will not stream it the next time either. */
class NoStreamedList extends Data.TaggedError("NoStreamedList")<{ readonly permanent: boolean }> {}

/**
 * Runs a streamed list and continues as a watch. Where that fails, runs a paged list and returns. `pagedOnly` records the
 * servers for which that is so.
 */
export const listAndWatch = <A>(
  source: Source<A>,
  pagedOnly: PagedOnly.PagedOnly
): Effect.Effect<void, ClusterError> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    PagedOnly.isPaged(pagedOnly, source.resource, now)
      ? paged(source)
      : Effect.asVoid(Effect.catchTag(
        streamed(source, pagedOnly),
        "NoStreamedList",
        ({ permanent }) => Effect.map(paged(source), () => PagedOnly.failed(pagedOnly, source.resource, now, permanent))
      )))

/** Watches from a resourceVersion until the server ends the watch, which it does every few minutes, or is silent. */
export const watch = <A>(source: Source<A>, resourceVersion: string): Effect.Effect<void, ClusterError> =>
  session(source, { resourceVersion }, (pull, subject) => follow(source.sink, pull, subject))

const paged = <A>({ call, driver, resource, sharing, sink }: Source<A>): Effect.Effect<void, ClusterError> =>
  Effect.map(Pager.list(driver.request, resource, call("list"), sharing), ({ items, resourceVersion }) => {
    const list = NameMap.make<WatchEvent.DecodedObject<A>>()
    for (const item of items) list.set(item, item)
    sink.replaced(list, resourceVersion)
  })

type Pull<A> = Effect.Effect<ReadonlyArray<WatchEvent.Event<A>>, ClusterError | Ended>

const session = <A, E>(
  { call, driver, resource, sharing, sink }: Source<A>,
  query: Readonly<Record<string, string | boolean>>,
  body: (pull: Pull<A>, subject: Subject) => Effect.Effect<never, E | Ended>
): Effect.Effect<void, E> =>
  Effect.gen(function*() {
    const timeoutSeconds = Math.round(yield* Random.nextRange(minWatchTimeout, maxWatchTimeout))
    const { request, subject } = Requests.withQuery(call("watch"), {
      watch: true,
      allowWatchBookmarks: true,
      timeoutSeconds,
      ...query
    })
    const lines = yield* Pulls.open(
      driver.watch(request, subject, ...WatchEvent.decoders(resource, subject, sharing))
    )
    const startedAt = yield* Clock.currentTimeMillis
    const end = startedAt + timeoutSeconds * 1000 + Duration.toMillis(Waits.watchEnd.limit)
    let receivedAt = startedAt
    const pull = Effect.tap(Pulls.next(lines, () => new Ended()), () =>
      FiberState.use((fiber) => {
        receivedAt = FiberState.millis(fiber)
        return sink.received(fiber)
      }))
    // One timer for the watch instead of one for each line.
    const untilSilent: Effect.Effect<void> = Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const idleEnd = receivedAt + Duration.toMillis(Waits.watchIdle.limit)
      const left = (sink.expectsBookmarks() ? Math.min(idleEnd, end) : end) - now
      return left <= 0
        ? Effect.void
        : Effect.delay(untilSilent, Math.min(left, Duration.toMillis(Waits.watchIdle.limit)))
    })
    yield* Effect.raceFirst(body(pull, subject), untilSilent)
  }).pipe(Effect.scoped, Effect.catchIf(isEnded, () => Effect.void))

const isEnded = (error: unknown): error is Ended => error instanceof Ended

const follow = <A>(sink: Sink<A>, pull: Pull<A>, subject: Subject): Effect.Effect<never, ClusterError | Ended> => {
  const next: Effect.Effect<never, ClusterError | Ended> = Effect.flatMap(
    pull,
    (events) => deliver(sink, events, subject) ?? next
  )
  return next
}

/** Returns the error at which it ended. */
const deliver = <A>(
  sink: Sink<A>,
  events: Iterable<WatchEvent.Event<A>>,
  subject: Subject
): ClusterError | undefined => {
  for (const event of events) {
    if (event._tag === "Error") {
      return event.error
    }
    if (WatchEvent.eventVersion(event) === "") {
      return withoutVersion(subject)
    }
    switch (event._tag) {
      case "Applied":
        sink.applied(event.decoded)
        break
      case "Deleted":
        sink.removed(event.decoded)
        break
      case "Bookmark":
        sink.bookmarked(event.resourceVersion)
    }
  }
  return undefined
}

const withoutVersion = (subject: Subject) =>
  new ClusterError({ ...subject, reason: "Decode", detail: "a watch event has no resourceVersion" })

const streamed = <A>(
  source: Source<A>,
  pagedOnly: PagedOnly.PagedOnly
): Effect.Effect<void, ClusterError | NoStreamedList> =>
  session(
    source,
    { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" },
    (pull, subject) =>
      Effect.gen(function*() {
        const rest = yield* readList(source, pagedOnly, pull, subject)
        PagedOnly.succeeded(pagedOnly, source.resource)
        return yield* deliver(source.sink, rest, subject) ?? follow(source.sink, pull, subject)
      })
  )

/**
 * Whether a paged list is tried after this failure of a streamed one: not if it would fail too, because there is no connection
 * or the user is not known, nor while the server throttles.
 */
const isWorthPaging = (error: ClusterError): boolean =>
  error.code !== 401 && error.code !== 429 && !failedToConnect(error.cause)

// The server does not know the parameters (400, 422), or something in front of it refuses them (404, 405, 406, 501).
const permanentCodes: ReadonlySet<number | undefined> = new Set([400, 404, 405, 406, 422, 501])

const idleMillis = Duration.toMillis(Waits.streamedListIdle.limit)

/** Reads up to the bookmark that ends the list, delivers the list, and returns the events after the bookmark. */
const readList = <A>(
  { resource, sink }: Source<A>,
  pagedOnly: PagedOnly.PagedOnly,
  pull: Pull<A>,
  subject: Subject
): Effect.Effect<ReadonlyArray<WatchEvent.Event<A>>, ClusterError | NoStreamedList> =>
  Effect.gen(function*() {
    const listed = NameMap.make<WatchEvent.DecodedObject<A>>()
    // A server that ignores the parameters sends the events of a watch, one now and then, and no bookmark.
    const startedAt = yield* Clock.currentTimeMillis
    const end = startedAt + Duration.toMillis(Waits.streamedListEnd.limit)
    let idleEnd = startedAt + idleMillis
    while (true) {
      const now = yield* Clock.currentTimeMillis
      const events = yield* Effect.timeoutFail(pull, {
        duration: Duration.millis(Math.min(idleEnd, end) - now),
        onTimeout: () => new NoStreamedList({ permanent: true })
      })
      const receivedAt = yield* Clock.currentTimeMillis
      for (const [index, event] of events.entries()) {
        switch (event._tag) {
          case "Error":
            return yield* event.error
          case "Applied":
            listed.set(event.decoded, event.decoded)
            if (event.type === "Added") {
              idleEnd = receivedAt + idleMillis
            }
            break
          case "Deleted":
            listed.delete(event.decoded)
            break
          case "Bookmark":
            if (event.initialEventsEnd) {
              if (event.resourceVersion === "") {
                return yield* withoutVersion(subject)
              }
              sink.replaced(listed, event.resourceVersion)
              return events.slice(index + 1)
            }
        }
      }
    }
  }).pipe(
    Effect.catchTags({
      Ended: () => Effect.fail(new NoStreamedList({ permanent: false })),
      ClusterError: (error) => {
        // A server that was just compacted may refuse a list once.
        if (error.reason === "Expired" && !PagedOnly.hasFailed(pagedOnly, resource)) {
          return Effect.flatMap(Clock.currentTimeMillis, (now) => {
            PagedOnly.failed(pagedOnly, resource, now, false)
            return Effect.fail(error)
          })
        }
        return Effect.fail(
          isWorthPaging(error) ? new NoStreamedList({ permanent: permanentCodes.has(error.code) }) : error
        )
      }
    })
  )
