/**
 * The status of a build from its Job and pods.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as BuildStatus from "../../core/BuildStatus.js"
import * as Output from "../../core/input/Output.js"
import { skipValidation } from "../../core/input/Validation.js"
import * as Instant from "../../effect/Instant.js"
import * as Resources from "../../kubernetes/Resources.js"
import { byCreation } from "../controller/BuildState.js"
import type { Interpretation, LogSource, Observed } from "../controller/Definition.js"
import * as PodBlocked from "../pod/PodBlocked.js"
import * as PodFailure from "../pod/PodFailure.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import * as PodOutcome from "./PodOutcome.js"
import type { Verb } from "./PodVolumes.js"

type Seen = Observed<Resources.Job>

/**
 * How long to wait for the pods of a finished Job: they are read at a different time than the Job, and may be stale.
 */
export const grace = Duration.seconds(10)

export const interpret = (seen: Seen): Interpretation => {
  const { child, lostPods, pods } = seen
  const pushed = firstPushed([...lostPods, ...pods])
  if (pushed?.push.digest !== undefined) return { status: succeeded(seen, pushed.pod, pushed.push, pushed.push.digest) }
  const complete = condition(child, "Complete")
  if (complete !== undefined) {
    return over(seen, complete, pods.every(PodFailure.isOver) && pushed !== undefined, lost(seen))
  }
  const failed = condition(child, "Failed")
  if (failed !== undefined) {
    const known = pods.every(PodFailure.isOver) && everFailed(seen).length >= (child.status?.failed ?? 0)
    return { ...over(seen, failed, known, unsuccessful(seen, failed)), again: attemptsMade(seen) + 1 }
  }
  const final = finalFailure(seen)
  return final === undefined ? going(seen) : { status: final, repeatsInVain: true }
}

/** Whether a pod shows, without its Job, that the build runs. */
export const isRunning = (pod: Resources.Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  !PodFailure.isOver(pod) &&
  pod.status?.conditions?.some(({ status, type }) => type === "DisruptionTarget" && status === "True") !== true &&
  PodOutcome.containers.every((verb) => (PodOutcome.terminated(pod, verb)?.exitCode ?? 0) === 0) &&
  PodOutcome.containers.some((verb) => PodOutcome.container(pod, verb)?.state?.running !== undefined)

/** Whether a Job shows, without its pods, that it creates no more. */
export const hasEnded = (child: Resources.Job): boolean =>
  condition(child, "Complete") !== undefined || condition(child, "Failed") !== undefined

/** The log of each container that has run or may still run. */
export const logs = ({ lostPods, pods }: Seen): ReadonlyArray<LogSource> =>
  [...lostPods, ...pods].toSorted(byCreation).flatMap((pod) =>
    PodOutcome.containers.flatMap((verb) => {
      if (isFetching(verb) && PodOutcome.container(pod, verb) === undefined) return []
      const state = logState(pod, verb)
      return state === undefined ? [] : [{
        key: `${pod.metadata.uid}/${verb}`,
        resource: Resources.Pod,
        name: pod.metadata.name,
        container: verb,
        state,
        ...(state === "closed" ? { tail: PodOutcome.logTail(pod, verb) } : {})
      }]
    })
  )

const isFetching = (verb: Verb): boolean => PodOutcome.fetching.includes(verb)

const logState = (pod: Resources.Pod, verb: Verb): LogSource["state"] | undefined => {
  const { running, terminated } = PodOutcome.container(pod, verb)?.state ?? {}
  if (terminated !== undefined) return "closed"
  if (running !== undefined) return "open"
  const hasFailed = (before: Verb) => (PodOutcome.terminated(pod, before)?.exitCode ?? 0) !== 0
  const isSkipped = !isFetching(verb) && PodOutcome.fetching.some(hasFailed) || verb === "push" && hasFailed("build")
  return PodFailure.isOver(pod) || isSkipped ? undefined : "waiting"
}

// --- parts ---

const condition = ({ status }: Resources.Job, type: string): Resources.Condition | undefined =>
  status?.conditions?.find((one) => one.type === type && one.status === "True")

const failedPods = ({ pods }: Pick<Seen, "pods">): ReadonlyArray<Resources.Pod> =>
  pods.filter((pod) => PodFailure.isOver(pod) && PodOutcome.pushed(pod) === undefined)

/** With those that were deleted since. */
const everFailed = ({ lostPods, pods }: Seen): ReadonlyArray<Resources.Pod> =>
  failedPods({ pods: [...lostPods, ...pods] }).toSorted(byCreation)

const timesFailed = (seen: Seen): number => Math.max(seen.child.status?.failed ?? 0, failedPods(seen).length)

/** The number of attempts that have ended, of this Job and earlier ones. */
const attemptsMade = (seen: Seen): number => RecordMetadata.attemptOf(seen.child) - 1 + timesFailed(seen)

/** The unfinished pod; a pod that is being deleted may already have a successor. */
const current = ({ pods }: Seen): Resources.Pod | undefined => pods.findLast((pod) => !PodFailure.isOver(pod))

/** The Job and its pods are observed at different times, so each is counted separately. */
const attempt = (seen: Seen): number => {
  const { active = 0, failed = 0 } = seen.child.status ?? {}
  const byJob = failed + (active > 0 ? 1 : 0)
  const byPods = failedPods(seen).length + (current(seen) === undefined ? 0 : 1)
  return RecordMetadata.attemptOf(seen.child) - 1 + Math.max(1, byJob, byPods)
}

const startedAt = ({ child, earlier, pods, record }: Seen): DateTime.Utc => {
  const begun = pods.flatMap((
    pod
  ) => [PodOutcome.fetchingContainer(pod)?.state, PodOutcome.container(pod, "build")?.state])
    .map((state) => Instant.ofText(state?.running?.startedAt ?? state?.terminated?.startedAt))
  const jobs = [...earlier, child].map(({ status }) => Instant.ofText(status?.startTime))
  return [...begun, ...jobs].find((time) => time !== undefined) ?? record.createdAt
}

const podOf = (pod: Resources.Pod | undefined): { readonly pod?: BuildStatus.PodReference } =>
  pod === undefined ? {} : { pod: PodFailure.reference(pod) }

const running = (seen: Seen, blocked?: BuildStatus.Blocked): BuildStatus.Running =>
  new BuildStatus.Running({
    startedAt: startedAt(seen),
    attempt: attempt(seen),
    ...(blocked === undefined ? {} : { blocked }),
    ...podOf(current(seen) ?? seen.pods.at(-1))
  }, skipValidation)

// --- outcome ---

/** The outcome of a Job: at once if its pods give the reason, else after {@link grace}. */
const over = (
  seen: Seen,
  { lastTransitionTime }: Resources.Condition,
  known: boolean,
  status: BuildStatus.Terminal
): Interpretation => {
  const since = Instant.ofText(lastTransitionTime)
  return known || since === undefined
    ? { status }
    : { status: running(seen), ending: { status, at: DateTime.addDuration(since, grace) } }
}

const firstPushed = (
  pods: ReadonlyArray<Resources.Pod>
): { readonly pod: Resources.Pod; readonly push: PodOutcome.Pushed } | undefined => {
  for (const pod of pods) {
    const push = PodOutcome.pushed(pod)
    if (push !== undefined) return { pod, push }
  }
  return undefined
}

const succeeded = (
  seen: Seen,
  pod: Resources.Pod,
  { architecture, at, base }: PodOutcome.Pushed,
  digest: string
): BuildStatus.Succeeded => {
  const started = startedAt(seen)
  return new BuildStatus.Succeeded({
    image: BuildStatus.builtImage({
      tag: seen.record.finalImage,
      ...Output.builtTags(seen.record.finalImage, seen.record.input),
      digest,
      architecture: architecture ?? seen.record.input.architecture,
      base
    }),
    startedAt: started,
    finishedAt: at ?? started,
    ...podOf(pod)
  }, skipValidation)
}

const lost = ({ pods, record }: Seen): BuildStatus.Errored =>
  BuildStatus.errored("DigestLost", {
    message: `${record.finalImage} was pushed, but its digest is lost: ` +
      (pods.length === 0 ? "the pod that reported it is gone" : "the pod did not report it"),
    ...podOf(pods.at(-1))
  })

const removed = "its pod was deleted, as by a drain of its node, before the reason of its failure was read"

/** kubernetes pkg/controller/job/pod_failure_policy.go, the message of the condition. */
const byPolicy = /^Container (\S+) for pod \S+\/(\S+) failed with exit code (\d+) matching/

/**
 * The reasons of the condition Failed (k8s.io/api/batch/v1/types.go) for which no pod with details may exist:
 * `DeadlineExceeded` deletes it; after `PodFailurePolicy` the message has its exit code. `BackoffLimitExceeded` means that
 * its podFailurePolicy saw no exit code that is final, and a Job does not delete a failed pod: somebody did, to stop it as a
 * drain does, or after its end.
 */
const unsuccessful = (seen: Seen, failed: Resources.Condition): BuildStatus.Failed | BuildStatus.Errored => {
  const { message = "", reason = "" } = failed
  if (reason === "DeadlineExceeded") {
    return BuildStatus.errored("Timeout", {
      message: message || "its Job exceeded its deadline",
      upstreamReason: reason
    })
  }
  const [, verb = "", name, exitCode] = byPolicy.exec(message) ?? []
  const pods = everFailed(seen)
  const pod = pods.find(({ metadata }) => metadata.name === name) ?? (name === undefined ? pods.at(-1) : undefined)
  if (pod !== undefined) return PodOutcome.failure(pod)
  if (exitCode !== undefined) return PodOutcome.ofExitCode(verb, Number(exitCode))
  const upstreamReason = reason || undefined
  const text = message || `its Job failed with the reason ${reason}`
  return reason === "BackoffLimitExceeded"
    ? BuildStatus.errored("Evicted", { message: `${removed}: ${text}`, upstreamReason })
    : BuildStatus.errored("Unknown", { message: text, upstreamReason })
}

/**
 * A failure that no repetition changes, although the Job repeats it: its podFailurePolicy distinguishes only exit codes and
 * DisruptionTarget, and a pod that was stopped because of its own storage or deadline ends like an evicted one.
 */
const finalFailure = (seen: Seen): BuildStatus.Errored | undefined => {
  if (condition(seen.child, "FailureTarget") !== undefined) return undefined
  for (const pod of failedPods(seen)) {
    const status = PodOutcome.failure(pod)
    if (status._tag === "Errored" && !status.retryable && PodOutcome.isRepeated(pod)) return status
  }
  return undefined
}

// --- unfinished ---

const going = (seen: Seen): Interpretation => {
  const { child } = seen
  if (child.spec?.suspend === true) return { status: before(seen, queued(seen)) }
  const pod = current(seen)
  if (pod === undefined) return withoutPod(seen)
  const build = PodOutcome.container(pod, "build")?.state
  const fetching = PodOutcome.fetchingContainer(pod)?.state
  // A script that waits for the client that uploads does so for as long as a build may be pending.
  if ((build?.running ?? fetching?.running) !== undefined) return { status: running(seen, nodeLost(pod)) }
  const blocked = waitOf(pod, seen)
  // Waiting in a queue is not an error.
  const isQueued = blocked?.reason === "Queued"
  const explainedBy = waitOf(pod, { ...seen, events: [] }) === undefined ? pod.metadata.uid : undefined
  if (build?.terminated === undefined && fetching?.terminated !== undefined) {
    return {
      status: running(seen, blocked ?? nodeLost(pod)),
      waitingSince: Instant.ofText(fetching.terminated.finishedAt),
      explainedBy
    }
  }
  if (build?.terminated === undefined) {
    return {
      status: before(seen, blocked),
      waitingSince: isQueued ? undefined : Instant.ofText(pod.metadata.creationTimestamp),
      explainedBy
    }
  }
  const push = PodOutcome.container(pod, "push")?.state
  return push?.waiting === undefined || push.waiting.reason === "PodInitializing"
    ? { status: running(seen, nodeLost(pod)) }
    : {
      status: running(seen, blocked ?? nodeLost(pod)),
      waitingSince: Instant.ofText(build.terminated.finishedAt),
      explainedBy
    }
}

/** A pod that was deleted before it started has also failed. */
const hasBegun = (pod: Resources.Pod): boolean =>
  (PodOutcome.fetchingContainer(pod) ?? PodOutcome.container(pod, "build"))?.state?.waiting === undefined

/** Before the pod starts: Pending, or Running if an earlier attempt has run. */
const before = (seen: Seen, blocked: BuildStatus.Blocked | undefined): BuildStatus.BuildStatus =>
  attempt(seen) > 1 || failedPods(seen).some(hasBegun)
    ? running(seen, blocked)
    : new BuildStatus.Pending(
      { ...(blocked === undefined ? {} : { blocked }), ...podOf(current(seen)) },
      skipValidation
    )

const queued = ({ record }: Seen): BuildStatus.Blocked =>
  new BuildStatus.Blocked({
    reason: "Queued",
    upstreamReason: "Suspended",
    message: record.input.queueName === undefined
      ? "its Job is suspended"
      : `it waits for admission in the LocalQueue ${record.input.queueName}; check that Kueue runs and the queue exists`
  })

const withoutPod = (seen: Seen): Interpretation => {
  const { child, events } = seen
  const blocked = PodBlocked.warned(events.filter(({ involvedObject }) => involvedObject?.uid === child.metadata.uid))
  const ends = failedPods(seen).flatMap((pod) => PodOutcome.endOf(pod) ?? [])
  return {
    status: before(seen, blocked),
    waitingSince: ends.at(-1) ?? Instant.ofText(child.status?.startTime ?? child.metadata.creationTimestamp),
    explainedBy: child.metadata.uid
  }
}

/** The slot of a node is a queue: kubernetes pkg/scheduler/framework/plugins/interpodaffinity/filtering.go. */
const slotTaken = /anti-affinity/

const waitOf = (pod: Resources.Pod, { events }: Seen): BuildStatus.Blocked | undefined => {
  const blocked = PodBlocked.classify(pod, events)
  return blocked?.reason === "Unschedulable" && slotTaken.test(blocked.message)
    ? new BuildStatus.Blocked({ ...blocked, reason: "Queued" })
    : blocked
}

/**
 * The node of an unfinished pod does not respond: kubernetes pkg/util/node/node.go NodeUnreachablePodReason, which clouds set, or
 * pkg/controller/tainteviction, which deletes a pod that stays until its node reports its end.
 */
const nodeLost = ({ status }: Resources.Pod): BuildStatus.Blocked | undefined => {
  const { conditions = [], message, reason } = status ?? {}
  const deleted = conditions.find((one) =>
    one.type === "DisruptionTarget" && one.status === "True" && one.reason === "DeletionByTaintManager"
  )
  const upstreamReason = reason === "NodeLost" ? reason : deleted?.reason
  return upstreamReason === undefined ? undefined : new BuildStatus.Blocked({
    reason: "NodeLost",
    upstreamReason,
    message: (deleted === undefined ? message : deleted.message) ?? "its node does not respond"
  })
}
