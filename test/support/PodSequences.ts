/**
 * Pods whose statuses a real kubelet and the fake one report alike, and the sequence of what a client sees of one.
 */
import { Effect, Schema, Stream } from "effect"
import { isDeepStrictEqual } from "node:util"
import * as Json from "../../src/fake/Json.js"
import type { JsonObject, WatchLine } from "../../src/kubernetes/client/ApiRequest.js"
import type { Driver } from "../../src/kubernetes/client/Driver.js"
import type { ClusterError } from "../../src/kubernetes/ClusterError.js"

/** How a container acts: it writes a line, waits, and exits; told to stop, it exits with 143. */
export interface Act {
  readonly says: string
  readonly seconds: number
  readonly exitCode: number
  /** Writes more into its volume than that may hold, in MiB. */
  readonly fills?: number
  /** How many seconds it takes to stop. */
  readonly lingers?: number
}

export interface Case {
  readonly init?: Act
  readonly main: Act
  readonly spec?: JsonObject
  /** What is done when the main container runs. */
  readonly then?: "delete"
}

const forAWhile = { says: "working", seconds: 3 }

/** Each runs long enough for a kubelet not to report two changes in one. */
export const cases: Readonly<Record<string, Case>> = {
  succeeds: { init: { ...forAWhile, exitCode: 0 }, main: { ...forAWhile, exitCode: 0 } },
  fails: { main: { says: "broken", seconds: 3, exitCode: 3 } },
  "fails in its init container": { init: { ...forAWhile, exitCode: 11 }, main: { ...forAWhile, exitCode: 0 } },
  "is deleted": { main: { says: "begun", seconds: 60, exitCode: 0 }, then: "delete" },
  "has a deadline": {
    main: { says: "begun", seconds: 60, exitCode: 0 },
    spec: { activeDeadlineSeconds: 6, terminationGracePeriodSeconds: 2 }
  },
  "fills its volume": { main: { says: "begun", seconds: 60, exitCode: 0, fills: 3, lingers: 1 } }
}

/** How much a volume may hold. */
export const limit = "1Mi"

const container = (
  name: string,
  image: string,
  { exitCode, fills = 0, lingers = 0, says, seconds }: Act
): JsonObject => ({
  name,
  image,
  command: [
    "sh",
    "-c",
    `trap 'sleep ${lingers}; exit 143' TERM; echo ${says}; dd if=/dev/zero of=/work/zeros bs=1M count=${fills} 2> /dev/null; ` +
    `sleep ${seconds} & wait $!; exit ${exitCode}`
  ],
  terminationMessagePolicy: "FallbackToLogsOnError",
  resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } },
  volumeMounts: [{ name: "work", mountPath: "/work" }]
})

/** The pod of a case. */
export const pod = (name: string, image: string, { init, main, spec = {} }: Case): JsonObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name },
  spec: {
    restartPolicy: "Never",
    // Otherwise a kubelet that knows no DNS of the cluster has an event about that.
    dnsPolicy: "Default",
    automountServiceAccountToken: false,
    securityContext: { runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 },
    ...(init === undefined ? {} : { initContainers: [container("first", image, init)] }),
    containers: [container("main", image, main)],
    volumes: [{ name: "work", emptyDir: { sizeLimit: limit } }],
    ...spec
  }
})

/** A state without times and ids. */
const stateOf = (state: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(state).map(([key, value]) => {
      const { containerID: _id, finishedAt: _end, startedAt: _start, ...rest } = Json.isObject(value) ? value : {}
      return [key, rest]
    })
  )

const containerOf = (status: JsonObject): JsonObject => {
  const { containerID, image: _image, imageID, lastState, state, ...rest } = status
  return {
    ...rest,
    hasId: containerID !== undefined,
    hasImageId: imageID !== undefined && imageID !== "",
    state: stateOf(Json.isObject(state) ? state : {}),
    lastState: stateOf(Json.isObject(lastState) ? lastState : {})
  }
}

const conditionsOf = (status: JsonObject): JsonObject =>
  Object.fromEntries(
    Json.objects(status, "conditions")
      .map(({ lastProbeTime: _probe, lastTransitionTime: _time, type, ...rest }) => [String(type), rest] as const)
      .sort(([a], [b]) => a.localeCompare(b))
  )

/** What a client sees of a pod in a watch event, without what differs from run to run. */
const seen = ({ object, type }: WatchLine): JsonObject => {
  const status = Json.object(object, "status")
  const {
    // Of the whole pod, as the node's version of cgroups has them.
    allocatedResources: _allocated,
    conditions: _conditions,
    containerStatuses: _main,
    hostIP,
    hostIPs: _hostIPs,
    initContainerStatuses: _init,
    podIP,
    podIPs: _podIPs,
    resources: _resources,
    startTime,
    ...rest
  } = status
  return Json.make({
    type,
    deleting: Json.number(object, "metadata", "deletionGracePeriodSeconds"),
    generation: Json.number(object, "metadata", "generation"),
    ...rest,
    hasHost: hostIP !== undefined,
    hasIp: podIP !== undefined,
    hasStarted: startTime !== undefined,
    conditions: conditionsOf(status),
    initContainers: Json.objects(status, "initContainerStatuses").map(containerOf),
    containers: Json.objects(status, "containerStatuses").map(containerOf)
  })
}

const isRunning = ({ object }: WatchLine): boolean =>
  Json.at(object, "status", "containerStatuses", 0, "state", "running") !== undefined

const isOver = ({ object, type }: WatchLine, { then }: Case): boolean =>
  then === "delete"
    ? type === "DELETED"
    : ["Succeeded", "Failed"].includes(Json.text(object, "status", "phase") ?? "")

const pods = "/api/v1/namespaces/default/pods"

/** How long a kubelet may take to write an event. */
const eventDelay = "3 seconds"

/** The events about a pod, in the order of their words: their times are whole seconds. */
const events = (driver: Driver, { image, name }: { readonly name: string; readonly image: string }, node: string) =>
  Effect.gen(function*() {
    yield* Effect.sleep(eventDelay)
    const query = { fieldSelector: `involvedObject.name=${name}` }
    const list = yield* driver.request({ method: "GET", path: "/api/v1/namespaces/default/events", query }, {
      verb: "list",
      resource: "events"
    })
    const texts = Json.objects(Json.isObject(list) ? list : {}, "items").map((event) =>
      [
        Json.text(event, "type"),
        Json.text(event, "reason"),
        Json.text(event, "source", "component") ?? Json.text(event, "reportingComponent"),
        Json.text(event, "involvedObject", "fieldPath") ?? "the pod",
        (Json.text(event, "message") ?? "").replaceAll(`"${image}"`, "IMAGE").replace(
          `default/${name} to ${node}`,
          "NAME to NODE"
        )
      ].join(" | ")
    )
    return [...new Set(texts)].sort()
  })

/** Creates the pod, and gives all that a client sees of it until its end, and last the events about it. */
export const sequence = (
  driver: Driver,
  options: { readonly name: string; readonly image: string; readonly of: Case }
): Effect.Effect<ReadonlyArray<JsonObject>, ClusterError> =>
  Effect.gen(function*() {
    const { image, name, of } = options
    const subject = { verb: "create", resource: "pods" }
    const made = yield* driver.request({ method: "POST", path: pods, query: {}, body: pod(name, image, of) }, subject)
    const resourceVersion = Json.text(Json.isObject(made) ? made : {}, "metadata", "resourceVersion") ?? ""
    const query = { watch: "true", fieldSelector: `metadata.name=${name}`, resourceVersion }
    let node = ""
    let isDeleted = of.then !== "delete"
    const lines = yield* driver.watch({ method: "GET", path: pods, query }, subject, (line) => line).pipe(
      Stream.tap((line) => {
        node = Json.text(line.object, "spec", "nodeName") ?? node
        if (isDeleted || !isRunning(line)) return Effect.void
        isDeleted = true
        return driver.request({ method: "DELETE", path: `${pods}/${name}`, query: {} }, subject)
      }),
      Stream.takeUntil((line) => isOver(line, of)),
      Stream.map(seen),
      Stream.runCollect
    )
    // A status that is written again is no news.
    const told = [...lines].filter((line, index, all) => index === 0 || !isDeepStrictEqual(line, all[index - 1]))
    return [...told, { events: yield* events(driver, options, node) }]
  })

/** The recorded sequences, by the name of their case. */
export const Recorded = Schema.parseJson(
  Schema.Record({
    key: Schema.String,
    value: Schema.Array(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
  })
)
