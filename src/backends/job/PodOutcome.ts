/**
 * What a build pod has ended with: what the platform did to it, or else what the script in it says.
 *
 * Only the containers of the two verbs count: clusters put others into pods.
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as BuildStatus from "../../core/BuildStatus.js"
import type { ContainerStatus, Pod } from "../../kubernetes/Resources.js"
import * as PodFailure from "../pod/PodFailure.js"
import * as ExitCode from "../script/ExitCode.js"
import * as TerminationMessage from "../script/TerminationMessage.js"
import type { Verb } from "./PodVolumes.js"

/** The image was pushed. Without a digest nobody can say which it is. */
export interface Pushed {
  readonly _tag: "Pushed"
  readonly digest: string | undefined
  readonly architecture: string | undefined
  readonly at: DateTime.Utc | undefined
}

type Terminated = NonNullable<NonNullable<ContainerStatus["state"]>["terminated"]>

/** The container that runs a verb. */
export const container = ({ status }: Pod, verb: Verb): ContainerStatus | undefined =>
  [...status?.initContainerStatuses ?? [], ...status?.containerStatuses ?? []].find(({ name }) => name === verb)

export const terminated = (pod: Pod, verb: Verb): Terminated | undefined => container(pod, verb)?.state?.terminated

export const timeOf = (text: string | undefined): DateTime.Utc | undefined =>
  Option.getOrUndefined(DateTime.make(text ?? ""))

/** Whether nothing in the pod will run any more. */
export const isOver = ({ status }: Pod): boolean => status?.phase === "Succeeded" || status?.phase === "Failed"

/** The push that succeeded, whatever else may still run in the pod, or happen to it. */
export const pushed = (pod: Pod): Pushed | undefined => {
  const end = terminated(pod, "push")
  if (end === undefined || end.exitCode !== 0) return undefined
  const message = TerminationMessage.parse(end.message ?? "")
  return { _tag: "Pushed", digest: message?.digest, architecture: message?.architecture, at: timeOf(end.finishedAt) }
}

/** Why a pod that is over has not pushed. */
export const trouble = (pod: Pod): BuildStatus.Failed | BuildStatus.Errored => {
  const reference = { pod: PodFailure.reference(pod) }
  // While a pod is stopped, the script in it may say anything.
  const fate = PodFailure.classify(pod, (message) => TerminationMessage.parse(message) !== undefined)
  if (fate !== undefined) return BuildStatus.errored(fate.reason, { ...fate, ...reference })
  for (const verb of ["build", "push"] as const) {
    const end = terminated(pod, verb)
    if (end !== undefined && end.exitCode !== 0) return said(verb, end, reference)
  }
  const { message = "", reason = "" } = pod.status ?? {}
  return BuildStatus.errored("Unknown", {
    message: message || "its pod failed, and does not say why",
    upstreamReason: reason || undefined,
    ...reference
  })
}

/** What an exit code means that only the Job controller remembers. */
export const ofExitCode = (verb: string, exitCode: number): BuildStatus.Failed | BuildStatus.Errored =>
  said(verb, { exitCode }, {})

const said = (
  verb: string,
  { exitCode, message = "", reason }: Terminated,
  reference: { readonly pod?: BuildStatus.PodReference }
): BuildStatus.Failed | BuildStatus.Errored => {
  const meaning = ExitCode.meaning(exitCode)
  const word = TerminationMessage.parse(message)
  const details = {
    // A message that the script did not write is the end of the log: pods/v1 FallbackToLogsOnError.
    message: word?.text || (ExitCode.table[exitCode] === undefined ? message.trim() : "") ||
      `the script ended its ${verb} with exit code ${exitCode}`,
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

/** When the last of its containers ended. */
export const endOf = (pod: Pod): DateTime.Utc | undefined =>
  timeOf((terminated(pod, "push") ?? terminated(pod, "build"))?.finishedAt ?? pod.metadata.deletionTimestamp)
