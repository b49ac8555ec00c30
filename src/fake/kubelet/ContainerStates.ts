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

/** @since 0.1.0 @category models */
export type State =
  | { readonly _tag: "Waiting"; readonly reason: string; readonly message?: string | undefined }
  | { readonly _tag: "Running"; readonly startedAt: string }
  | {
    readonly _tag: "Terminated"
    readonly exitCode: number
    readonly reason: string
    readonly message?: string | undefined
    readonly startedAt?: string | undefined
    readonly finishedAt: string
  }

/**
 * The state of one container: `last` is its previous termination.
 *
 * @since 0.1.0
 * @category models
 */
export interface Container {
  readonly name: string
  readonly image: string
  readonly init: boolean
  readonly state: State
  readonly last: State | undefined
  readonly restarts: number
}

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

const state = (uid: string, container: Container, of: State | undefined): JsonObject => {
  const containerID = `fake://${uid}/${container.name}/${container.restarts}`
  switch (of?._tag) {
    case undefined:
      return {}
    case "Waiting":
      return { waiting: Json.make({ reason: of.reason, message: of.message }) }
    case "Running":
      return { running: { startedAt: of.startedAt } }
    case "Terminated":
      return {
        terminated: Json.make({
          exitCode: of.exitCode,
          reason: of.reason,
          message: of.message,
          startedAt: of.startedAt ?? null,
          finishedAt: of.finishedAt,
          containerID
        })
      }
  }
}

const containerStatus = (uid: string, container: Container): JsonObject => {
  const running = container.state._tag === "Running"
  const done = container.state._tag === "Terminated" && container.state.exitCode === 0
  const started = container.state._tag !== "Waiting"
  return Json.make({
    name: container.name,
    state: state(uid, container, container.state),
    lastState: state(uid, container, container.last),
    ready: container.init ? done : running,
    started: running,
    restartCount: container.restarts,
    image: container.image,
    imageID: started ? `fake-image://${container.image}` : "",
    containerID: started ? `fake://${uid}/${container.name}/${container.restarts}` : undefined
  })
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
 * The container states of a killed pod: running containers get the exit code; waiting containers that should have run become
 * unknown; those still to come stay waiting.
 *
 * @since 0.1.0
 * @category combinators
 */
export const killed = (
  containers: ReadonlyArray<Container>,
  exitCode: number,
  finishedAt: string
): ReadonlyArray<Container> => {
  const started = containers.findLastIndex(({ last, state }) => state._tag !== "Waiting" || last !== undefined)
  const initialized = containers.every((container) => !container.init || exited(container) === 0)
  return containers.map((container, index) => {
    const { state } = container
    if (state._tag === "Terminated") return container
    if (state._tag === "Running") {
      const { startedAt } = state
      return { ...container, state: { _tag: "Terminated", exitCode, reason: "Error", startedAt, finishedAt } }
    }
    return index < started || (initialized && !container.init)
      ? { ...container, state: { _tag: "Terminated", exitCode: 137, reason: "ContainerStatusUnknown", finishedAt } }
      : container
  })
}

/** The status to write. Conditions of other components are kept. @since 0.1.0 @category constructors  */
export const podStatus = (
  pod: JsonObject,
  containers: ReadonlyArray<Container>,
  disruption: Disruption | undefined,
  now: number
): JsonObject => {
  const previous = Json.object(pod, "status")
  const uid = Metadata.uid(pod)
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
    { type: "PodReadyToStartContainers", status: ended === undefined ? "True" : "False" },
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
    ...(disruption?.condition === undefined ? [] : [{
      type: "DisruptionTarget",
      status: "True" as const,
      reason: disruption.condition,
      message: disruption.message ?? ""
    }])
  ]
  const conditions = own.reduce((status, condition) => Conditions.set(status, condition, now), previous)
  const statuses = (init: boolean) =>
    containers.filter((container) => container.init === init).map((container) => containerStatus(uid, container))
  return Json.make({
    phase: is,
    conditions: Json.at(conditions, "conditions"),
    hostIP: "10.0.0.1",
    podIP: "10.1.0.1",
    podIPs: [{ ip: "10.1.0.1" }],
    startTime: previous["startTime"] ?? Metadata.timestamp(now),
    qosClass: previous["qosClass"],
    reason: disruption?.reason,
    message: disruption?.reason === undefined ? undefined : disruption.message,
    initContainerStatuses: containers.some((container) => container.init) ? statuses(true) : undefined,
    containerStatuses: statuses(false)
  })
}
