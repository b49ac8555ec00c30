/**
 * How all builds of a namespace stand, as it changes: one stream for any number of them.
 *
 * A build costs some hundred bytes here besides what the views hold, where one that is followed by itself has a fiber, a
 * queue and a stream of its own. So nothing is done here for a build but to look; what takes time, some workers do.
 */
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { BackendError, type BuildNotFound } from "../../core/BuildError.js"
import type * as BuildStatus from "../../core/BuildStatus.js"
import type { BuildSummary } from "../../core/service/BuildService.js"
import * as Outage from "../../core/service/Outage.js"
import type * as Pull from "../../effect/Pull.js"
import type { ClusterError } from "../../kubernetes/ClusterError.js"
import type { Change } from "../../kubernetes/Reflector.js"
import type * as Resource from "../../kubernetes/Resource.js"
import type * as Resources from "../../kubernetes/Resources.js"
import * as BuildRecord from "../record/BuildRecord.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import * as RecordSummary from "../record/RecordSummary.js"
import { evaluate, follows, goneWith } from "./BuildState.js"
import type { ControllerContext } from "./ControllerContext.js"
import { backendError } from "./ErrorMapping.js"
import * as Informers from "./Informers.js"
import * as Summary from "./Summary.js"
import * as Timing from "./Timing.js"
import { type Note, WatchedBuild as BuildTrack } from "./WatchedBuild.js"
import * as WorkerPool from "./WorkerPool.js"

/** How many builds are settled at once; what goes to the server at once is limited by the client. */
const mostSettlers = 16

/**
 * The rest between one explanation and the next: when all of ten thousand builds wait, to say why is not worth more than fifty
 * requests a second.
 */
const explainInterval = "20 millis"

export const make = <Child extends Resource.Metadata>(lifecycle: ControllerContext<Child>) => {
  type Track = BuildTrack<Child>
  const { timers: alarm, definition, store: objects, reconciler: settle } = lifecycle
  const { name: backend } = definition

  return (namespace: string, fingerprint?: string): Stream.Stream<BuildSummary, BackendError> =>
    Stream.unwrapScoped(Effect.gen(function*() {
      const operation = `watch the builds of ${namespace}`
      const refused = Effect.mapError(backendError(backend, operation))
      const clock = yield* Effect.clock
      const views = yield* Informers.of(lifecycle, namespace, fingerprint)

      const tracks = new Map<string, Track>()
      let outbox: Array<Note<Child>> = []
      const news = yield* Effect.makeLatch(false)
      let failure: BackendError | undefined

      const fail = (error: BackendError) => {
        failure ??= error
        news.unsafeOpen()
      }

      /** Whoever reads is told rather than left waiting for ever. */
      const noDefects = Effect.catchAllDefect((cause) =>
        Effect.sync(() =>
          fail(new BackendError({ backend, reason: "Unexpected", operation, detail: "a defect", cause }))
        )
      )

      const tell = (
        track: Track,
        glance: RecordMetadata.RecordMetadata,
        status: BuildStatus.BuildStatus,
        now: DateTime.Utc
      ) => {
        if (!follows(track.last, status)) return
        track.last = status
        const summary = Summary.of(glance, status, now)
        if (track.note === undefined) {
          track.note = { track, summary }
          outbox.push(track.note)
        } else {
          track.note.summary = summary
        }
        news.unsafeOpen()
      }

      /** Has a worker look at it, as soon as one is free. */
      const ask = (track: Track) => {
        track.turnOff()
        track.changed = track.asked
        if (!track.asked) {
          track.asked = true
          settlers.add(track)
        }
      }

      const wake = (track: Track, at: DateTime.Utc): Effect.Effect<void> => {
        const time = DateTime.toEpochMillis(at)
        if (track.wakesAt === time) return Effect.void
        track.turnOff()
        return Effect.map(alarm.schedule(time, () => ask(track)), (off) => track.setAlarm(time, off))
      }

      /** Says what is to be said of a build, and sees to what is to be done. */
      const look = (track: Track): Effect.Effect<void> =>
        Effect.flatMap(DateTime.now, (now) => {
          if (track.outline === undefined || track.isOver) {
            track.turnOff()
            return Effect.void
          }
          const evaluation = evaluate(definition, track.snapshot(track.outline), now)
          switch (evaluation._tag) {
            case "Finalized":
              return Effect.sync(() => {
                track.turnOff()
                if (track.outline !== undefined) tell(track, track.outline, evaluation.status, now)
              })
            case "InProgress": {
              tell(track, track.outline, evaluation.status, now)
              return Option.match(Timing.until(evaluation, track.silence, now), {
                onNone: () => Effect.sync(() => track.turnOff()),
                onSome: (time) => wake(track, time)
              })
            }
            case "ChildMissing":
              return wake(track, DateTime.addDuration(now, Timing.cacheStaleness))
            default:
              return Effect.sync(() => ask(track))
          }
        })

      /** Does what is due; tells whether to look again at once. */
      const see = (track: Track, outline: RecordSummary.RecordSummary) =>
        Effect.gen(function*() {
          const snapshot = track.snapshot(outline)
          const evaluation = evaluate(definition, snapshot, yield* DateTime.now)
          if (evaluation._tag === "Finalized") return true
          if (evaluation._tag === "InProgress") {
            if (evaluation.explainedBy === undefined) return true
            if (!track.explaining) {
              track.explaining = true
              explainer.add(track)
            }
            return false
          }
          const status = yield* Outage.patiently(settle.reconcileFromCache(snapshot))
          if (track.shows(outline.ref)) tell(track, outline, status, yield* DateTime.now)
          return false
        })

      /** What a record that does not show its terms holds. */
      const read = (track: Track, ref: RecordMetadata.RecordMetadata["ref"]) =>
        Effect.map(Outage.patiently(objects.record(ref)), (record) => {
          if (track.unread?.uid === ref.uid) track.outline = BuildRecord.summaryOf(record)
          return true
        })

      const explain = (track: Track, outline: RecordSummary.RecordSummary) =>
        Effect.gen(function*() {
          const evaluation = evaluate(definition, track.snapshot(outline), yield* DateTime.now)
          if (evaluation._tag !== "InProgress" || evaluation.explainedBy === undefined) return false
          const events = yield* Outage.patiently(objects.events(evaluation.explainedBy, namespace))
          if (!track.shows(outline.ref)) return false
          track.events = events
          track.silence = Timing.longer(track.silence)
          return true
        })

      const guarded = (effect: Effect.Effect<boolean, BuildNotFound | BackendError>): Effect.Effect<boolean> =>
        effect.pipe(
          // The view tells of that too, now or soon.
          Effect.catchTag("BuildNotFound", () => Effect.succeed(false)),
          Effect.catchAll((error) =>
            error.cause instanceof BuildRecord.Unreadable
              ? Effect.as(Effect.logWarning(error.message), false)
              : Effect.as(Effect.sync(() => fail(error)), false)
          )
        )

      const work = (track: Track): Effect.Effect<void> =>
        Effect.suspend(() =>
          track.outline !== undefined
            ? guarded(see(track, track.outline))
            : track.unread !== undefined
            ? guarded(read(track, track.unread))
            : Effect.succeed(true)
        ).pipe(
          Effect.flatMap((again) => {
            track.asked = false
            const lookAgain = again || track.changed
            track.changed = false
            return lookAgain
              ? look(track)
              : track.outline === undefined || track.isOver
              ? Effect.void
              : Effect.flatMap(
                DateTime.now,
                (now) => wake(track, DateTime.addDuration(now, Timing.explainBackoff.first))
              )
          })
        )

      const ponder = (track: Track): Effect.Effect<void> =>
        Effect.gen(function*() {
          const again = track.outline !== undefined && (yield* guarded(explain(track, track.outline)))
          track.explaining = false
          if (again) yield* look(track)
        })

      const settlers = yield* WorkerPool.make<Track>(mostSettlers, (track) => noDefects(work(track)))
      const explainer = yield* WorkerPool.make<Track>(
        1,
        (track) => Effect.zipRight(noDefects(ponder(track)), Effect.sleep(explainInterval))
      )

      let touched: Array<Track> = []
      const moved = yield* Effect.makeLatch(false)

      const tracking = <A extends Resource.Metadata>(
        nameOf: (object: A) => string | undefined,
        apply: (track: Track, change: Change<A>) => void
      ) =>
      (change: Change<A>) => {
        const name = nameOf(change.object)
        if (name === undefined) return
        const track = tracks.get(name) ?? new BuildTrack<Child>(name)
        tracks.set(name, track)
        track.silence = Timing.explainBackoff.first
        apply(track, change)
        if (!track.touched) touched.push(track)
        track.touched = true
        moved.unsafeOpen()
      }

      const lookAtTouched = Effect.suspend(() => {
        moved.unsafeClose()
        const some = touched
        touched = []
        return Effect.forEach(some, (track) => {
          track.touched = false
          if (track.isEmpty) tracks.delete(track.name)
          return look(track)
        }, { discard: true })
      })

      const applyRecord = (track: Track, { _tag, object }: Change<Resource.Metadata>) => {
        const glance = Option.getOrUndefined(RecordMetadata.parse(backend, object))
        if (glance === undefined) return
        if (_tag === "Deleted") {
          if (track.last !== undefined) {
            tell(track, glance, goneWith(glance), DateTime.unsafeMake(clock.unsafeCurrentTimeMillis()))
          }
          track.forget()
          return
        }
        const shown = Option.getOrUndefined(RecordSummary.fromMetadata(glance, object))
        track.outline = shown ?? (track.outline === undefined ? undefined : { ...track.outline, ...glance })
        track.unread = track.outline === undefined ? glance.ref : undefined
        if (track.unread !== undefined) ask(track)
      }

      const refuse = (error: ClusterError) => fail(backendError(backend, operation)(error))
      const children = tracking<Child>(Informers.recordOf, (track, change) => track.child(change))
      const pods = tracking<Resources.Pod>(definition.recordOf, (track, change) => track.pod(change))
      yield* refused(views.children.subscribe(children, refuse))
      yield* refused(views.pods.subscribe(pods, refuse))
      yield* refused(views.records.subscribe(tracking(({ metadata }) => metadata.name, applyRecord), refuse))
      yield* Effect.forkScoped(noDefects(Effect.forever(Effect.zipRight(moved.await, lookAtTouched))))
      yield* Effect.addFinalizer(() => Effect.sync(() => tracks.forEach((track) => track.turnOff())))

      const pull: Pull.Pull<BuildSummary, BackendError> = Effect.suspend(() => {
        if (outbox.length > 0) {
          // One that another build has replaced is not the track's any more.
          const notes = outbox.filter((note) => note.track.note !== note || note.track.isNews(note))
          outbox = []
          return notes.length === 0 ? pull : Effect.succeed(Chunk.unsafeFromArray(notes.map(({ summary }) => summary)))
        }
        if (failure !== undefined) return Effect.fail(Option.some(failure))
        news.unsafeClose()
        return Effect.zipRight(news.await, pull)
      })
      return Stream.repeatEffectChunkOption(pull)
    }))
}
