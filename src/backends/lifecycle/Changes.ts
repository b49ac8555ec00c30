/**
 * The statuses of one build as they come.
 */
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { BackendError, BuildNotFound } from "../../build/BuildError.js"
import type { BuildRef } from "../../build/BuildRef.js"
import * as BuildStatus from "../../build/BuildStatus.js"
import type * as Cluster from "../../cluster/Cluster.js"
import type * as Resource from "../../cluster/Resource.js"
import type * as BuildRecord from "../BuildRecord.js"
import type { Definition } from "../Definition.js"
import * as Follow from "./Follow.js"
import type { Objects } from "./Objects.js"
import type { Settle } from "./Settle.js"
import { assess, follows } from "./Snapshot.js"

/** How long a build may wait silently before its events are asked for, once and then at this distance. */
const explainAfter = Duration.seconds(10)

/** How long a view may be behind the server before the server itself is asked. */
const viewGrace = Duration.seconds(2)

/** While the API server is away, it is asked again: soon at first, then every half a minute. */
const outage = Schedule.exponential("500 millis").pipe(
  Schedule.union(Schedule.spaced("30 seconds")),
  Schedule.jittered
)

export const make = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  cluster: Cluster.Service,
  objects: Objects<Child>,
  settle: Settle<Child>
) => {
  const patiently = <A, E extends BuildNotFound | BackendError>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.retry(effect, { schedule: outage, while: (error) => error.retryable })

  // What a build that was seen, and whose record is gone, has ended with: what its last state says.
  const goneWith = ({ outcome, ref, stop }: BuildRecord.BuildRecord): BuildStatus.Terminal =>
    Option.match(Option.orElse(outcome, () => stop), {
      onNone: () =>
        BuildStatus.errored("Deleted", { message: `somebody deleted the record of ${ref} while it was built` }),
      onSome: ({ status }) => status
    })

  return (ref: BuildRef): Stream.Stream<BuildStatus.BuildStatus, BuildNotFound | BackendError> =>
    Stream.unwrapScoped(Effect.gen(function*() {
      const record = yield* objects.record(ref)
      if (Option.isSome(record.outcome)) return Stream.make(record.outcome.value.status)
      const follow = yield* Follow.make(definition, cluster, record)

      // The server no longer has the record: the view shows its last state now, or soon.
      const lastSeen: Effect.Effect<BuildStatus.Terminal, BackendError> = Effect.gen(function*() {
        const soon = Option.some(DateTime.addDuration(yield* DateTime.now, viewGrace))
        let sight = yield* follow.now
        while (sight.record !== "gone" && (yield* follow.change(soon))) sight = yield* follow.now
        return goneWith(sight.snapshot.record)
      })

      /** By the server's own word, whenever something is due or has vanished. */
      const confirmed = (attemptSeen: number) =>
        settle.status(ref, attemptSeen).pipe(
          Effect.catchTag("BuildNotFound", () => lastSeen),
          patiently
        )

      const wait = (wakeAt: Option.Option<DateTime.Utc>, explainedBy: string | undefined) =>
        Effect.gen(function*() {
          if (explainedBy === undefined) return yield* follow.change(wakeAt)
          const soon = DateTime.addDuration(yield* DateTime.now, explainAfter)
          const first = Option.match(wakeAt, { onNone: () => soon, onSome: (time) => DateTime.min(time, soon) })
          if (yield* follow.change(Option.some(first))) return true
          yield* follow.explain(yield* patiently(objects.events(explainedBy, ref.namespace)))
          return false
        })

      /** What is to be said after `last`, or nothing yet: then there was something to wait for. */
      const next = (
        last: BuildStatus.BuildStatus | undefined
      ): Effect.Effect<Option.Option<BuildStatus.BuildStatus>, BuildNotFound | BackendError> =>
        Effect.gen(function*() {
          const { record, snapshot } = yield* follow.now
          const assessment = assess(definition, snapshot, yield* DateTime.now)
          if (assessment._tag === "Ended") return Option.some(assessment.status)
          if (record === "there" && assessment._tag === "Going") {
            if (follows(last, assessment.status)) return Option.some(assessment.status)
            yield* wait(assessment.wakeAt, assessment.explainedBy)
            return Option.none()
          }
          // Nothing that a view may be late for makes a success of what is none.
          if (record === "there" && assessment._tag === "Over" && assessment.status._tag === "Succeeded") {
            const kept = yield* patiently(settle.advance(snapshot))
            if (Option.isSome(kept)) return kept
          }
          // A view may be behind what we have read or made ourselves just now.
          if (record === "unseen" || assessment._tag === "Missing") {
            const soon = DateTime.addDuration(yield* DateTime.now, viewGrace)
            if (yield* follow.change(Option.some(soon))) return Option.none()
          }
          const status = yield* confirmed(snapshot.attemptSeen)
          if (follows(last, status)) return Option.some(status)
          yield* follow.change(Option.some(DateTime.addDuration(yield* DateTime.now, explainAfter)))
          return Option.none()
        })

      const said = (last: BuildStatus.BuildStatus | undefined) =>
        Effect.map(
          Effect.repeat(next(last), { until: Option.isSome }),
          Option.map((status) => [Chunk.of(status), status] as const)
        )

      return Stream.unfoldChunkEffect<
        BuildStatus.BuildStatus | undefined,
        BuildStatus.BuildStatus,
        BuildNotFound | BackendError,
        never
      >(undefined, (last) => last !== undefined && BuildStatus.isTerminal(last) ? Effect.succeedNone : said(last))
    }))
}
