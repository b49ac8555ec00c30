/**
 * LimitRanges: defaults of the resources of new pods, and the bounds of those of pods and claims. As in k8s.io/kubernetes
 * plugin/pkg/admission/limitranger (v1.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Kind from "../kinds/Kind.js"
import * as Quantity from "../kinds/Quantity.js"
import * as Metadata from "../store/Metadata.js"
import { type Attempt, type Plugin, spokenName } from "./Admission.js"

type Quantities = Readonly<Record<string, string>>

/** What is asked for of some resources, beside its limits. */
interface Resources {
  readonly requests: Quantities
  readonly limits: Quantities
}

const annotation = "kubernetes.io/limit-ranger"

const rangesOf = ({ namespace, store }: Attempt): ReadonlyArray<JsonObject> => store.list("limitranges", namespace)

const itemsOf = (range: JsonObject, type: string): ReadonlyArray<JsonObject> =>
  Json.objects(range, "spec", "limits").filter((item) => item["type"] === type)

const resourcesOf = (container: JsonObject): Resources => ({
  requests: Json.record(container, "resources", "requests"),
  limits: Json.record(container, "resources", "limits")
})

const lists = [
  { list: "containers", words: "container" },
  { list: "initContainers", words: "init container" }
] as const

/** A container with the defaults of a range, and a text about each list that was changed. */
const filled = (
  container: JsonObject,
  defaults: Resources,
  words: string
): { readonly container: JsonObject; readonly said: ReadonlyArray<string> } => {
  const parts = (["requests", "limits"] as const).map((list) => {
    const own = resourcesOf(container)[list]
    const added = Object.keys(defaults[list]).filter((name) => own[name] === undefined).toSorted()
    return { list, added, all: { ...defaults[list], ...own } }
  }).filter(({ added }) => added.length > 0)
  return {
    container: parts.reduce((changed, { all, list }) => Json.set(changed, ["resources", list], all), container),
    said: parts.map(({ added, list }) =>
      `${added.join(", ")} ${list === "requests" ? "request" : "limit"} for ${words} ${
        Json.text(container, "name") ?? ""
      }`
    )
  }
}

const withDefaults = (pod: JsonObject, range: JsonObject): JsonObject => {
  const items = itemsOf(range, "Container")
  const of = (field: string): Quantities => Object.assign({}, ...items.map((item) => Json.record(item, field)))
  const defaults = { requests: of("defaultRequest"), limits: of("default") }
  const said: Array<string> = []
  const changed = lists.reduce(
    (pod, { list, words }) =>
      Kind.inside(pod, "spec", (spec) =>
        Kind.insideEach(spec, list, (container) => {
          const one = filled(container, defaults, words)
          said.push(...one.said)
          return one.container
        })),
    pod
  )
  return said.length === 0
    ? pod
    : Json.set(changed, ["metadata", "annotations", annotation], `LimitRanger plugin set: ${said.join("; ")}`)
}

const below = (quantity: string | undefined, bound: string): boolean =>
  quantity !== undefined && Quantity.milli(quantity) < Quantity.milli(bound)

const minimum = (type: string, name: string, bound: string, { limits, requests }: Resources): string | undefined => {
  const usage = `minimum ${name} usage per ${type} is ${bound}`
  const [request, limit] = [requests[name], limits[name]]
  return request === undefined
    ? `${usage}.  No request is specified`
    : below(request, bound)
    ? `${usage}, but request is ${request}`
    : below(limit, bound)
    ? `${usage}, but limit is ${limit}`
    : undefined
}

const maximum = (type: string, name: string, bound: string, { limits, requests }: Resources): string | undefined => {
  const usage = `maximum ${name} usage per ${type} is ${bound}`
  const [request, limit] = [requests[name], limits[name]]
  const exceeds = (quantity: string | undefined) => quantity !== undefined && below(bound, quantity)
  // A claim has requests alone.
  const [first, second] = type === "PersistentVolumeClaim"
    ? [["request", request] as const, undefined]
    : [["limit", limit] as const, ["request", request] as const]
  return first[1] === undefined
    ? `${usage}.  No ${first[0]} is specified`
    : exceeds(first[1])
    ? `${usage}, but ${first[0]} is ${first[1]}`
    : second !== undefined && exceeds(second[1])
    ? `${usage}, but ${second[0]} is ${second[1]}`
    : undefined
}

const ratio = (type: string, name: string, bound: string, { limits, requests }: Resources): string | undefined => {
  const usage = `${name} max limit to request ratio per ${type} is ${bound}`
  const [request, limit] = [requests[name], limits[name]].map((quantity) => Quantity.milli(quantity ?? "0"))
  if (request === undefined || request === 0) return `${usage}, but no request is specified or request is 0`
  if (limit === undefined || limit === 0) return `${usage}, but no limit is specified or limit is 0`
  return limit / request * 1000 > Quantity.milli(bound)
    ? `${usage}, but provided ratio is ${(limit / request).toFixed(6)}`
    : undefined
}

const bounds = { min: minimum, max: maximum, maxLimitRequestRatio: ratio }

const problems = (item: JsonObject, resources: Resources): ReadonlyArray<string> =>
  (["min", "max", "maxLimitRequestRatio"] as const).flatMap((list) =>
    item["type"] === "PersistentVolumeClaim" && list === "maxLimitRequestRatio" ? [] : Object.entries(
      Json.record(item, list)
    ).toSorted(([a], [b]) => a < b ? -1 : 1).flatMap(([name, bound]) =>
      bounds[list](Json.text(item, "type") ?? "", name, bound, resources) ?? []
    )
  )

const added = (a: Quantities, b: Quantities): Quantities =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((name) => [
      name,
      Quantity.sum([a[name] ?? [], b[name] ?? []].flat())
    ])
  )

const greatest = (a: Quantities, b: Quantities): Quantities => ({
  ...a,
  ...Object.fromEntries(
    Object.entries(b).filter(([name, quantity]) => a[name] === undefined || below(a[name], quantity))
  )
})

/** What a pod asks for in all: its containers and sidecars, an init container with the sidecars before it, or its own resources. */
const ofPod = (pod: JsonObject, list: "requests" | "limits"): Quantities => {
  const of = (container: JsonObject): Quantities => Json.record(container, "resources", list)
  let all = Json.objects(pod, "spec", "containers").map(of).reduce(added, {})
  let [beside, most]: [Quantities, Quantities] = [{}, {}]
  for (const container of Json.objects(pod, "spec", "initContainers")) {
    const sidecar = container["restartPolicy"] === "Always"
    if (sidecar) {
      all = added(all, of(container))
      beside = added(beside, of(container))
    }
    most = greatest(most, sidecar ? beside : added(of(container), beside))
  }
  const own = Object.entries(Json.record(pod, "spec", "resources", list))
  return {
    ...greatest(all, most),
    ...Object.fromEntries(own.filter(([name]) => name === "cpu" || name === "memory"))
  }
}

const podProblems = (pod: JsonObject, range: JsonObject): ReadonlyArray<string> =>
  Json.objects(range, "spec", "limits").flatMap((item) => {
    switch (item["type"]) {
      case "Container":
        return lists.flatMap(({ list }) =>
          Json.objects(pod, "spec", list).flatMap((container) => problems(item, resourcesOf(container)))
        )
      case "Pod":
        return problems(item, { requests: ofPod(pod, "requests"), limits: ofPod(pod, "limits") })
      default:
        return []
    }
  })

const claimProblems = (claim: JsonObject, range: JsonObject): ReadonlyArray<string> =>
  itemsOf(range, "PersistentVolumeClaim").flatMap((item) =>
    problems(item, { requests: Json.record(claim, "spec", "resources", "requests"), limits: {} })
  )

const isPod = ({ kind, operation }: Attempt): boolean => Kind.resource(kind) === "pods" && operation === "create"

const isClaim = ({ kind, previous, subresource }: Attempt): boolean =>
  Kind.resource(kind) === "persistentvolumeclaims" && subresource === ""
  && !(previous !== undefined && Metadata.isBeingDeleted(previous))

/** @since 0.1.0 @category plugins */
export const limitRanger: Plugin = {
  operations: ["create", "update"],
  change: (attempt) =>
    Either.right(isPod(attempt) ? rangesOf(attempt).reduce(withDefaults, attempt.object) : attempt.object),
  check: (attempt) => {
    const of = isPod(attempt) ? podProblems : isClaim(attempt) ? claimProblems : undefined
    const [found = []] = of === undefined
      ? []
      : rangesOf(attempt).map((range) => [...new Set(of(attempt.object, range))]).filter(({ length }) => length > 0)
    return found.length === 0
      ? Either.void
      : Either.left(Status.forbidden(
        attempt.kind,
        spokenName(attempt),
        found.length === 1 ? String(found[0]) : `[${found.join(", ")}]`
      ))
  }
}
