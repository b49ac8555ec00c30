/**
 * Why a pod does not start: the reason of a build for each of the platform's, one row each.
 *
 * @since 0.1.0
 */
import { Blocked } from "../../core/BuildStatus.js"
import type { Pod } from "../../kubernetes/Resources.js"
import type { Event } from "../../kubernetes/Resources.js"

type Reason = Blocked["reason"]

const blocked = (reason: Reason, upstreamReason: string, message: string | undefined): Blocked =>
  new Blocked({ reason, upstreamReason, message: message === undefined || message === "" ? upstreamReason : message })

/** The reasons of a container that waits. The ordinary ones (ContainerCreating, PodInitializing) are not listed. */
const waiting: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  // pkg/kubelet/images/types.go
  ["ErrImagePull", "ImagePull"],
  ["ImagePullBackOff", "ImagePull"],
  ["RegistryUnavailable", "ImagePull"],
  ["ImageInspectError", "ImagePull"],
  ["ErrImageNeverPull", "ImagePull"],
  ["InvalidImageName", "ImagePull"],
  ["SignatureValidationFailed", "ImagePull"],
  // pkg/kubelet/kuberuntime/kuberuntime_container.go
  ["CreateContainerConfigError", "MissingReference"],
  ["CreateContainerError", "Unknown"],
  ["RunContainerError", "Unknown"],
  ["PreCreateHookError", "Unknown"],
  ["PreStartHookError", "Unknown"],
  // pkg/kubelet/kubelet_pods.go: recursive read-only mounts
  ["RROUnsupported", "Unknown"]
])

/** The reasons of the condition PodScheduled when it is false: k8s.io/api/core/v1/types.go. */
const scheduling: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ["Unschedulable", "Unschedulable"],
  ["SchedulingGated", "Queued"],
  ["SchedulerError", "Unknown"]
])

const missing = /not found|non-existent/

/** The reasons of warning events about a pod or its controller that keep it from starting. */
const warnings: ReadonlyMap<string, (message: string) => Reason> = new Map<string, (message: string) => Reason>([
  ["FailedScheduling", () => "Unschedulable"], // pkg/scheduler/schedule_one.go
  ["FailedMount", (message) => missing.test(message) ? "MissingReference" : "Unknown"], // pkg/kubelet/events/event.go
  ["FailedAttachVolume", () => "Unknown"], // pkg/controller/volume/attachdetach
  ["FailedCreatePodSandBox", () => "Unknown"], // pkg/kubelet/events/event.go
  ["FailedCreate", (message) => /exceeded quota|failed quota/.test(message) ? "Quota" : "Admission"] // controller_utils.go
])

/** When an event was last seen: by its series in the form of events.k8s.io, which the scheduler has. @since 0.1.0 @category getters */
export const lastSeen = ({ eventTime, firstTimestamp, lastTimestamp, series }: Event): string | undefined =>
  series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? firstTimestamp

const latestFirst = (a: Event, b: Event): number => (lastSeen(b) ?? "").localeCompare(lastSeen(a) ?? "")

/**
 * The reason of the latest listed warning.
 *
 * @since 0.1.0
 * @category getters
 */
export const warned = (events: ReadonlyArray<Event>): Blocked | undefined => {
  for (const { message = "", reason = "" } of events.toSorted(latestFirst)) {
    const means = warnings.get(reason)
    if (means !== undefined) return blocked(means(message), reason, message)
  }
  return undefined
}

/**
 * Why a pod does not start, from its own status or, if that gives no reason, from the events about it.
 *
 * @since 0.1.0
 * @category getters
 */
export const classify = (pod: Pod, events: ReadonlyArray<Event>): Blocked | undefined => {
  const { conditions = [], containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {}
  for (const { message, reason = "", status, type } of conditions) {
    const means = scheduling.get(reason)
    if (type === "PodScheduled" && status === "False" && means !== undefined) return blocked(means, reason, message)
  }
  for (const { state } of [...initContainerStatuses, ...containerStatuses]) {
    const word = state?.waiting?.reason ?? ""
    const means = waiting.get(word)
    if (means !== undefined) return blocked(means, word, state?.waiting?.message)
  }
  return warned(events.filter(({ involvedObject }) => involvedObject?.uid === pod.metadata.uid))
}
