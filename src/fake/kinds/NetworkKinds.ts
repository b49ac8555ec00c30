/**
 * Services and the kinds of networking and discovery, by k8s.io/kubernetes pkg/apis/core, networking and discovery (v1.37). They
 * are stored: nothing listens on an address, and nothing makes endpoints.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as EndpointRules from "./EndpointRules.js"
import * as EndpointSliceRules from "./EndpointSliceRules.js"
import * as IngressClassRules from "./IngressClassRules.js"
import * as IngressRules from "./IngressRules.js"
import * as Kind from "./Kind.js"
import * as Names from "./Names.js"
import * as NetworkColumns from "./NetworkColumns.js"
import * as NetworkFields from "./NetworkFields.js"
import * as NetworkPolicyRules from "./NetworkPolicyRules.js"
import * as ServiceAddresses from "./ServiceAddresses.js"
import * as ServiceRules from "./ServiceRules.js"

const spec = (object: JsonObject, change: (spec: JsonObject) => JsonObject): JsonObject =>
  Kind.inside(object, "spec", change)

/** The kinds of Services with an address, which have a policy for traffic within the cluster. */
const addressed: ReadonlyArray<Json.Value> = ["ClusterIP", "LoadBalancer", "NodePort"]

const affinityOf = (given: JsonObject): JsonObject => {
  switch (given["sessionAffinity"] ?? "None") {
    case "None":
      return Json.omit(given, "sessionAffinityConfig")
    case "ClientIP":
      return Json.number(given, "sessionAffinityConfig", "clientIP", "timeoutSeconds") === undefined
        ? { ...given, sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } }
        : given
    default:
      return given
  }
}

/** Go omits these numbers. */
const withoutZero = (object: JsonObject, field: string): JsonObject =>
  object[field] === 0 ? Json.omit(object, field) : object

const fillPort = (port: JsonObject): JsonObject => {
  const target = port["targetPort"] ?? 0
  return Kind.defaults(
    withoutZero(
      target === 0 || target === "" ? Json.make({ ...port, targetPort: port["port"] ?? 0 }) : port,
      "nodePort"
    ),
    { protocol: "TCP" }
  )
}

const fillService = (given: JsonObject): JsonObject => {
  const type = given["type"] ?? "ClusterIP"
  const typed = Kind.defaults(withoutZero(affinityOf(given), "healthCheckNodePort"), { sessionAffinity: "None", type })
  return Kind.insideEach(
    Kind.defaults(typed, {
      ...(ServiceAddresses.isAccessible(typed) ? { externalTrafficPolicy: "Cluster" } : {}),
      ...(addressed.includes(type) ? { internalTrafficPolicy: "Cluster" } : {}),
      ...(type === "LoadBalancer" ? { allocateLoadBalancerNodePorts: true } : {})
    }),
    "ports",
    fillPort
  )
}

/** A server defaulted this policy for all types once, and leaves it out where it is read. */
const withoutPolicy = (service: JsonObject): JsonObject =>
  Json.text(service, "spec", "type") === "ExternalName"
    ? spec(service, (given) => Json.omit(given, "internalTrafficPolicy"))
    : service

const fillIngress = (status: JsonObject): JsonObject =>
  Kind.inside(
    status,
    "loadBalancer",
    (balancer) =>
      Kind.insideEach(
        balancer,
        "ingress",
        (one) => (Json.text(one, "ip") ?? "") === "" ? one : Kind.defaults(one, { ipMode: "VIP" })
      )
  )

const allocated = (service: JsonObject, previous?: JsonObject): JsonObject =>
  Either.getOrElse(ServiceAddresses.allocate(service, { previous, dryRun: true }), () => service)

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
  fill: (object) => {
    const filled = spec(object, fillService)
    return Json.text(filled, "spec", "type") === "LoadBalancer" ? Kind.inside(filled, "status", fillIngress) : filled
  },
  refusal: (next, options) =>
    Either.match(ServiceAddresses.allocate(next, options), {
      onLeft: (status) => status,
      onRight: () => undefined
    }),
  prepare: (object) => ({ ...allocated(object), status: { loadBalancer: {} } }),
  amend: (next, previous) => ({
    ...allocated(next, previous),
    ...(Json.text(next, "spec", "type") === "LoadBalancer" ? {} : { status: { loadBalancer: {} } })
  }),
  validateNew: (object) => ServiceRules.service(object),
  validateUpdate: ServiceRules.update,
  validateStatus: ServiceRules.status,
  shown: withoutPolicy,
  decorates: true
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
        ...Kind.insideEach(
          object,
          "endpoints",
          (endpoint) => Json.omit(Kind.defaults(endpoint, { conditions: {} }), "deprecatedTopology")
        ),
        ...Object.fromEntries(
          ["endpoints", "ports"].flatMap((field) => Json.list(object, field).length === 0 ? [[field, null]] : [])
        )
      },
      "ports",
      (port) => Kind.defaults(port, { name: "", protocol: "TCP" })
    ),
  validateNew: (object) => EndpointSliceRules.slice(object),
  validateUpdate: EndpointSliceRules.slice
})

/** @since 0.1.0 @category kinds */
export const networkPolicy = Kind.make({
  group: "networking.k8s.io",
  version: "v1",
  plural: "networkpolicies",
  singular: "networkpolicy",
  kind: "NetworkPolicy",
  shortNames: ["netpol"],
  fields: NetworkFields.networkPolicy,
  validateNew: (object) => NetworkPolicyRules.spec(object),
  validateUpdate: NetworkPolicyRules.spec,
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
  validate: IngressClassRules.spec,
  validateUpdate: IngressClassRules.update
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
