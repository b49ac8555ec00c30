/**
 * What a server warns of in pods and in the templates of pods. As in k8s.io/kubernetes pkg/api/pod/warnings.go (v1.37), without
 * overlapping paths in volumes and unusual forms of addresses.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import { quantity } from "./PodRules.js"

type Warnings = ReadonlyArray<string>

const nodeLabels: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
  "beta.kubernetes.io/os": "deprecated since v1.14; use \"kubernetes.io/os\" instead",
  "failure-domain.beta.kubernetes.io/region": "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
  "failure-domain.beta.kubernetes.io/zone": "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
  "beta.kubernetes.io/instance-type": "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
  "app.kubernetes.io/created-by": "deprecated since v1.9",
  "scheduler.alpha.kubernetes.io/preferAvoidPods": "deprecated since v1.22; use Taints and Tolerations instead",
  "node-role.kubernetes.io/master": "use \"node-role.kubernetes.io/control-plane\" instead"
}

const volumes: Readonly<Record<string, string>> = {
  photonPersistentDisk: "deprecated in v1.11, non-functional in v1.16+",
  gitRepo: "deprecated in v1.11, and disabled by default in v1.33+",
  scaleIO: "deprecated in v1.16, non-functional in v1.22+",
  flocker: "deprecated in v1.22, non-functional in v1.25+",
  storageos: "deprecated in v1.22, non-functional in v1.25+",
  quobyte: "deprecated in v1.22, non-functional in v1.25+",
  glusterfs: "deprecated in v1.25, non-functional in v1.26+",
  cephfs: "deprecated in v1.28, non-functional in v1.31+",
  rbd: "deprecated in v1.28, non-functional in v1.31+"
}

const noSelector = "a null labelSelector results in matching no pod"

const text = (json: JsonObject, key: string): string => Json.text(json, key) ?? ""

/** Those of the items whose value an item before them has. */
const repeated = (items: ReadonlyArray<JsonObject>, key: string): ReadonlyArray<[number, JsonObject]> =>
  [...items.entries()].filter(([index, item]) =>
    items.slice(0, index).some((one) => text(one, key) === text(item, key))
  )

const spread = (spec: JsonObject, at: string): Warnings =>
  Json.objects(spec, "topologySpreadConstraints").flatMap((one, index) => {
    const label = nodeLabels[text(one, "topologyKey")]
    const here = `${at}.topologySpreadConstraints[${index}]`
    return [
      ...(label === undefined ? [] : [`${here}.topologyKey: ${text(one, "topologyKey")} is ${label}`]),
      ...(one["labelSelector"] === undefined ? [`${here}.labelSelector: ${noSelector}`] : [])
    ]
  })

const names = (spec: JsonObject, at: string): Warnings => {
  const secrets = Json.objects(spec, "imagePullSecrets")
  return [
    ...repeated(Json.objects(spec, "hostAliases"), "ip").map(([index, item]) =>
      `${at}.hostAliases[${index}].ip: duplicate ip ${JSON.stringify(text(item, "ip"))}`
    ),
    ...repeated(secrets, "name").map(([index, item]) =>
      `${at}.imagePullSecrets[${index}].name: duplicate name ${JSON.stringify(text(item, "name"))}`
    ),
    ...secrets.flatMap((item, index) =>
      text(item, "name") === "" ? [`${at}.imagePullSecrets[${index}].name: invalid empty name ""`] : []
    )
  ]
}

const fractional = (resources: JsonObject, at: string, name: string): Warnings => {
  const value = resources[name]
  return value === undefined || Number.isInteger(quantity(value))
    ? []
    : [`${at}[${name}]: fractional byte value ${JSON.stringify(String(value))} is invalid, must be an integer`]
}

const variables = (container: JsonObject, at: string): Warnings =>
  repeated(Json.objects(container, "env"), "name").flatMap(([index, item]) => {
    const [name, value, own] = [text(item, "name"), text(item, "value"), `$(${text(item, "name")})`]
    return item["valueFrom"] !== undefined || value === own || !value.includes(own)
      ? [
        `${at}.env[${index}]: hides previous definition of ${
          JSON.stringify(name)
        }, which may be dropped when using apply`
      ]
      : []
  })

interface Port {
  readonly at: string
  readonly port: JsonObject
}

const portProblem = ({ port }: Port, other: Port): string | undefined => {
  const [ip, otherIp] = [text(port, "hostIP"), text(other.port, "hostIP")]
  const [host, otherHost] = [Json.number(port, "hostPort") ?? 0, Json.number(other.port, "hostPort") ?? 0]
  return ip === otherIp && host === otherHost
    ? "duplicate"
    : host === 0 || otherHost === 0
    ? "overlapping"
    : host === otherHost && (ip === "") !== (otherIp === "")
    ? "dangerously ambiguous"
    : undefined
}

const ports = (all: ReadonlyArray<Port>): Warnings => {
  const numbers = all.flatMap((one, index) =>
    all.slice(0, index).filter(({ port }) =>
      port["containerPort"] === one.port["containerPort"] && text(port, "protocol") === text(one.port, "protocol")
    ).flatMap((other) => {
      const problem = portProblem(one, other)
      return problem === undefined ? [] : [`${one.at}: ${problem} port definition with ${other.at}`]
    })
  )
  const named = all.flatMap((one, index) => {
    const name = text(one.port, "name")
    const other = name === "" ? undefined : all.slice(0, index).find(({ port }) => text(port, "name") === name)
    return other === undefined ? [] : [
      `${one.at}: duplicate port name ${
        JSON.stringify(name)
      } with ${other.at}, services and probes that select ports by `
      + `name will use ${other.at}`
    ]
  })
  return [...numbers, ...named]
}

const required = "requiredDuringSchedulingIgnoredDuringExecution"
const preferred = "preferredDuringSchedulingIgnoredDuringExecution"

const affinities = (spec: JsonObject, at: string): Warnings =>
  ["podAffinity", "podAntiAffinity"].flatMap((kind) => {
    const here = `${at}.affinity.${kind}`
    return [
      ...Json.objects(spec, "affinity", kind, required).flatMap((term, index) =>
        term["labelSelector"] === undefined ? [`${here}.${required}[${index}].labelSelector: ${noSelector}`] : []
      ),
      ...Json.objects(spec, "affinity", kind, preferred).flatMap((term, index) =>
        Json.at(term, "podAffinityTerm", "labelSelector") === undefined
          ? [`${here}.${preferred}[${index}].podAffinityTerm.labelSelector: ${noSelector}`]
          : []
      )
    ]
  })

/** Of a pod, or of a template at a path such as `spec.template.`. @since 0.1.0 @category rules  */
export const of = (pod: JsonObject, path = ""): Warnings => {
  const spec = Json.object(pod, "spec")
  const at = `${path}spec`
  const containers = ["initContainers", "containers"].flatMap((list) =>
    Json.objects(spec, list).map((one, index) => ({ one, here: `${at}.${list}[${index}]` }))
  )
  const bytes = ["memory", "ephemeral-storage"]
  return [
    ...Object.keys(Json.object(spec, "nodeSelector")).flatMap((key) =>
      nodeLabels[key] === undefined ? [] : [`${at}.nodeSelector[${key}]: ${nodeLabels[key]}`]
    ),
    ...spread(spec, at),
    ...Json.objects(spec, "volumes").flatMap((volume, index) =>
      Object.entries(volumes).flatMap(([key, why]) =>
        volume[key] === undefined ? [] : [`${at}.volumes[${index}].${key}: ${why}`]
      )
    ),
    ...names(spec, at),
    ...bytes.flatMap((name) => fractional(Json.object(spec, "overhead"), `${at}.overhead`, name)),
    ...containers.flatMap(({ here, one }) => [
      ...bytes.flatMap((name) =>
        ["limits", "requests"].flatMap((list) =>
          fractional(Json.object(one, "resources", list), `${here}.resources.${list}`, name)
        )
      ),
      ...variables(one, here)
    ]),
    ...ports(
      containers.flatMap(({ here, one }) =>
        Json.objects(one, "ports").map((port, index) => ({ at: `${here}.ports[${index}]`, port }))
      )
    ),
    ...((Json.number(spec, "terminationGracePeriodSeconds") ?? 0) < 0
      ? [`${at}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
    ...affinities(spec, at)
  ]
}
