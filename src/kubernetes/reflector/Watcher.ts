/**
 * The three ways to learn what is in a selection: a streamed list that goes on as a watch, a list by pages, and a watch from
 * where one is.
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

/** Who is told. Each but `heard` also moves the point from which a watch can go on. */
export interface Sink<A> {
  readonly replaced: (all: ReadonlyMap<string, WatchEvent.Observed<A>>, resourceVersion: string) => void
  readonly applied: (observed: WatchEvent.Observed<A>) => void
  readonly removed: (observed: WatchEvent.Observed<A>) => void
  readonly bookmarked: (resourceVersion: string) => void
  /** Runs after some lines have come. */
  readonly heard: Effect.Effect<void>
}

export interface Source<A> {
  readonly driver: Driver
  readonly resource: Resource<A>
  readonly call: (verb: "list" | "watch") => Requests.Call
  readonly known: WatchEvent.Known
  readonly sink: Sink<A>
}

// client-go's reflector (tools/cache/reflector.go): the server ends a watch after 5 to 10 minutes, at random.
const shortestWatch = 300
const longestWatch = 600

/** How much later than it said the server may end a watch, in seconds, before the connection is taken for dead. */
const grace = 5

/** How long a server that streams lists may take from one object to the next, and to the mark after the last. */
const longestSilence = Duration.seconds(10)

class Ended extends Data.TaggedError("Ended") {}

/** The server does not stream lists; `always` if it will not do so later either. */
class NoStreamedList extends Data.TaggedError("NoStreamedList")<{ readonly always: boolean }> {}

/**
 * Lists by a stream, and goes on as a watch; by pages, and ends, where the server does not stream lists. What does not is
 * remembered in `pagedOnly`.
 */
export const listAndWatch = <A>(source: Source<A>, pagedOnly: Set<string>): Effect.Effect<void, ClusterError> => {
  const kind = label(source.resource)
  return pagedOnly.has(kind) ?
    paged(source) :
    Effect.catchTag(streamed(source), "NoStreamedList", ({ always }) =>
      Effect.map(paged(source), () => {
        if (always) {
          pagedOnly.add(kind)
        }
      }))
}

/** Watches from a point in the server's history, until the server ends it, as it does every few minutes. */
export const watch = <A>(source: Source<A>, resourceVersion: string): Effect.Effect<void, ClusterError> =>
  Effect.catchTag(
    session(source, { resourceVersion }, (pull, subject) => follow(source.sink, pull, subject)),
    "Ended",
    () => Effect.void
  )

const paged = <A>({ call, driver, known, resource, sink }: Source<A>): Effect.Effect<void, ClusterError> =>
  Effect.map(
    Pager.list(driver.request, resource, call("list"), known),
    ({ items, resourceVersion }) => sink.replaced(new Map(items.map((item) => [item.key, item])), resourceVersion)
  )

type Pull<A> = Effect.Effect<Chunk.Chunk<WatchEvent.Event<A>>, ClusterError | Ended>

const session = <A, E>(
  { call, driver, known, resource, sink }: Source<A>,
  query: Readonly<Record<string, string | boolean>>,
  body: (pull: Pull<A>, subject: Subject) => Effect.Effect<never, E>
): Effect.Effect<void, E> =>
  Effect.gen(function*() {
    const timeoutSeconds = yield* Random.nextIntBetween(shortestWatch, longestWatch + 1)
    const { request, subject } = Requests.withQuery(call("watch"), {
      watch: true,
      allowWatchBookmarks: true,
      timeoutSeconds,
      ...query
    })
    const lines = yield* Stream.toPull(driver.watch(request, subject, WatchEvent.fromLine(resource, subject, known)))
    const pull = lines.pipe(
      Effect.mapError(Option.getOrElse(() => new Ended())),
      Effect.tap(sink.heard)
    )
    yield* Effect.timeoutOption(body(pull, subject), Duration.seconds(timeoutSeconds + grace))
  }).pipe(Effect.scoped)

const follow = <A>(sink: Sink<A>, pull: Pull<A>, subject: Subject): Effect.Effect<never, ClusterError | Ended> =>
  Effect.forever(Effect.flatMap(pull, (events) => tell(sink, events, subject)))

const tell = <A>(
  sink: Sink<A>,
  events: Iterable<WatchEvent.Event<A>>,
  subject: Subject
): Effect.Effect<void, ClusterError> =>
  Effect.suspend(() => {
    for (const event of events) {
      if (event._tag === "Refused") {
        return event.error
      }
      if (WatchEvent.versionOf(event) === "") {
        return unversioned(subject)
      }
      switch (event._tag) {
        case "Applied":
          sink.applied(event.observed)
          break
        case "Deleted":
          sink.removed(event.observed)
          break
        case "Bookmark":
          sink.bookmarked(event.resourceVersion)
      }
    }
    return Effect.void
  })

const unversioned = (subject: Subject) =>
  new ClusterError({ ...subject, reason: "Decode", detail: "a line of the watch has no resourceVersion" })

const streamed = <A>(source: Source<A>): Effect.Effect<void, ClusterError | NoStreamedList> =>
  Effect.catchTag(
    session(source, { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" }, (pull, subject) =>
      Effect.gen(function*() {
        const rest = yield* gather(source.sink, pull, subject)
        yield* tell(source.sink, rest, subject)
        return yield* follow(source.sink, pull, subject)
      })),
    "Ended",
    () =>
      Effect.void
  )

/** Reads up to the mark at the end of the list; answers what has come after it. Nothing is told before. */
const gather = <A>(
  sink: Sink<A>,
  pull: Pull<A>,
  subject: Subject
): Effect.Effect<ReadonlyArray<WatchEvent.Event<A>>, ClusterError | NoStreamedList> =>
  Effect.gen(function*() {
    const gathered = new Map<string, WatchEvent.Observed<A>>()
    let deadline = (yield* Clock.currentTimeMillis) + Duration.toMillis(longestSilence)
    while (true) {
      const now = yield* Clock.currentTimeMillis
      const events = Chunk.toReadonlyArray(
        yield* Effect.timeoutFail(pull, {
          duration: Duration.millis(deadline - now),
          onTimeout: () => new NoStreamedList({ always: true })
        })
      )
      for (const [index, event] of events.entries()) {
        switch (event._tag) {
          case "Refused":
            return yield* event.error
          case "Applied":
            gathered.set(event.observed.key, event.observed)
            if (event.type === "Added") {
              deadline = now + Duration.toMillis(longestSilence)
            }
            break
          case "Deleted":
            gathered.delete(event.observed.key)
            break
          case "Bookmark":
            if (event.initialEventsEnd) {
              if (event.resourceVersion === "") {
                return yield* unversioned(subject)
              }
              sink.replaced(gathered, event.resourceVersion)
              return events.slice(index + 1)
            }
        }
      }
    }
  }).pipe(
    Effect.catchTags({
      // An older server, without the feature, sends its objects and never the mark, or refuses what it does not know.
      Ended: () => new NoStreamedList({ always: false }),
      ClusterError: (error) =>
        error.reason === "Invalid" || error.reason === "Forbidden"
          ? new NoStreamedList({ always: error.reason === "Invalid" })
          : error
    })
  )
