/**
 * The status of a build from its OpenShift Build and pod.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as BuildInput from "../../core/BuildInput.js"
import * as BuildStatus from "../../core/BuildStatus.js"
import * as DurationText from "../../core/DurationText.js"
import { skipValidation } from "../../core/input/Validation.js"
import * as Instant from "../../effect/Instant.js"
import * as Resources from "../../kubernetes/Resources.js"
import type { Interpretation, LogSource, Observed } from "../controller/Definition.js"
import * as PodBlocked from "../pod/PodBlocked.js"
import * as PodFailure from "../pod/PodFailure.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import * as BuilderMessage from "./BuilderMessage.js"
import * as Reasons from "./Reasons.js"

type Seen = Observed<Resources.Build>

/**
 * How long to wait for the details of an outcome: the builder sets Failed before its pod has ended, the controller adds the
 * completion time later, and the pod shows last whether it ran out of memory or time.
 */
export const grace = Duration.seconds(30)

export const interpret = (seen: Seen): Interpretation => {
  switch (seen.child.status?.phase) {
    case "Running":
      return { status: running(seen) }
    case "Complete":
      return digestOf(seen) !== undefined
        ? over(seen, completed(seen))
        : { ...over(seen, completed(seen)), fromLog: (lines) => pushedIn(seen, lines) }
    case "Failed":
    case "Error":
      return over(seen, unsuccessful(seen))
    case "Cancelled":
      return over(seen, new BuildStatus.Cancelled(podOf(seen)))
    default:
      return waiting(seen)
  }
}

/** Whether a Build shows, without its pod, that it runs. */
export const isRunning = ({ status }: Resources.Build): boolean => status?.phase === "Running"

/** The Build serves the log of its pod. Before the pod runs, a request waits half a minute; without a pod it fails. */
export const logs = ({ child, pods }: Seen): ReadonlyArray<LogSource> => [{
  key: child.metadata.uid,
  resource: Resources.Build,
  name: child.metadata.name,
  state: logState(child.status?.phase, pods.at(-1)),
  tail: BuilderMessage.logTail(pods.at(-1))
}]

const logState = (phase: string | undefined, pod: Resources.Pod | undefined): LogSource["state"] => {
  switch (phase) {
    case "Running":
      return "open"
    case "Complete":
    case "Failed":
    case "Error":
    case "Cancelled":
      return isGoing(pod) ? "open" : "closed"
    default:
      return "waiting"
  }
}

// --- parts ---

const attemptOf = ({ child }: Seen): number => RecordMetadata.attemptOf(child)

const podOf = ({ pods }: Seen): { readonly pod?: BuildStatus.PodReference } => {
  const pod = pods.at(-1)
  return pod === undefined ? {} : { pod: PodFailure.reference(pod) }
}

const isGoing = (pod: Resources.Pod | undefined): boolean =>
  pod !== undefined && pod.status?.phase !== "Failed" && pod.status?.phase !== "Succeeded"

const startedAt = ({ child, earlier, record }: Seen): DateTime.Utc =>
  [...earlier, child].map(({ status }) => Instant.ofText(status?.startTimestamp)).find((time) => time !== undefined) ??
    record.createdAt

const running = (seen: Seen): BuildStatus.Running =>
  new BuildStatus.Running({ startedAt: startedAt(seen), attempt: attemptOf(seen), ...podOf(seen) }, skipValidation)

// --- pending ---

/**
 * A new Secret, ConfigMap or service account does not make the controller handle a Build again; the next resync of its informer
 * does, and a change of the Build (openshift-controller-manager pkg/build/controller/build/build_controller.go).
 */
const checksAgain =
  "once it exists, OpenShift notices within 10 minutes, or at once after a change of the Build such as a new annotation"

const blockedBy = ({ child, events, pods }: Seen): BuildStatus.Blocked | undefined => {
  const { message = "", reason = "" } = child.status ?? {}
  if (reason !== "") {
    const means = Reasons.blocked.get(reason)?.(message) ?? "Unknown"
    const text = message || `the Build has the reason ${reason}`
    return new BuildStatus.Blocked({
      reason: means,
      upstreamReason: reason,
      message: means === "MissingReference" && child.status?.phase === "New" ? `${text}; ${checksAgain}` : text
    })
  }
  const pod = pods.at(-1)
  return pod === undefined
    ? PodBlocked.warned(events.filter(({ involvedObject }) => involvedObject?.uid === child.metadata.uid))
    : PodBlocked.classify(pod, events)
}

const waiting = (seen: Seen): Interpretation => {
  const { child, pods } = seen
  const blocked = blockedBy(seen)
  const why = blocked === undefined ? {} : { blocked }
  return {
    status: attemptOf(seen) > 1
      ? new BuildStatus.Running({ ...running(seen), ...why }, skipValidation)
      : new BuildStatus.Pending({ ...why, ...podOf(seen) }, skipValidation),
    waitingSince: Instant.ofText(child.metadata.creationTimestamp),
    // A reason that is known without events needs none.
    explainedBy: blockedBy({ ...seen, events: [] }) === undefined ? (pods.at(-1) ?? child).metadata.uid : undefined
  }
}

// --- outcome ---

const over = (seen: Seen, status: BuildStatus.Terminal): Interpretation => {
  const { completionTimestamp, conditions = [], phase } = seen.child.status ?? {}
  const isTold = completionTimestamp !== undefined && !(phase === "Failed" && isGoing(seen.pods.at(-1)))
  // The API server keeps a condition for each phase: openshift-apiserver pkg/build/apiserver/registry/build/strategy.go.
  const since = Instant.ofText(completionTimestamp ?? conditions.find(({ type }) => type === phase)?.lastTransitionTime)
  // The controller does not retry.
  const again = attemptOf(seen) + 1
  return isTold || since === undefined
    ? { status, again }
    : {
      status: hasBegun(seen) ? running(seen) : waiting(seen).status,
      ending: { status, at: DateTime.addDuration(since, grace) },
      again
    }
}

/** A build may end without having started: its pod may have been deleted while it was pending. */
const hasBegun = ({ child, pods }: Seen): boolean => {
  const pod = pods.at(-1)
  if (pod === undefined) return child.status?.startTimestamp !== undefined
  const { containerStatuses = [], initContainerStatuses = [], phase } = pod.status ?? {}
  return phase === "Running" ||
    [...initContainerStatuses, ...containerStatuses].some(({ state }) =>
      state?.running !== undefined ||
      (state?.terminated !== undefined && state.terminated.reason !== "ContainerStatusUnknown")
    )
}

const digestOf = ({ child }: Seen): string | undefined => {
  const digest = child.status?.output?.to?.imageDigest ?? ""
  return /^sha256:[a-f0-9]{64}$/.test(digest) ? digest : undefined
}

const completed = (seen: Seen): BuildStatus.Terminal => {
  const digest = digestOf(seen)
  return digest !== undefined
    ? succeeded(seen, digest)
    : BuildStatus.errored("DigestLost", {
      message:
        `${seen.record.finalImage} was pushed, but neither the Build nor the end of its log has its digest; check that the ` +
        "service account of the build pod has the role system:image-builder",
      ...podOf(seen)
    })
}

const succeeded = (seen: Seen, digest: string): BuildStatus.Succeeded =>
  new BuildStatus.Succeeded({
    image: BuildStatus.builtImage({
      tag: seen.record.finalImage,
      digest,
      architecture: seen.record.input.architecture
    }),
    startedAt: startedAt(seen),
    finishedAt: Instant.ofText(seen.child.status?.completionTimestamp) ?? startedAt(seen),
    ...podOf(seen)
  })

/**
 * Without the role system:image-builder the builder cannot store the digest in the Build. It prints it, after the last step:
 * openshift/builder pkg/build/builder/daemonless.go pushDaemonlessImage.
 */
const pushedIn = (seen: Seen, lines: ReadonlyArray<string>): BuildStatus.Terminal | undefined => {
  const afterSteps = lines.slice(lines.findLastIndex((line) => /^STEP \d+\/\d+: /.test(line)) + 1)
  const line = afterSteps.findLast((line) => line.startsWith("Successfully pushed "))
  const digest = /@(sha256:[a-f0-9]{64})$/.exec(line ?? "")?.[1]
  return digest === undefined ? undefined : succeeded(seen, digest)
}

const unsuccessful = (seen: Seen): BuildStatus.Terminal => {
  const pod = seen.pods.at(-1)
  const { message, phase = "", reason = "" } = seen.child.status ?? {}
  // The output of the builder is unreliable while its pod is being stopped.
  const failure = pod === undefined ? undefined : PodFailure.classify(pod)
  if (failure !== undefined) {
    return BuildStatus.errored(failure.reason, {
      upstreamReason: failure.upstreamReason,
      message: failure.reason === "Timeout" ? timedOut(seen, failure.message) : failure.message,
      ...podOf(seen)
    })
  }
  const output = BuilderMessage.parse(seen.child, pod)
  const meaning: Reasons.Meaning = Reasons.ended.get(reason)?.(output) ?? { state: "Errored", reason: "Unknown" }
  const upstreamReason = reason || phase
  const details = {
    message: output.error || cutMessage(reason, output) || message || `the Build ended as ${upstreamReason}`,
    ...podOf(seen)
  }
  if (meaning.state === "Errored") return BuildStatus.errored(meaning.reason, { ...details, upstreamReason })
  const { exitCode } = meaning
  return new BuildStatus.Failed({
    ...details,
    reason: meaning.reason,
    ...(exitCode === undefined ? {} : { exitCode }),
    logTail: []
  })
}

/** The message for an instruction that is too long for the stored end of the log. */
const cutMessage = (reason: string, { text }: BuilderMessage.BuilderMessage): string =>
  reason === "DockerBuildFailed" ? Reasons.cutCause(text) : ""

const timedOut = ({ record }: Seen, message: string): string =>
  `it ran for longer than its timeout of ${
    DurationText.format(record.input.timeout ?? BuildInput.defaults.timeout)
  }: ${message}`
