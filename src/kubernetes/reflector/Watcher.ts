/**
 * Lists and watches a selection: a streamed list (WatchList) that continues as a watch, a paged list, and a watch from a
 * resourceVersion.
 */
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import type { Driver } from "../client/Driver.js"
import * as Pager from "../client/Pager.js"
import * as Requests from "../client/Requests.js"
import { ClusterError, type Subject } from "../ClusterError.js"
import * as WatchEvent from "../decode/WatchEvent.js"
import { label, type Resource } from "../Resource.js"

/** Receives the results. Each call but `received` also moves the resourceVersion from which a watch can be resumed. */
export interface Sink<A> {
  readonly replaced: (list: ReadonlyMap<string, WatchEvent.DecodedObject<A>>, resourceVersion: string) => void
  readonly applied: (decoded: WatchEvent.DecodedObject<A>) => void
  readonly removed: (decoded: WatchEvent.DecodedObject<A>) => void
  readonly bookmarked: (resourceVersion: string) => void
  /** Runs after each chunk of lines. */
  readonly received: Effect.Effect<void>
}

export interface Source<A> {
  readonly driver: Driver
  readonly resource: Resource<A>
  readonly call: (verb: "list" | "watch") => Requests.Call
  readonly previous: WatchEvent.Previous
  readonly sink: Sink<A>
}

// client-go's reflector (tools/cache/reflector.go): the timeout of a watch is random, 5 to 10 minutes; in seconds.
const minWatchTimeout = 300
const maxWatchTimeout = 600

/** Seconds after the timeout of a watch at which a connection that is still open counts as dead. */
const grace = 5

/** Limit between two objects of a streamed list, and between the last one and the bookmark that ends the list. */
const streamedListTimeout = Duration.seconds(10)

class Ended extends Data.TaggedError("Ended") {}

/** The server does not stream lists; `permanent` if a retry will not change that. */
class NoStreamedList extends Data.TaggedError("NoStreamedList")<{ readonly permanent: boolean }> {}

/**
 * Runs a streamed list and continues as a watch. Where the server does not stream lists, runs a paged list and returns; the
 * resource is then recorded in `pagedOnly`.
 */
export const listAndWatch = <A>(source: Source<A>, pagedOnly: Set<string>): Effect.Effect<void, ClusterError> => {
  const kind = label(source.resource)
  return pagedOnly.has(kind) ?
    paged(source) :
    Effect.catchTag(streamed(source), "NoStreamedList", ({ permanent }) =>
      Effect.map(paged(source), () => {
        if (permanent) {
          pagedOnly.add(kind)
        }
      }))
}

/** Watches from a resourceVersion until the server ends the watch, which it does every few minutes. */
export const watch = <A>(source: Source<A>, resourceVersion: string): Effect.Effect<void, ClusterError> =>
  Effect.catchTag(
    session(source, { resourceVersion }, (pull, subject) => follow(source.sink, pull, subject)),
    "Ended",
    () => Effect.void
  )

const paged = <A>({ call, driver, previous, resource, sink }: Source<A>): Effect.Effect<void, ClusterError> =>
  Effect.map(
    Pager.list(driver.request, resource, call("list"), previous),
    ({ items, resourceVersion }) => sink.replaced(new Map(items.map((item) => [item.key, item])), resourceVersion)
  )

type Pull<A> = Effect.Effect<Chunk.Chunk<WatchEvent.Event<A>>, ClusterError | Ended>

const session = <A, E>(
  { call, driver, previous, resource, sink }: Source<A>,
  query: Readonly<Record<string, string | boolean>>,
  body: (pull: Pull<A>, subject: Subject) => Effect.Effect<never, E>
): Effect.Effect<void, E> =>
  Effect.gen(function*() {
    const timeoutSeconds = yield* Random.nextIntBetween(minWatchTimeout, maxWatchTimeout + 1)
    const { request, subject } = Requests.withQuery(call("watch"), {
      watch: true,
      allowWatchBookmarks: true,
      timeoutSeconds,
      ...query
    })
    const lines = yield* Stream.toPull(
      driver.watch(request, subject, WatchEvent.decodeLine(resource, subject, previous))
    )
    const pull = lines.pipe(
      Effect.mapError(Option.getOrElse(() => new Ended())),
      Effect.tap(sink.received)
    )
    yield* Effect.timeoutOption(body(pull, subject), Duration.seconds(timeoutSeconds + grace))
  }).pipe(Effect.scoped)

const follow = <A>(sink: Sink<A>, pull: Pull<A>, subject: Subject): Effect.Effect<never, ClusterError | Ended> =>
  Effect.forever(Effect.flatMap(pull, (events) => deliver(sink, events, subject)))

const deliver = <A>(
  sink: Sink<A>,
  events: Iterable<WatchEvent.Event<A>>,
  subject: Subject
): Effect.Effect<void, ClusterError> =>
  Effect.suspend(() => {
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
    return Effect.void
  })

const withoutVersion = (subject: Subject) =>
  new ClusterError({ ...subject, reason: "Decode", detail: "a watch event has no resourceVersion" })

const streamed = <A>(source: Source<A>): Effect.Effect<void, ClusterError | NoStreamedList> =>
  Effect.catchTag(
    session(source, { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" }, (pull, subject) =>
      Effect.gen(function*() {
        const rest = yield* readList(source.sink, pull, subject)
        yield* deliver(source.sink, rest, subject)
        return yield* follow(source.sink, pull, subject)
      })),
    "Ended",
    () =>
      Effect.void
  )

/** Reads up to the bookmark that ends the list, delivers the list, and returns the events after the bookmark. */
const readList = <A>(
  sink: Sink<A>,
  pull: Pull<A>,
  subject: Subject
): Effect.Effect<ReadonlyArray<WatchEvent.Event<A>>, ClusterError | NoStreamedList> =>
  Effect.gen(function*() {
    const listed = new Map<string, WatchEvent.DecodedObject<A>>()
    let deadline = (yield* Clock.currentTimeMillis) + Duration.toMillis(streamedListTimeout)
    while (true) {
      const now = yield* Clock.currentTimeMillis
      const events = Chunk.toReadonlyArray(
        yield* Effect.timeoutFail(pull, {
          duration: Duration.millis(deadline - now),
          onTimeout: () => new NoStreamedList({ permanent: true })
        })
      )
      for (const [index, event] of events.entries()) {
        switch (event._tag) {
          case "Error":
            return yield* event.error
          case "Applied":
            listed.set(event.decoded.key, event.decoded)
            if (event.type === "Added") {
              deadline = now + Duration.toMillis(streamedListTimeout)
            }
            break
          case "Deleted":
            listed.delete(event.decoded.key)
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
      // A server without WatchList sends the objects without the bookmark, or rejects the unknown option.
      Ended: () => new NoStreamedList({ permanent: false }),
      ClusterError: (error) =>
        error.reason === "Invalid" || error.reason === "Forbidden"
          ? new NoStreamedList({ permanent: error.reason === "Invalid" })
          : error
    })
  )
