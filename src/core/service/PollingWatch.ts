/**
 * How the builds of a namespace stand, where a backend has no better way to tell than to be asked for the list.
 */
import type * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { untilAvailable } from "../../effect/RetryPolicy.js"
import type { BackendError } from "../BuildError.js"
import * as BuildStatus from "../BuildStatus.js"
import { BuildSummary } from "./BuildSummary.js"

const interval = Schedule.spaced("2 seconds")

type Told = ReadonlyMap<string, BuildSummary>

const isNews = (before: BuildSummary | undefined, now: BuildSummary): boolean =>
  before === undefined || !BuildStatus.equivalence(before.status, now.status)

/** What is removed while it was built has ended; of any other removal there is nothing to tell. */
const removed = (told: Told, there: Told): ReadonlyArray<BuildSummary> =>
  Array.from(told.values())
    .filter(({ ref, status }) => !there.has(ref.uid) && !BuildStatus.isTerminal(status))
    .map((before) =>
      new BuildSummary({
        ...before,
        status: BuildStatus.errored("Deleted", { message: `${before.ref} was removed while it was watched` })
      })
    )

export const make = <Options>(
  list: (options?: Options) => Effect.Effect<ReadonlyArray<BuildSummary>, BackendError>
) =>
(options?: Options): Stream.Stream<BuildSummary, BackendError> =>
  Stream.suspend(() => {
    const none: Told = new Map()
    const asked = untilAvailable(list(options))
    return Stream.repeatEffectWithSchedule(asked, interval).pipe(
      Stream.mapAccum(none, (told, summaries) => {
        const there: Told = new Map(summaries.map((summary) => [summary.ref.uid, summary]))
        const news = summaries.filter((summary) => isNews(told.get(summary.ref.uid), summary))
        return [there, [...removed(told, there), ...news]]
      }),
      Stream.mapConcat((news) => news)
    )
  })
