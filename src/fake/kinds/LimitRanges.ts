/**
 * LimitRanges, by k8s.io/kubernetes pkg/apis/core and pkg/registry/core/limitrange (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as Column from "./Column.js"
import { each, keptText, list, map, quantity, struct } from "./Fields.js"
import * as Kind from "./Kind.js"
import * as Names from "./Names.js"
import { object } from "./ObjectFields.js"
import * as Quantity from "./Quantity.js"
import * as ResourceRules from "./ResourceRules.js"

type Quantities = Readonly<Record<string, string>>

const sorted = (quantities: Quantities): ReadonlyArray<string> => Object.keys(quantities).toSorted()

const exceeds = (quantity: string, other: string): boolean => Quantity.milli(quantity) > Quantity.milli(other)

const typeErrors = (type: string, field: string): Status.FieldErrors => {
  const messages = Names.labelKey(type)
  return Status.invalidValues(
    field,
    type,
    messages.length > 0 || type.includes("/") || ["Container", "PersistentVolumeClaim", "Pod"].includes(type)
      ? messages
      : ["must be a standard limit type or fully qualified"]
  )
}

/** The errors of what an item has for one resource. */
const resourceErrors = (lists: Readonly<Record<string, Quantities>>, name: string, field: string) => {
  const of = (list: string): string | undefined => lists[list]?.[name]
  const [min, max, limit, request, ratio] = ["min", "max", "default", "defaultRequest", "maxLimitRequestRatio"].map(of)
  const here = (list: string) => `${field}.${list}[${name}]`
  const above = (
    low: string | undefined,
    high: string | undefined,
    list: string,
    value: string | undefined,
    message: (low: string, high: string) => string
  ): Status.FieldErrors =>
    low !== undefined && high !== undefined && exceeds(low, high)
      ? [Status.invalidValue(here(list), value, message(low, high))]
      : []
  const most = min === undefined || max === undefined ? undefined : Quantity.milli(max) / Quantity.milli(min)
  return [
    ...above(min, max, "min", min, (low, high) => `min value ${low} is greater than max value ${high}`),
    ...above(
      min,
      request,
      "defaultRequest",
      request,
      (low, high) => `min value ${low} is greater than default request value ${high}`
    ),
    ...above(
      request,
      max,
      "defaultRequest",
      request,
      (low, high) => `default request value ${low} is greater than max value ${high}`
    ),
    ...above(
      request,
      limit,
      "defaultRequest",
      request,
      (low, high) => `default request value ${low} is greater than default limit value ${high}`
    ),
    ...above(min, limit, "default", min, (low, high) => `min value ${low} is greater than default value ${high}`),
    ...above(limit, max, "default", max, (low, high) => `default value ${low} is greater than max value ${high}`),
    ...above("1", ratio, "maxLimitRequestRatio", ratio, (_, ratio) => `ratio ${ratio} is less than 1`),
    ...(ratio !== undefined && most !== undefined && Quantity.milli(ratio) / 1000 > most
      ? [Status.invalidValue(
        here("maxLimitRequestRatio"),
        ratio,
        `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`
      )]
      : []),
    ...(!ResourceRules.isOvercommitAllowed(name) && limit !== undefined && request !== undefined
        && (exceeds(limit, request) || exceeds(request, limit))
      ? [Status.invalidValue(
        here("defaultRequest"),
        request,
        `default value ${limit} must equal to defaultRequest value ${request} in ${name}`
      )]
      : [])
  ]
}

const itemErrors = (item: JsonObject, field: string): Status.FieldErrors => {
  const type = Json.text(item, "type") ?? ""
  const rule = type === "Pod" || type === "Container" ? ResourceRules.ofContainers : ResourceRules.any
  const defaults = ["default", "defaultRequest"]
  const forbidden = type === "Pod" ? defaults : []
  const lists: Readonly<Record<string, Quantities>> = Object.fromEntries(
    ["max", "min", ...defaults, "maxLimitRequestRatio"].map((name) => [
      name,
      forbidden.includes(name) ? {} : Json.record(item, name)
    ])
  )
  const nameErrors = (list: string) =>
    sorted(lists[list] ?? {}).flatMap((name) => Status.invalidValues(`${field}.${list}[${name}]`, name, rule(name)))
  const names = [...new Set(Object.values(lists).flatMap((list) => Object.keys(list)))].toSorted()
  return [
    ...["max", "min"].flatMap(nameErrors),
    ...forbidden.flatMap((list) =>
      Object.keys(Json.object(item, list)).length === 0
        ? []
        : [Status.forbiddenField(`${field}.${list}`, "may not be specified when `type` is 'Pod'")]
    ),
    ...defaults.flatMap(nameErrors),
    ...(type === "PersistentVolumeClaim" && lists["min"]?.["storage"] === undefined
        && lists["max"]?.["storage"] === undefined
      ? [Status.required(
        `${field}.limits`,
        "either minimum or maximum storage value is required, but neither was provided"
      )]
      : []),
    ...nameErrors("maxLimitRequestRatio"),
    ...names.flatMap((name) => resourceErrors(lists, name, field))
  ]
}

const validate = (range: JsonObject): Status.FieldErrors => {
  const items = Json.objects(range, "spec", "limits")
  const types = items.map((item) => Json.text(item, "type") ?? "")
  return items.flatMap((item, index) => {
    const field = `spec.limits[${index}]`
    const type = types[index] ?? ""
    return [
      ...typeErrors(type, `${field}.type`),
      ...(types.indexOf(type) < index ? [Status.duplicate(`${field}.type`, type)] : []),
      ...itemErrors(item, field)
    ]
  })
}

/** Limits of containers have defaults: limits by the maximum, requests by the limits and by the minimum. */
const fillItem = (item: JsonObject): JsonObject => {
  if (item["type"] !== "Container") return Kind.defaults(item, { type: "" })
  const limits = { ...Json.object(item, "max"), ...Json.object(item, "default") }
  const requests = { ...Json.object(item, "min"), ...limits, ...Json.object(item, "defaultRequest") }
  return {
    ...item,
    ...(Object.keys(limits).length === 0 ? {} : { default: limits }),
    ...(Object.keys(requests).length === 0 ? {} : { defaultRequest: requests })
  }
}

/** @since 0.1.0 @category kinds */
export const limitRange = Kind.make({
  group: "",
  version: "v1",
  plural: "limitranges",
  kind: "LimitRange",
  shortNames: ["limits"],
  createOnUpdate: true,
  fields: object({
    spec: struct({
      limits: list(struct({
        type: keptText,
        ...each(map(quantity), "default", "defaultRequest", "max", "maxLimitRequestRatio", "min")
      }))
    })
  }),
  columns: [Column.name, Column.created],
  // Go writes an empty list of limits as null.
  fill: (range) =>
    Kind.inside(
      range,
      "spec",
      (spec) =>
        Json.list(spec, "limits").length === 0
          ? { ...spec, limits: null }
          : Kind.insideEach(spec, "limits", fillItem)
    ),
  prepare: (range) => Metadata.name(range) === "" ? Metadata.setMeta(range, { name: Metadata.uid(range) }) : range,
  validate
})
