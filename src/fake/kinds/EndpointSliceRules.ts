/**
 * The rules of EndpointSlices, and what is warned of in them, by k8s.io/kubernetes pkg/apis/discovery/validation and
 * pkg/registry/discovery/endpointslice (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as IpRules from "./IpRules.js"
import * as Names from "./Names.js"

const types = ["FQDN", "IPv4", "IPv6"]

const protocols = ["SCTP", "TCP", "UDP"]

const typeErrors = (type: string): Status.FieldErrors =>
  type === ""
    ? [Status.required("addressType")]
    : types.includes(type)
    ? []
    : [Status.unsupportedValue("addressType", type, types)]

const duplicates = (values: ReadonlyArray<string>, index: number, field: string): Status.FieldErrors => {
  const value = values[index] ?? ""
  return values.indexOf(value) < index ? [Status.duplicate(field, value)] : []
}

const portErrors = (ports: ReadonlyArray<JsonObject>): Status.FieldErrors => {
  const names = ports.map((port) => Json.text(port, "name") ?? "")
  return ports.length > 20_000 ? [Status.tooMany("ports", ports.length, 20_000)] : ports.flatMap((port, index) => {
    const field = `ports[${index}]`
    const [name = "", protocol = "", appProtocol] = [
      names[index],
      Json.text(port, "protocol"),
      Json.text(port, "appProtocol")
    ]
    return [
      ...(name === "" ? [] : Status.invalidValues(`${field}.name`, name, Names.dnsLabel(name))),
      ...duplicates(names, index, `${field}.name`),
      ...(protocols.includes(protocol) ? [] : [Status.unsupportedValue(`${field}.protocol`, protocol, protocols)]),
      ...(appProtocol === undefined
        ? []
        : Status.invalidValues(`${field}.appProtocol`, appProtocol, Names.labelKey(appProtocol)))
    ]
  })
}

// Their messages count characters.
const [domain, segment] = [Names.inCharacters(Names.dnsSubdomain), Names.inCharacters(Names.dnsLabel)]

const domainErrors = (given: string, field: string): Status.FieldErrors => {
  if (given === "") return [Status.required(field)]
  const name = given.replace(/\.$/, "")
  const wrong = domain(name)
  const segments = name.split(".")
  const [invalid] = segments.filter((one) => segment(one).length > 0)
  return wrong.length > 0
    ? [Status.invalidValue(field, name, wrong.join(","))]
    : segments.length < 2
    ? [Status.invalidValue(field, name, "should be a domain with at least two segments separated by dots")]
    : invalid === undefined
    ? []
    : [Status.invalidValue(field, invalid, segment(invalid).join(","))]
}

const ipErrors = (address: string, isOf6: boolean, list: string, field: string): Status.FieldErrors => {
  const wrong = isOf6 ? IpRules.strict(address, field) : IpRules.legacy(address, field)
  const version = isOf6 ? "IPv6" : "IPv4"
  return wrong.length > 0 ? wrong : [
    ...(IpRules.isOf6(address) === isOf6 ? [] : [Status.invalidValue(list, address, `must be an ${version} address`)]),
    ...IpRules.endpoint(address, field)
  ]
}

const addressErrors = (address: string, type: string, list: string, field: string): Status.FieldErrors => {
  switch (type) {
    case "IPv4":
    case "IPv6":
      return ipErrors(address, type === "IPv6", list, field)
    case "FQDN":
      return domainErrors(address, field)
    default:
      return []
  }
}

const hintErrors = (hints: JsonObject, field: string): Status.FieldErrors => {
  const errors: Array<Status.FieldError> = []
  for (const [list, rule] of [["forZones", Names.labelValue], ["forNodes", Names.dnsSubdomain]] as const) {
    const names = Json.objects(hints, list).map((one) => Json.text(one, "name") ?? "")
    if (names.length > 8) return [...errors, Status.tooMany(`${field}.${list}`, names.length, 8)]
    errors.push(...names.flatMap((name, index) => {
      const here = `${field}.${list}[${index}].name`
      return [...duplicates(names, index, here), ...Status.invalidValues(here, name, rule(name))]
    }))
  }
  return errors
}

const endpointErrors = (endpoint: JsonObject, type: string, field: string): Status.FieldErrors => {
  const addresses = Json.texts(endpoint, "addresses")
  const [node, hostname] = [Json.text(endpoint, "nodeName"), Json.text(endpoint, "hostname")]
  const list = `${field}.addresses`
  return [
    ...addresses.flatMap((address, index) => addressErrors(address, type, list, `${list}[${index}]`)),
    ...(node === undefined ? [] : Status.invalidValues(`${field}.nodeName`, node, Names.dnsSubdomain(node))),
    ...(hostname === undefined ? [] : Status.invalidValues(`${field}.hostname`, hostname, Names.dnsLabel(hostname))),
    ...hintErrors(Json.object(endpoint, "hints"), `${field}.hints`)
  ]
}

/** The number of addresses of an endpoint. */
const countErrors = (endpoint: JsonObject, list: string): Status.FieldErrors => {
  const { length } = Json.texts(endpoint, "addresses")
  return length === 0 ? [Status.required(list)] : length > 100 ? [Status.tooMany(list, length, 100)] : []
}

/**
 * The rules of every slice; endpoints that were so before stay. Some are those of the server's schema, whose errors come last.
 *
 * @since 0.1.0
 * @category rules
 */
export const slice = (object: JsonObject, previous?: JsonObject): Status.FieldErrors => {
  const type = Json.text(object, "addressType") ?? ""
  const endpoints = Json.objects(object, "endpoints")
  const stay = previous !== undefined && Json.equal(object["endpoints"], previous["endpoints"])
  return [
    ...portErrors(Json.objects(object, "ports")),
    ...(stay
      ? []
      : endpoints.length > 1000
      ? [Status.tooMany("endpoints", endpoints.length, 1000)]
      : endpoints.flatMap((endpoint, index) => endpointErrors(endpoint, type, `endpoints[${index}]`))),
    ...typeErrors(type),
    ...(previous === undefined || type === previous["addressType"]
      ? []
      : [Status.invalidValue("addressType", null, "field is immutable")]),
    ...(stay || endpoints.length > 1000
      ? []
      : endpoints.flatMap((endpoint, index) => countErrors(endpoint, `endpoints[${index}].addresses`)))
  ]
}

const controllers = ["endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"]

/** What is warned of in the addresses, but for those of controllers. @since 0.1.0 @category rules  */
export const warnings = (object: JsonObject): ReadonlyArray<string> =>
  controllers.includes(Json.text(object, "metadata", "labels", "endpointslice.kubernetes.io/managed-by") ?? "")
    ? []
    : Json.objects(object, "endpoints").flatMap((endpoint, index) =>
      Json.texts(endpoint, "addresses").flatMap((address, at) =>
        IpRules.warnings(address, `endpoints[${index}].addresses[${at}]`)
      )
    )
