/**
 * Logs that do not exist any more.
 *
 * A kubelet that has deleted a container returns 200 and a text in place of its log, without a timestamp or a line break
 * (pkg/kubelet/kuberuntime/kuberuntime_container.go GetContainerLogs). It is not a line of the build.
 */
import type { ClusterError } from "../../kubernetes/ClusterError.js"
import type { LogSource } from "./Definition.js"

const kubeletText = /^unable to retrieve container logs for [a-z-]+:\/\/[0-9a-f]{64}/

/** The log of a Build continues on the same line with that of the next container. */
const withoutText = (line: string): ReadonlyArray<string> => {
  const rest = line.replace(kubeletText, "")
  return rest === "" ? [] : [rest]
}

/** A line of a log, without the kubelet's text; what `lost` returns is in its place. */
export const lines = (line: string, lost: () => ReadonlyArray<string> = () => []): ReadonlyArray<string> =>
  kubeletText.test(line) ? [...lost(), ...withoutText(line)] : [line]

/** The line in place of a part of the log that does not exist any more. */
export const marker = (what: string): string => `[os-builder] ${what} is not available any more`

/** The marker of a lost log, and what is known of the log beside it. */
export const replacement = ({ name, tail = [] }: LogSource): ReadonlyArray<string> => [
  marker(`the log of ${name}${tail.length > 0 ? " but for its end" : ""}`),
  ...tail
]

/** Whether a log cannot be read for good. 404: its object does not exist any more; 400: its container does not, or never ran. */
export const isLost = ({ reason }: ClusterError): boolean => reason === "NotFound" || reason === "Invalid"
