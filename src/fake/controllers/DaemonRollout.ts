/**
 * Which pods a DaemonSet creates and deletes: one for each node that suits, and new ones for old ones within `maxUnavailable` or
 * `maxSurge`. As in k8s.io/kubernetes pkg/controller/daemon (v1.37), daemon_controller.go and update.go.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as DaemonPods from "./DaemonPods.js"
import * as Pods from "./Pods.js"
import { scaled } from "./Rollout.js"

/**
 * A DaemonSet at one time: `on` are the pods of a node, and `nodes` all nodes.
 *
 * @since 0.1.0
 * @category models
 */
export interface Scene {
  readonly set: JsonObject
  readonly hash: string
  readonly nodes: ReadonlyArray<JsonObject>
  readonly on: ReadonlyMap<string, ReadonlyArray<JsonObject>>
  readonly now: number
}

/** The nodes that get a pod, and the pods that are deleted. @since 0.1.0 @category models */
export interface Changes {
  readonly nodes: ReadonlyArray<string>
  readonly pods: ReadonlyArray<JsonObject>
}

const none: Changes = { nodes: [], pods: [] }

const joined = (all: ReadonlyArray<Changes>): Changes => ({
  nodes: all.flatMap(({ nodes }) => nodes),
  pods: all.flatMap(({ pods }) => pods)
})

const rolling = (set: JsonObject, field: string): Json.Value | undefined =>
  Json.text(set, "spec", "updateStrategy", "type") === "RollingUpdate"
    ? Json.at(set, "spec", "updateStrategy", "rollingUpdate", field)
    : undefined

const count = (set: JsonObject, field: string, of: number): number => scaled(rolling(set, field), of, Math.ceil)

const isLive = (pod: JsonObject): boolean => !Metadata.isBeingDeleted(pod)

/** Of the pods on a node that surges, the oldest new one and the oldest old one; and those to delete. */
const surged = ({ hash, now, set }: Scene, running: ReadonlyArray<JsonObject>): ReadonlyArray<JsonObject> => {
  const sorted = running.toSorted(DaemonPods.byAge)
  const isNew = (pod: JsonObject) => Metadata.labels(pod)[DaemonPods.hashLabel] === hash
  const [fresh, old] = [sorted.find(isNew), sorted.find((pod) => !isNew(pod))]
  const surplus = sorted.filter((pod) => pod !== fresh && pod !== old)
  return fresh !== undefined && old !== undefined
      && (!Pods.isReady(old) || DaemonPods.isAvailable(set, fresh, now))
    ? [...surplus, old]
    : surplus
}

/**
 * A pod for each node that suits, and none on others. `ended` decides what becomes of one that has ended: whether it is deleted now.
 *
 * @since 0.1.0
 * @category getters
 */
export const manage = (scene: Scene, ended: (pod: JsonObject, node: string) => boolean): Changes => {
  const { nodes, on, set } = scene
  const names = nodes.map(Metadata.name)
  const lost = [...on].flatMap(([node, pods]) =>
    names.includes(node) ? [] : pods.filter((pod) => Pods.nodeName(pod) === undefined)
  )
  const changes = nodes.map((node): Changes => {
    const name = Metadata.name(node)
    const pods = on.get(name)
    const { starts, stays } = DaemonPods.suits(set, node)
    if (pods === undefined) return starts ? { nodes: [name], pods: [] } : none
    const live = pods.filter(isLive)
    if (!stays) return { nodes: [], pods: live }
    const over = live.filter((pod) => Pods.isTerminal(pod) && ended(pod, name))
    const running = live.filter((pod) => !Pods.isTerminal(pod))
    if (count(set, "maxSurge", 1) === 0) {
      return { nodes: [], pods: [...over, ...running.toSorted(DaemonPods.byAge).slice(1)] }
    }
    return running.length === 0
      ? { nodes: starts ? [name] : [], pods: over }
      : { nodes: [], pods: running.length === 1 ? over : [...over, ...surged(scene, running)] }
  })
  return joined([...changes, { nodes: [], pods: lost }])
}

/** The new and the old pod on a node; undefined if there are more. */
const pair = (
  { hash, set }: Scene,
  pods: ReadonlyArray<JsonObject>
): { readonly fresh: JsonObject | undefined; readonly old: JsonObject | undefined } | undefined => {
  const live = pods.filter(isLive)
  const fresh = live.filter((pod) => DaemonPods.isUpdated(set, hash, pod))
  const old = live.filter((pod) => !fresh.includes(pod))
  return fresh.length > 1 || old.length > 1 ? undefined : { fresh: fresh[0], old: old[0] }
}

/** Old pods that are not available are replaced, and of the others as many as may be unavailable. */
const byDeletion = (scene: Scene, on: Scene["on"], most: number): Changes => {
  const { now, set } = scene
  let unavailable = 0
  const [allowed, candidates]: [Array<JsonObject>, Array<JsonObject>] = [[], []]
  for (const pods of on.values()) {
    const found = pair(scene, pods)
    const { fresh, old } = found ?? {}
    if (found === undefined || (fresh === undefined) === (old === undefined)) {
      unavailable++
    } else if (old === undefined) {
      if (fresh !== undefined && !DaemonPods.isAvailable(set, fresh, now)) unavailable++
    } else if (!DaemonPods.isAvailable(set, old, now)) {
      allowed.push(old)
      unavailable++
    } else if (unavailable < most) {
      candidates.push(old)
    }
  }
  return { nodes: [], pods: [...allowed, ...candidates.slice(0, Math.max(most - unavailable, 0))] }
}

/** New pods beside old ones: where the old one is not available, and beside as many others as may surge. */
const bySurge = (scene: Scene, on: Scene["on"], most: number, desired: number): Changes => {
  const { nodes, now, set } = scene
  const isAvailable = (pod: JsonObject) => DaemonPods.isAvailable(set, pod, now)
  let [surge, available] = [0, 0]
  const [deleted, unwanted]: [Array<JsonObject>, Array<JsonObject>] = [[], []]
  const [allowed, candidates]: [Array<string>, Array<string>] = [[], []]
  for (const [name, pods] of on) {
    const found = pair(scene, pods)
    if (found === undefined) {
      surge++
      continue
    }
    const { fresh, old } = found
    const counted = old ?? fresh
    if (counted !== undefined && isAvailable(counted)) available++
    if (old === undefined) continue
    if (fresh !== undefined) {
      if (isAvailable(fresh)) deleted.push(old)
      else surge++
      continue
    }
    const node = nodes.find((one) => Metadata.name(one) === name)
    const starts = node !== undefined && DaemonPods.suits(set, node).starts
    if (!isAvailable(old)) {
      if (starts) allowed.push(name)
      else deleted.push(old)
    } else if (!starts) {
      unwanted.push(old)
    } else if (surge < most) {
      candidates.push(name)
    }
  }
  return {
    nodes: [...allowed, ...candidates.slice(0, Math.max(most - surge, 0))],
    pods: [...deleted, ...unwanted.slice(0, Math.max(available - desired, 0))]
  }
}

/** The next step of a rolling update. @since 0.1.0 @category getters */
export const next = (scene: Scene): Changes => {
  const { nodes, on, set } = scene
  if (Json.text(set, "spec", "updateStrategy", "type") !== "RollingUpdate") return none
  const wanted = nodes.filter((node) => DaemonPods.suits(set, node).starts).map(Metadata.name)
  const all = new Map([...on, ...wanted.filter((name) => !on.has(name)).map((name) => [name, []] as const)])
  const [surge, unavailable] = ["maxSurge", "maxUnavailable"].map((field) => count(set, field, wanted.length))
  return surge === undefined || surge === 0
    ? byDeletion(scene, all, wanted.length > 0 ? Math.max(unavailable ?? 0, 1) : 0)
    : bySurge(scene, all, surge, wanted.length)
}

/** The status of the pods; without zeros where Go omits them. @since 0.1.0 @category getters */
export const status = ({ hash, nodes, now, on, set }: Scene): JsonObject => {
  const suiting = nodes.map((node) => ({
    starts: DaemonPods.suits(set, node).starts,
    first: (on.get(Metadata.name(node)) ?? []).toSorted(DaemonPods.byAge)[0]
  }))
  const wanted = suiting.filter(({ starts }) => starts)
  const first = wanted.map(({ first }) => first).filter((pod) => pod !== undefined)
  const ready = first.filter(Pods.isReady)
  const available = ready.filter((pod) => DaemonPods.isAvailable(set, pod, now)).length
  const positive = (count: number): number | undefined => count === 0 ? undefined : count
  return Json.make({
    ...Json.object(set, "status"),
    currentNumberScheduled: first.length,
    numberMisscheduled: suiting.filter(({ first, starts }) => !starts && first !== undefined).length,
    desiredNumberScheduled: wanted.length,
    numberReady: ready.length,
    observedGeneration: Json.number(set, "metadata", "generation"),
    updatedNumberScheduled: positive(first.filter((pod) => DaemonPods.isUpdated(set, hash, pod)).length),
    numberAvailable: positive(available),
    numberUnavailable: positive(wanted.length - available)
  })
}
