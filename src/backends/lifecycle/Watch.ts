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
import { BackendError, type BuildNotFound } from "../../build/BuildError.js"
import type { BuildSummary } from "../../build/BuildService.js"
import type * as BuildStatus from "../../build/BuildStatus.js"
import * as Outage from "../../build/Outage.js"
import type * as ByPull from "../../cluster/ByPull.js"
import type { ClusterError } from "../../cluster/ClusterError.js"
import type { Change } from "../../cluster/Reflector.js"
import type * as Resource from "../../cluster/Resource.js"
import type * as Resources from "../../cluster/Resources.js"
import * as BuildOutline from "../BuildOutline.js"
import * as BuildRecord from "../BuildRecord.js"
import * as Crew from "./Crew.js"
import { backendError } from "./Failure.js"
import type { Lifecycle } from "./Lifecycle.js"
import { assess, follows, goneWith } from "./Snapshot.js"
import * as Summary from "./Summary.js"
import { type Note, Track as BuildTrack } from "./Track.js"
import * as Views from "./Views.js"
import * as Waits from "./Waits.js"

/** How many builds are settled at once; what goes to the server at once is limited by the client. */
const mostSettlers = 16

/**
 * The rest between one explanation and the next: when all of ten thousand builds wait, to say why is not worth more than fifty
 * requests a second.
 */
const breath = "20 millis"

export const make = <Child extends Resource.Metadata>(lifecycle: Lifecycle<Child>) => {
  type Track = BuildTrack<Child>
  const { alarm, definition, objects, settle } = lifecycle
  const { name: backend } = definition

  return (namespace: string, fingerprint?: string): Stream.Stream<BuildSummary, BackendError> =>
    Stream.unwrapScoped(Effect.gen(function*() {
      const operation = `watch the builds of ${namespace}`
      const refused = Effect.mapError(backendError(backend, operation))
      const clock = yield* Effect.clock
      const views = yield* Views.of(lifecycle, namespace, fingerprint)

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

      const tell = (track: Track, glance: BuildRecord.Glance, status: BuildStatus.BuildStatus, now: DateTime.Utc) => {
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
        return Effect.map(alarm.set(time, () => ask(track)), (off) => track.setAlarm(time, off))
      }

      /** Says what is to be said of a build, and sees to what is to be done. */
      const look = (track: Track): Effect.Effect<void> =>
        Effect.flatMap(DateTime.now, (now) => {
          if (track.outline === undefined || track.isOver) {
            track.turnOff()
            return Effect.void
          }
          const assessment = assess(definition, track.snapshot(track.outline), now)
          switch (assessment._tag) {
            case "Ended":
              return Effect.sync(() => {
                track.turnOff()
                if (track.outline !== undefined) tell(track, track.outline, assessment.status, now)
              })
            case "Going": {
              tell(track, track.outline, assessment.status, now)
              return Option.match(Waits.until(assessment, track.silence, now), {
                onNone: () => Effect.sync(() => track.turnOff()),
                onSome: (time) => wake(track, time)
              })
            }
            case "Missing":
              return wake(track, DateTime.addDuration(now, Waits.viewGrace))
            default:
              return Effect.sync(() => ask(track))
          }
        })

      /** Does what is due; tells whether to look again at once. */
      const see = (track: Track, outline: BuildOutline.BuildOutline) =>
        Effect.gen(function*() {
          const snapshot = track.snapshot(outline)
          const assessment = assess(definition, snapshot, yield* DateTime.now)
          if (assessment._tag === "Ended") return true
          if (assessment._tag === "Going") {
            if (assessment.explainedBy === undefined) return true
            if (!track.explaining) {
              track.explaining = true
              explainer.add(track)
            }
            return false
          }
          const status = yield* Outage.patiently(settle.confirm(snapshot))
          if (track.shows(outline.ref)) tell(track, outline, status, yield* DateTime.now)
          return false
        })

      /** What a record that does not show its terms holds. */
      const read = (track: Track, ref: BuildRecord.Glance["ref"]) =>
        Effect.map(Outage.patiently(objects.record(ref)), (record) => {
          if (track.unread?.uid === ref.uid) track.outline = BuildOutline.fromRecord(record)
          return true
        })

      const explain = (track: Track, outline: BuildOutline.BuildOutline) =>
        Effect.gen(function*() {
          const assessment = assess(definition, track.snapshot(outline), yield* DateTime.now)
          if (assessment._tag !== "Going" || assessment.explainedBy === undefined) return false
          const events = yield* Outage.patiently(objects.events(assessment.explainedBy, namespace))
          if (!track.shows(outline.ref)) return false
          track.events = events
          track.silence = Waits.longer(track.silence)
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
                (now) => wake(track, DateTime.addDuration(now, Waits.explainAfter.first))
              )
          })
        )

      const ponder = (track: Track): Effect.Effect<void> =>
        Effect.gen(function*() {
          const again = track.outline !== undefined && (yield* guarded(explain(track, track.outline)))
          track.explaining = false
          if (again) yield* look(track)
        })

      const settlers = yield* Crew.make<Track>(mostSettlers, (track) => noDefects(work(track)))
      const explainer = yield* Crew.make<Track>(
        1,
        (track) => Effect.zipRight(noDefects(ponder(track)), Effect.sleep(breath))
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
        track.silence = Waits.explainAfter.first
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
        const glance = Option.getOrUndefined(BuildRecord.glance(backend, object))
        if (glance === undefined) return
        if (_tag === "Deleted") {
          if (track.last !== undefined) {
            tell(track, glance, goneWith(glance), DateTime.unsafeMake(clock.unsafeCurrentTimeMillis()))
          }
          track.forget()
          return
        }
        const shown = Option.getOrUndefined(BuildOutline.fromGlance(glance, object))
        track.outline = shown ?? (track.outline === undefined ? undefined : { ...track.outline, ...glance })
        track.unread = track.outline === undefined ? glance.ref : undefined
        if (track.unread !== undefined) ask(track)
      }

      const refuse = (error: ClusterError) => fail(backendError(backend, operation)(error))
      const children = tracking<Child>(Views.recordOf, (track, change) => track.child(change))
      const pods = tracking<Resources.Pod>(definition.recordOf, (track, change) => track.pod(change))
      yield* refused(views.children.subscribe(children, refuse))
      yield* refused(views.pods.subscribe(pods, refuse))
      yield* refused(views.records.subscribe(tracking(({ metadata }) => metadata.name, applyRecord), refuse))
      yield* Effect.forkScoped(noDefects(Effect.forever(Effect.zipRight(moved.await, lookAtTouched))))
      yield* Effect.addFinalizer(() => Effect.sync(() => tracks.forEach((track) => track.turnOff())))

      const pull: ByPull.Pull<BuildSummary, BackendError> = Effect.suspend(() => {
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
