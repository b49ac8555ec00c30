/**
 * Watches: the changes of a selection since a revision, with bookmarks, initial events and a timeout.
 *
 * As in k8s.io/apiserver pkg/storage/cacher (v0.37): an object that leaves the selection is DELETED, one that enters it is
 * ADDED, and a watch that is too slow gets the same ERROR as one that starts too late.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Pull from "../../effect/Pull.js"
import type { JsonObject, WatchLine } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Kind from "../kinds/Kind.js"
import type { ApiStore } from "../store/ApiStore.js"
import type { Change } from "../store/ChangeLog.js"
import type { Selection } from "../store/Selection.js"
import * as Listing from "./Listing.js"
import type { ResponseForm } from "./ResponseForm.js"
import * as Status from "./Status.js"

/**
 * Cuts a watch, as a lost connection does.
 *
 * @since 0.1.0
 * @category models
 */
export interface Interruption {
  readonly isCut: () => boolean
  readonly onCut: (wake: () => void) => () => void
}

/** Never cuts. @since 0.1.0 @category constants  */
export const uninterrupted: Interruption = { isCut: () => false, onCut: () => () => {} }

type Query = Readonly<Record<string, string>>

const isTrue = (value: string | undefined): boolean => value === "true" || value === "1"

const batch = 256

const bookmarkInterval = "1 minute"

/**
 * The position of a watch: initial events that are not sent yet, and the revision of the last change that was read.
 */
class Cursor {
  private revision: number
  private lastSent: number
  private initialEvents: Array<WatchLine>
  private readonly store: ApiStore
  private readonly selection: Selection
  private readonly view: ResponseForm

  constructor(
    store: ApiStore,
    selection: Selection,
    view: ResponseForm,
    from: number | undefined,
    withEndBookmark: boolean
  ) {
    this.store = store
    this.selection = selection
    this.view = view
    this.revision = from ?? store.revision
    this.lastSent = this.revision
    this.initialEvents = from !== undefined ? [] : [
      ...store.list(Kind.resource(selection.kind), selection.namespace, selection.having)
        .filter(selection.selects)
        .map((object): WatchLine => ({ type: "ADDED", object: view.object(object) })),
      ...(withEndBookmark ? [this.bookmark({ annotations: { "k8s.io/initial-events-end": "true" } })] : [])
    ]
  }

  get log() {
    return this.store.log(Kind.resource(this.selection.kind), this.selection.namespace)
  }

  /** Takes the lines that are available now. */
  next(): ReadonlyArray<WatchLine> {
    if (this.initialEvents.length > 0) {
      return this.initialEvents.splice(0, batch)
    }
    if (!this.log.reaches(this.revision)) {
      return [{
        type: "ERROR",
        object: Status.expired(`too old resource version: ${this.revision} (${this.store.revision})`)
      }]
    }
    while (true) {
      const changes = this.log.after(this.revision, batch)
      this.revision = changes.at(-1)?.revision ?? this.revision
      const lines = changes.flatMap((change) => this.line(change) ?? [])
      if (lines.length > 0 || changes.length === 0) {
        return lines
      }
    }
  }

  /** A bookmark, unless the last line has the current revision already. */
  progress(): ReadonlyArray<WatchLine> {
    return this.lastSent < this.store.revision ? [this.bookmark({})] : []
  }

  private bookmark(metadata: JsonObject): WatchLine {
    this.lastSent = this.store.revision
    const version = { resourceVersion: String(this.store.revision), ...metadata }
    return { type: "BOOKMARK", object: { ...this.view.type, metadata: version } }
  }

  private line(change: Change): WatchLine | undefined {
    this.lastSent = change.revision
    const is = change.type !== "DELETED" && this.selection.selects(change.object)
    const was = change.previous !== undefined && this.selection.selects(change.previous)
    if (is) {
      return { type: was ? "MODIFIED" : "ADDED", object: this.view.object(change.object) }
    }
    if (!was) {
      return undefined
    }
    const last = change.type === "DELETED" ? change.object : Json.set(
      change.previous ?? change.object,
      ["metadata", "resourceVersion"],
      String(change.revision)
    )
    return { type: "DELETED", object: this.view.object(Json.freeze(last)) }
  }
}

/** Streams the lines of a watch; fails with `broken` when the watch is cut. @since 0.1.0 @category constructors  */
export const watch = <E>(
  store: ApiStore,
  selection: Selection,
  query: Query,
  view: ResponseForm,
  interruption: Interruption,
  broken: E
): Either.Either<Stream.Stream<WatchLine, E>, Status.Status> =>
  Either.map(
    // A list returns 400 for an invalid revision; a watch returns an error without a reason.
    Either.mapLeft(Listing.revision(query), (problem) => Status.make(500, "", problem)),
    (requested) =>
      Stream.unwrapScoped(Effect.suspend(() => {
        const initial = query["sendInitialEvents"]
        const fresh = requested === undefined || requested === 0
        const from = initial === "true" || (fresh && initial === undefined)
          ? undefined
          : fresh
          ? store.revision
          : requested
        const bookmarks = isTrue(query["allowWatchBookmarks"])
        const cursor = new Cursor(store, selection, view, from, initial === "true" && bookmarks)
        return open(cursor, { bookmarks, seconds: Number(query["timeoutSeconds"] ?? 0) }, interruption, broken)
      }))
  )

const open = <E>(
  cursor: Cursor,
  options: { readonly bookmarks: boolean; readonly seconds: number },
  interruption: Interruption,
  broken: E
): Effect.Effect<Stream.Stream<WatchLine, E>, never, Scope.Scope> =>
  Effect.gen(function*() {
    let wake = () => {}
    let due = false
    let state: "open" | "closing" | "closed" = "open"
    if (options.seconds > 0) {
      yield* Effect.forkScoped(Effect.andThen(
        Effect.sleep(`${options.seconds} seconds`),
        Effect.sync(() => {
          state = "closing"
          wake()
        })
      ))
    }
    if (options.bookmarks) {
      yield* Effect.forkScoped(Effect.forever(Effect.andThen(
        Effect.sleep(bookmarkInterval),
        Effect.sync(() => {
          due = true
          wake()
        })
      )))
    }
    const changed = Effect.async<void>((resume) => {
      const forget = [
        cursor.log.onNext(() => wake()),
        interruption.onCut(() => wake())
      ]
      const done = () => forget.forEach((take) => take())
      wake = () => {
        done()
        wake = () => {}
        resume(Effect.void)
      }
      return Effect.sync(done)
    })
    const pull: Pull.Pull<WatchLine, E> = Effect.suspend(() => {
      if (interruption.isCut()) {
        return Pull.fail(broken)
      }
      if (state === "closed") {
        return Pull.end
      }
      const lines = cursor.next()
      if (lines.length > 0) {
        state = lines.at(-1)?.type === "ERROR" ? "closed" : state
        return Pull.emit([...lines], pull)
      }
      if (due || state === "closing") {
        due = false
        state = state === "closing" ? "closed" : state
        return Pull.emit([...(options.bookmarks ? cursor.progress() : [])], pull)
      }
      return Effect.andThen(changed, pull)
    })
    return Pull.stream(pull)
  })
