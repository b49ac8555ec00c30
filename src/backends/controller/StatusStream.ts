/**
 * The statuses of one build as they come.
 */
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { BackendError, BuildNotFound } from "../../core/BuildError.js"
import type { BuildRef } from "../../core/BuildRef.js"
import * as BuildStatus from "../../core/BuildStatus.js"
import * as Outage from "../../core/service/Outage.js"
import * as Pull from "../../effect/Pull.js"
import type * as Resource from "../../kubernetes/Resource.js"
import * as BuildInformer from "./BuildInformer.js"
import { evaluate, follows, goneWith } from "./BuildState.js"
import type { ControllerContext } from "./ControllerContext.js"
import * as Timing from "./Timing.js"

export const make = <Child extends Resource.Metadata>(lifecycle: ControllerContext<Child>) => {
  const { definition, store: objects, reconciler: settle } = lifecycle
  return (ref: BuildRef): Stream.Stream<BuildStatus.BuildStatus, BuildNotFound | BackendError> =>
    Stream.unwrapScoped(Effect.gen(function*() {
      const record = yield* objects.record(ref)
      if (Option.isSome(record.outcome)) return Stream.make(record.outcome.value.status)
      const follow = yield* BuildInformer.make(lifecycle, record)
      let last: BuildStatus.BuildStatus | undefined
      let silence = Timing.explainBackoff.first

      const within = (time: Duration.Duration) =>
        Effect.flatMap(DateTime.now, (now) => follow.change(Option.some(DateTime.addDuration(now, time))))

      // The server no longer has the record: the view shows its last state now, or soon.
      const lastSeen: Effect.Effect<BuildStatus.Terminal, BackendError> = Effect.gen(function*() {
        const soon = Option.some(DateTime.addDuration(yield* DateTime.now, Timing.cacheStaleness))
        let sight = yield* follow.read
        while (sight.record !== "gone" && (yield* follow.change(soon))) sight = yield* follow.read
        return goneWith(sight.snapshot.record)
      })

      /** Whenever something is due or has vanished. */
      const confirmed = ({ record, snapshot }: BuildInformer.Observation<Child>) =>
        (record === "there" ? settle.reconcileFromCache(snapshot) : settle.status(ref, snapshot.attemptSeen)).pipe(
          Effect.catchTag("BuildNotFound", () => lastSeen),
          Outage.patiently
        )

      /** What is to be said, or what to wait for. */
      const next: Effect.Effect<Next, BuildNotFound | BackendError> = Effect.gen(function*() {
        const sight = yield* follow.read
        const { record, snapshot } = sight
        const evaluation = evaluate(definition, snapshot, yield* DateTime.now)
        if (evaluation._tag === "Finalized") return say(evaluation.status)
        if (record === "there" && evaluation._tag === "InProgress") {
          return follows(last, evaluation.status) ? say(evaluation.status) : rest(evaluation)
        }
        // A view may be behind what we have read or made ourselves just now.
        if ((record === "unseen" || evaluation._tag === "ChildMissing") && (yield* within(Timing.cacheStaleness))) {
          return lookAgain
        }
        const status = yield* confirmed(sight)
        if (follows(last, status)) return say(status)
        yield* within(Timing.explainBackoff.first)
        return lookAgain
      })

      const explain = (uid: string) =>
        Effect.map(Outage.patiently(objects.events(uid, ref.namespace)), (events) => {
          follow.explain(events)
          silence = Timing.longer(silence)
        })

      const wait = (rest: Extract<Next, { readonly _tag: "Rest" }>) =>
        Effect.gen(function*() {
          const changed = yield* follow.change(Timing.until(rest, silence, yield* DateTime.now))
          if (rest.explainedBy === undefined) return
          if (!changed) return yield* explain(rest.explainedBy)
          silence = Timing.explainBackoff.first
        })

      // Ten thousand builds wait here at once: nothing of what came before is held while they do.
      const pull: Pull.Pull<BuildStatus.BuildStatus, BuildNotFound | BackendError> = Effect.suspend(() =>
        last !== undefined && BuildStatus.isTerminal(last)
          ? Pull.end
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
