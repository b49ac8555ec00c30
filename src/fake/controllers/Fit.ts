/**
 * Checks whether a pod fits on a node, with the scheduler's message if it does not. As in k8s.io/kubernetes
 * pkg/scheduler/framework/plugins (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import { quantity } from "../kinds/PodRules.js"
import * as Metadata from "../store/Metadata.js"
import * as Selector from "../store/Selector.js"
import * as Pods from "./Pods.js"
import * as Spread from "./Spread.js"

/**
 * The scheduler's input: `placed` are the pods on nodes that have not finished.
 *
 * @since 0.1.0
 * @category models
 */
export interface World {
  readonly nodes: ReadonlyArray<JsonObject>
  readonly placed: ReadonlyArray<JsonObject>
  readonly namespaceLabels: (namespace: string) => Selector.Labels
}

const tolerates = (pod: JsonObject, taint: JsonObject): boolean =>
  Json.objects(pod, "spec", "tolerations").some((toleration) => {
    const effect = Json.text(toleration, "effect") ?? ""
    const key = Json.text(toleration, "key") ?? ""
    return (effect === "" || effect === Json.text(taint, "effect"))
      && (key === "" || key === Json.text(taint, "key"))
      && (Json.text(toleration, "operator") === "Exists"
        || (Json.text(toleration, "value") ?? "") === (Json.text(taint, "value") ?? ""))
  })

/** The taints that only make a node less wanted. */
const discouraging = (pod: JsonObject, node: JsonObject): number =>
  Json.objects(node, "spec", "taints").filter((taint) =>
    Json.text(taint, "effect") === "PreferNoSchedule" && !tolerates(pod, taint)
  ).length

/** Whether a node has a taint of these effects that a pod does not tolerate. @since 0.1.0 @category predicates */
export const isTainted = (
  pod: JsonObject,
  node: JsonObject,
  effects: ReadonlyArray<string> = ["NoExecute", "NoSchedule"]
): boolean =>
  Json.objects(node, "spec", "taints").some((taint) =>
    effects.includes(Json.text(taint, "effect") ?? "") && !tolerates(pod, taint)
  )

const cordoned = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }

/** An empty term matches no node. */
const matchesTerm = (node: JsonObject, term: JsonObject): boolean =>
  Json.list(term, "matchExpressions").length + Json.list(term, "matchFields").length > 0
  && Selector.expressions(Json.objects(term, "matchExpressions"))(Metadata.labels(node))
  && Selector.expressions(Json.objects(term, "matchFields"))({ "metadata.name": Metadata.name(node) })

/** Whether a pod selects a node. @since 0.1.0 @category predicates */
export const isWanted = (pod: JsonObject, node: JsonObject): boolean => {
  const labels = Metadata.labels(node)
  const required = Json.at(pod, "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
  return Object.entries(Json.record(pod, "spec", "nodeSelector")).every(([key, value]) => labels[key] === value)
    && (required === undefined
      || Json.objects(required, "nodeSelectorTerms").some((term) => matchesTerm(node, term)))
}

const terms = (pod: JsonObject, affinity: "podAffinity" | "podAntiAffinity"): ReadonlyArray<JsonObject> =>
  Json.objects(pod, "spec", "affinity", affinity, "requiredDuringSchedulingIgnoredDuringExecution")

/** Whether another pod matches an affinity term of a pod. */
const speaksOf = (world: World, owner: JsonObject, term: JsonObject, other: JsonObject): boolean => {
  const namespaces = Json.texts(term, "namespaces")
  const selector = term["namespaceSelector"]
  const home = namespaces.length === 0 && selector === undefined ? [Metadata.namespace(owner)] : namespaces
  return (home.includes(Metadata.namespace(other))
    || Selector.matching(selector)(world.namespaceLabels(Metadata.namespace(other))))
    && Selector.matching(term["labelSelector"])(Metadata.labels(other))
}

/** Whether a node and the node of a placed pod are in the same topology domain of a term. */
const shares = (world: World, term: JsonObject, node: JsonObject, placed: JsonObject): boolean => {
  const key = Json.text(term, "topologyKey") ?? ""
  const placedOn = world.nodes.find((one) => Metadata.name(one) === Pods.nodeName(placed))
  const domain = Metadata.labels(node)[key]
  return placedOn !== undefined && domain !== undefined && Metadata.labels(placedOn)[key] === domain
}

const affinityComplaint = (world: World, pod: JsonObject, node: JsonObject): string | undefined => {
  const missing = terms(pod, "podAffinity").some((term) =>
    !world.placed.some((other) => speaksOf(world, pod, term, other) && shares(world, term, node, other))
    && !(speaksOf(world, pod, term, pod) && !world.placed.some((other) => speaksOf(world, pod, term, other)))
  )
  if (missing) {
    return "node(s) didn't match pod affinity rules"
  }
  const repelled = terms(pod, "podAntiAffinity").some((term) =>
    world.placed.some((other) => speaksOf(world, pod, term, other) && shares(world, term, node, other))
  )
  if (repelled) {
    return "node(s) didn't match pod anti-affinity rules"
  }
  const repelling = world.placed.some((other) =>
    terms(other, "podAntiAffinity").some((term) =>
      speaksOf(world, other, term, pod) && shares(world, term, node, other)
    )
  )
  return repelling ? "node(s) didn't satisfy existing pods anti-affinity rules" : undefined
}

const sum = (lists: ReadonlyArray<JsonObject>, name: string): number =>
  lists.reduce((total, list) => total + (list[name] === undefined ? 0 : quantity(list[name])), 0)

/**
 * The resource requests of a pod: its own, or the sum of its containers and native sidecars, or more where an init container with the
 * sidecars before it requests more.
 *
 * @since 0.1.0
 * @category getters
 */
export const asksFor = (pod: JsonObject, name: string, list: "requests" | "limits" = "requests"): number => {
  const of = (one: JsonObject) => sum([Json.object(one, "resources", list)], name)
  let beside = 0
  let most = 0
  for (const one of Json.objects(pod, "spec", "initContainers")) {
    most = Math.max(most, beside + of(one))
    if (one["restartPolicy"] === "Always") beside += of(one)
  }
  const whole = Json.at(pod, "spec", "resources", list, name)
  if (whole !== undefined) return quantity(whole) + sum([Json.object(pod, "spec", "overhead")], name)
  const main = Json.objects(pod, "spec", "containers").reduce((total, one) => total + of(one), 0)
  return Math.max(most, beside + main) + sum([Json.object(pod, "spec", "overhead")], name)
}

const countedResources = (node: JsonObject): ReadonlyArray<string> =>
  Object.keys(Json.object(node, "status", "allocatable")).filter((name) => name !== "pods")

const resourceComplaints = (world: World, pod: JsonObject, node: JsonObject): ReadonlyArray<string> => {
  const here = world.placed.filter((other) => Pods.nodeName(other) === Metadata.name(node))
  const allocatable = Json.object(node, "status", "allocatable")
  const room = allocatable["pods"] === undefined ? Number.POSITIVE_INFINITY : quantity(allocatable["pods"])
  const taken = (name: string) => here.reduce((total, other) => total + asksFor(other, name), 0)
  const short = countedResources(node).filter((name) => {
    const wanted = asksFor(pod, name)
    return wanted > 0 && wanted > quantity(allocatable[name]) - taken(name)
  })
  return [...(here.length >= room ? ["Too many pods"] : []), ...short.map((name) => `Insufficient ${name}`)]
}

const anyAddress = "0.0.0.0"

/** The ports of the node that a pod takes, with protocol and address. */
const hostPorts = (pod: JsonObject): ReadonlyArray<readonly [port: string, address: string]> =>
  Json.objects(pod, "spec", "containers").flatMap((one) => Json.objects(one, "ports")).flatMap((port) => {
    const taken = Json.number(port, "hostPort") ?? 0
    const key = `${Json.text(port, "protocol") ?? "TCP"} ${taken}`
    return taken === 0 ? [] : [[key, Json.text(port, "hostIP") ?? anyAddress] as const]
  })

const portComplaint = (world: World, pod: JsonObject, node: JsonObject): string | undefined => {
  const wanted = hostPorts(pod)
  if (wanted.length === 0) {
    return undefined
  }
  const taken = world.placed.filter((other) => Pods.nodeName(other) === Metadata.name(node)).flatMap(hostPorts)
  const conflicts = wanted.some(([port, address]) =>
    taken.some(([other, its]) => port === other && (address === its || [address, its].includes(anyAddress)))
  )
  return conflicts ? "node(s) didn't have free ports for the requested pod ports" : undefined
}

/** The reason why a pod does not fit on a node; undefined if it does. @since 0.1.0 @category getters  */
export const reasons = (world: World, pod: JsonObject, node: JsonObject): ReadonlyArray<string> => {
  if (Json.at(node, "spec", "unschedulable") === true && !tolerates(pod, cordoned)) {
    return ["node(s) were unschedulable"]
  }
  if (isTainted(pod, node)) {
    return ["node(s) had untolerated taint(s)"]
  }
  if (!isWanted(pod, node)) {
    return ["node(s) didn't match Pod's node affinity/selector"]
  }
  const ports = portComplaint(world, pod, node)
  if (ports !== undefined) {
    return [ports]
  }
  const short = resourceComplaints(world, pod, node)
  if (short.length > 0) {
    return short
  }
  const last = Spread.complaint(world, pod, node, {
    byAffinity: (one) => isWanted(pod, one),
    byTaints: (one) => !isTainted(pod, one)
  }) ?? affinityComplaint(world, pod, node)
  return last === undefined ? [] : [last]
}

const preferences = (world: World, pod: JsonObject, node: JsonObject): number => {
  const preferred = (affinity: string) =>
    Json.objects(pod, "spec", "affinity", affinity, "preferredDuringSchedulingIgnoredDuringExecution")
  const total = (affinity: string, points: (one: JsonObject) => number) =>
    preferred(affinity).reduce((sum, one) => sum + (Json.number(one, "weight") ?? 0) * points(one), 0)
  const neighbours = (one: JsonObject) => {
    const term = Json.object(one, "podAffinityTerm")
    return world.placed.filter((other) => speaksOf(world, pod, term, other) && shares(world, term, node, other)).length
  }
  return total("nodeAffinity", (one) => matchesTerm(node, Json.object(one, "preference")) ? 1 : 0)
    + total("podAffinity", neighbours) - total("podAntiAffinity", neighbours)
}

/**
 * The node for a pod among those that it fits on: the one with the fewest taints `PreferNoSchedule`, then the most points of
 * preferred affinities, the fewest pods by the constraints `ScheduleAnyway`, and the fewest pods.
 *
 * @since 0.1.0
 * @category getters
 */
export const best = (world: World, pod: JsonObject, nodes: ReadonlyArray<JsonObject>): JsonObject | undefined => {
  const ranked = nodes.map((node) => ({
    node,
    rank: [
      discouraging(pod, node),
      -preferences(world, pod, node),
      Spread.crowd(world, pod, node),
      world.placed.filter((other) => Pods.nodeName(other) === Metadata.name(node)).length
    ]
  }))
  return ranked.toSorted((a, b) =>
    a.rank.map((one, index) => one - (b.rank[index] ?? 0)).find((difference) => difference !== 0) ?? 0
  )[0]?.node
}

/** Reasons that evicting pods would not resolve. */
const lasting = /unschedulable|untolerated|affinity\/selector|missing required label/

/** The scheduler's message for a pod that fits on no node. @since 0.1.0 @category getters  */
export const account = (world: World, pod: JsonObject): string => {
  const all = world.nodes.map((node) => reasons(world, pod, node))
  if (all.length === 0) {
    return "no nodes available to schedule pods"
  }
  const histogram = (reasons: ReadonlyArray<string>): string =>
    [...new Set(reasons)].map((reason) => `${reasons.filter((one) => one === reason).length} ${reason}`).sort().join(
      ", "
    )
  const total = all.length
  const preemption = all.map((reasons) =>
    reasons.some((reason) => lasting.test(reason))
      ? "Preemption is not helpful for scheduling"
      : "No preemption victims found for incoming pod"
  )
  return `0/${total} nodes are available: ${histogram(all.flat())}. `
    + `preemption: 0/${total} nodes are available: ${histogram(preemption)}.`
}
