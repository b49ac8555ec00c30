/**
 * The outcome of a build pod: why the platform ended it, or else the result of the script.
 *
 * Only the containers `context`, `upload`, `build` and `push` count: clusters inject others into pods.
 */
import type * as DateTime from "effect/DateTime"
import * as BuildStatus from "../../core/BuildStatus.js"
import * as Instant from "../../effect/Instant.js"
import type { ContainerStatus, Pod } from "../../kubernetes/Resources.js"
import * as PodFailure from "../pod/PodFailure.js"
import * as ExitCode from "../script/ExitCode.js"
import * as TerminationMessage from "../script/TerminationMessage.js"
import type { Verb } from "./PodVolumes.js"

/** The image was pushed; without a digest it cannot be identified. */
export interface Pushed {
  readonly _tag: "Pushed"
  readonly digest: string | undefined
  readonly architecture: string | undefined
  readonly base: BuildStatus.BaseImage | undefined
  readonly at: DateTime.Utc | undefined
}

type Terminated = NonNullable<NonNullable<ContainerStatus["state"]>["terminated"]>

/** The containers that put the context into place; a pod has at most one of them. */
export const fetching: ReadonlyArray<Verb> = ["context", "upload"]

/** In the order in which they run. */
export const containers: ReadonlyArray<Verb> = [...fetching, "build", "push"]

/** The container of a command of the script. */
export const container = ({ status }: Pod, verb: Verb): ContainerStatus | undefined =>
  [...status?.initContainerStatuses ?? [], ...status?.containerStatuses ?? []].find(({ name }) => name === verb)

export const terminated = (pod: Pod, verb: Verb): Terminated | undefined => container(pod, verb)?.state?.terminated

/** The container that puts the context into place, if the pod has one. */
export const fetchingContainer = (pod: Pod): ContainerStatus | undefined =>
  container(pod, "context") ?? container(pod, "upload")

/**
 * The end of a container's log, as the kubelet stores it in place of a termination message: pods/v1 FallbackToLogsOnError.
 */
export const logTail = (pod: Pod, verb: Verb): ReadonlyArray<string> => {
  const { exitCode = 0, message = "" } = terminated(pod, verb) ?? {}
  const isLog = exitCode !== 0 && message !== "" && TerminationMessage.parse(message) === undefined
  return isLog ? message.trimEnd().split("\n") : []
}

/** The push that succeeded, independent of the other containers and the end of the pod. */
export const pushed = (pod: Pod): Pushed | undefined => {
  const end = terminated(pod, "push")
  if (end === undefined || end.exitCode !== 0) return undefined
  const message = TerminationMessage.parse(end.message ?? "")
  return {
    _tag: "Pushed",
    digest: message?.digest,
    architecture: message?.architecture,
    base: message?.base,
    at: Instant.ofText(end.finishedAt)
  }
}

/** Why a finished pod did not push. */
export const failure = (pod: Pod): BuildStatus.Failed | BuildStatus.Errored => {
  const reference = { pod: PodFailure.reference(pod) }
  // The output of the script is unreliable while its pod is being stopped.
  const failure = PodFailure.classify(pod, (message) => TerminationMessage.parse(message) !== undefined)
  if (failure !== undefined) return BuildStatus.errored(failure.reason, { ...failure, ...reference })
  for (const verb of containers) {
    const end = terminated(pod, verb)
    if (end !== undefined && end.exitCode !== 0) return scriptOutcome(verb, end, reference)
  }
  const { message = "", reason = "" } = pod.status ?? {}
  return BuildStatus.errored("Unknown", {
    message: message || "its pod failed; the platform gave no reason",
    upstreamReason: reason || undefined,
    ...reference
  })
}

/** Whether the Job makes another pod after this one failed: the rules of the podFailurePolicy in `BuildJob`. */
export const isRepeated = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ status, type }) => type === "DisruptionTarget" && status === "True") === true ||
  containers.every((verb) => {
    const { exitCode = 0 } = terminated(pod, verb) ?? {}
    return exitCode === 0 || ExitCode.retryable.includes(exitCode)
  })

/** The meaning of an exit code that is known only from the Job's condition. */
export const ofExitCode = (verb: string, exitCode: number): BuildStatus.Failed | BuildStatus.Errored =>
  scriptOutcome(verb, { exitCode }, {})

const scriptOutcome = (
  verb: string,
  { exitCode, message = "", reason }: Terminated,
  reference: { readonly pod?: BuildStatus.PodReference }
): BuildStatus.Failed | BuildStatus.Errored => {
  const meaning = ExitCode.meaning(exitCode)
  const word = TerminationMessage.parse(message)
  const details = {
    // A message that the script did not write is the end of the log: pods/v1 FallbackToLogsOnError.
    message: exitCode === ExitCode.code.stopped
      ? `the ${verb} was told to stop: its pod was deleted, or evicted from its node`
      : word?.text || (ExitCode.table[exitCode] === undefined ? message.trim() : "") ||
        `the ${verb} exited with code ${exitCode}`,
    ...reference
  }
  return meaning.state === "Failed"
    ? new BuildStatus.Failed({
      ...details,
      reason: meaning.reason,
      logTail: [],
      ...(word?.exitCode === undefined ? {} : { exitCode: word.exitCode })
    })
    : BuildStatus.errored(meaning.reason, {
      ...details,
      upstreamReason: reason === undefined || reason === "Error" ? `exit code ${exitCode}` : reason
    })
}

/** When the last container ended. */
export const endOf = (pod: Pod): DateTime.Utc | undefined =>
  Instant.ofText(
    (terminated(pod, "push") ?? terminated(pod, "build") ?? fetchingContainer(pod)?.state?.terminated)?.finishedAt ??
      pod.metadata.deletionTimestamp
  )
