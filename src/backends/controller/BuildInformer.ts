/**
 * Following one build by the views that all builds of a backend share: no request is made while it waits.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { BackendError } from "../../core/BuildError.js"
import type { IndexedObjects } from "../../kubernetes/Reflector.js"
import type * as Resource from "../../kubernetes/Resource.js"
import type * as Resources from "../../kubernetes/Resources.js"
import * as BuildRecord from "../record/BuildRecord.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import { type BuildState, latestAttempt, ownedBy } from "./BuildState.js"
import type { ControllerContext } from "./ControllerContext.js"
import { backendError } from "./ErrorMapping.js"
import * as Informers from "./Informers.js"

/** What the views show of a build. */
export interface Observation<Child> {
  readonly snapshot: BuildState<Child>
  /**
   * `unseen`: the view does not know the record, which it had when it was read: the view is behind, or the record is gone.
   * `gone`: it was deleted; the snapshot has its last state.
   */
  readonly record: "unseen" | "there" | "gone"
}

export interface BuildInformer<Child> {
  readonly read: Effect.Effect<Observation<Child>, BackendError>
  /** Waits until something has changed since the last look, or the time has come; tells which. */
  readonly change: (until: Option.Option<DateTime.Utc>) => Effect.Effect<boolean>
  /** Adds what events tell. */
  readonly explain: (events: ReadonlyArray<Resources.Event>) => void
}

export const make = <Child extends Resource.Metadata>(
  lifecycle: ControllerContext<Child>,
  record: BuildRecord.BuildRecord
): Effect.Effect<BuildInformer<Child>, BackendError, Scope.Scope> =>
  Effect.gen(function*() {
    const { timers: alarm, definition } = lifecycle
    const { name: backend } = definition
    const { name, namespace, uid } = record.ref
    const refused = Effect.mapError(backendError(backend, `follow ${record.ref}`))
    const views = yield* Informers.of(lifecycle, namespace)
    // One for all three views: who waits at it costs no fiber for each.
    const news = yield* Effect.makeLatch(false)
    const [ownRecord, ownChildren, ownPods] = yield* refused(Effect.all([
      views.records.follow(Informers.recordOf, name, news),
      views.children.follow(Informers.recordOf, name, news),
      views.pods.follow(definition.recordOf, name, news)
    ], { concurrency: "unbounded" }))

    // The record was there when it was read.
    let sight: Observation<Child>["record"] = "unseen"
    let last = BuildRecord.summaryOf(record)
    let lastSeen: Resource.Metadata | undefined
    let attemptSeen = 0
    let events: ReadonlyArray<Resources.Event> = []

    const isOurs = (child: Child) => ownedBy(child, uid)

    const lookAtRecord = (seen: IndexedObjects<Resource.Metadata>) => {
      const isIt = ({ metadata }: Resource.Metadata) => metadata.uid === uid
      const there = seen.objects.find(isIt)
      const state = there ?? seen.deleted.findLast(isIt)
      if (state === undefined) return
      sight = there === undefined ? "gone" : "there"
      if (state === lastSeen) return
      lastSeen = state
      last = Option.match(RecordMetadata.parse(backend, state), {
        onNone: () => last,
        onSome: (glance) => ({ ...last, ...glance })
      })
    }

    return {
      read: refused(Effect.gen(function*() {
        yield* news.close
        lookAtRecord(yield* ownRecord.read)
        const seen = yield* ownChildren.read
        const children = seen.objects.filter(isOurs)
        attemptSeen = Math.max(attemptSeen, latestAttempt(children), latestAttempt(seen.deleted.filter(isOurs)))
        const { objects: pods } = yield* ownPods.read
        return { record: sight, snapshot: { record: last, children, attemptSeen, pods, events } }
      })),
      change: (until) =>
        Option.match(until, {
          onNone: () => Effect.as(news.await, true),
          onSome: (time) =>
            Effect.uninterruptibleMask((restore) => {
              let due = false
              const ring = () => {
                due = true
                news.unsafeOpen()
              }
              return Effect.flatMap(alarm.schedule(DateTime.toEpochMillis(time), ring), (off) =>
                Effect.ensuring(
                  Effect.map(restore(news.await), () => !due),
                  Effect.sync(off)
                ))
            })
        }),
      explain: (found) => {
        events = found
      }
    }
  })
