/**
 * The rules of Endpoints, and what is warned of in them, by k8s.io/kubernetes pkg/apis/core/validation and
 * pkg/registry/core/endpoint (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as IpRules from "./IpRules.js"
import * as Names from "./Names.js"
import * as PortRules from "./PortRules.js"

const messages = (rule: Names.Rule, value: string | undefined, field: string): Status.FieldErrors =>
  value === undefined ? [] : Status.invalidValues(field, value, rule(value))

const lists = ["addresses", "notReadyAddresses"]

const ipOf = (address: JsonObject): string => Json.text(address, "ip") ?? ""

const addressErrors = (address: JsonObject, field: string): Status.FieldErrors => [
  ...IpRules.legacy(ipOf(address), `${field}.ip`),
  ...messages(Names.dnsLabel, Json.text(address, "hostname"), `${field}.hostname`),
  ...messages(Names.dnsSubdomain, Json.text(address, "nodeName"), `${field}.nodeName`),
  ...IpRules.endpoint(ipOf(address), `${field}.ip`)
]

const portErrors = (port: JsonObject, isNamed: boolean, field: string): Status.FieldErrors => {
  const name = Json.text(port, "name")
  return [
    ...(isNamed && name === undefined
      ? [Status.required(`${field}.name`)]
      : messages(Names.dnsLabel, name, `${field}.name`)),
    ...PortRules.number(Json.number(port, "port") ?? 0, `${field}.port`),
    ...PortRules.protocol(port, field),
    ...messages(Names.labelKey, Json.text(port, "appProtocol"), `${field}.appProtocol`)
  ]
}

/** The rules of the subsets. @since 0.1.0 @category rules  */
export const subsets = (object: JsonObject): Status.FieldErrors =>
  Json.objects(object, "subsets").flatMap((subset, index) => {
    const field = `subsets[${index}]`
    const ports = Json.objects(subset, "ports")
    return [
      ...(lists.every((list) => Json.list(subset, list).length === 0)
        ? [Status.required(field, "must specify `addresses` or `notReadyAddresses`")]
        : []),
      ...lists.flatMap((list) =>
        Json.objects(subset, list).flatMap((address, at) => addressErrors(address, `${field}.${list}[${at}]`))
      ),
      ...ports.flatMap((port, at) => portErrors(port, ports.length > 1, `${field}.ports[${at}]`))
    ]
  })

/** What is warned of in the addresses, but for those of the controller. @since 0.1.0 @category rules  */
export const warnings = (object: JsonObject): ReadonlyArray<string> =>
  Json.text(object, "metadata", "labels", "endpoints.kubernetes.io/managed-by") === "endpoint-controller"
    ? []
    : Json.objects(object, "subsets").flatMap((subset, index) =>
      lists.flatMap((list) =>
        Json.objects(subset, list).flatMap((address, at) =>
          IpRules.warnings(ipOf(address), `subsets[${index}].${list}[${at}].ip`)
        )
      )
    )
