/**
 * The rules of IngressClasses, by k8s.io/kubernetes pkg/apis/networking/validation (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Names from "./Names.js"

const path = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"

const controllerErrors = (controller: string): Status.FieldErrors => {
  const field = "spec.controller"
  const slash = controller.indexOf("/")
  const [domain, rest] = [controller.slice(0, Math.max(slash, 0)), controller.slice(slash + 1)]
  return [
    ...(Buffer.byteLength(controller) > 250 ? [Status.tooLong(field, 250)] : []),
    ...(controller === ""
      ? [Status.required(field)]
      : domain === "" || rest === ""
      ? [Status.invalidValue(field, controller, "must be a domain-prefixed path (such as \"acme.io/foo\")")]
      : [
        ...Status.invalidValues(field, domain, Names.dnsSubdomain(domain)),
        ...(new RegExp(`^${path}$`).test(rest)
          ? []
          : [Status.invalidValue(field, rest, `Invalid path (regex used for validation is '${path}')`)])
      ])
  ]
}

const scopes = ["Cluster", "Namespace"]

const scopeErrors = (parameters: JsonObject, field: string): Status.FieldErrors => {
  const [scope = "", namespace] = [Json.text(parameters, "scope"), Json.text(parameters, "namespace")]
  switch (scope) {
    case "Cluster":
      return namespace === undefined
        ? []
        : [Status.forbiddenField(`${field}.namespace`, "`parameters.scope` is set to 'Cluster'")]
    case "Namespace":
      return namespace === undefined
        ? [Status.required(`${field}.namespace`, "`parameters.scope` is set to 'Namespace'")]
        : Status.invalidValues(`${field}.namespace`, namespace, Names.dnsLabel(namespace))
    default:
      return [Status.unsupportedValue(`${field}.scope`, scope, scopes)]
  }
}

const parametersErrors = (parameters: JsonObject): Status.FieldErrors => {
  const field = "spec.parameters"
  const group = Json.text(parameters, "apiGroup")
  return [
    ...(group === undefined ? [] : Status.invalidValues(`${field}.apiGroup`, group, Names.dnsSubdomain(group))),
    ...["kind", "name"].flatMap((name) => {
      const value = Json.text(parameters, name) ?? ""
      return Status.invalidValues(`${field}.${name}`, value, Names.pathSegment(value))
    }),
    ...scopeErrors(parameters, field),
    ...["kind", "name"].flatMap((name) =>
      (Json.text(parameters, name) ?? "") === "" ? [Status.required(`${field}.${name}`)] : []
    )
  ]
}

const controllerOf = (ingressClass: JsonObject): string => Json.text(ingressClass, "spec", "controller") ?? ""

/** @since 0.1.0 @category rules */
export const spec = (ingressClass: JsonObject): Status.FieldErrors => {
  const parameters = Json.at(ingressClass, "spec", "parameters")
  return [
    ...controllerErrors(controllerOf(ingressClass)),
    ...(Json.isObject(parameters) ? parametersErrors(parameters) : [])
  ]
}

/** @since 0.1.0 @category rules */
export const update = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  const controller = controllerOf(next)
  return controller === controllerOf(previous)
    ? []
    : [Status.invalidValue("spec.controller", controller, "field is immutable")]
}
