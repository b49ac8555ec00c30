/**
 * Services and the kinds of networking and discovery, by k8s.io/kubernetes pkg/apis/core, networking and discovery (v1.37). They
 * are stored: nothing listens on an address, and nothing makes endpoints.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as EndpointRules from "./EndpointRules.js"
import * as IngressRules from "./IngressRules.js"
import * as Kind from "./Kind.js"
import * as Names from "./Names.js"
import * as NetworkColumns from "./NetworkColumns.js"
import * as NetworkFields from "./NetworkFields.js"
import * as PortRules from "./PortRules.js"

const spec = (object: JsonObject, change: (spec: JsonObject) => JsonObject): JsonObject =>
  Kind.inside(object, "spec", change)

const types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]

const isExposed = (type: Json.Value | undefined): boolean => type === "NodePort" || type === "LoadBalancer"

const fillService = (given: JsonObject): JsonObject => {
  const type = given["type"] ?? "ClusterIP"
  const affine = (given["sessionAffinity"] ?? "None") === "None" ? Json.omit(given, "sessionAffinityConfig") : given
  const filled = Kind.defaults(affine, {
    sessionAffinity: "None",
    type,
    ...(isExposed(type) ? { externalTrafficPolicy: "Cluster" } : {}),
    ...(type === "ExternalName" ? {} : { internalTrafficPolicy: "Cluster" }),
    ...(type === "LoadBalancer" ? { allocateLoadBalancerNodePorts: true } : {}),
    ...(given["sessionAffinity"] === "ClientIP"
      ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } }
      : {})
  })
  return Kind.insideEach(
    filled,
    "ports",
    (port) => Kind.defaults(port, Json.make({ protocol: "TCP", targetPort: port["port"] }))
  )
}

/** A number for each object, from its uid. */
const numberOf = (object: JsonObject): number => Number.parseInt(Metadata.uid(object).slice(-8), 16)

/** The addresses and ports that a server allocates. */
const allocate = (object: JsonObject): JsonObject =>
  spec(object, (given) => {
    if (given["type"] === "ExternalName") {
      return given
    }
    const number = numberOf(object)
    const address = Json.text(given, "clusterIP") ?? `10.96.${(number >> 8) % 256}.${number % 256}`
    const exposed = isExposed(given["type"]) && given["allocateLoadBalancerNodePorts"] !== false
    const ports = Json.objects(given, "ports").map((port, index) =>
      exposed ? Kind.defaults(port, { nodePort: 30_000 + (number + index) % 2768 }) : port
    )
    return {
      ...Kind.defaults(given, {
        clusterIP: address,
        clusterIPs: [address],
        ipFamilies: [address.includes(":") ? "IPv6" : "IPv4"],
        ipFamilyPolicy: "SingleStack"
      }),
      ...(given["ports"] === undefined ? {} : { ports })
    }
  })

const nameOf = (port: JsonObject): string => Json.text(port, "name") ?? ""

/** The errors of a port of a Service, given the names of those before it. */
const portErrors = (
  port: JsonObject,
  field: string,
  isNamed: boolean,
  names: ReadonlyArray<string>
): Status.FieldErrors => {
  const name = nameOf(port)
  return [
    ...(name === ""
      ? isNamed ? [Status.required(`${field}.name`)] : []
      : Status.invalidValues(`${field}.name`, name, Names.dnsLabel(name))),
    ...(name !== "" && names.includes(name)
      ? [Status.duplicate(`${field}.name`, name)]
      : []),
    ...PortRules.number(Json.number(port, "port") ?? 0, `${field}.port`),
    ...PortRules.protocol(port, field),
    ...PortRules.numberOrName(port["targetPort"] ?? 0, `${field}.targetPort`)
  ]
}

const affinities = ["ClientIP", "None"]

const sessionErrors = (object: JsonObject): Status.FieldErrors => {
  const affinity = Json.text(object, "spec", "sessionAffinity") ?? ""
  return affinities.includes(affinity)
    ? []
    : [Status.unsupportedValue("spec.sessionAffinity", affinity, affinities)]
}

const serviceErrors = (object: JsonObject): Status.FieldErrors => {
  const [type = "", ports] = [Json.text(object, "spec", "type"), Json.objects(object, "spec", "ports")]
  const headless = Json.text(object, "spec", "clusterIP") === "None"
  return [
    ...(ports.length === 0 && type !== "ExternalName" && !headless ? [Status.required("spec.ports")] : []),
    ...ports.flatMap((port, index) =>
      portErrors(port, `spec.ports[${index}]`, ports.length > 1, ports.slice(0, index).map(nameOf))
    ),
    ...sessionErrors(object),
    ...(types.includes(type) ? [] : [Status.unsupportedValue("spec.type", type, types)]),
    ...(type === "ExternalName" && (Json.text(object, "spec", "externalName") ?? "") === ""
      ? [Status.required("spec.externalName")]
      : [])
  ]
}

/** @since 0.1.0 @category kinds */
export const service = Kind.make({
  group: "",
  version: "v1",
  plural: "services",
  kind: "Service",
  shortNames: ["svc"],
  categories: ["all"],
  status: true,
  createOnUpdate: true,
  fields: NetworkFields.service,
  columns: NetworkColumns.service,
  name: Names.dnsLabel,
  unknownField: (field) => `field label not supported: ${field}`,
  selectable: {
    "spec.clusterIP": (object) => Json.text(object, "spec", "clusterIP") ?? "",
    "spec.type": (object) => Json.text(object, "spec", "type") ?? ""
  },
  fill: (object) => spec(object, fillService),
  prepare: (object) => ({ ...allocate(object), status: { loadBalancer: {} } }),
  // An update without the addresses keeps them.
  amend: (next, previous) =>
    spec(next, (given) =>
      given["type"] === "ExternalName" ? given : {
        ...Object.fromEntries(
          ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"].flatMap((field) => {
            const value = Json.at(previous, "spec", field)
            return value === undefined ? [] : [[field, value]]
          })
        ),
        ...given
      }),
  validate: serviceErrors,
  validateUpdate: (next, previous) => {
    const [now, before] = [next, previous].map((one) => Json.text(one, "spec", "clusterIP"))
    return before === undefined || before === now || Json.text(next, "spec", "type") === "ExternalName"
      ? []
      : [Status.invalidValue("spec.clusterIPs[0]", Json.list(next, "spec", "clusterIPs"), "may not change once set")]
  }
})

/** @since 0.1.0 @category kinds */
export const endpoints = Kind.make({
  group: "",
  version: "v1",
  plural: "endpoints",
  singular: "endpoints",
  kind: "Endpoints",
  shortNames: ["ep"],
  createOnUpdate: true,
  fields: NetworkFields.endpoints,
  columns: NetworkColumns.endpoints,
  deprecation: "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
  fill: (object) =>
    Kind.insideEach(
      object,
      "subsets",
      (subset) => Kind.insideEach(subset, "ports", (port) => Kind.defaults(port, { protocol: "TCP" }))
    ),
  validateNew: EndpointRules.subsets,
  validateUpdate: (next, previous) =>
    Json.equal(next["subsets"], previous["subsets"]) ? [] : EndpointRules.subsets(next)
})

const addressTypes = ["FQDN", "IPv4", "IPv6"]

/** @since 0.1.0 @category kinds */
export const endpointSlice = Kind.make({
  group: "discovery.k8s.io",
  version: "v1",
  plural: "endpointslices",
  kind: "EndpointSlice",
  fields: NetworkFields.endpointSlice,
  columns: NetworkColumns.endpointSlice,
  generation: "everything",
  fill: (object) =>
    Kind.insideEach(
      // Go writes empty lists of these fields as null.
      {
        ...Kind.insideEach(object, "endpoints", (endpoint) => Kind.defaults(endpoint, { conditions: {} })),
        ...Object.fromEntries(
          ["endpoints", "ports"].flatMap((field) => Json.list(object, field).length === 0 ? [[field, null]] : [])
        )
      },
      "ports",
      (port) => Kind.defaults(port, { name: "", protocol: "TCP" })
    ),
  validate: (object) => {
    const type = Json.text(object, "addressType") ?? ""
    return type === ""
      ? [Status.required("addressType")]
      : addressTypes.includes(type)
      ? []
      : [Status.unsupportedValue("addressType", type, addressTypes)]
  },
  validateUpdate: (next, previous) =>
    next["addressType"] === previous["addressType"]
      ? []
      : [Status.invalidValue("addressType", null, "field is immutable")]
})

const policyTypes = ["Ingress", "Egress"]

/** @since 0.1.0 @category kinds */
export const networkPolicy = Kind.make({
  group: "networking.k8s.io",
  version: "v1",
  plural: "networkpolicies",
  singular: "networkpolicy",
  kind: "NetworkPolicy",
  shortNames: ["netpol"],
  fields: NetworkFields.networkPolicy,
  validate: (object) =>
    Json.texts(object, "spec", "policyTypes").flatMap((type, index) =>
      policyTypes.includes(type)
        ? []
        : [Status.unsupportedValue(`spec.policyTypes[${index}]`, type, policyTypes)]
    ),
  columns: NetworkColumns.networkPolicy,
  generation: "spec",
  fill: (object) =>
    spec(object, (given) => {
      const ports = (rule: JsonObject) =>
        Kind.insideEach(rule, "ports", (port) => Kind.defaults(port, { protocol: "TCP" }))
      const filled = Kind.insideEach(Kind.insideEach(given, "ingress", ports), "egress", ports)
      return Kind.defaults(filled, {
        podSelector: {},
        policyTypes: ["Ingress", ...(Json.list(given, "egress").length > 0 ? ["Egress"] : [])]
      })
    })
})

/** @since 0.1.0 @category kinds */
export const ingress = Kind.make({
  group: "networking.k8s.io",
  version: "v1",
  plural: "ingresses",
  kind: "Ingress",
  shortNames: ["ing"],
  status: true,
  fields: NetworkFields.ingress,
  columns: NetworkColumns.ingress,
  generation: "spec",
  prepare: (object) => ({ ...object, status: { loadBalancer: {} } }),
  validateNew: IngressRules.create,
  validateUpdate: IngressRules.update,
  validateStatus: IngressRules.status
})

/** @since 0.1.0 @category kinds */
export const ingressClass = Kind.make({
  group: "networking.k8s.io",
  version: "v1",
  plural: "ingressclasses",
  singular: "ingressclass",
  kind: "IngressClass",
  namespaced: false,
  fields: NetworkFields.ingressClass,
  columns: NetworkColumns.ingressClass,
  generation: "spec",
  fill: (object) =>
    spec(object, (given) => Kind.inside(given, "parameters", (one) => Kind.defaults(one, { scope: "Cluster" }))),
  validate: (object) =>
    (Json.text(object, "spec", "controller") ?? "") === "" ? [Status.required("spec.controller")] : []
})

/** @since 0.1.0 @category kinds */
export const kinds: ReadonlyArray<Kind.Kind> = [
  endpoints,
  endpointSlice,
  ingress,
  ingressClass,
  networkPolicy,
  service
]
