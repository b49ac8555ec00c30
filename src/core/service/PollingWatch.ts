/**
 * `watch` for a backend that can only list its builds: polls the list.
 */
import type * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { untilAvailable } from "../../effect/RetryPolicy.js"
import type { BackendError } from "../BuildError.js"
import * as BuildStatus from "../BuildStatus.js"
import { BuildSummary } from "./BuildSummary.js"

const interval = Schedule.spaced("2 seconds")

type Emitted = ReadonlyMap<string, BuildSummary>

const isChanged = (before: BuildSummary | undefined, now: BuildSummary): boolean =>
  before === undefined || !BuildStatus.equivalence(before.status, now.status)

/** A build that was removed while it ran is Errored("Deleted"); other removals are not reported. */
const removed = (emitted: Emitted, present: Emitted): ReadonlyArray<BuildSummary> =>
  Array.from(emitted.values())
    .filter(({ ref, status }) => !present.has(ref.uid) && !BuildStatus.isTerminal(status))
    .map((before) =>
      new BuildSummary({
        ...before,
        status: BuildStatus.errored("Deleted", { message: `${before.ref} was removed while being watched` })
      })
    )

export const make = <Options>(
  list: (options?: Options) => Effect.Effect<ReadonlyArray<BuildSummary>, BackendError>
) =>
(options?: Options): Stream.Stream<BuildSummary, BackendError> =>
  Stream.suspend(() => {
    const none: Emitted = new Map()
    const listed = untilAvailable(list(options))
    return Stream.repeatEffectWithSchedule(listed, interval).pipe(
      Stream.mapAccum(none, (emitted, summaries) => {
        const present: Emitted = new Map(summaries.map((summary) => [summary.ref.uid, summary]))
        const changed = summaries.filter((summary) => isChanged(emitted.get(summary.ref.uid), summary))
        return [present, [...removed(emitted, present), ...changed]]
      }),
      Stream.mapConcat((changed) => changed)
    )
  })
