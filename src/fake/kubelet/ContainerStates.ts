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
import * as Restarts from "./Restarts.js"

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

/** The containers of a new pod. @since 0.1.0 @category constructors  */
export const initial = (
  specs: ReadonlyArray<{ readonly spec: JsonObject; readonly init: boolean }>
): ReadonlyArray<Container> =>
  specs.map(({ init, spec }) => ({
    name: Json.text(spec, "name") ?? "",
    spec,
    init,
    state: { _tag: "Waiting", reason: specs.some((one) => one.init) ? "PodInitializing" : "ContainerCreating" },
    last: undefined,
    restarts: 0
  }))

/** A container that is added to a running pod. @since 0.1.0 @category constructors  */
export const ephemeral = (spec: JsonObject): Container => ({
  name: Json.text(spec, "name") ?? "",
  spec,
  init: false,
  isEphemeral: true,
  state: { _tag: "Waiting", reason: "ContainerCreating" },
  last: undefined,
  restarts: 0
})

/** The field of a container in events about it. @since 0.1.0 @category getters  */
export const fieldPath = ({ init, isEphemeral, name }: Container): string =>
  `spec.${isEphemeral === true ? "ephemeralContainers" : init ? "initContainers" : "containers"}{${name}}`

/** A pod as the API server has it, with the status that its node has reported and the conditions of others. @since 0.1.0 @category combinators  */
export const merged = (now: JsonObject, reported: JsonObject): JsonObject => ({
  ...now,
  status: Json.objects(now, "status", "conditions").reduce(
    (status, condition) =>
      Conditions.find(status, Json.text(condition, "type") ?? "") === undefined
        ? { ...status, conditions: [...Json.objects(status, "conditions"), condition] }
        : status,
    Json.object(reported, "status")
  )
})

const terminal = ["Failed", "Succeeded"]

/** The exit code of a container that has ended, or of its latest run if it waits for the next. */
const exited = ({ last, state }: Container): number | undefined =>
  state._tag === "Terminated"
    ? state.exitCode
    : state._tag === "Waiting" && last?._tag === "Terminated"
    ? last.exitCode
    : undefined

const isRunning = ({ state }: Container): boolean => state._tag === "Running"

const isReady = ({ state }: Container): boolean => state._tag === "Running" && state.isReady

/** Whether a container has never run. */
const isNew = ({ last, state }: Container): boolean => state._tag === "Waiting" && last === undefined

/** Whether a container waits for nothing but its turn. */
const isStarting = ({ last, state }: Container): boolean =>
  last === undefined && state._tag === "Waiting" && ["ContainerCreating", "PodInitializing"].includes(state.reason)

const isMain = ({ init, isEphemeral }: Container): boolean => !init && isEphemeral !== true

const isPlainInit = (container: Container): boolean => container.init && !ContainerStatus.isSidecar(container)

const isInitialized = (container: Container): boolean =>
  isPlainInit(container)
    ? container.state._tag === "Terminated" && container.state.exitCode === 0
    : container.state._tag === "Running" && container.state.isStarted

/** Whether all init containers are done; once a main container has started it stays so. */
const initialized = (containers: ReadonlyArray<Container>): boolean =>
  containers.some((container) => isMain(container) && !isNew(container))
  || containers.filter(({ init }) => init).every(isInitialized)

/**
 * The phase, given the restart policy of the pod; `isLast` says that no container will be started again. The end of a native
 * sidecar does not count.
 *
 * @since 0.1.0
 * @category getters
 */
export const phase = (containers: ReadonlyArray<Container>, restartPolicy: string, isLast = false): string => {
  const main = containers.filter(isMain)
  const restarts = (container: Container): boolean =>
    Restarts.restarts(container.spec, container.init, restartPolicy, exited(container) ?? 0)
  if (containers.some((one) => isPlainInit(one) && (exited(one) ?? 0) !== 0 && !restarts(one))) {
    return "Failed"
  }
  const pending = containers.some((one) => isPlainInit(one) ? isRunning(one) || isNew(one) : isNew(one))
  if (pending) return "Pending"
  if (containers.some((one) => !isPlainInit(one) && isRunning(one))) return "Running"
  if (!isLast && main.some(restarts)) return "Running"
  return main.every((one) => exited(one) === 0) ? "Succeeded" : "Failed"
}

/** Whether nothing in the pod will run any more. @since 0.1.0 @category predicates  */
export const isOver = (containers: ReadonlyArray<Container>, restartPolicy: string): boolean =>
  terminal.includes(phase(containers.filter((one) => one.isEphemeral !== true), restartPolicy))

/**
 * How a running container that is stopped ends.
 *
 * @since 0.1.0
 * @category models
 */
export interface End {
  readonly exitCode: number
  readonly message?: string | undefined
}

/** A running container that has ended. @since 0.1.0 @category combinators  */
export const ended = (container: Container, { exitCode, message }: End, finishedAt: string): Container => {
  if (container.state._tag !== "Running") return container
  const { startedAt } = container.state
  const reason = exitCode === 0 ? "Completed" : "Error"
  return { ...container, state: { _tag: "Terminated", exitCode, reason, message, startedAt, finishedAt } }
}

/**
 * The container states of a killed pod in which nothing runs any more: waiting containers that should have run become unknown;
 * those still to come stay waiting; a sidecar that waits to run again has ended as it did before.
 *
 * @since 0.1.0
 * @category combinators
 */
export const killed = (containers: ReadonlyArray<Container>, finishedAt: string): ReadonlyArray<Container> => {
  const started = containers.findLastIndex((container) => !isNew(container))
  return containers.map((container, index) => {
    const { last, state } = container
    if (state._tag !== "Waiting") return container
    if (ContainerStatus.isSidecar(container) && last !== undefined) return { ...container, state: last }
    return index < started || (initialized(containers) && !container.init)
      ? { ...container, state: { _tag: "Terminated", exitCode: 137, reason: "ContainerStatusUnknown", finishedAt } }
      : container
  })
}

/**
 * How far a pod has come beside its containers: whether its sandbox exists, whether it is being deleted, and whether nothing of
 * it can run any more. Until then the kubelet keeps a terminal phase, its reason and a disruption back
 * (status/status_manager.go mergePodStatus).
 *
 * @since 0.1.0
 * @category models
 */
export interface Progress {
  readonly hasSandbox: boolean
  readonly isDeleted: boolean
  readonly isTerminal: boolean
  readonly disruption: Disruption | undefined
}

const closedGates = (pod: JsonObject, status: JsonObject): ReadonlyArray<string> =>
  Json.objects(pod, "spec", "readinessGates").flatMap((gate) => {
    const type = Json.text(gate, "conditionType") ?? ""
    const is = Json.text(Conditions.find(status, type), "status")
    return is === undefined
      ? [`corresponding condition of pod readiness gate "${type}" does not exist.`]
      : is === "True"
      ? []
      : [`the status of pod readiness gate "${type}" is not "True", but ${is}`]
  })

/** The status to write. Conditions of other components are kept. @since 0.1.0 @category constructors  */
export const podStatus = (
  pod: JsonObject,
  all: ReadonlyArray<Container>,
  { disruption, hasSandbox, isDeleted, isTerminal }: Progress,
  now: number
): JsonObject => {
  const containers = all.filter((one) => one.isEphemeral !== true)
  const previous = Json.object(pod, "status")
  const reached = phase(containers, Json.text(pod, "spec", "restartPolicy") ?? "Always", isDeleted)
  const fails = disruption !== undefined || (isDeleted && !terminal.includes(reached) && !containers.some(isRunning))
  const is = fails ? "Failed" : reached
  const lasting = containers.filter((container) => !isPlainInit(container))
  const waits = lasting.filter((container) => !isReady(container)).map((container) => container.name)
  const areReady = waits.length === 0 && is === "Running"
  const ended = is === "Succeeded" ? "PodCompleted" : is === "Failed" ? "PodFailed" : undefined
  const unready: Pick<Conditions.Condition, "reason" | "message"> = ended === undefined
    ? { reason: "ContainersNotReady", message: `containers with unready status: [${waits.join(" ")}]` }
    : { reason: ended }
  const gates = areReady ? closedGates(pod, previous) : []
  const incomplete = containers.filter((container) => container.init && !isInitialized(container))
  const generation = Json.number(pod, "metadata", "generation")
  const scheduled = Conditions.find(previous, "PodScheduled")
  const own: ReadonlyArray<Conditions.Condition> = [
    ...(scheduled === undefined ? [] : [{ type: "PodScheduled", status: "True" as const }]),
    hasSandbox && !isTerminal
      ? { type: "PodReadyToStartContainers", status: "True" }
      : {
        type: "PodReadyToStartContainers",
        status: "False",
        reason: "PodSandboxNotReady",
        message: hasSandbox ? "pod sandbox is not ready" : "no pod sandbox exists"
      },
    is === "Succeeded" || initialized(containers)
      ? { type: "Initialized", status: "True", reason: is === "Succeeded" ? "PodCompleted" : undefined }
      : {
        type: "Initialized",
        status: "False",
        reason: "ContainersNotInitialized",
        message: `containers with incomplete status: [${incomplete.map((container) => container.name).join(" ")}]`
      },
    !areReady
      ? { type: "Ready", status: "False", ...unready }
      : gates.length > 0
      ? { type: "Ready", status: "False", reason: "ReadinessGatesNotReady", message: gates.join(", ") }
      : { type: "Ready", status: "True" },
    areReady ? { type: "ContainersReady", status: "True" } : { type: "ContainersReady", status: "False", ...unready },
    ...(disruption?.condition === undefined || !isTerminal ? [] : [{
      type: "DisruptionTarget",
      status: "True" as const,
      reason: disruption.condition,
      message: disruption.message ?? ""
    }])
  ]
  const conditions = own.reduce(
    (status, condition) => Conditions.set(status, { ...condition, observedGeneration: generation }, now),
    previous
  )
  const statuses = (init: boolean) =>
    containers.filter((container) => container.init === init).map((container) => ContainerStatus.make(pod, container))
  // The status has the address as soon as a container is more than about to be created.
  const hasAddress = hasSandbox && containers.some((one) => !isStarting(one))
  const held = ended !== undefined && !isTerminal
  return Json.make({
    observedGeneration: generation,
    phase: held ? previous["phase"] ?? "Pending" : is,
    conditions: Json.at(conditions, "conditions"),
    hostIP: "10.0.0.1",
    hostIPs: [{ ip: "10.0.0.1" }],
    podIP: hasAddress ? "10.1.0.1" : undefined,
    podIPs: hasAddress ? [{ ip: "10.1.0.1" }] : undefined,
    startTime: previous["startTime"] ?? Metadata.timestamp(now),
    qosClass: previous["qosClass"],
    reason: held ? undefined : disruption?.reason,
    message: held || disruption?.reason === undefined ? undefined : disruption.message,
    initContainerStatuses: containers.some((container) => container.init) ? statuses(true) : undefined,
    containerStatuses: statuses(false),
    ephemeralContainerStatuses: containers.length === all.length
      ? undefined
      : all.filter((one) => one.isEphemeral === true).map((one) => ContainerStatus.make(pod, one))
  })
}
