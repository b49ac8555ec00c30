/**
 * DaemonSets: a pod on each node that suits, and a history of their pod templates. As in k8s.io/kubernetes pkg/controller/daemon (v1.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as CoreKinds from "../kinds/CoreKinds.js"
import { daemonSet } from "../kinds/DaemonSets.js"
import * as Kind from "../kinds/Kind.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import * as Selector from "../store/Selector.js"
import type { Controller } from "./Controller.js"
import * as DaemonHistory from "./DaemonHistory.js"
import * as DaemonPods from "./DaemonPods.js"
import * as DaemonRollout from "./DaemonRollout.js"
import * as Events from "./Events.js"
import * as Ownership from "./Ownership.js"
import * as Pods from "./Pods.js"
import * as Retries from "./Retries.js"

/** Between deletions of failed pods on a node, in milliseconds: cmd/kube-controller-manager/app/apps.go. */
const [firstPause, longestPause] = [1000, 15 * 60_000]

/** @since 0.1.0 @category constructors */
export const make = (registry: Registry): Controller => {
  const { store } = registry
  const resource = Kind.resource(daemonSet)
  const record = Events.recorder(registry, "daemonset-controller")
  const retries = Retries.make()
  const failures = Retries.pauses(firstPause, longestPause)
  /** The labels and taints of the nodes, whose changes matter. */
  const seen = new Map<string, Json.Value>()

  const podsOf = (set: JsonObject, now: number): ReadonlyArray<JsonObject> => {
    const selects = Selector.matching(Json.at(set, "spec", "selector"))
    return Ownership.claim(registry, {
      of: daemonSet,
      owner: set,
      owned: CoreKinds.pod,
      matches: (pod) => selects(Metadata.labels(pod))
    }, now)
  }

  const sceneOf = (set: JsonObject, hash: string, now: number): DaemonRollout.Scene => {
    const on = new Map<string, ReadonlyArray<JsonObject>>()
    for (const pod of podsOf(set, now)) {
      const node = DaemonPods.nodeOf(pod)
      if (node === undefined || (Pods.isTerminal(pod) && Metadata.isBeingDeleted(pod))) continue
      on.set(node, [...on.get(node) ?? [], pod])
    }
    return { set, hash, now, nodes: store.list("nodes"), on }
  }

  /** Whether a pod that has ended is deleted now, and the milliseconds until it may be. */
  const ended = (set: JsonObject, pod: JsonObject, node: string, now: number): number => {
    const place = `${Metadata.namespace(pod)}/${Metadata.name(pod)} on node ${node}`
    if (Pods.phase(pod) === "Succeeded") {
      record(
        set,
        "Normal",
        "SucceededDaemonPod",
        `Found succeeded daemon pod ${place}, will try to delete it`,
        now
      )
      return 0
    }
    const key = `${Metadata.uid(set)}/${Json.number(set, "status", "observedGeneration") ?? 0}/${node}`
    const pause = failures.remaining(key, now)
    if (pause === 0) {
      failures.next(key, now)
      record(set, "Warning", "FailedDaemonPod", `Found failed daemon pod ${place}, will try to kill it`, now)
    }
    return pause
  }

  /** Makes the changes; returns the message of a failure. */
  const apply = (
    set: JsonObject,
    hash: string,
    { nodes, pods }: DaemonRollout.Changes,
    now: number
  ): string | undefined => {
    let failure: string | undefined
    for (const node of nodes) {
      const made = registry.create(CoreKinds.pod, Metadata.namespace(set), DaemonPods.make(set, hash, node), { now })
      if (Either.isLeft(made)) {
        failure = made.left.message
        record(set, "Warning", "FailedCreate", `Error creating: ${failure}`, now)
        break
      }
      record(set, "Normal", "SuccessfulCreate", `Created pod: ${Metadata.name(made.right)}`, now)
    }
    for (const pod of pods) {
      registry.delete(CoreKinds.pod, Metadata.namespace(pod), Metadata.name(pod), {}, { now })
      record(set, "Normal", "SuccessfulDelete", `Deleted pod: ${Metadata.name(pod)}`, now)
    }
    return failure
  }

  const save = (set: JsonObject, status: JsonObject, now: number): void => {
    if (Json.equal(Json.object(set, "status"), status)) return
    registry.update(
      daemonSet,
      Metadata.namespace(set),
      Metadata.name(set),
      "status",
      (existing) => Either.right({ ...existing, status }),
      { now }
    )
  }

  /** Whether a node is new, or has other labels or taints than before. */
  const isChanged = (node: JsonObject): boolean => {
    const next = { labels: Metadata.labels(node), taints: Json.list(node, "spec", "taints") }
    const before = seen.get(Metadata.uid(node))
    seen.set(Metadata.uid(node), next)
    return !Json.equal(before, next)
  }

  const keyOf = (object: JsonObject): string => `${Metadata.namespace(object)}/${Metadata.name(object)}`

  return {
    name: "daemonset",
    keys: (written, object) =>
      written === resource
        ? [keyOf(object)]
        : written === "pods"
        ? Ownership.keys(registry, daemonSet, object)
        : written === "nodes" && isChanged(object)
        ? store.list(resource).map(keyOf)
        : [],
    reconcile: (key, now) => {
      const [namespace = "", name = ""] = key.split("/")
      const set = store.get({ resource, namespace, name })
      if (set === undefined || Metadata.isBeingDeleted(set)) {
        retries.forget(key)
        return undefined
      }
      const selects = Selector.matching(Json.at(set, "spec", "selector"))
      const history = DaemonHistory.resolve(registry, set, selects, podsOf(set, now), now)
      if (Either.isLeft(history)) return retries.failed(key)
      const { hash } = history.right
      const pauses: Array<number> = []
      const scene = sceneOf(set, hash, now)
      const managed = DaemonRollout.manage(scene, (pod, node) => {
        const pause = ended(set, pod, node, now)
        if (pause > 0) pauses.push(pause)
        return pause === 0
      })
      const isManaged = managed.nodes.length + managed.pods.length > 0
      // An update goes on once what is created and deleted here is seen.
      const failure = apply(set, hash, isManaged ? managed : DaemonRollout.next(scene), now)
      if (failure === undefined) DaemonHistory.truncate(registry, set, history.right, podsOf(set, now), now)
      const after = sceneOf(set, hash, now)
      save(set, DaemonRollout.status(after), now)
      if (failure !== undefined) return retries.failed(key)
      retries.forget(key)
      const seconds = Json.number(set, "spec", "minReadySeconds") ?? 0
      const waits = [...after.on.values()].flat().flatMap((pod) => Pods.untilAvailable(pod, seconds, now) ?? [])
      const all = [...waits.filter((wait) => wait > 0), ...pauses]
      return all.length === 0 ? undefined : Math.min(...all)
    }
  }
}
