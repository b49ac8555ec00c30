/**
 * The columns of the core and batch kinds, as in k8s.io/kubernetes pkg/printers/internalversion/printers.go (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as Column from "./Column.js"

type Columns = ReadonlyArray<Column.Column>

const or = (text: string | undefined, otherwise: string): string => text === undefined || text === "" ? otherwise : text

const at = (otherwise: string, ...path: ReadonlyArray<string | number>) => (object: JsonObject): Json.Value =>
  or(Json.text(object, ...path), otherwise)

const entries = (json: Json.Value | undefined): number => Json.isObject(json) ? Object.keys(json).length : 0

const phase = Column.make("Status", at("", "status", "phase"))

const hasCondition = (object: JsonObject, type: string): boolean =>
  Json.objects(object, "status", "conditions").some((one) => one["type"] === type && one["status"] === "True")

// -----------------------------------------------------------------------------
// pods
// -----------------------------------------------------------------------------

const ended = (state: JsonObject): string => {
  const signal = Json.number(state, "signal") ?? 0
  return or(
    Json.text(state, "reason"),
    signal !== 0 ? `Signal:${signal}` : `ExitCode:${Json.number(state, "exitCode") ?? 0}`
  )
}

const sidecars = (pod: JsonObject): ReadonlyArray<unknown> =>
  Json.objects(pod, "spec", "initContainers").filter((one) => one["restartPolicy"] === "Always").map((one) =>
    one["name"]
  )

const initStatuses = (pod: JsonObject): ReadonlyArray<JsonObject> =>
  Json.objects(pod, "status", "initContainerStatuses")

/** The reason of the first init container that is not finished, nor a sidecar that has started. */
const initializing = (pod: JsonObject): string | undefined => {
  const beside = sidecars(pod)
  const statuses = initStatuses(pod)
  const index = statuses.findIndex((status) =>
    Json.number(status, "state", "terminated", "exitCode") !== 0
    && !(status["started"] === true && beside.includes(status["name"]))
  )
  const status = statuses[index]
  if (status === undefined) {
    return undefined
  }
  const waiting = Json.text(status, "state", "waiting", "reason") ?? ""
  return Json.at(status, "state", "terminated") !== undefined
    ? `Init:${ended(Json.object(status, "state", "terminated"))}`
    : waiting !== "" && waiting !== "PodInitializing"
    ? `Init:${waiting}`
    : `Init:${index}/${Json.objects(pod, "spec", "initContainers").length}`
}

const containersOf = (pod: JsonObject): ReadonlyArray<JsonObject> => Json.objects(pod, "status", "containerStatuses")

const isReady = (status: JsonObject): boolean =>
  status["ready"] === true && Json.at(status, "state", "running") !== undefined

const podStatus = (pod: JsonObject): string => {
  const phase = Json.text(pod, "status", "phase") ?? ""
  // Iterates from the last container, so the first container with a reason wins.
  const ofContainers = containersOf(pod).flatMap((status) => {
    const waiting = Json.text(status, "state", "waiting", "reason") ?? ""
    return waiting !== ""
      ? [waiting]
      : Json.at(status, "state", "terminated") !== undefined
      ? [ended(Json.object(status, "state", "terminated"))]
      : []
  })
  const gate = Json.objects(pod, "status", "conditions").find((one) => one["reason"] === "SchedulingGated")
  const own = gate === undefined ? or(Json.text(pod, "status", "reason"), phase) : "SchedulingGated"
  const init = initializing(pod)
  const main = init === undefined || hasCondition(pod, "Initialized") ? ofContainers[0] : undefined
  const reason = main ?? init ?? own
  const failed = containersOf(pod).find((one) => (Json.number(one, "state", "terminated", "exitCode") ?? 0) !== 0)
  const shown = reason !== "Completed"
    ? reason
    : containersOf(pod).some(isReady) && hasCondition(pod, "Ready")
    ? "Running"
    : failed !== undefined
    ? ended(Json.object(failed, "state", "terminated"))
    : containersOf(pod).some(isReady)
    ? "NotReady"
    : reason
  return !Metadata.isBeingDeleted(pod)
    ? shown
    : Json.text(pod, "status", "reason") === "NodeLost"
    ? "Unknown"
    : phase === "Succeeded" || phase === "Failed"
    ? shown
    : "Terminating"
}

const restarts = (pod: JsonObject, now: number): string => {
  const beside = sidecars(pod)
  const statuses = initializing(pod) === undefined || hasCondition(pod, "Initialized")
    ? [...initStatuses(pod).filter((status) => beside.includes(status["name"])), ...containersOf(pod)]
    : initStatuses(pod)
  const count = statuses.reduce((sum, status) => sum + (Json.number(status, "restartCount") ?? 0), 0)
  const last = statuses.flatMap((status) => Json.text(status, "lastState", "terminated", "finishedAt") ?? []).sort().at(
    -1
  )
  return count === 0 || last === undefined ? String(count) : `${count} (${Column.since(last, now)} ago)`
}

/** @since 0.1.0 @category constants */
export const pod: Columns = [
  Column.name,
  Column.make("Ready", (pod) => {
    const beside = sidecars(pod)
    const ready = [...initStatuses(pod).filter((status) => beside.includes(status["name"])), ...containersOf(pod)]
    return `${ready.filter(isReady).length}/${beside.length + Json.objects(pod, "spec", "containers").length}`
  }),
  Column.make("Status", podStatus),
  Column.make("Restarts", restarts),
  Column.age,
  Column.wide("IP", at("<none>", "status", "podIP")),
  Column.wide("Node", at("<none>", "spec", "nodeName")),
  Column.wide("Nominated Node", at("<none>", "status", "nominatedNodeName")),
  Column.wide("Readiness Gates", () => "<none>")
]

// -----------------------------------------------------------------------------
// jobs
// -----------------------------------------------------------------------------

const jobStates = [
  ["Complete", "Complete"],
  ["Failed", "Failed"],
  ["", "Terminating"],
  ["Suspended", "Suspended"],
  ["FailureTarget", "FailureTarget"],
  ["SuccessCriteriaMet", "SuccessCriteriaMet"]
] as const

const jobStatus = (job: JsonObject): string =>
  jobStates.find(([type]) => type === "" ? Metadata.isBeingDeleted(job) : hasCondition(job, type))?.[1] ?? "Running"

/** A Job without completions has as many pods as run at once, of which one has to succeed. */
const jobCompletions = (job: JsonObject): string => {
  const completions = Json.number(job, "spec", "completions")
  const parallelism = Json.number(job, "spec", "parallelism") ?? 0
  const wanted = completions ?? (parallelism > 1 ? `1 of ${parallelism}` : 1)
  return `${Json.number(job, "status", "succeeded") ?? 0}/${wanted}`
}

const jobDuration = (job: JsonObject, now: number): string => {
  const start = Json.text(job, "status", "startTime")
  const end = Json.text(job, "status", "completionTime")
  return start === undefined
    ? ""
    : Column.duration((end === undefined ? now : Metadata.millis(end)) - Metadata.millis(start))
}

const templateContainers = (job: JsonObject) => Json.objects(job, "spec", "template", "spec", "containers")

const ofContainers = (key: string) => (job: JsonObject): string =>
  templateContainers(job).map((container) => Json.text(container, key) ?? "").join(",")

const selector = (job: JsonObject): string =>
  or(
    Object.entries(Json.record(job, "spec", "selector", "matchLabels")).map(([key, value]) => `${key}=${value}`).join(
      ","
    ),
    "<none>"
  )

/** @since 0.1.0 @category constants */
export const job: Columns = [
  Column.name,
  Column.make("Status", jobStatus),
  Column.make("Completions", jobCompletions),
  Column.make("Duration", jobDuration),
  Column.age,
  Column.wide("Containers", ofContainers("name")),
  Column.wide("Images", ofContainers("image")),
  Column.wide("Selector", selector)
]

// -----------------------------------------------------------------------------
// the others
// -----------------------------------------------------------------------------

const nodeStatus = (node: JsonObject): string => {
  const ready = Json.objects(node, "status", "conditions").find((one) => one["type"] === "Ready")
  const readiness = ready === undefined ? "Unknown" : ready["status"] === "True" ? "Ready" : "NotReady"
  return Json.at(node, "spec", "unschedulable") === true ? `${readiness},SchedulingDisabled` : readiness
}

const rolePrefix = "node-role.kubernetes.io/"

const roles = (node: JsonObject): string =>
  or(
    Object.keys(Metadata.labels(node)).filter((key) => key.startsWith(rolePrefix)).map((key) =>
      key.slice(rolePrefix.length)
    ).sort().join(","),
    "<none>"
  )

const address = (type: string) => (node: JsonObject): string =>
  or(Json.text(Json.objects(node, "status", "addresses").find((one) => one["type"] === type), "address"), "<none>")

/** @since 0.1.0 @category constants */
export const node: Columns = [
  Column.name,
  Column.make("Status", nodeStatus),
  Column.make("Roles", roles),
  Column.age,
  Column.make("Version", at("", "status", "nodeInfo", "kubeletVersion")),
  Column.wide("Internal-IP", address("InternalIP")),
  Column.wide("External-IP", address("ExternalIP")),
  Column.wide("OS-Image", at("<unknown>", "status", "nodeInfo", "osImage")),
  Column.wide("Kernel-Version", at("<unknown>", "status", "nodeInfo", "kernelVersion")),
  Column.wide("Container-Runtime", at("<unknown>", "status", "nodeInfo", "containerRuntimeVersion"))
]

/** @since 0.1.0 @category constants */
export const namespace: Columns = [Column.name, phase, Column.age]

/** @since 0.1.0 @category constants */
export const configMap: Columns = [
  Column.name,
  Column.make("Data", (object) => entries(object["data"]) + entries(object["binaryData"])),
  Column.age
]

/** @since 0.1.0 @category constants */
export const secret: Columns = [
  Column.name,
  Column.make("Type", at("", "type")),
  Column.make("Data", (object) => entries(object["data"])),
  Column.age
]

const modes: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP"
}

const isBound = (claim: JsonObject): boolean => Json.text(claim, "spec", "volumeName") !== undefined

/** @since 0.1.0 @category constants */
export const persistentVolumeClaim: Columns = [
  Column.name,
  Column.make(
    "Status",
    (claim) => Metadata.isBeingDeleted(claim) ? "Terminating" : at("", "status", "phase")(claim)
  ),
  Column.make("Volume", at("", "spec", "volumeName")),
  Column.make("Capacity", (claim) => isBound(claim) ? at("", "status", "capacity", "storage")(claim) : ""),
  Column.make(
    "Access Modes",
    (claim) =>
      isBound(claim) ? Json.texts(claim, "status", "accessModes").map((mode) => modes[mode] ?? mode).join(",") : ""
  ),
  Column.make("StorageClass", at("", "spec", "storageClassName")),
  Column.make("VolumeAttributesClass", at("<unset>", "spec", "volumeAttributesClassName")),
  Column.age,
  Column.wide("VolumeMode", at("<unset>", "spec", "volumeMode"))
]

/** @since 0.1.0 @category constants */
export const persistentVolume: Columns = [
  Column.name,
  Column.make("Capacity", at("", "spec", "capacity", "storage")),
  Column.make(
    "Access Modes",
    (volume) => Json.texts(volume, "spec", "accessModes").map((mode) => modes[mode] ?? mode).join(",")
  ),
  Column.make("Reclaim Policy", at("", "spec", "persistentVolumeReclaimPolicy")),
  Column.make(
    "Status",
    (volume) => Metadata.isBeingDeleted(volume) ? "Terminating" : at("", "status", "phase")(volume)
  ),
  Column.make("Claim", (volume) => {
    const claim = Json.object(volume, "spec", "claimRef")
    return Object.keys(claim).length === 0
      ? ""
      : `${Json.text(claim, "namespace") ?? ""}/${Json.text(claim, "name") ?? ""}`
  }),
  Column.make("StorageClass", at("", "spec", "storageClassName")),
  Column.make("VolumeAttributesClass", at("<unset>", "spec", "volumeAttributesClassName")),
  Column.make("Reason", at("", "status", "reason")),
  Column.age,
  Column.wide("VolumeMode", at("<unset>", "spec", "volumeMode"))
]

const firstTime = (event: JsonObject, ...keys: ReadonlyArray<string>): string | undefined =>
  keys.flatMap((key) => Json.text(event, key) ?? []).at(0)

const lastTime = (event: JsonObject): string | undefined =>
  Json.isObject(event["series"])
    ? Json.text(event, "series", "lastObservedTime")
    : firstTime(event, "lastTimestamp", "firstTimestamp", "eventTime")

const source = (event: JsonObject): string => {
  const instance = or(Json.text(event, "source", "host"), Json.text(event, "reportingInstance") ?? "")
  const component = or(Json.text(event, "source", "component"), Json.text(event, "reportingComponent") ?? "")
  return instance === "" ? component : `${component}, ${instance}`
}

const about = (event: JsonObject): string =>
  [
    (Json.text(event, "involvedObject", "kind") ?? "").toLowerCase(),
    ...Json.texts([Json.at(event, "involvedObject", "name") ?? ""]).filter((name) => name !== "")
  ].join("/")

/** @since 0.1.0 @category constants */
export const event: Columns = [
  Column.make("Last Seen", (event, now) => Column.since(lastTime(event), now)),
  Column.make("Type", at("", "type")),
  Column.make("Reason", at("", "reason")),
  Column.make("Object", about),
  Column.wide("Subobject", at("", "involvedObject", "fieldPath")),
  Column.wide("Source", source),
  Column.make("Message", (event) => (Json.text(event, "message") ?? "").trim()),
  Column.wide("First Seen", (event, now) => Column.since(firstTime(event, "firstTimestamp", "eventTime"), now)),
  Column.wide("Count", (event) => Json.number(event, "series", "count") ?? Json.number(event, "count") ?? 1),
  { ...Column.name, wide: true }
]

const quotas = (limits: boolean) => (quota: JsonObject): string =>
  Object.entries(Json.record(quota, "status", "hard")).sort(([a], [b]) => a < b ? -1 : 1).flatMap(([resource, hard]) =>
    resource.includes("limits") === limits
      ? [`${resource}: ${Json.text(quota, "status", "used", resource) ?? "0"}/${hard}`]
      : []
  ).join(", ")

/** @since 0.1.0 @category constants */
export const resourceQuota: Columns = [
  Column.name,
  Column.make("Request", quotas(false)),
  Column.make("Limit", quotas(true)),
  Column.age
]
