/**
 * The rules of Ingresses, by k8s.io/kubernetes pkg/apis/networking/validation (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as IpRules from "./IpRules.js"
import * as Names from "./Names.js"
import * as PortRules from "./PortRules.js"

const hostRule = (host: string): ReadonlyArray<string> =>
  host.includes("*") ? Names.wildcardSubdomain(host) : Names.dnsSubdomain(host)

const pathTypes = ["Exact", "ImplementationSpecific", "Prefix"]

const pathErrors = (path: string, isFree: boolean, field: string): Status.FieldErrors =>
  Status.invalidValues(field, path, [
    ...(path.startsWith("/") || (isFree && path === "") ? [] : ["must be an absolute path"]),
    ...["//", "/./", "/../", "%2f", "%2F"].flatMap((part) =>
      !isFree && path.includes(part) ? [`must not contain '${part}'`] : []
    ),
    ...["/..", "/."].flatMap((end) => !isFree && path.endsWith(end) ? [`cannot end with '${end}'`] : [])
  ])

const namedBy = (object: JsonObject, rule: Names.Rule, name: string, field: string): Status.FieldErrors => {
  const value = Json.text(object, name) ?? ""
  return value === ""
    ? [Status.required(`${field}.${name}`)]
    : Status.invalidValues(`${field}.${name}`, value, rule(value))
}

const portErrors = (port: JsonObject, field: string): Status.FieldErrors => {
  const name = Json.text(port, "name") ?? ""
  const number = Json.number(port, "number") ?? 0
  return name !== "" && number !== 0
    ? [Status.invalidValue(field, "", "cannot set both port name & port number")]
    : name !== ""
    ? Status.invalidValues(`${field}.service.port.name`, name, PortRules.nameMessages(name))
    : number === 0
    ? [Status.required(field, "port name or number is required")]
    : PortRules.number(number, `${field}.service.port.number`)
}

const backendErrors = (backend: JsonObject, field: string): Status.FieldErrors => {
  const { resource, service } = backend
  if (Json.isObject(resource) && Json.isObject(service)) {
    return [Status.invalidValue(field, "", "cannot set both resource and service backends")]
  }
  if (Json.isObject(resource)) {
    const group = Json.text(resource, "apiGroup")
    return [
      ...(group === undefined
        ? []
        : Status.invalidValues(`${field}.resource.apiGroup`, group, Names.dnsSubdomain(group))),
      ...namedBy(resource, Names.pathSegment, "kind", `${field}.resource`),
      ...namedBy(resource, Names.pathSegment, "name", `${field}.resource`)
    ]
  }
  return Json.isObject(service)
    ? [
      ...namedBy(service, Names.dnsLabel, "name", `${field}.service`),
      ...portErrors(Json.object(service, "port"), field)
    ]
    : [Status.invalidValue(field, "", "resource or service backend is required")]
}

const httpErrors = (rule: JsonObject, field: string): Status.FieldErrors => {
  const { http } = rule
  if (!Json.isObject(http)) return []
  const paths = Json.objects(http, "paths")
  return paths.length === 0
    ? [Status.required(`${field}.http.paths`)]
    : paths.flatMap((path, index) => {
      const here = `${field}.http.paths[${index}]`
      const type = Json.text(path, "pathType")
      return type === undefined ? [Status.required(`${here}.pathType`, "pathType must be specified")] : [
        ...(pathTypes.includes(type)
          ? pathErrors(Json.text(path, "path") ?? "", type === "ImplementationSpecific", `${here}.path`)
          : [Status.unsupportedValue(`${here}.pathType`, type, pathTypes)]),
        ...backendErrors(Json.object(path, "backend"), `${here}.backend`)
      ]
    })
}

const rulesOf = (object: JsonObject): ReadonlyArray<JsonObject> => Json.objects(object, "spec", "rules")

const hostOf = (rule: JsonObject): string => Json.text(rule, "host") ?? ""

const nameless = "must be a DNS name, not an IP address"

const addressErrors = (host: string, field: string): Status.FieldErrors =>
  IpRules.parse(host) === undefined ? [] : [Status.invalidValue(field, host, nameless)]

const ruleErrors = (rule: JsonObject, field: string, skipsWildcards: boolean): Status.FieldErrors => {
  const host = hostOf(rule)
  return [
    ...(host === "" ? [] : [
      ...addressErrors(host, `${field}.host`),
      ...Status.invalidValues(`${field}.host`, host, hostRule(host))
    ]),
    ...(skipsWildcards && host.includes("*") ? [] : httpErrors(rule, field))
  ]
}

const secretErrors = (entry: JsonObject, field: string): Status.FieldErrors => {
  const name = Json.text(entry, "secretName") ?? ""
  return name === "" ? [] : Status.invalidValues(`${field}.secretName`, name, Names.dnsSubdomain(name))
}

const entriesOf = (object: JsonObject): ReadonlyArray<JsonObject> => Json.objects(object, "spec", "tls")

/** The rules of an Ingress; those that the object before it broke are none. */
const specErrors = (object: JsonObject, previous?: JsonObject): Status.FieldErrors => {
  const backend = Json.at(object, "spec", "defaultBackend")
  const className = Json.text(object, "spec", "ingressClassName")
  const skipsSecrets = previous !== undefined && entriesOf(previous).some((entry) => secretErrors(entry, "").length > 0)
  const skipsWildcards = previous !== undefined
    && rulesOf(previous).some((rule) => hostOf(rule).includes("*") && httpErrors(rule, "").length > 0)
  return [
    ...(rulesOf(object).length === 0 && backend === undefined
      ? [Status.invalidValue("spec", null, "either `defaultBackend` or `rules` must be specified")]
      : []),
    ...(Json.isObject(backend) ? backendErrors(backend, "spec.defaultBackend") : []),
    ...rulesOf(object).flatMap((rule, index) => ruleErrors(rule, `spec.rules[${index}]`, skipsWildcards)),
    ...entriesOf(object).flatMap((entry, index) => {
      const field = `spec.tls[${index}]`
      return [
        ...Json.texts(entry, "hosts").flatMap((host, at) =>
          Status.invalidValues(`${field}.hosts[${at}]`, host, hostRule(host))
        ),
        ...(skipsSecrets ? [] : secretErrors(entry, field))
      ]
    }),
    ...(className === undefined
      ? []
      : Status.invalidValues("spec.ingressClassName", className, Names.dnsSubdomain(className)))
  ]
}

/** The annotation that was the class before there was a field. @since 0.1.0 @category constants  */
export const classAnnotation = "kubernetes.io/ingress.class"

/** @since 0.1.0 @category rules */
export const create = (object: JsonObject): Status.FieldErrors => {
  const [annotation, field] = [
    Json.text(object, "metadata", "annotations", classAnnotation),
    Json.text(object, "spec", "ingressClassName")
  ]
  return [
    ...specErrors(object),
    ...(annotation !== undefined && field !== undefined && annotation !== field
      ? [Status.invalidValue(
        `annotations.${classAnnotation}`,
        annotation,
        "must match `ingressClassName` when both are specified"
      )]
      : [])
  ]
}

/** @since 0.1.0 @category rules */
export const update = (next: JsonObject, previous: JsonObject): Status.FieldErrors => specErrors(next, previous)

const balancers = (object: JsonObject): ReadonlyArray<JsonObject> =>
  Json.objects(object, "status", "loadBalancer", "ingress")

/** The rules of the status; addresses that were there before stay. @since 0.1.0 @category rules  */
export const status = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  const known = balancers(previous).map((one) => Json.text(one, "ip"))
  return balancers(next).flatMap((one, index) => {
    const field = `status.loadBalancer.ingress[${index}]`
    const [ip = "", host = ""] = [Json.text(one, "ip"), Json.text(one, "hostname")]
    return [
      ...(ip === "" || known.includes(ip) ? [] : IpRules.legacy(ip, `${field}.ip`)),
      ...(host === "" ? [] : [
        ...Status.invalidValues(`${field}.hostname`, host, Names.dnsSubdomain(host)),
        ...addressErrors(host, `${field}.hostname`)
      ])
    ]
  })
}
