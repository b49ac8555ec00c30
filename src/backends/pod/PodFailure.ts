/**
 * Why the platform ended a pod, independent of its program: the reasons of the kubelet, the scheduler and the controllers, one
 * row each. They take precedence over the output of the program in the pod, which may be anything while it is killed.
 *
 * @since 0.1.0
 */
import type { ErroredReason } from "../../core/BuildStatus.js"
import * as BuildStatus from "../../core/BuildStatus.js"
import { skipValidation } from "../../core/input/Validation.js"
import type { ContainerStatus, Pod } from "../../kubernetes/Resources.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface PodFailure {
  readonly reason: ErroredReason
  readonly upstreamReason: string
  readonly message: string
}

/** The reason of a pod that has failed. Sources are below kubernetes/pkg/kubelet but for the last row. */
const podReasons: ReadonlyMap<string, ErroredReason> = new Map<string, ErroredReason>([
  ["Evicted", "Evicted"], // eviction/helpers.go Reason
  ["Preempting", "Evicted"], // preemption/preemption.go
  ["DeadlineExceeded", "Timeout"], // active_deadline.go
  ["Terminated", "NodeLost"], // nodeshutdown/nodeshutdown_manager.go: killed by a shutdown of the node
  ["NodeShutdown", "NodeLost"], // the same: refused because of it
  ["Shutdown", "NodeLost"], // the same, before Kubernetes 1.22
  ["NodeAffinity", "Evicted"], // lifecycle/predicate.go: the node refuses what the scheduler gave it
  ["NodeName", "Evicted"], // pkg/scheduler/framework/plugins/nodename, by lifecycle/predicate.go
  ["NodePorts", "Evicted"], // pkg/scheduler/framework/plugins/nodeports, by lifecycle/predicate.go
  ["TaintToleration", "Evicted"], // pkg/scheduler/framework/plugins/tainttoleration, by lifecycle/predicate.go
  ["UnexpectedAdmissionError", "Evicted"], // lifecycle/predicate.go
  ["UnexpectedPredicateFailureType", "Evicted"], // lifecycle/predicate.go
  ["UnknownReason", "Evicted"], // lifecycle/predicate.go
  ["InvalidNodeInfo", "Evicted"], // lifecycle/predicate.go
  ["InitContainerRestartPolicyForbidden", "Evicted"], // lifecycle/predicate.go
  ["SupplementalGroupsPolicyNotSupported", "Evicted"], // lifecycle/predicate.go
  ["PodOSSelectorNodeLabelDoesNotMatch", "Evicted"], // lifecycle/predicate.go
  ["PodOSNotSupported", "Evicted"], // lifecycle/predicate.go
  ["PodFeatureUnsupported", "Evicted"], // lifecycle/predicate.go
  ["PodLevelResourcesNotSupported", "Evicted"], // lifecycle/predicate.go
  ["TopologyAffinityError", "Evicted"], // cm/topologymanager/topology_manager.go
  ["SMTAlignmentError", "Evicted"], // cm/cpumanager/policy_static.go
  ["EmptyPodSharedPoolError", "Evicted"], // cm/admission/errors.go
  ["VolumeAttachmentLimitExceeded", "Evicted"], // volumemanager/volume_manager.go
  ["AppArmor", "Evicted"], // lifecycle/handlers.go
  ["SysctlForbidden", "Evicted"], // sysctl/allowlist.go
  ["NodeLost", "NodeLost"] // pkg/util/node/node.go NodeUnreachablePodReason
])

/** lifecycle/predicate.go InsufficientResourceError: `OutOf` and the name of any resource. */
const outOf = /^OutOf\S+$/

/** Evictions because the pod itself exceeded a limit, not its node: eviction/eviction_manager.go, the message formats. */
const ownStorage =
  /Usage of EmptyDir volume .* exceeds the limit|exceeded its local ephemeral storage limit|ephemeral local storage usage exceeds/

/** The reasons of the condition DisruptionTarget: k8s.io/api/core/v1/types.go, and the component that sets them. */
const disruptions: ReadonlyMap<string, ErroredReason> = new Map<string, ErroredReason>([
  ["PreemptionByScheduler", "Evicted"], // pkg/scheduler/framework/preemption
  ["EvictionByEvictionAPI", "Evicted"], // pkg/registry/core/pod/storage/eviction.go: a node is drained
  ["TerminationByKubelet", "Evicted"], // eviction under pressure, or a shutdown of the node
  ["DeletionByTaintManager", "NodeLost"], // pkg/controller/tainteviction
  ["DeletionByPodGC", "NodeLost"] // pkg/controller/podgc: its node is gone
])

const ended = (pod: Pod) =>
  [...pod.status?.initContainerStatuses ?? [], ...pod.status?.containerStatuses ?? []].flatMap(
    ({ name, state }: ContainerStatus) => state?.terminated === undefined ? [] : [{ name, ...state.terminated }]
  )

/**
 * Why the platform ended the pod; undefined if it did not. `isReport` recognizes a termination message that the program
 * wrote itself: it was then not OOM-killed, even if the runtime reports so.
 *
 * @since 0.1.0
 * @category getters
 */
export const classify = (pod: Pod, isReport: (message: string) => boolean = () => false): PodFailure | undefined => {
  const { conditions = [], message = "", reason = "" } = pod.status ?? {}
  const failure = (
    upstreamReason: string,
    reason: ErroredReason,
    message: string | undefined
  ): PodFailure => ({
    reason,
    upstreamReason,
    message: message === undefined || message === "" ? `its pod failed with the reason ${upstreamReason}` : message
  })

  const ofPod = podReasons.get(reason) ?? (outOf.test(reason) ? "Evicted" : undefined)
  if (ofPod !== undefined) {
    return failure(reason, ofPod === "Evicted" && ownStorage.test(message) ? "OutOfDisk" : ofPod, message)
  }
  // containerd sets the reason when any process of the container reached the limit, independent of how the container ended.
  const killed = ended(pod).find(({ exitCode, message, reason }) =>
    reason === "OOMKilled" && exitCode !== 0 && !isReport(message ?? "")
  )
  if (killed !== undefined) {
    return failure(
      "OOMKilled",
      "OutOfMemory",
      `the container ${killed.name} exceeded its memory limit; request more in resources.memory, ` +
        "or build on a node with more"
    )
  }
  const disrupted = conditions.find(({ status, type }) => type === "DisruptionTarget" && status === "True")
  if (disrupted !== undefined) {
    const disruption = disrupted.reason ?? "DisruptionTarget"
    return failure(disruption, disruptions.get(disruption) ?? "Evicted", disrupted.message)
  }
  const unknown = ended(pod).find(({ exitCode, reason = "" }) =>
    // kubelet_pods.go: the node returned and does not know how the container ended.
    reason === "ContainerStatusUnknown" ||
    // containerd internal/cri/server/restart.go: it was restarted, and the container's end is not known.
    (reason === "Unknown" && exitCode === 255)
  )
  return unknown === undefined ? undefined : failure(unknown.reason ?? "", "NodeLost", unknown.message)
}

/**
 * @since 0.1.0
 * @category getters
 */
export const reference = ({ metadata }: Pod): BuildStatus.PodReference =>
  new BuildStatus.PodReference(
    { namespace: metadata.namespace ?? "", name: metadata.name, uid: metadata.uid },
    skipValidation
  )

/**
 * Whether all containers of a pod have ended; its status changes no more.
 *
 * @since 3.0.0
 * @category predicates
 */
export const isOver = ({ status }: Pod): boolean => status?.phase === "Succeeded" || status?.phase === "Failed"
