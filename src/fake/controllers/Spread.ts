/**
 * Topology spread constraints: how many pods each domain has, and whether one more may join. As in k8s.io/kubernetes
 * pkg/scheduler/framework/plugins/podtopologyspread (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as Selector from "../store/Selector.js"
import * as Pods from "./Pods.js"

/** The nodes, and the pods on them. @since 0.1.0 @category models  */
export interface Placement {
  readonly nodes: ReadonlyArray<JsonObject>
  readonly placed: ReadonlyArray<JsonObject>
}

/** Which nodes count for a pod. @since 0.1.0 @category models  */
export interface Eligible {
  readonly byAffinity: (node: JsonObject) => boolean
  readonly byTaints: (node: JsonObject) => boolean
}

const domainOf = (node: JsonObject, constraint: JsonObject): string | undefined =>
  Metadata.labels(node)[Json.text(constraint, "topologyKey") ?? ""]

const of = (pod: JsonObject, action: string): ReadonlyArray<JsonObject> =>
  Json.objects(pod, "spec", "topologySpreadConstraints").filter((one) => one["whenUnsatisfiable"] === action)

/** The number of pods in each domain that match the constraint. */
const counts = (
  world: Placement,
  pod: JsonObject,
  constraint: JsonObject,
  nodes: ReadonlyArray<JsonObject>
): ReadonlyMap<string, number> => {
  const selector = constraint["labelSelector"]
  const selects = Selector.matching(selector)
  const isEmpty = !Json.isObject(selector) || Object.keys(selector).length === 0
  const result = new Map<string, number>()
  for (const node of nodes) {
    const domain = domainOf(node, constraint) ?? ""
    const here = isEmpty ?
      0 :
      world.placed.filter((other) =>
        Pods.nodeName(other) === Metadata.name(node) && !Metadata.isBeingDeleted(other)
        && Metadata.namespace(other) === Metadata.namespace(pod) && selects(Metadata.labels(other))
      ).length
    result.set(domain, (result.get(domain) ?? 0) + here)
  }
  return result
}

const mismatch = "node(s) didn't match pod topology spread constraints"

/** Why a pod must not run on a node, by its constraints with `DoNotSchedule`. @since 0.1.0 @category getters  */
export const complaint = (
  world: Placement,
  pod: JsonObject,
  node: JsonObject,
  eligible: Eligible
): string | undefined => {
  const constraints = of(pod, "DoNotSchedule")
  const complete = world.nodes.filter((one) => constraints.every((each) => domainOf(one, each) !== undefined))
  for (const constraint of constraints) {
    const domain = domainOf(node, constraint)
    if (domain === undefined) return `${mismatch} (missing required label)`
    const nodes = complete.filter((one) =>
      (constraint["nodeAffinityPolicy"] === "Ignore" || eligible.byAffinity(one))
      && (constraint["nodeTaintsPolicy"] !== "Honor" || eligible.byTaints(one))
    )
    const matches = counts(world, pod, constraint, nodes)
    const least = matches.size < (Json.number(constraint, "minDomains") ?? 1) ? 0 : Math.min(...matches.values())
    const self = Selector.matching(constraint["labelSelector"])(Metadata.labels(pod)) ? 1 : 0
    if ((matches.get(domain) ?? 0) + self - least > (Json.number(constraint, "maxSkew") ?? 1)) return mismatch
  }
  return undefined
}

/** How many matching pods share the domains of a node, by the constraints with `ScheduleAnyway`. @since 0.1.0 @category getters  */
export const crowd = (world: Placement, pod: JsonObject, node: JsonObject): number =>
  of(pod, "ScheduleAnyway").reduce((total, constraint) => {
    const domain = domainOf(node, constraint)
    return total + (domain === undefined
      ? world.placed.length + 1
      : counts(world, pod, constraint, world.nodes).get(domain) ?? 0)
  }, 0)
