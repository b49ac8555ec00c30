/**
 * The observed state of one build, and its evaluation: what is to be done next.
 */
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as BuildInput from "../../core/BuildInput.js"
import * as BuildStatus from "../../core/BuildStatus.js"
import * as DurationText from "../../core/DurationText.js"
import { skipValidation } from "../../core/input/Validation.js"
import type * as Resource from "../../kubernetes/Resource.js"
import type * as Resources from "../../kubernetes/Resources.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import type { RecordSummary } from "../record/RecordSummary.js"
import type { Definition, Interpretation, Observed } from "./Definition.js"

export interface BuildState<Child> {
  readonly record: RecordSummary
  readonly children: ReadonlyArray<Child>
  /** The latest attempt whose child was ever there, 0 if none was: if that child does not exist now, it was deleted. */
  readonly attemptSeen: number
  readonly pods: ReadonlyArray<Resources.Pod>
  /** Pods that ended and do not exist any more, as an informer last saw them; a reader of the server knows of none. */
  readonly lostPods: ReadonlyArray<Resources.Pod>
  readonly events: ReadonlyArray<Resources.Event>
}

/** Objects of a build that were seen and may no longer exist. */
export type Seen = Pick<BuildState<unknown>, "attemptSeen" | "lostPods">

/**
 * - `Finalized`: the outcome is stored on the record.
 * - `Stopping`: there is a stop mark, and the stop is unfinished.
 * - `Terminal`: the platform has decided, and the outcome is not stored yet.
 * - `Stop`: the build has failed for good, and the platform would repeat it.
 * - `Retry`: an attempt ended in a retryable error, and this library creates the next.
 * - `DeadlineExceeded`: the attempt was pending for too long, or its child is missing.
 * - `ChildMissing`: no child exists yet.
 * - `InProgress`: everything else; to be evaluated again at `wakeAt` at the latest.
 */
export type Evaluation<Child> =
  | { readonly _tag: "Finalized"; readonly status: BuildStatus.Terminal }
  | { readonly _tag: "Stopping"; readonly mark: RecordMetadata.StopMark }
  | {
    readonly _tag: "Terminal"
    readonly status: BuildStatus.Terminal
    readonly observed: Observed<Child>
    /** Of the interpretation. */
    readonly fromLog: Interpretation["fromLog"]
  }
  | { readonly _tag: "Stop"; readonly status: BuildStatus.Errored; readonly observed: Observed<Child> }
  | { readonly _tag: "Retry"; readonly attempt: number }
  | {
    readonly _tag: "DeadlineExceeded"
    readonly status: BuildStatus.Errored
    readonly explainedBy: string | undefined
  }
  | { readonly _tag: "ChildMissing" }
  | {
    readonly _tag: "InProgress"
    readonly status: BuildStatus.BuildStatus
    readonly wakeAt: Option.Option<DateTime.Utc>
    readonly explainedBy: string | undefined
    /** The beginning of the build, to be stored. */
    readonly begins?: RecordMetadata.Begun | undefined
  }

/** Whether an object is a child of the record with this uid. */
export const ownedBy = ({ metadata }: Resource.Metadata, uid: string): boolean =>
  metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false

/** The latest attempt of those children, 0 if there is none. */
export const latestAttempt = (children: ReadonlyArray<Resource.Metadata>): number =>
  children.reduce((latest, child) => Math.max(latest, RecordMetadata.attemptOf(child)), 0)

/** The child of the latest attempt. */
export const latest = <Child extends Resource.Metadata>(children: ReadonlyArray<Child>): Child | undefined =>
  children.reduce<Child | undefined>(
    (newest, child) =>
      newest === undefined || RecordMetadata.attemptOf(child) > RecordMetadata.attemptOf(newest) ? child : newest,
    undefined
  )

const podsOf = (child: Resource.Metadata, pods: ReadonlyArray<Resources.Pod>): ReadonlyArray<Resources.Pod> =>
  pods.filter((pod) => ownedBy(pod, child.metadata.uid)).toSorted(byCreation)

/** The order of pods: the one that was created first comes first. */
export const byCreation = (a: Resource.Metadata, b: Resource.Metadata): number =>
  (a.metadata.creationTimestamp ?? "").localeCompare(b.metadata.creationTimestamp ?? "") ||
  a.metadata.name.localeCompare(b.metadata.name)

/** The state of a build as it was read, with what was seen before. */
export const withSeen = <Child>(state: BuildState<Child>, seen: Seen): BuildState<Child> => {
  const uids = new Set(state.pods.map(({ metadata }) => metadata.uid))
  return {
    ...state,
    attemptSeen: Math.max(state.attemptSeen, seen.attemptSeen),
    lostPods: seen.lostPods.filter(({ metadata }) => !uids.has(metadata.uid))
  }
}

export const observed = <Child extends Resource.Metadata>(
  snapshot: BuildState<Child>,
  child: Child
): Observed<Child> => ({
  record: snapshot.record,
  child,
  earlier: snapshot.children
    .filter((other) => RecordMetadata.attemptOf(other) < RecordMetadata.attemptOf(child))
    .toSorted((a, b) => RecordMetadata.attemptOf(a) - RecordMetadata.attemptOf(b)),
  events: snapshot.events,
  pods: podsOf(child, snapshot.pods),
  lostPods: podsOf(child, snapshot.lostPods)
})

const pendingTimeout = ({ input }: RecordSummary): Duration.Duration =>
  input.pendingTimeout ?? BuildInput.defaults.pendingTimeout

const tooLate = (record: RecordSummary, { status }: Interpretation): BuildStatus.Errored => {
  const blocked = status._tag === "Pending" || status._tag === "Running" ? status.blocked : undefined
  return BuildStatus.errored("PendingTimeout", {
    message: `the build could not begin within ${DurationText.format(pendingTimeout(record))}: ${
      blocked?.message ?? "the platform gave no reason"
    }`,
    upstreamReason: blocked?.upstreamReason,
    pod: status.pod
  })
}

const lost = (kind: string): BuildStatus.Errored =>
  BuildStatus.errored("Deleted", { message: `its ${kind} does not exist: it was deleted, or never created` })

export const evaluate = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  snapshot: BuildState<Child>,
  now: DateTime.Utc
): Evaluation<Child> => {
  const { record } = snapshot
  if (Option.isSome(record.outcome)) return { _tag: "Finalized", status: record.outcome.value.status }
  if (Option.isSome(record.stop)) return { _tag: "Stopping", mark: record.stop.value }
  const child = latest(snapshot.children)
  if (child === undefined) {
    return snapshot.attemptSeen > 0 ||
        DateTime.lessThanOrEqualTo(DateTime.addDuration(record.createdAt, pendingTimeout(record)), now)
      ? { _tag: "DeadlineExceeded", status: lost(definition.child.kind), explainedBy: undefined }
      : { _tag: "ChildMissing" }
  }
  if (RecordMetadata.attemptOf(child) < snapshot.attemptSeen) {
    return { _tag: "DeadlineExceeded", status: lost(definition.child.kind), explainedBy: undefined }
  }
  const seen = observed(snapshot, child)
  const interpretation = definition.interpret(seen)
  const { ending, explainedBy, waitingSince } = interpretation
  const isOver = ending !== undefined && DateTime.lessThanOrEqualTo(ending.at, now)
  const status = continued(record.begun, isOver ? ending.status : interpretation.status)
  if (BuildStatus.isTerminal(status)) {
    const { again, repeatsInVain } = interpretation
    if (repeatsInVain === true && status._tag === "Errored") return { _tag: "Stop", status, observed: seen }
    const retries = record.input.retries ?? BuildInput.defaults.retries
    return again !== undefined && status._tag === "Errored" && status.retryable && again <= retries + 1
      ? { _tag: "Retry", attempt: again }
      : { _tag: "Terminal", status, observed: seen, fromLog: interpretation.fromLog }
  }
  const deadline = waitingSince === undefined
    ? undefined
    : DateTime.addDuration(waitingSince, pendingTimeout(record))
  if (deadline !== undefined && DateTime.lessThanOrEqualTo(deadline, now)) {
    return { _tag: "DeadlineExceeded", status: tooLate(record, interpretation), explainedBy }
  }
  const begins = record.begun === undefined && record.input.queueName !== undefined && status._tag === "Running"
    ? new RecordMetadata.Begun({ startedAt: status.startedAt, attempt: status.attempt })
    : undefined
  return { _tag: "InProgress", status, wakeAt: Option.fromNullable(ending?.at ?? deadline), explainedBy, begins }
}

/** The status of a build that has begun: it stays begun when its queue suspends it, and its pods are gone. */
export const continued = (
  begun: { readonly startedAt: DateTime.Utc; readonly attempt: number } | undefined,
  status: BuildStatus.BuildStatus
): BuildStatus.BuildStatus => {
  if (begun === undefined) return status
  const { startedAt } = begun
  switch (status._tag) {
    case "Pending": {
      const { blocked, pod } = status
      return new BuildStatus.Running({
        startedAt,
        attempt: begun.attempt,
        ...(blocked === undefined ? {} : { blocked }),
        ...(pod === undefined ? {} : { pod })
      }, skipValidation)
    }
    case "Running":
      return new BuildStatus.Running({
        ...status,
        startedAt: DateTime.min(startedAt, status.startedAt),
        attempt: Math.max(begun.attempt, status.attempt)
      }, skipValidation)
    case "Succeeded":
      return new BuildStatus.Succeeded(
        { ...status, startedAt: DateTime.min(startedAt, status.startedAt) },
        skipValidation
      )
    default:
      return status
  }
}

const rank = (status: BuildStatus.BuildStatus): number => {
  switch (status._tag) {
    case "Pending":
      return 0
    case "Running":
      return status.attempt
    default:
      return Number.POSITIVE_INFINITY
  }
}

/** Whether `next` may be reported after `last`: a status only goes forward. */
export const follows = (last: BuildStatus.BuildStatus | undefined, next: BuildStatus.BuildStatus): boolean =>
  last === undefined ||
  (rank(next) >= rank(last) && !BuildStatus.isTerminal(last) && !BuildStatus.equivalence(last, next))

/** The terminal status of a build whose record was deleted: that of the record's last state. */
export const goneWith = ({ outcome, ref, stop }: RecordMetadata.RecordMetadata): BuildStatus.Terminal =>
  Option.match(Option.orElse(outcome, () => stop), {
    onNone: () => BuildStatus.errored("Deleted", { message: `the record of ${ref} was deleted during the build` }),
    onSome: ({ status }) => status
  })
