/**
 * The state of a followed build, and the function that decides the next step.
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

/**
 * A state that `step` changes. V8 puts what it expects to live long into the old generation, where a new state for each event of each build
 * would be garbage until a full collection.
 */
export type State<Child> = { -readonly [Field in keyof WatchedBuild<Child>]: WatchedBuild<Child>[Field] }

const none: ReadonlyArray<never> = []

/** A build of which nothing was reported yet: all its fields at once, which is where V8 has room for them. */
export const make = <Child extends Resource.Metadata>(
  { children, metadata, pods, presence, record }: Pick<
    WatchedBuild<Child>,
    "metadata" | "record" | "presence" | "children" | "pods"
  >
): State<Child> => ({
  metadata,
  record,
  presence,
  children,
  pods,
  lostPods: none,
  events: none,
  attemptSeen: latestAttempt(children.filter((child) => ownedBy(child, metadata.ref.uid))),
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

interface Change<Child> {
  readonly build: State<Child>
  readonly actions: Array<Action<Child>>
}

/** Changes the state as an event asks for, and returns the actions to perform. */
export const step = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  build: State<Child>,
  event: Event<Child>
): ReadonlyArray<Action<Child>> => {
  const actions: Array<Action<Child>> = []
  apply(definition, { build, actions }, event)
  return actions
}

const apply = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  change: Change<Child>,
  event: Event<Child>
): void => {
  const { build } = change
  switch (event._tag) {
    case "RecordUpdated":
      updateRecord(change, event.metadata, event.record)
      build.presence = "present"
      return changed(change)
    case "RecordDeleted":
      updateRecord(change, event.metadata, undefined)
      build.presence = "deleted"
      return changed(change)
    case "ObjectsChanged": {
      const { children, deleted, deletedPod, pods } = event
      const seen = deleted === undefined ? children : [...children, deleted]
      const own = seen.filter((child) => ownedBy(child, build.metadata.ref.uid))
      if (deletedPod !== undefined && PodFailure.isOver(deletedPod)) build.lostPods = [...build.lostPods, deletedPod]
      build.attemptSeen = Math.max(build.attemptSeen, latestAttempt(own))
      build.children = children
      build.pods = pods
      return changed(change)
    }
    case "Evaluate":
      return evaluateAt(definition, change, event.now)
    case "RecordRead":
      finished(change)
      build.record = { ...event.record, ...build.metadata }
      return evaluateAt(definition, change, event.now)
    case "Explained":
      explained(change, event.events)
      return evaluateAt(definition, change, event.now)
    case "ExplainFailed":
      explained(change, build.events)
      evaluateAt(definition, change, event.now)
      if (!event.error.retryable) change.actions.push({ _tag: "Fail", error: event.error })
      return
    case "NotFound":
      finished(change)
      build.isGone = true
      build.confirmAt = millisAfter(event.now, Timing.cacheStaleness)
      return evaluateAt(definition, change, event.now)
    case "Reconciled":
      return reconciled(definition, change, event.status, event.now)
    case "Failed":
      return failed(change, event)
  }
}

/** Without the terms of the build in its metadata, they are those of before. */
const updateRecord = <Child>(
  { build }: Change<Child>,
  metadata: RecordMetadata,
  record: RecordSummary | undefined
): void => {
  build.metadata = metadata
  build.record = record ?? (build.record === undefined ? undefined : { ...build.record, ...metadata })
}

/** A change ends the rest between requests, except that after an error; a request that is under way has read an earlier state. */
const changed = <Child>({ build }: Change<Child>): void => {
  if (build.work === "active") build.work = "outdated"
  if (build.failures === 0) build.restUntil = 0
  build.explainBackoff = Timing.explainBackoff.first
  build.explainAt = undefined
}

const finished = <Child>({ build }: Change<Child>): void => {
  build.work = "none"
  build.failures = 0
  build.restUntil = 0
  build.confirmAt = undefined
}

const explained = <Child>({ build }: Change<Child>, events: ReadonlyArray<Resources.Event>): void => {
  build.events = events
  build.explainBackoff = Timing.nextExplainBackoff(build.explainBackoff)
  build.explainAt = undefined
  build.isExplaining = false
}

/** In whole milliseconds, as a `DateTime` of the present has them. */
const millisAfter = (now: DateTime.Utc, duration: Duration.Duration): number =>
  Math.ceil(DateTime.toEpochMillis(DateTime.addDuration(now, duration)))

/** Reports a status, unless it is behind the one reported before; a terminal one is the last. */
const report = <Child>({ actions, build }: Change<Child>, seen: BuildStatus.BuildStatus): void => {
  const { reported } = build
  // A build that was suspended has been running.
  const status = reported?._tag === "Running" && seen._tag === "Pending" ? continued(reported, seen) : seen
  if (!follows(reported, status)) return
  build.reported = status
  actions.push({ _tag: "Report", status })
}

const wake = <Child>({ actions, build }: Change<Child>, time: number | undefined): void => {
  const at = time === Infinity ? undefined : time
  if (build.wakeAt === at) return
  build.wakeAt = at
  actions.push({ _tag: "Wake", at })
}

const work = <Child>(change: Change<Child>, action: Work<Child>): void => {
  change.build.work = "active"
  change.build.confirmAt = undefined
  wake(change, undefined)
  change.actions.push(action)
}

const rest = <Child>(change: Change<Child>, until: number): void => {
  change.build.restUntil = until
  wake(change, until)
}

const reconciled = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  change: Change<Child>,
  status: BuildStatus.BuildStatus,
  now: DateTime.Utc
): void => {
  const isOutdated = change.build.work === "outdated"
  finished(change)
  report(change, status)
  if (isOver(change.build)) wake(change, undefined)
  else if (isOutdated) evaluateAt(definition, change, now)
  else rest(change, millisAfter(now, Timing.confirmInterval))
}

const failed = <Child>(
  change: Change<Child>,
  { delay, error, now }: Extract<Event<Child>, { readonly _tag: "Failed" }>
): void => {
  const { failures, record } = change.build
  finished(change)
  if (error.retryable) {
    change.build.failures = failures + 1
    return rest(change, millisAfter(now, delay))
  }
  // A record that cannot be read is not read again before it changes.
  rest(change, record === undefined ? Infinity : millisAfter(now, Timing.confirmInterval))
  change.actions.push({ _tag: "Fail", error })
}

const evaluateAt = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  change: Change<Child>,
  now: DateTime.Utc
): void => {
  const { build } = change
  const time = DateTime.toEpochMillis(now)
  if (build.wakeAt !== undefined && build.wakeAt <= time) build.wakeAt = undefined
  if (isOver(build)) return wake(change, undefined)
  if (build.isGone) return gone(change, time)
  if (build.work !== "none") return wake(change, undefined)
  const snapshot = snapshotOf(build)
  if (snapshot === undefined) return build.presence === "deleted" ? confirm(change, time, time) : read(change, time)
  const evaluation = evaluate(definition, snapshot, now)
  if (evaluation._tag === "Finalized") {
    report(change, evaluation.status)
    return wake(change, undefined)
  }
  if (build.presence === "deleted") return confirm(change, time, time)
  if (build.presence === "unseen" || evaluation._tag === "ChildMissing") {
    return confirm(change, time, build.confirmAt ?? millisAfter(now, Timing.cacheStaleness))
  }
  if (evaluation._tag === "InProgress") {
    build.confirmAt = undefined
    inProgress(change, evaluation, now)
    if (evaluation.begins !== undefined && build.restUntil <= time) {
      work(change, { _tag: "Reconcile", snapshot, evaluation })
    }
    return
  }
  return build.restUntil > time
    ? wake(change, build.restUntil)
    : work(change, { _tag: "Reconcile", snapshot, evaluation })
}

/** The informer may still report the last state of the record. */
const gone = <Child>(change: Change<Child>, time: number): void => {
  const { confirmAt, metadata, presence } = change.build
  if (presence !== "deleted" && confirmAt !== undefined && confirmAt > time) return wake(change, confirmAt)
  report(change, goneWith(metadata))
  wake(change, undefined)
}

const confirm = <Child>(change: Change<Child>, time: number, confirmAt: number): void => {
  const at = Math.max(confirmAt, change.build.restUntil)
  if (at <= time) return work(change, { _tag: "Confirm" })
  change.build.confirmAt = confirmAt
  wake(change, at)
}

const read = <Child>(change: Change<Child>, time: number): void =>
  change.build.restUntil <= time ? work(change, { _tag: "ReadRecord" }) : wake(change, change.build.restUntil)

const inProgress = <Child>(
  change: Change<Child>,
  evaluation: Extract<Evaluation<Child>, { readonly _tag: "InProgress" }>,
  now: DateTime.Utc
): void => {
  const { actions, build } = change
  const time = DateTime.toEpochMillis(now)
  report(change, evaluation.status)
  const deadline = Option.getOrUndefined(Option.map(evaluation.wakeAt, DateTime.toEpochMillis))
  if (evaluation.explainedBy === undefined || build.isExplaining) return wake(change, deadline)
  const explainAt = build.explainAt ?? millisAfter(now, build.explainBackoff)
  if (explainAt > time) {
    build.explainAt = explainAt
    return wake(change, deadline === undefined ? explainAt : Math.min(deadline, explainAt))
  }
  build.explainAt = undefined
  build.isExplaining = true
  actions.push({ _tag: "Explain", uid: evaluation.explainedBy })
  wake(change, deadline)
}
