/**
 * The state of a followed build, and the pure function that decides the next step.
 */
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { BackendError } from "../../core/BuildError.js"
import * as BuildStatus from "../../core/BuildStatus.js"
import type * as Resource from "../../kubernetes/Resource.js"
import type * as Resources from "../../kubernetes/Resources.js"
import * as PodFailure from "../pod/PodFailure.js"
import type { RecordMetadata } from "../record/RecordMetadata.js"
import type { RecordSummary } from "../record/RecordSummary.js"
import {
  type BuildState,
  continued,
  evaluate,
  type Evaluation,
  follows,
  goneWith,
  latestAttempt,
  ownedBy
} from "./BuildState.js"
import type { Definition } from "./Definition.js"
import * as Timing from "./Timing.js"

export interface WatchedBuild<Child> {
  /** The latest metadata of the record. */
  readonly metadata: RecordMetadata
  /** The record with the terms of the build; absent if its metadata lacks them and it has not been read yet. */
  readonly record: RecordSummary | undefined
  /** Whether the informer has the record: not yet, still, or no more. */
  readonly presence: "unseen" | "present" | "deleted"
  readonly children: ReadonlyArray<Child>
  readonly pods: ReadonlyArray<Resources.Pod>
  /** The pods that had ended when they were deleted, as they were last seen. */
  readonly lostPods: ReadonlyArray<Resources.Pod>
  readonly events: ReadonlyArray<Resources.Event>
  /** The latest attempt whose child was ever seen, 0 if none was. */
  readonly attemptSeen: number
  /** The latest status reported to subscribers. */
  readonly reported: BuildStatus.BuildStatus | undefined
  /** Whether a request for the build is queued or under way, and whether something has changed since. */
  readonly work: "none" | "active" | "outdated"
  /** Retryable errors in a row. */
  readonly failures: number
  /** Until when the server is not read, unless something changes. */
  readonly restUntil: number
  /** When the server is read, because the informers lack an object that should exist. */
  readonly confirmAt: number | undefined
  /** The server does not have the record any more. */
  readonly isGone: boolean
  readonly explainBackoff: Duration.Duration
  /** When the events are read. */
  readonly explainAt: number | undefined
  /** Whether reading the events is queued or under way. */
  readonly isExplaining: boolean
  /** When the build is evaluated again although nothing has changed. */
  readonly wakeAt: number | undefined
}

/**
 * - `RecordUpdated`, `RecordDeleted`, `ObjectsChanged`: an informer reports a change.
 * - `Evaluate`: something has changed, or the time of `wakeAt` has come.
 * - `Reconciled`, `NotFound`, `RecordRead`, `Failed`, `Explained`, `ExplainFailed`: how a requested action ended.
 */
export type Event<Child> =
  | { readonly _tag: "RecordUpdated"; readonly metadata: RecordMetadata; readonly record: RecordSummary | undefined }
  | { readonly _tag: "RecordDeleted"; readonly metadata: RecordMetadata }
  | {
    readonly _tag: "ObjectsChanged"
    readonly children: ReadonlyArray<Child>
    readonly pods: ReadonlyArray<Resources.Pod>
    /** A child that is not there any more. */
    readonly deleted?: Child | undefined
    /** A pod that is not there any more. */
    readonly deletedPod?: Resources.Pod | undefined
  }
  | { readonly _tag: "Evaluate"; readonly now: DateTime.Utc }
  | { readonly _tag: "Reconciled"; readonly status: BuildStatus.BuildStatus; readonly now: DateTime.Utc }
  | { readonly _tag: "NotFound"; readonly now: DateTime.Utc }
  | { readonly _tag: "RecordRead"; readonly record: RecordSummary; readonly now: DateTime.Utc }
  | {
    readonly _tag: "Failed"
    readonly error: BackendError
    readonly now: DateTime.Utc
    /** Before the next attempt, after a retryable error. */
    readonly delay: Duration.Duration
  }
  | { readonly _tag: "Explained"; readonly events: ReadonlyArray<Resources.Event>; readonly now: DateTime.Utc }
  | { readonly _tag: "ExplainFailed"; readonly error: BackendError; readonly now: DateTime.Utc }

/**
 * - `Report`: subscribers receive the status.
 * - `Fail`: subscribers receive the error.
 * - `Wake`: send `Evaluate` at a time in milliseconds, and not at the time asked for before; never, if undefined.
 * - `Reconcile`: perform the step that the cached state calls for; `Confirm`: read the build from the server.
 * - `ReadRecord`: read the whole record; `Explain`: read the events of an object.
 */
export type Action<Child> =
  | { readonly _tag: "Report"; readonly status: BuildStatus.BuildStatus }
  | { readonly _tag: "Fail"; readonly error: BackendError }
  | { readonly _tag: "Wake"; readonly at: number | undefined }
  | Work<Child>
  | { readonly _tag: "Explain"; readonly uid: string }

/** The work that takes requests: one at a time for a build. */
export type Work<Child> =
  | { readonly _tag: "Reconcile"; readonly snapshot: BuildState<Child>; readonly evaluation: Evaluation<Child> }
  | { readonly _tag: "Confirm" }
  | { readonly _tag: "ReadRecord" }

export type Step<Child> = readonly [WatchedBuild<Child>, ReadonlyArray<Action<Child>>]

const none: ReadonlyArray<never> = []

/** A build of which nothing was reported yet. */
export const make = <Child extends Resource.Metadata>(
  given: Pick<WatchedBuild<Child>, "metadata" | "record" | "presence" | "children" | "pods">
): WatchedBuild<Child> => ({
  ...given,
  lostPods: none,
  events: none,
  attemptSeen: latestAttempt(given.children.filter((child) => ownedBy(child, given.metadata.ref.uid))),
  reported: undefined,
  work: "none",
  failures: 0,
  restUntil: 0,
  confirmAt: undefined,
  isGone: false,
  explainBackoff: Timing.explainBackoff.first,
  explainAt: undefined,
  isExplaining: false,
  wakeAt: undefined
})

export const isOver = <Child>({ reported }: WatchedBuild<Child>): boolean =>
  reported !== undefined && BuildStatus.isTerminal(reported)

/** The state to evaluate; undefined before the terms are known. */
export const snapshotOf = <Child extends Resource.Metadata>(
  { attemptSeen, children, events, lostPods, metadata, pods, record }: WatchedBuild<Child>
): BuildState<Child> | undefined =>
  record === undefined ? undefined : {
    record,
    children: children.filter((child) => ownedBy(child, metadata.ref.uid)),
    attemptSeen,
    pods,
    lostPods,
    events
  }

/** The next state after an event, and the actions to perform. */
export const step = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  build: WatchedBuild<Child>,
  event: Event<Child>
): Step<Child> => {
  switch (event._tag) {
    case "RecordUpdated":
      return [
        changed({
          ...build,
          metadata: event.metadata,
          record: event.record ?? (build.record === undefined ? undefined : { ...build.record, ...event.metadata }),
          presence: "present"
        }),
        none
      ]
    case "RecordDeleted": {
      const record = build.record === undefined ? undefined : { ...build.record, ...event.metadata }
      return [changed({ ...build, metadata: event.metadata, record, presence: "deleted" }), none]
    }
    case "ObjectsChanged": {
      const { children, deleted, deletedPod, pods } = event
      const seen = deleted === undefined ? children : [...children, deleted]
      const own = seen.filter((child) => ownedBy(child, build.metadata.ref.uid))
      const lostPods = deletedPod === undefined || !PodFailure.isOver(deletedPod)
        ? build.lostPods
        : [...build.lostPods, deletedPod]
      const attemptSeen = Math.max(build.attemptSeen, latestAttempt(own))
      return [changed({ ...build, children, pods, lostPods, attemptSeen }), none]
    }
    case "Evaluate":
      return evaluated(definition, build, event.now)
    case "RecordRead":
      return evaluated(definition, finished({ ...build, record: { ...event.record, ...build.metadata } }), event.now)
    case "Explained":
      return evaluated(definition, explained(build, event.events), event.now)
    case "ExplainFailed": {
      const [next, actions] = evaluated(definition, explained(build, build.events), event.now)
      return event.error.retryable ? [next, actions] : [next, [...actions, { _tag: "Fail", error: event.error }]]
    }
    case "NotFound":
      return evaluated(
        definition,
        { ...finished(build), isGone: true, confirmAt: millisAfter(event.now, Timing.cacheStaleness) },
        event.now
      )
    case "Reconciled":
      return reconciled(definition, build, event.status, event.now)
    case "Failed":
      return failed(build, event)
  }
}

/** A change ends the rest between requests, except that after an error; a request that is under way has read an earlier state. */
const changed = <Child>(build: WatchedBuild<Child>): WatchedBuild<Child> => ({
  ...build,
  work: build.work === "active" ? "outdated" : build.work,
  restUntil: build.failures > 0 ? build.restUntil : 0,
  explainBackoff: Timing.explainBackoff.first,
  explainAt: undefined
})

const finished = <Child>(build: WatchedBuild<Child>): WatchedBuild<Child> => ({
  ...build,
  work: "none",
  failures: 0,
  restUntil: 0,
  confirmAt: undefined
})

const explained = <Child>(
  build: WatchedBuild<Child>,
  events: ReadonlyArray<Resources.Event>
): WatchedBuild<Child> => ({
  ...build,
  events,
  explainBackoff: Timing.nextExplainBackoff(build.explainBackoff),
  explainAt: undefined,
  isExplaining: false
})

/** In whole milliseconds, as a `DateTime` of the present has them. */
const millisAfter = (now: DateTime.Utc, duration: Duration.Duration): number =>
  Math.ceil(DateTime.toEpochMillis(DateTime.addDuration(now, duration)))

/** Reports a status, unless it is behind the one reported before; a terminal one is the last. */
const report = <Child>(build: WatchedBuild<Child>, seen: BuildStatus.BuildStatus): Step<Child> => {
  const { reported } = build
  // A build that was suspended has been running.
  const status = reported?._tag === "Running" && seen._tag === "Pending" ? continued(reported, seen) : seen
  return follows(reported, status)
    ? [{ ...build, reported: status }, [{ _tag: "Report", status }]]
    : [build, none]
}

const wake = <Child>([build, actions]: Step<Child>, time: number | undefined): Step<Child> => {
  const at = time === Infinity ? undefined : time
  return build.wakeAt === at ? [build, actions] : [{ ...build, wakeAt: at }, [...actions, { _tag: "Wake", at }]]
}

const work = <Child>(build: WatchedBuild<Child>, action: Work<Child>): Step<Child> => {
  const [next, actions] = wake([{ ...build, work: "active", confirmAt: undefined }, none], undefined)
  return [next, [...actions, action]]
}

const reconciled = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  build: WatchedBuild<Child>,
  status: BuildStatus.BuildStatus,
  now: DateTime.Utc
): Step<Child> => {
  const [next, actions] = report(finished(build), status)
  if (isOver(next)) return wake([next, actions], undefined)
  if (build.work === "outdated") {
    const [again, more] = evaluated(definition, next, now)
    return [again, [...actions, ...more]]
  }
  const restUntil = millisAfter(now, Timing.confirmInterval)
  return wake([{ ...next, restUntil }, actions], restUntil)
}

const failed = <Child>(
  build: WatchedBuild<Child>,
  { delay, error, now }: Extract<Event<Child>, { readonly _tag: "Failed" }>
): Step<Child> => {
  if (error.retryable) {
    const failures = build.failures + 1
    const restUntil = millisAfter(now, delay)
    return wake([{ ...finished(build), failures, restUntil }, none], restUntil)
  }
  // A record that cannot be read is not read again before it changes.
  const restUntil = build.record === undefined ? Infinity : millisAfter(now, Timing.confirmInterval)
  const [next, actions] = wake([{ ...finished(build), restUntil }, none], restUntil)
  return [next, [...actions, { _tag: "Fail", error }]]
}

const evaluated = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  given: WatchedBuild<Child>,
  now: DateTime.Utc
): Step<Child> => {
  const time = DateTime.toEpochMillis(now)
  const isDue = given.wakeAt !== undefined && given.wakeAt <= time
  const build = isDue ? { ...given, wakeAt: undefined } : given
  if (isOver(build)) return wake([build, none], undefined)
  if (build.isGone) return gone(build, time)
  if (build.work !== "none") return wake([build, none], undefined)
  const snapshot = snapshotOf(build)
  if (snapshot === undefined) {
    return build.presence === "deleted" ? confirm(build, time, time) : read(build, time)
  }
  const evaluation = evaluate(definition, snapshot, now)
  if (evaluation._tag === "Finalized") return wake(report(build, evaluation.status), undefined)
  if (build.presence === "deleted") return confirm(build, time, time)
  if (build.presence === "unseen" || evaluation._tag === "ChildMissing") {
    return confirm(build, time, build.confirmAt ?? millisAfter(now, Timing.cacheStaleness))
  }
  if (evaluation._tag === "InProgress") {
    const [next, actions] = inProgress({ ...build, confirmAt: undefined }, evaluation, now)
    if (evaluation.begins === undefined || build.restUntil > time) return [next, actions]
    const [storing, more] = work(next, { _tag: "Reconcile", snapshot, evaluation })
    return [storing, [...actions, ...more]]
  }
  return build.restUntil > time
    ? wake([build, none], build.restUntil)
    : work(build, { _tag: "Reconcile", snapshot, evaluation })
}

/** The informer may still report the last state of the record. */
const gone = <Child>(build: WatchedBuild<Child>, time: number): Step<Child> =>
  build.presence === "deleted" || build.confirmAt === undefined || build.confirmAt <= time
    ? wake(report(build, goneWith(build.metadata)), undefined)
    : wake([build, none], build.confirmAt)

const confirm = <Child>(build: WatchedBuild<Child>, time: number, confirmAt: number): Step<Child> => {
  const at = Math.max(confirmAt, build.restUntil)
  return at <= time
    ? work(build, { _tag: "Confirm" })
    : wake([{ ...build, confirmAt }, none], at)
}

const read = <Child>(build: WatchedBuild<Child>, time: number): Step<Child> =>
  build.restUntil <= time ? work(build, { _tag: "ReadRecord" }) : wake([build, none], build.restUntil)

const inProgress = <Child>(
  build: WatchedBuild<Child>,
  evaluation: Extract<Evaluation<Child>, { readonly _tag: "InProgress" }>,
  now: DateTime.Utc
): Step<Child> => {
  const time = DateTime.toEpochMillis(now)
  const [next, actions] = report(build, evaluation.status)
  const deadline = Option.getOrUndefined(Option.map(evaluation.wakeAt, DateTime.toEpochMillis))
  if (evaluation.explainedBy === undefined || build.isExplaining) return wake([next, actions], deadline)
  const explainAt = build.explainAt ?? millisAfter(now, build.explainBackoff)
  if (explainAt > time) {
    return wake([{ ...next, explainAt }, actions], deadline === undefined ? explainAt : Math.min(deadline, explainAt))
  }
  const explain: Action<Child> = { _tag: "Explain", uid: evaluation.explainedBy }
  return wake([{ ...next, explainAt: undefined, isExplaining: true }, [...actions, explain]], deadline)
}
