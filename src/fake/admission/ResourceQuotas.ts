/**
 * Enforces ResourceQuotas. As in k8s.io/apiserver pkg/admission/plugin/resourcequota (v0.37), for compute resources and
 * object counts; scopes are ignored.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Fit from "../controllers/Fit.js"
import * as Pods from "../controllers/Pods.js"
import * as Json from "../Json.js"
import * as Kind from "../kinds/Kind.js"
import { quantity } from "../kinds/PodRules.js"
import * as Metadata from "../store/Metadata.js"
import { type Attempt, type Plugin, spokenName } from "./Admission.js"

const computed = ["cpu", "memory", "ephemeral-storage"]

/** The compute resource of a quota's key, and whether it counts requests or limits. */
const computedOf = (name: string): { readonly list: "requests" | "limits"; readonly resource: string } | undefined => {
  const [list, resource] = name.includes(".") ? name.split(".", 2) : ["requests", name]
  return (list === "requests" || list === "limits") && resource !== undefined && computed.includes(resource)
    ? { list, resource }
    : undefined
}

const countName = (kind: Kind.Kind): ReadonlyArray<string> => [
  `count/${Kind.resource(kind)}`,
  ...(kind.group === "" ? [kind.plural] : [])
]

/** An object's usage of a resource. @since 0.1.0 @category getters  */
export const usage = (kind: Kind.Kind, object: JsonObject, name: string): number => {
  const isPod = Kind.resource(kind) === "pods"
  if (isPod && name !== "count/pods" && Pods.isTerminal(object)) {
    return 0
  }
  const asks = computedOf(name)
  return countName(kind).includes(name)
    ? 1
    : isPod && asks !== undefined
    ? Fit.asksFor(object, asks.resource, asks.list)
    : 0
}

/** Formats a quantity as the server does. @since 0.1.0 @category getters  */
export const rendered = (name: string, value: number): string => {
  const memory = name.endsWith("memory") || name.endsWith("storage")
  if (memory) {
    const units = ["", "Ki", "Mi", "Gi", "Ti"]
    const power = units.findLastIndex((_, index) => value !== 0 && value % 1024 ** index === 0)
    return `${value / 1024 ** Math.max(power, 0)}${units[Math.max(power, 0)]}`
  }
  return Number.isInteger(value) ? String(value) : `${Math.round(value * 1000)}m`
}

const unset = (kind: Kind.Kind, object: JsonObject, names: ReadonlyArray<string>): ReadonlyArray<string> =>
  Kind.resource(kind) !== "pods" ? [] : names.flatMap((name) => {
    const asks = computedOf(name)
    const without = asks === undefined ?
      [] :
      ["initContainers", "containers"].flatMap((key) => Json.objects(object, "spec", key)).filter((one) =>
        Json.at(one, "resources", asks.list, asks.resource) === undefined
      )
    return without.length === 0
      ? []
      : [`${name} for: ${without.map((one) => Json.text(one, "name") ?? "").sort().join(",")}`]
  })

const exceeded = ({ kind, namespace, object, store }: Attempt, quota: JsonObject): string | undefined => {
  const hard = Json.object(quota, "spec", "hard")
  const names = Object.keys(hard).sort()
  const lacking = unset(kind, object, names)
  if (lacking.length > 0) {
    return `failed quota: ${Metadata.name(quota)}: must specify ${lacking.join("; ")}`
  }
  const existing = store.list(Kind.resource(kind), namespace)
  const over = names.map((name) => ({
    name,
    requested: usage(kind, object, name),
    used: existing.reduce((sum, one) => sum + usage(kind, one, name), 0)
  })).filter(({ name, requested, used }) => requested > 0 && used + requested > quantity(hard[name]))
  const list = (value: (one: typeof over[number]) => string) => over.map((one) => `${one.name}=${value(one)}`).join(",")
  return over.length === 0
    ? undefined
    : `exceeded quota: ${Metadata.name(quota)}, requested: ${list((one) => rendered(one.name, one.requested))}, `
      + `used: ${list((one) => rendered(one.name, one.used))}, limited: ${list((one) => String(hard[one.name]))}`
}

/** @since 0.1.0 @category plugins */
export const resourceQuotas: Plugin = {
  operations: ["create"],
  check: (attempt) => {
    const { kind, namespace, store } = attempt
    if (namespace === "") {
      return Either.void
    }
    const why = store.list("resourcequotas", namespace).map((quota) => exceeded(attempt, quota)).find((one) =>
      one !== undefined
    )
    return why === undefined ? Either.void : Either.left(Status.forbidden(kind, spokenName(attempt), why))
  }
}
