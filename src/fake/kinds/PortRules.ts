/**
 * Validation of ports: their numbers, their names, and those of containers, as in k8s.io/kubernetes pkg/apis/core/validation
 * (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"

const maxPort = 65_535

/** @since 0.1.0 @category predicates */
export const isPort = (port: number): boolean => port >= 1 && port <= maxPort

/** @since 0.1.0 @category rules */
export const number = (port: Json.Value, field: string): Status.FieldErrors =>
  typeof port === "number" && isPort(port)
    ? []
    : [Status.invalidValue(field, port, `must be between 1 and ${maxPort}, inclusive`)]

/** The messages for the name of a port. @since 0.1.0 @category rules  */
export const nameMessages = (name: string): ReadonlyArray<string> => [
  ...(name.length > 15 ? ["must be no more than 15 characters"] : []),
  ...(/^[-a-z0-9]+$/.test(name) ? [] : ["must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"]),
  ...(/[a-z]/.test(name) ? [] : ["must contain at least one letter (a-z)"]),
  ...(name.includes("--") ? ["must not contain consecutive hyphens"] : []),
  ...(name.startsWith("-") || name.endsWith("-") ? ["must not begin or end with a hyphen"] : [])
]

/** A port that may be the name of one. @since 0.1.0 @category rules  */
export const numberOrName = (port: Json.Value, field: string): Status.FieldErrors =>
  typeof port === "string"
    ? Status.invalidValues(field, port, nameMessages(port))
    : number(port, field)

const protocols = ["SCTP", "TCP", "UDP"]

/** @since 0.1.0 @category rules */
export const protocol = (port: JsonObject, field: string): Status.FieldErrors => {
  const protocol = Json.text(port, "protocol") ?? ""
  return protocol === ""
    ? [Status.required(`${field}.protocol`)]
    : protocols.includes(protocol)
    ? []
    : [Status.unsupportedValue(`${field}.protocol`, protocol, protocols)]
}

/** @since 0.1.0 @category rules */
export const container = (values: JsonObject, field: string): Status.FieldErrors => {
  const ports = Json.objects(values, "ports")
  const names = ports.map((port) => Json.text(port, "name") ?? "")
  return ports.flatMap((port, index) => {
    const here = `${field}.ports[${index}]`
    const name = names[index] ?? ""
    const messages = name === "" ? [] : nameMessages(name)
    const inside = Json.number(port, "containerPort") ?? 0
    const outside = Json.number(port, "hostPort") ?? 0
    return [
      ...Status.invalidValues(`${here}.name`, name, messages),
      ...(name !== "" && messages.length === 0 && names.indexOf(name) < index
        ? [Status.duplicate(`${here}.name`, name)]
        : []),
      ...(inside === 0 ? [Status.required(`${here}.containerPort`)] : number(inside, `${here}.containerPort`)),
      ...(outside === 0 ? [] : number(outside, `${here}.hostPort`)),
      ...protocol(port, here)
    ]
  })
}

/** Containers that run beside each other cannot have one port of the node. @since 0.1.0 @category rules  */
export const hostPorts = (containers: ReadonlyArray<JsonObject>, field: string): Status.FieldErrors => {
  const taken = containers.flatMap((one, container) =>
    Json.objects(one, "ports").flatMap((port, index) => {
      const number = Json.number(port, "hostPort") ?? 0
      const value = `${Json.text(port, "protocol") ?? ""}/${Json.text(port, "hostIP") ?? ""}/${number}`
      return number === 0 ? [] : [Status.duplicate(`${field}[${container}].ports[${index}].hostPort`, value)]
    })
  )
  return taken.filter(({ value }, index) => taken.findIndex((other) => other.value === value) < index)
}
