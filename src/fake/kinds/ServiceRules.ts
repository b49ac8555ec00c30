/**
 * The rules of Services, and what is warned of in them, by k8s.io/kubernetes pkg/apis/core/validation and pkg/api/service (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as CidrRules from "./CidrRules.js"
import * as IpRules from "./IpRules.js"
import * as Names from "./Names.js"
import * as PortRules from "./PortRules.js"
import { hasHealthPort, isAccessible } from "./ServiceAddresses.js"
import * as ServiceClusterRules from "./ServiceClusterRules.js"

const types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]

const isBalanced = ({ type }: JsonObject): boolean => type === "LoadBalancer"

const onlyBalanced = "may only be used when `type` is 'LoadBalancer'"

const hints = "service.kubernetes.io/topology-aware-hints"

const mode = "service.kubernetes.io/topology-mode"

const ranges = "service.beta.kubernetes.io/load-balancer-source-ranges"

const annotationsOf = (service: JsonObject): Readonly<Record<string, string>> =>
  Json.record(service, "metadata", "annotations")

const topologyErrors = (service: JsonObject): Status.FieldErrors => {
  const { [hints]: before, [mode]: now } = annotationsOf(service)
  return now !== undefined && before !== undefined && now !== before
    ? [Status.invalidValue(
      `metadata.annotations[${mode}]`,
      now,
      `must match annotations[${hints}] when both are specified`
    )]
    : []
}

const nameErrors = (spec: JsonObject): Status.FieldErrors => {
  const name = (Json.text(spec, "externalName") ?? "").replace(/\.$/, "")
  return [
    ...["clusterIPs", "ipFamilies", "ipFamilyPolicy"].flatMap((field) =>
      spec[field] === undefined || (Json.isList(spec[field]) && Json.list(spec, field).length === 0)
        ? []
        : [Status.forbiddenField(`spec.${field}`, "may not be set for ExternalName services")]
    ),
    ...(name === ""
      ? [Status.required("spec.externalName")]
      : Status.invalidValues("spec.externalName", name, Names.inCharacters(Names.dnsSubdomain)(name)))
  ]
}

const typeErrors = (spec: JsonObject): Status.FieldErrors => {
  const type = String(spec["type"])
  return type === "ExternalName"
    ? nameErrors(spec)
    : (type === "LoadBalancer" || type === "NodePort") && ServiceClusterRules.isHeadless(spec)
    ? [Status.invalidValue("spec.clusterIPs[0]", "None", `may not be set to 'None' for ${type} services`)]
    : []
}

const nameOf = (port: JsonObject): string => Json.text(port, "name") ?? ""

/** The errors of a port, given the names of those before it. */
const portErrors = (
  port: JsonObject,
  field: string,
  isNamed: boolean,
  names: ReadonlyArray<string>
): Status.FieldErrors => {
  const name = nameOf(port)
  const appProtocol = Json.text(port, "appProtocol")
  return [
    ...(name === ""
      ? isNamed ? [Status.required(`${field}.name`)] : []
      : Status.invalidValues(`${field}.name`, name, Names.dnsLabel(name))),
    ...(name !== "" && names.includes(name) ? [Status.duplicate(`${field}.name`, name)] : []),
    ...PortRules.number(Json.number(port, "port") ?? 0, `${field}.port`),
    ...PortRules.protocol(port, field),
    ...PortRules.numberOrName(port["targetPort"] ?? 0, `${field}.targetPort`),
    ...(appProtocol === undefined
      ? []
      : Status.invalidValues(`${field}.appProtocol`, appProtocol, Names.labelKey(appProtocol)))
  ]
}

const portsOf = (spec: JsonObject): ReadonlyArray<JsonObject> => Json.objects(spec, "ports")

/** Ports that another before it has, for its protocol. */
const repeated = (spec: JsonObject, field: string): ReadonlyArray<number> => {
  const keys = portsOf(spec).map((port) => {
    const number = Json.number(port, field) ?? 0
    return field === "nodePort" && number === 0 ? undefined : `${Json.text(port, "protocol")} ${number}`
  })
  return keys.flatMap((key, index) => key !== undefined && keys.indexOf(key) < index ? [index] : [])
}

/** A port as Go has it in messages: the parts of its type that tell it from others. */
const keyOf = (port: JsonObject): Json.Value => ({
  Name: "",
  Protocol: Json.text(port, "protocol") ?? "",
  AppProtocol: null,
  Port: Json.number(port, "port") ?? 0,
  TargetPort: 0,
  NodePort: 0
})

const openErrors = (spec: JsonObject): Status.FieldErrors => [
  ...(spec["type"] === "ClusterIP"
    ? portsOf(spec).flatMap((port, index) =>
      (Json.number(port, "nodePort") ?? 0) === 0
        ? []
        : [Status.forbiddenField(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'")]
    )
    : []),
  ...repeated(spec, "nodePort").map((index) =>
    Status.duplicate(`spec.ports[${index}].nodePort`, Json.at(spec, "ports", index, "nodePort") ?? null)
  ),
  ...repeated(spec, "port").map((index) => Status.duplicate(`spec.ports[${index}]`, keyOf(portsOf(spec)[index] ?? {})))
]

const affinities = ["ClientIP", "None"]

const maxAffinity = 86_400

const affinityErrors = (spec: JsonObject): Status.FieldErrors => {
  const affinity = Json.text(spec, "sessionAffinity") ?? ""
  const seconds = Json.number(spec, "sessionAffinityConfig", "clientIP", "timeoutSeconds") ?? 0
  return [
    ...(affinities.includes(affinity)
      ? []
      : [Status.unsupportedValue("spec.sessionAffinity", affinity, affinities)]),
    ...(affinity === "ClientIP" && (seconds <= 0 || seconds > maxAffinity)
      ? [Status.invalidValue(
        "spec.sessionAffinityConfig.clientIP.timeoutSeconds",
        seconds,
        `must be greater than 0 and less than ${maxAffinity}`
      )]
      : [])
  ]
}

const selectorErrors = (spec: JsonObject): Status.FieldErrors =>
  Object.entries(Json.record(spec, "selector")).flatMap(([key, value]) => [
    ...Status.invalidValues("spec.selector", key, Names.labelKey(key)),
    ...Status.invalidValues("spec.selector", value, Names.labelValue(value))
  ])

const externalErrors = (spec: JsonObject, before: JsonObject | undefined): Status.FieldErrors =>
  Json.texts(spec, "externalIPs").flatMap((ip, index) => {
    const field = `spec.externalIPs[${index}]`
    const wrong = IpRules.legacy(ip, field, Json.texts(before, "externalIPs"))
    return wrong.length > 0 ? wrong : IpRules.endpoint(ip, field)
  })

const sourceErrors = (service: JsonObject, previous: JsonObject | undefined): Status.FieldErrors => {
  const spec = Json.object(service, "spec")
  const given = Json.texts(spec, "loadBalancerSourceRanges")
  const annotation = annotationsOf(service)[ranges]
  if (given.length === 0 && annotation === undefined) return []
  const field = given.length > 0 ? "spec.LoadBalancerSourceRanges" : `metadata.annotations[${ranges}]`
  const before = Json.texts(previous, "spec", "loadBalancerSourceRanges").map((range) => range.trim())
  const isOld = previous !== undefined && annotationsOf(previous)[ranges] === annotation
  const listed = (annotation ?? "").trim()
  return [
    ...(isBalanced(spec) ? [] : [Status.forbiddenField(field, onlyBalanced)]),
    ...given.flatMap((range, index) => CidrRules.legacy(range.trim(), `${field}[${index}]`, before)),
    ...(given.length > 0 || isOld || listed === ""
      ? []
      : listed.split(",").flatMap((range) => CidrRules.legacy(range.trim(), field)))
  ]
}

const balancerErrors = (spec: JsonObject): Status.FieldErrors => {
  const name = Json.text(spec, "loadBalancerClass")
  return [
    ...(spec["allocateLoadBalancerNodePorts"] !== undefined && !isBalanced(spec)
      ? [Status.forbiddenField("spec.allocateLoadBalancerNodePorts", onlyBalanced)]
      : []),
    ...(name === undefined
      ? []
      : isBalanced(spec)
      ? Status.invalidValues("spec.loadBalancerClass", name, Names.labelKey(name))
      : [Status.forbiddenField("spec.loadBalancerClass", onlyBalanced)])
  ]
}

const policies = ["Cluster", "Local"]

const healthErrors = (spec: JsonObject): Status.FieldErrors => {
  const [field, port] = ["spec.healthCheckNodePort", Json.number(spec, "healthCheckNodePort") ?? 0]
  return hasHealthPort(spec)
    ? port === 0 ? [Status.required(field)] : PortRules.number(port, field)
    : port === 0
    ? []
    : [Status.invalidValue(
      field,
      port,
      "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
    )]
}

const distributions = ["PreferClose", "PreferSameZone", "PreferSameNode"]

const trafficErrors = (spec: JsonObject): Status.FieldErrors => {
  const [outer, inner, distribution] = ["externalTrafficPolicy", "internalTrafficPolicy", "trafficDistribution"].map(
    (field) => Json.text(spec, field)
  )
  const field = "spec.externalTrafficPolicy"
  return [
    ...(isAccessible(spec)
      ? policies.includes(outer ?? "") ? [] : [Status.unsupportedValue(field, outer ?? "", policies)]
      : (outer ?? "") === ""
      ? []
      : [Status.invalidValue(field, outer, "may only be set for externally-accessible services")]),
    ...healthErrors(spec),
    ...(inner === undefined || policies.includes(inner)
      ? []
      : [Status.unsupportedValue("spec.internalTrafficPolicy", inner, policies)]),
    ...(distribution === undefined || distributions.includes(distribution)
      ? []
      : [Status.unsupportedValue("spec.trafficDistribution", distribution, distributions)])
  ]
}

/** The rules of every Service, given that before an update. @since 0.1.0 @category rules  */
export const service = (object: JsonObject, previous?: JsonObject): Status.FieldErrors => {
  const spec = Json.object(object, "spec")
  const before = previous === undefined ? undefined : Json.object(previous, "spec")
  const type = Json.text(spec, "type") ?? ""
  const ports = portsOf(spec)
  return [
    ...topologyErrors(object),
    ...(ports.length === 0 && !ServiceClusterRules.isHeadless(spec) && type !== "ExternalName"
      ? [Status.required("spec.ports")]
      : []),
    ...typeErrors(spec),
    ...ports.flatMap((port, index) =>
      portErrors(port, `spec.ports[${index}]`, ports.length > 1, ports.slice(0, index).map(nameOf))
    ),
    ...selectorErrors(spec),
    ...affinityErrors(spec),
    ...ServiceClusterRules.clusterErrors(spec, before),
    ...externalErrors(spec, before),
    ...(types.includes(type) ? [] : [Status.unsupportedValue("spec.type", type, types)]),
    ...openErrors(spec),
    ...sourceErrors(object, previous),
    ...balancerErrors(spec),
    ...trafficErrors(spec)
  ]
}

/** The rules of an update, with those of every Service. @since 0.1.0 @category rules  */
export const update = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  const [spec, before] = [Json.object(next, "spec"), Json.object(previous, "spec")]
  const name = Json.text(spec, "loadBalancerClass")
  return [
    ...ServiceClusterRules.changes(spec, before),
    ...(isBalanced(spec) && isBalanced(before) && name !== Json.text(before, "loadBalancerClass")
      ? [Status.invalidValue("spec.loadBalancerClass", name ?? null, "may not change once set")]
      : []),
    ...(isBalanced(spec)
      ? name === undefined ? [] : Status.invalidValues("spec.loadBalancerClass", name, Names.labelKey(name))
      : name === undefined
      ? []
      : [Status.forbiddenField("spec.loadBalancerClass", onlyBalanced)]),
    ...(hasHealthPort(spec) && hasHealthPort(before)
        && spec["healthCheckNodePort"] !== before["healthCheckNodePort"]
      ? [Status.forbiddenField("spec.healthCheckNodePort", "field is immutable")]
      : []),
    ...service(next, previous)
  ]
}

const balancers = (object: JsonObject): ReadonlyArray<JsonObject> =>
  Json.objects(object, "status", "loadBalancer", "ingress")

const modes = ["Proxy", "VIP"]

/** The rules of the status; addresses that were there before stay. @since 0.1.0 @category rules  */
export const status = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  const path = "status.loadBalancer.ingress"
  const known = balancers(previous).map((one) => Json.text(one, "ip") ?? "")
  return balancers(next).length > 0 && !isBalanced(Json.object(next, "spec"))
    ? [Status.forbiddenField(path, "may only be used when `spec.type` is 'LoadBalancer'")]
    : balancers(next).flatMap((one, index) => {
      const field = `${path}[${index}]`
      const [ip = "", mode, host = ""] = [Json.text(one, "ip"), Json.text(one, "ipMode"), Json.text(one, "hostname")]
      return [
        ...(ip === "" ? [] : IpRules.legacy(ip, `${field}.ip`, known)),
        ...(mode === undefined
          ? ip === "" ? [] : [Status.required(`${field}.ipMode`, "must be specified when `ip` is set")]
          : ip === ""
          ? [Status.forbiddenField(`${field}.ipMode`, "may not be specified when `ip` is not set")]
          : modes.includes(mode)
          ? []
          : [Status.unsupportedValue(`${field}.ipMode`, mode, modes)]),
        ...(host === "" ? [] : [
          ...Status.invalidValues(`${field}.hostname`, host, Names.dnsSubdomain(host)),
          ...(IpRules.parse(host) === undefined
            ? []
            : [Status.invalidValue(`${field}.hostname`, host, "must be a DNS name, not an IP address")])
        ])
      ]
    })
}

/** @since 0.1.0 @category rules */
export const warnings = (object: JsonObject): ReadonlyArray<string> => {
  const spec = Json.object(object, "spec")
  const isHeadless = spec["type"] === "ClusterIP" && spec["clusterIP"] === "None"
  const isNamed = spec["type"] === "ExternalName"
  const external = Json.texts(spec, "externalIPs")
  const balancer = Json.text(spec, "loadBalancerIP") ?? ""
  const ignored = (field: string) => `spec.${field} is ignored for headless services`
  return [
    ...(annotationsOf(object)[hints] === undefined
      ? []
      : [`annotation ${hints} is deprecated, please use ${mode} instead`]),
    ...Json.texts(spec, "clusterIPs").flatMap((ip, index) => IpRules.warnings(ip, `spec.clusterIPs[${index}]`)),
    ...(isHeadless && balancer !== "" ? [ignored("loadBalancerIP")] : []),
    ...(isHeadless && external.length > 0 ? [ignored("externalIPs")] : []),
    ...(isHeadless && spec["sessionAffinity"] !== "None" ? [ignored("SessionAffinity")] : []),
    ...external.flatMap((ip, index) => IpRules.warnings(ip, `spec.externalIPs[${index}]`)),
    ...(external.length > 0 && !isHeadless && !isNamed
      ? ["spec.externalIPs is deprecated and may no longer be implemented in some clusters"]
      : []),
    ...IpRules.warnings(balancer, "spec.loadBalancerIP"),
    ...Json.texts(spec, "loadBalancerSourceRanges").flatMap((range, index) =>
      CidrRules.warnings(range, `spec.loadBalancerSourceRanges[${index}]`)
    ),
    ...(isNamed && external.length > 0 ? ["spec.externalIPs is ignored when spec.type is \"ExternalName\""] : []),
    ...(!isNamed && spec["externalName"] !== undefined
      ? ["spec.externalName is ignored when spec.type is not \"ExternalName\""]
      : []),
    ...(spec["trafficDistribution"] === "PreferClose"
      ? ["spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\""]
      : [])
  ]
}
