/**
 * The statuses of one build as they come.
 */
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { BackendError, BuildNotFound } from "../../build/BuildError.js"
import type { BuildRef } from "../../build/BuildRef.js"
import * as BuildStatus from "../../build/BuildStatus.js"
import * as Outage from "../../build/Outage.js"
import * as ByPull from "../../cluster/ByPull.js"
import type * as Resource from "../../cluster/Resource.js"
import * as Follow from "./Follow.js"
import type { Lifecycle } from "./Lifecycle.js"
import { assess, follows, goneWith } from "./Snapshot.js"
import * as Waits from "./Waits.js"

export const make = <Child extends Resource.Metadata>(lifecycle: Lifecycle<Child>) => {
  const { definition, objects, settle } = lifecycle
  return (ref: BuildRef): Stream.Stream<BuildStatus.BuildStatus, BuildNotFound | BackendError> =>
    Stream.unwrapScoped(Effect.gen(function*() {
      const record = yield* objects.record(ref)
      if (Option.isSome(record.outcome)) return Stream.make(record.outcome.value.status)
      const follow = yield* Follow.make(lifecycle, record)
      let last: BuildStatus.BuildStatus | undefined
      let silence = Waits.explainAfter.first

      const within = (time: Duration.Duration) =>
        Effect.flatMap(DateTime.now, (now) => follow.change(Option.some(DateTime.addDuration(now, time))))

      // The server no longer has the record: the view shows its last state now, or soon.
      const lastSeen: Effect.Effect<BuildStatus.Terminal, BackendError> = Effect.gen(function*() {
        const soon = Option.some(DateTime.addDuration(yield* DateTime.now, Waits.viewGrace))
        let sight = yield* follow.look
        while (sight.record !== "gone" && (yield* follow.change(soon))) sight = yield* follow.look
        return goneWith(sight.snapshot.record)
      })

      /** Whenever something is due or has vanished. */
      const confirmed = ({ record, snapshot }: Follow.Sight<Child>) =>
        (record === "there" ? settle.confirm(snapshot) : settle.status(ref, snapshot.attemptSeen)).pipe(
          Effect.catchTag("BuildNotFound", () => lastSeen),
          Outage.patiently
        )

      /** What is to be said, or what to wait for. */
      const next: Effect.Effect<Next, BuildNotFound | BackendError> = Effect.gen(function*() {
        const sight = yield* follow.look
        const { record, snapshot } = sight
        const assessment = assess(definition, snapshot, yield* DateTime.now)
        if (assessment._tag === "Ended") return say(assessment.status)
        if (record === "there" && assessment._tag === "Going") {
          return follows(last, assessment.status) ? say(assessment.status) : rest(assessment)
        }
        // A view may be behind what we have read or made ourselves just now.
        if ((record === "unseen" || assessment._tag === "Missing") && (yield* within(Waits.viewGrace))) return lookAgain
        const status = yield* confirmed(sight)
        if (follows(last, status)) return say(status)
        yield* within(Waits.explainAfter.first)
        return lookAgain
      })

      const explain = (uid: string) =>
        Effect.map(Outage.patiently(objects.events(uid, ref.namespace)), (events) => {
          follow.explain(events)
          silence = Waits.longer(silence)
        })

      const wait = (rest: Extract<Next, { readonly _tag: "Rest" }>) =>
        Effect.gen(function*() {
          const changed = yield* follow.change(Waits.until(rest, silence, yield* DateTime.now))
          if (rest.explainedBy === undefined) return
          if (!changed) return yield* explain(rest.explainedBy)
          silence = Waits.explainAfter.first
        })

      // Ten thousand builds wait here at once: nothing of what came before is held while they do.
      const pull: ByPull.Pull<BuildStatus.BuildStatus, BuildNotFound | BackendError> = Effect.suspend(() =>
        last !== undefined && BuildStatus.isTerminal(last)
          ? ByPull.end
          : Effect.flatMap(Effect.mapError(next, Option.some), (found) => {
            switch (found._tag) {
              case "Say":
                last = found.status
                return Effect.succeed(Chunk.of(found.status))
              case "Rest":
                return Effect.zipRight(Effect.mapError(wait(found), Option.some), pull)
              case "LookAgain":
                return pull
            }
          })
      )
      return Stream.repeatEffectChunkOption(pull)
    }))
}

type Next =
  | { readonly _tag: "Say"; readonly status: BuildStatus.BuildStatus }
  | {
    readonly _tag: "Rest"
    readonly wakeAt: Option.Option<DateTime.Utc>
    readonly explainedBy: string | undefined
  }
  | { readonly _tag: "LookAgain" }

const say = (status: BuildStatus.BuildStatus): Next => ({ _tag: "Say", status })

const rest = (
  { explainedBy, wakeAt }: Pick<Extract<Next, { readonly _tag: "Rest" }>, "explainedBy" | "wakeAt">
): Next => ({ _tag: "Rest", wakeAt, explainedBy })

const lookAgain: Next = { _tag: "LookAgain" }
