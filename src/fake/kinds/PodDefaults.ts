/**
 * The defaults of a pod, as in k8s.io/kubernetes pkg/apis/core/v1/defaults.go (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import { defaults, inside, insideEach } from "./Kind.js"

const pullPolicy = (image: string): string => {
  const name = image.slice(image.lastIndexOf("/") + 1)
  return name.includes("@") || (name.includes(":") && !name.endsWith(":latest")) ? "IfNotPresent" : "Always"
}

const probe = (values: JsonObject): JsonObject =>
  inside(
    defaults(values, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }),
    "httpGet",
    (get) => defaults(get, { path: "/", scheme: "HTTP" })
  )

const fieldRef = (source: JsonObject): JsonObject =>
  inside(source, "fieldRef", (ref) => defaults(ref, { apiVersion: "v1" }))

const limitsAreRequests = (resources: JsonObject): JsonObject => {
  const limits = Json.object(resources, "limits")
  return Object.keys(limits).length === 0 ? resources : Json.set(resources, ["requests"], {
    ...limits,
    ...Json.object(resources, "requests")
  })
}

const container = (values: JsonObject): JsonObject => {
  const filled = defaults(values, {
    imagePullPolicy: pullPolicy(Json.text(values, "image") ?? ""),
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File"
  })
  const withPorts = insideEach(filled, "ports", (port) => defaults(port, { protocol: "TCP" }))
  const withEnv = insideEach(withPorts, "env", (entry) => inside(entry, "valueFrom", fieldRef))
  return ["livenessProbe", "readinessProbe", "startupProbe"].reduce(
    (object, name) => inside(object, name, probe),
    inside(withEnv, "resources", limitsAreRequests)
  )
}

const projection = (source: JsonObject): JsonObject =>
  inside(
    inside(source, "serviceAccountToken", (token) => defaults(token, { expirationSeconds: 3600 })),
    "downwardAPI",
    (downward) => insideEach(downward, "items", fieldRef)
  )

const mode = (source: JsonObject): JsonObject => defaults(source, { defaultMode: 420 })

const volume = (values: JsonObject): JsonObject => {
  const source = Object.keys(values).some((key) => key !== "name") ? values : { ...values, emptyDir: {} }
  const moded = ["secret", "configMap", "downwardAPI", "projected"].reduce(
    (object, name) => inside(object, name, mode),
    source
  )
  const withItems = inside(moded, "downwardAPI", (downward) => insideEach(downward, "items", fieldRef))
  return inside(
    inside(withItems, "projected", (projected) => insideEach(projected, "sources", projection)),
    "hostPath",
    (host) => defaults(host, { type: "" })
  )
}

/** Of features that are off by default: a server drops them. */
const disabled = ["evictionResponders", "schedulingGroup"]

/** @since 0.1.0 @category combinators */
export const podSpec = (given: JsonObject): JsonObject => {
  const spec = Json.omit(given, ...disabled)
  const account = Json.text(spec, "serviceAccountName") ?? Json.text(spec, "serviceAccount")
  const filled = defaults(spec, {
    dnsPolicy: "ClusterFirst",
    restartPolicy: "Always",
    schedulerName: "default-scheduler",
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    ...(account === undefined ? {} : { serviceAccountName: account, serviceAccount: account })
  })
  const contained = ["initContainers", "containers", "ephemeralContainers"].reduce(
    (object, list) => insideEach(object, list, container),
    filled
  )
  return insideEach(contained, "volumes", volume)
}

/** The ports of a pod that has no network of its own are those of its node. */
const ports = (one: JsonObject): JsonObject =>
  insideEach(one, "ports", (port) =>
    (Json.number(port, "hostPort") ?? 0) !== 0
      ? port
      : { ...port, hostPort: Json.number(port, "containerPort") ?? 0 })

const onHostNetwork = (spec: JsonObject): JsonObject =>
  spec["hostNetwork"] === true ? insideEach(insideEach(spec, "initContainers", ports), "containers", ports) : spec

const state = (values: JsonObject): JsonObject =>
  inside(
    inside(values, "running", (running) => defaults(running, { startedAt: null })),
    "terminated",
    (terminated) => defaults(terminated, { exitCode: 0, startedAt: null, finishedAt: null })
  )

/** What Go writes of a status of a container. */
const containerStatus = (values: JsonObject): JsonObject => {
  const filled = defaults(values, {
    name: "",
    state: {},
    lastState: {},
    ready: false,
    restartCount: 0,
    image: "",
    imageID: ""
  })
  return inside(inside(filled, "state", state), "lastState", state)
}

const status = (values: JsonObject): JsonObject =>
  ["initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"].reduce(
    (object, list) => insideEach(object, list, containerStatus),
    insideEach(values, "conditions", (one) => defaults(one, { lastProbeTime: null, lastTransitionTime: null }))
  )

/** @since 0.1.0 @category combinators */
export const pod = (object: JsonObject): JsonObject =>
  inside(inside(object, "status", status), "spec", (spec) =>
    podSpec({
      ...defaults(onHostNetwork(spec), { enableServiceLinks: true }),
      ...((Json.number(spec, "terminationGracePeriodSeconds") ?? 0) < 0 ? { terminationGracePeriodSeconds: 1 } : {})
    }))

const resourcesOf = (spec: JsonObject, list: "limits" | "requests"): ReadonlyArray<JsonObject> =>
  [...Json.objects(spec, "initContainers"), ...Json.objects(spec, "containers")].map((one) =>
    Json.object(one, "resources", list)
  )

/** @since 0.1.0 @category getters */
export const qosClass = (spec: JsonObject): string => {
  const requests = resourcesOf(spec, "requests")
  const limits = resourcesOf(spec, "limits")
  const counted = (list: JsonObject) => ["cpu", "memory"].filter((name) => list[name] !== undefined)
  if ([...requests, ...limits].every((list) => counted(list).length === 0)) {
    return "BestEffort"
  }
  const guaranteed = limits.every((limit, index) =>
    counted(limit).length === 2 && counted(limit).every((name) => Json.equal(limit[name], requests[index]?.[name]))
  )
  return guaranteed ? "Guaranteed" : "Burstable"
}
