/**
 * The kinds of the core group that builds use.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Columns from "./Columns.js"
import { any, atomic, boolean, each, list, map, mergedList, quantity, struct, text } from "./Fields.js"
import * as Kind from "./Kind.js"
import * as Names from "./Names.js"
import { condition, object, objectReference } from "./ObjectFields.js"
import { claim } from "./PersistentVolumeClaimFields.js"
import * as PersistentVolumeClaimRules from "./PersistentVolumeClaimRules.js"
import * as PodDefaults from "./PodDefaults.js"
import * as PodFields from "./PodFields.js"
import * as PodRules from "./PodRules.js"
import * as SpreadRules from "./SpreadRules.js"

const at = (...path: ReadonlyArray<string>) => (object: JsonObject): string => {
  const value = Json.at(object, ...path)
  return value === undefined || value === null ? "" : String(value)
}

const fieldNotSupported = (field: string): string => `field label not supported: ${field}`

const core = { group: "", version: "v1" } as const

/** @since 0.1.0 @category kinds */
export const namespace = Kind.make({
  ...core,
  plural: "namespaces",
  columns: Columns.namespace,
  kind: "Namespace",
  shortNames: ["ns"],
  namespaced: false,
  status: true,
  name: Names.dnsLabel,
  fields: object({
    spec: struct({ finalizers: list(text) }),
    status: struct({ phase: text, conditions: mergedList(struct(condition), "type") })
  }),
  selectable: { "status.phase": at("status", "phase") },
  unknownField: fieldNotSupported,
  prepare: (object) => ({
    ...Json.set(object, ["metadata", "labels", "kubernetes.io/metadata.name"], Json.text(object, "metadata", "name")),
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" }
  }),
  amend: (next, previous) => ({
    ...next,
    spec: Json.object(previous, "spec"),
    status: Json.object(previous, "status")
  }),
  pending: (object) => Json.list(object, "spec", "finalizers").length > 0
})

const maximum = 1024 * 1024

const size = (values: Readonly<Record<string, string>>, base64: boolean): number =>
  Object.values(values).reduce(
    (sum, value) => sum + (base64 ? Math.floor(value.length * 3 / 4) : new TextEncoder().encode(value).length),
    0
  )

const immutable = (...keys: ReadonlyArray<string>) => (next: JsonObject, previous: JsonObject): Status.FieldErrors =>
  Json.at(previous, "immutable") !== true
    ? []
    : [
      ...(Json.at(next, "immutable") === true ? [] : ["immutable"]),
      ...keys.filter((key) => !Json.equal(next[key], previous[key]))
    ]
      .map((field) => Status.forbiddenField(field, "field is immutable when `immutable` is set"))

const keys = (values: JsonObject, field: string): Status.FieldErrors =>
  Object.keys(values).flatMap((key) => Status.invalidValues(`${field}[${key}]`, key, Names.dataKey(key)))

/** @since 0.1.0 @category kinds */
export const configMap = Kind.make({
  ...core,
  plural: "configmaps",
  columns: Columns.configMap,
  kind: "ConfigMap",
  shortNames: ["cm"],
  fields: object({ immutable: boolean, data: PodFields.data.text, binaryData: PodFields.data.bytes }),
  validate: (object) => [
    ...keys(Json.object(object, "data"), "data"),
    ...keys(Json.object(object, "binaryData"), "binaryData"),
    ...Object.keys(Json.object(object, "data")).filter((key) => Json.at(object, "binaryData", key) !== undefined).map((
      key
    ) => Status.invalidValue(`data[${key}]`, key, "duplicate of key present in binaryData")),
    ...(size(Json.record(object, "data"), false) + size(Json.record(object, "binaryData"), true) > maximum
      ? [Status.tooLong("", maximum)]
      : [])
  ],
  validateUpdate: immutable("data", "binaryData")
})

const requiredKeys: Readonly<Record<string, ReadonlyArray<string>>> = {
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/dockercfg": [".dockercfg"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
  "kubernetes.io/tls": ["tls.crt", "tls.key"]
}

/** @since 0.1.0 @category kinds */
export const secret = Kind.make({
  ...core,
  plural: "secrets",
  columns: Columns.secret,
  kind: "Secret",
  fields: object({
    immutable: boolean,
    data: PodFields.data.bytes,
    stringData: PodFields.data.text,
    type: text
  }),
  selectable: { type: at("type") },
  unknownField: fieldNotSupported,
  fill: (object) => {
    const encoded = Object.entries(Json.record(object, "stringData")).map(([key, value]): [string, Json.Value] => [
      key,
      Buffer.from(value).toString("base64")
    ])
    const data = encoded.length === 0
      ? object
      : { ...object, data: { ...Json.object(object, "data"), ...Object.fromEntries(encoded) } }
    return Kind.defaults(Json.omit(data, "stringData"), { type: "Opaque" })
  },
  validate: (object) => [
    ...keys(Json.object(object, "data"), "data"),
    ...(requiredKeys[Json.text(object, "type") ?? ""] ?? []).filter((key) => Json.at(object, "data", key) === undefined)
      .map((
        key
      ) => Status.required(`data[${key}]`)),
    ...(size(Json.record(object, "data"), true) > maximum ? [Status.tooLong("data", maximum)] : [])
  ],
  validateUpdate: (next, previous) => [
    ...(Json.equal(next["type"], previous["type"])
      ? []
      : [Status.invalidValue("type", next["type"], "field is immutable")]),
    ...immutable("data")(next, previous)
  ]
})

/** @since 0.1.0 @category kinds */
export const serviceAccount = Kind.make({
  ...core,
  plural: "serviceaccounts",
  kind: "ServiceAccount",
  shortNames: ["sa"],
  subresources: [{
    name: "token",
    kind: "TokenRequest",
    group: "authentication.k8s.io",
    version: "v1",
    verbs: ["create"]
  }],
  fields: object({
    secrets: mergedList(objectReference, "name"),
    imagePullSecrets: list(atomic(struct({ name: text }))),
    automountServiceAccountToken: boolean
  })
})

const finished = (pod: JsonObject): boolean => ["Succeeded", "Failed"].includes(Json.text(pod, "status", "phase") ?? "")

/** The condition of a pod that is not scheduled until its gates are gone: pkg/registry/core/pod/strategy.go. */
const gated = (now: string): JsonObject => ({
  type: "PodScheduled",
  status: "False",
  lastProbeTime: null,
  lastTransitionTime: now,
  reason: "SchedulingGated",
  message: "Scheduling is blocked due to non-empty scheduling gates"
})

/** A negative grace period is one second: pkg/registry/core/pod/strategy.go. */
const graceOf = (seconds: number): number => seconds < 0 ? 1 : seconds

/** A pod with the ephemeral containers of an update, which changes nothing else. */
const withEphemeral = (next: JsonObject, previous: JsonObject): JsonObject => {
  const containers = Json.at(next, "spec", "ephemeralContainers")
  const generation = Json.number(previous, "metadata", "generation") ?? 0
  return Json.equal(containers, Json.at(previous, "spec", "ephemeralContainers"))
    ? previous
    : Json.set(
      Json.set(previous, ["spec", "ephemeralContainers"], containers),
      ["metadata", "generation"],
      generation + 1
    )
}

/** @since 0.1.0 @category kinds */
export const pod = Kind.make({
  ...core,
  plural: "pods",
  columns: Columns.pod,
  kind: "Pod",
  shortNames: ["po"],
  categories: ["all"],
  status: true,
  log: true,
  subresources: [
    { name: "attach", kind: "PodAttachOptions", verbs: ["create", "get"] },
    { name: "exec", kind: "PodExecOptions", verbs: ["create", "get"] },
    { name: "eviction", kind: "Eviction", group: "policy", version: "v1", verbs: ["create"] },
    { name: "portforward", kind: "PodPortForwardOptions", verbs: ["create", "get"] }
  ],
  fields: PodFields.pod,
  generation: "spec",
  selectable: {
    "spec.nodeName": at("spec", "nodeName"),
    "spec.restartPolicy": at("spec", "restartPolicy"),
    "spec.schedulerName": at("spec", "schedulerName"),
    "spec.serviceAccountName": at("spec", "serviceAccountName"),
    "spec.hostNetwork": (object) => String(Json.at(object, "spec", "hostNetwork") ?? false),
    "status.phase": at("status", "phase"),
    "status.podIP": at("status", "podIP"),
    "status.nominatedNodeName": at("status", "nominatedNodeName")
  },
  unknownField: fieldNotSupported,
  fill: PodDefaults.pod,
  prepare: (object, now) => ({
    ...SpreadRules.withLabelKeys(object),
    status: Json.make({
      phase: "Pending",
      qosClass: PodDefaults.qosClass(Json.object(object, "spec")),
      conditions: Json.list(object, "spec", "schedulingGates").length === 0 ? undefined : [gated(now)]
    })
  }),
  parts: {
    ephemeralcontainers: {
      verbs: ["get", "patch", "update"],
      isPlain: false,
      amend: withEphemeral,
      validateUpdate: PodRules.ephemeralUpdate
    }
  },
  validateNew: PodRules.podCreate,
  validateUpdate: PodRules.podUpdate,
  grace: (object, requested) =>
    Json.text(object, "spec", "nodeName") === undefined || finished(object)
      ? 0
      : graceOf(requested ?? Json.number(object, "spec", "terminationGracePeriodSeconds") ?? 0)
})

/** @since 0.1.0 @category kinds */
export const node = Kind.make({
  ...core,
  plural: "nodes",
  columns: Columns.node,
  kind: "Node",
  shortNames: ["no"],
  namespaced: false,
  status: true,
  fields: object({
    spec: struct({
      ...each(text, "podCIDR", "providerID"),
      podCIDRs: mergedList(text),
      unschedulable: boolean,
      taints: list(struct(each(text, "key", "value", "effect", "timeAdded"))),
      configSource: any
    }),
    status: struct({
      capacity: map(quantity),
      allocatable: map(quantity),
      phase: text,
      conditions: mergedList(struct({ ...condition, lastHeartbeatTime: text }), "type"),
      addresses: mergedList(struct(each(text, "type", "address")), "type"),
      ...each(any, "daemonEndpoints", "nodeInfo", "images", "volumesInUse", "volumesAttached", "config"),
      ...each(any, "runtimeHandlers", "features", "declaredFeatures")
    })
  }),
  selectable: { "spec.unschedulable": (object) => String(Json.at(object, "spec", "unschedulable") ?? false) },
  unknownField: fieldNotSupported
})

/** @since 0.1.0 @category kinds */
export const persistentVolumeClaim = Kind.make({
  ...core,
  plural: "persistentvolumeclaims",
  columns: Columns.persistentVolumeClaim,
  kind: "PersistentVolumeClaim",
  shortNames: ["pvc"],
  status: true,
  fields: claim,
  fill: (object) => Kind.inside(object, "spec", PersistentVolumeClaimRules.fill),
  prepare: (object) => ({
    ...Kind.inside(object, "spec", PersistentVolumeClaimRules.withSources),
    status: { phase: "Pending" }
  }),
  validate: (object) => PersistentVolumeClaimRules.spec(Json.object(object, "spec"), "spec")
})

/** @since 0.1.0 @category kinds */
export const resourceQuota = Kind.make({
  ...core,
  plural: "resourcequotas",
  columns: Columns.resourceQuota,
  kind: "ResourceQuota",
  shortNames: ["quota"],
  status: true,
  fields: object({
    spec: struct({ hard: map(quantity), scopes: list(text), scopeSelector: any }),
    status: struct({ hard: map(quantity), used: map(quantity) })
  })
})

/** @since 0.1.0 @category kinds */
export const kinds: ReadonlyArray<Kind.Kind> = [
  configMap,
  namespace,
  node,
  persistentVolumeClaim,
  pod,
  resourceQuota,
  secret,
  serviceAccount
]
