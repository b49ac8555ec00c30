/**
 * Computes the status of a pod from the states of its containers. As in k8s.io/kubernetes pkg/kubelet (v1.37), getPhase and
 * status/generate.go.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Conditions from "../controllers/Conditions.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as ContainerStatus from "./ContainerStatus.js"

type Container = ContainerStatus.Container

/**
 * The pod-level termination, which overrides that of its containers.
 *
 * @since 0.1.0
 * @category models
 */
export interface Disruption {
  readonly reason?: string | undefined
  readonly message?: string | undefined
  readonly condition?: string | undefined
}

const exited = (container: Container): number | undefined =>
  container.state._tag === "Terminated" ? container.state.exitCode : undefined

/** @since 0.1.0 @category getters */
export const phase = (containers: ReadonlyArray<Container>, restartPolicy: string): string => {
  const init = containers.filter((container) => container.init)
  const main = containers.filter((container) => !container.init)
  if (init.some((container) => (exited(container) ?? 0) !== 0) && restartPolicy === "Never") {
    return "Failed"
  }
  if (init.some((container) => exited(container) !== 0)) {
    return "Pending"
  }
  if (main.every((container) => container.state._tag === "Terminated") && restartPolicy !== "Always") {
    return main.every((container) => exited(container) === 0) ? "Succeeded" : "Failed"
  }
  return main.some((container) => container.state._tag !== "Waiting" || container.last !== undefined)
    ? "Running"
    : "Pending"
}

/** Whether nothing in the pod will run any more. @since 0.1.0 @category predicates  */
export const isOver = (containers: ReadonlyArray<Container>, restartPolicy: string): boolean =>
  ["Failed", "Succeeded"].includes(phase(containers, restartPolicy))

/**
 * How a running container ends that is told to stop.
 *
 * @since 0.1.0
 * @category models
 */
export interface End {
  readonly exitCode: number
  readonly message?: string | undefined
}

/**
 * The container states of a killed pod: running containers end; waiting containers that should have run become unknown; those
 * still to come stay waiting.
 *
 * @since 0.1.0
 * @category combinators
 */
export const killed = (
  containers: ReadonlyArray<Container>,
  endOf: (container: Container) => End,
  finishedAt: string
): ReadonlyArray<Container> => {
  const started = containers.findLastIndex(({ last, state }) => state._tag !== "Waiting" || last !== undefined)
  const initialized = containers.every((container) => !container.init || exited(container) === 0)
  return containers.map((container, index) => {
    const { state } = container
    if (state._tag === "Terminated") return container
    if (state._tag === "Running") {
      const { startedAt } = state
      const { exitCode, message } = endOf(container)
      const reason = exitCode === 0 ? "Completed" : "Error"
      return { ...container, state: { _tag: "Terminated", exitCode, reason, message, startedAt, finishedAt } }
    }
    return index < started || (initialized && !container.init)
      ? { ...container, state: { _tag: "Terminated", exitCode: 137, reason: "ContainerStatusUnknown", finishedAt } }
      : container
  })
}

/**
 * How far a pod has come beside its containers: whether its sandbox exists, and whether nothing of it can run any more. Until
 * then the kubelet keeps a terminal phase, its reason and a disruption back (status/status_manager.go mergePodStatus).
 *
 * @since 0.1.0
 * @category models
 */
export interface Progress {
  readonly hasSandbox: boolean
  readonly isTerminal: boolean
  readonly disruption: Disruption | undefined
}

/** The status to write. Conditions of other components are kept. @since 0.1.0 @category constructors  */
export const podStatus = (
  pod: JsonObject,
  containers: ReadonlyArray<Container>,
  { disruption, hasSandbox, isTerminal }: Progress,
  now: number
): JsonObject => {
  const previous = Json.object(pod, "status")
  const is = disruption === undefined
    ? phase(containers, Json.text(pod, "spec", "restartPolicy") ?? "Always")
    : "Failed"
  const initialized = containers.filter((container) => container.init).every((container) => exited(container) === 0)
  const main = containers.filter((container) => !container.init)
  const ready = is === "Running" && main.every((container) => container.state._tag === "Running")
  const waits = main.filter((container) => container.state._tag !== "Running").map((container) => container.name)
  const ended = is === "Succeeded" ? "PodCompleted" : is === "Failed" ? "PodFailed" : undefined
  const unready: Pick<Conditions.Condition, "reason" | "message"> = ended === undefined
    ? { reason: "ContainersNotReady", message: `containers with unready status: [${waits.join(" ")}]` }
    : { reason: ended }
  const incomplete = containers.filter((container) => container.init && exited(container) !== 0)
  const own: ReadonlyArray<Conditions.Condition> = [
    hasSandbox && ended === undefined
      ? { type: "PodReadyToStartContainers", status: "True" }
      : {
        type: "PodReadyToStartContainers",
        status: "False",
        reason: "PodSandboxNotReady",
        message: hasSandbox ? "pod sandbox is not ready" : "no pod sandbox exists"
      },
    initialized
      ? { type: "Initialized", status: "True", reason: is === "Succeeded" ? "PodCompleted" : undefined }
      : {
        type: "Initialized",
        status: "False",
        reason: "ContainersNotInitialized",
        message: `containers with incomplete status: [${incomplete.map((container) => container.name).join(" ")}]`
      },
    ready ? { type: "Ready", status: "True" } : { type: "Ready", status: "False", ...unready },
    ready ? { type: "ContainersReady", status: "True" } : { type: "ContainersReady", status: "False", ...unready },
    ...(disruption?.condition === undefined || !isTerminal ? [] : [{
      type: "DisruptionTarget",
      status: "True" as const,
      reason: disruption.condition,
      message: disruption.message ?? ""
    }])
  ]
  const conditions = own.reduce((status, condition) => Conditions.set(status, condition, now), previous)
  const statuses = (init: boolean) =>
    containers.filter((container) => container.init === init).map((container) => ContainerStatus.make(pod, container))
  const held = ended !== undefined && !isTerminal
  return Json.make({
    phase: held ? previous["phase"] ?? "Pending" : is,
    conditions: Json.at(conditions, "conditions"),
    hostIP: "10.0.0.1",
    hostIPs: [{ ip: "10.0.0.1" }],
    podIP: hasSandbox ? "10.1.0.1" : undefined,
    podIPs: hasSandbox ? [{ ip: "10.1.0.1" }] : undefined,
    startTime: previous["startTime"] ?? Metadata.timestamp(now),
    qosClass: previous["qosClass"],
    reason: held ? undefined : disruption?.reason,
    message: held || disruption?.reason === undefined ? undefined : disruption.message,
    initContainerStatuses: containers.some((container) => container.init) ? statuses(true) : undefined,
    containerStatuses: statuses(false)
  })
}
