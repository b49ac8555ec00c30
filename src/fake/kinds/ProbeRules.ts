/**
 * Validation of the probes and lifecycle hooks of containers, as in k8s.io/kubernetes pkg/apis/core/validation (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as PortRules from "./PortRules.js"

const schemes = ["HTTP", "HTTPS"]
const counts = ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]

type Rule = (source: JsonObject, field: string, grace: number) => Status.FieldErrors

const handlers: Readonly<Record<string, Rule>> = {
  exec: (source, field) => Json.list(source, "command").length === 0 ? [Status.required(`${field}.command`)] : [],
  httpGet: (source, field) => {
    const scheme = Json.text(source, "scheme") ?? "HTTP"
    return [
      ...PortRules.numberOrName(source["port"] ?? 0, `${field}.port`),
      ...(schemes.includes(scheme) ? [] : [Status.unsupportedValue(`${field}.scheme`, scheme, schemes)])
    ]
  },
  tcpSocket: (source, field) => PortRules.numberOrName(source["port"] ?? 0, `${field}.port`),
  grpc: (source, field) => PortRules.number(source["port"] ?? 0, `${field}.port`),
  sleep: (source, field, grace) => {
    const seconds = Json.number(source, "seconds") ?? 0
    return seconds >= 0 && seconds <= grace
      ? []
      : [
        Status.invalidValue(
          field,
          seconds,
          `must be non-negative and less than terminationGracePeriodSeconds (${grace})`
        )
      ]
  }
}

const handler = (values: JsonObject, field: string, grace: number): Status.FieldErrors => {
  const given = Object.entries(handlers).filter(([name]) => values[name] !== undefined)
  return given.length === 0 ?
    [Status.required(field, "must specify a handler type")] :
    given.flatMap(([name, rule], index) =>
      index > 0
        ? [Status.forbiddenField(`${field}.${name}`, "may not specify more than 1 handler type")]
        : rule(Json.object(values, name), `${field}.${name}`, grace)
    )
}

const probe = (values: JsonObject, field: string, isReadiness: boolean): Status.FieldErrors => {
  const own = values["terminationGracePeriodSeconds"]
  const graceField = `${field}.terminationGracePeriodSeconds`
  const successes = Json.number(values, "successThreshold") ?? 1
  return [
    ...handler(values, field, 0),
    ...counts.flatMap((name) => {
      const value = Json.number(values, name) ?? 0
      return value < 0 ? [Status.invalidValue(`${field}.${name}`, value, "must be greater than or equal to 0")] : []
    }),
    ...(typeof own === "number" && own <= 0 ? [Status.invalidValue(graceField, own, "must be greater than 0")] : []),
    ...(isReadiness
      ? own === undefined ? [] : [Status.invalidValue(graceField, own, "must not be set for readinessProbes")]
      : successes === 1
      ? []
      : [Status.invalidValue(`${field}.successThreshold`, successes, "must be 1")])
  ]
}

/** `grace` is the grace period of the pod. @since 0.1.0 @category rules  */
export const container = (values: JsonObject, field: string, grace: number): Status.FieldErrors => [
  ...["postStart", "preStop"].flatMap((name) =>
    Json.at(values, "lifecycle", name) === undefined
      ? []
      : handler(Json.object(values, "lifecycle", name), `${field}.lifecycle.${name}`, grace)
  ),
  ...["livenessProbe", "readinessProbe", "startupProbe"].flatMap((name) =>
    values[name] === undefined
      ? []
      : probe(Json.object(values, name), `${field}.${name}`, name === "readinessProbe")
  )
]
