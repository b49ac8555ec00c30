/**
 * Assigns a node to every pod, those of higher priority first, or sets the condition that none fits.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as CoreKinds from "../kinds/CoreKinds.js"
import type { Key } from "../store/ApiStore.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import * as Conditions from "./Conditions.js"
import type { Controller } from "./Controller.js"
import * as Events from "./Events.js"
import * as Fit from "./Fit.js"
import * as Pods from "./Pods.js"

const isOurs = (pod: JsonObject): boolean =>
  Json.text(pod, "spec", "schedulerName") === "default-scheduler" && Pods.nodeName(pod) === undefined &&
  Pods.isActive(pod)
  && Json.list(pod, "spec", "schedulingGates").length === 0

const podKey = (pod: JsonObject): Key => ({
  resource: "pods",
  namespace: Metadata.namespace(pod),
  name: Metadata.name(pod)
})

const priorityOf = (pod: JsonObject): number => Json.number(pod, "spec", "priority") ?? 0

const interesting = new Set(["pods", "nodes", "namespaces", "persistentvolumeclaims"])

/**
 * `obstacle` overrides the fit: it returns the message for a pod that fits on no node.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (registry: Registry, obstacle: (pod: JsonObject) => string | undefined): Controller => {
  const { store } = registry
  const record = Events.seriesRecorder(registry, "default-scheduler", {
    Scheduled: "Binding",
    FailedScheduling: "Scheduling"
  })
  const waiting = new Map<string, Key>()

  const world = (): Fit.World => ({
    nodes: store.list("nodes"),
    placed: store.list("pods").filter((pod) => Pods.nodeName(pod) !== undefined && !Pods.isTerminal(pod)),
    namespaceLabels: (name) => Metadata.labels(store.get({ resource: "namespaces", namespace: "", name }) ?? {})
  })

  const missingClaim = (pod: JsonObject): string | undefined =>
    Json.objects(pod, "spec", "volumes").flatMap((volume) => {
      const name = Json.text(volume, "persistentVolumeClaim", "claimName")
      if (name === undefined) {
        return []
      }
      const claim = store.get({ resource: "persistentvolumeclaims", namespace: Metadata.namespace(pod), name })
      return claim === undefined
        ? [`persistentvolumeclaim "${name}" not found`]
        : Json.text(claim, "status", "phase") === "Bound"
        ? []
        : ["pod has unbound immediate PersistentVolumeClaims"]
    })[0]

  const say = (pod: JsonObject, condition: Conditions.Condition, now: number): void => {
    registry.update(
      CoreKinds.pod,
      Metadata.namespace(pod),
      Metadata.name(pod),
      "status",
      (existing) =>
        Either.right({ ...existing, status: Conditions.set(Json.object(existing, "status"), condition, now) }),
      { now }
    )
  }

  const refuse = (pod: JsonObject, message: string, now: number): void => {
    const condition = Conditions.find(Json.object(pod, "status"), "PodScheduled")
    if (Json.text(condition, "message") !== message) {
      say(pod, { type: "PodScheduled", status: "False", reason: "Unschedulable", message }, now)
      record(pod, "Warning", "FailedScheduling", message, now)
    }
  }

  const bind = (pod: JsonObject, node: JsonObject, now: number): void => {
    const nodeName = Metadata.name(node)
    const key = podKey(pod)
    const bound = Json.set(store.get(key) ?? pod, ["spec", "nodeName"], nodeName)
    const status = Conditions.set(Json.object(bound, "status"), { type: "PodScheduled", status: "True" }, now)
    store.put(key, { ...bound, status })
    record(pod, "Normal", "Scheduled", `Successfully assigned ${key.namespace}/${key.name} to ${nodeName}`, now)
  }

  const schedule = (pod: JsonObject, now: number): void => {
    const state = world()
    const why = obstacle(pod)
    if (why !== undefined) {
      refuse(pod, why, now)
      return
    }
    const claim = missingClaim(pod)
    const fitting = claim === undefined
      ? state.nodes.filter((node) => Fit.reasons(state, pod, node).length === 0)
      : []
    const node = Fit.best(state, pod, fitting)
    if (node !== undefined) {
      bind(pod, node, now)
    } else if (claim !== undefined) {
      const total = state.nodes.length
      refuse(
        pod,
        `0/${total} nodes are available: ${claim}. preemption: 0/${total} nodes are available: `
          + `${total} Preemption is not helpful for scheduling.`,
        now
      )
    } else {
      refuse(pod, Fit.account(state, pod), now)
    }
  }

  return {
    name: "scheduler",
    keys: (resource, object) => {
      if (resource === "pods" && isOurs(object)) {
        waiting.set(Metadata.uid(object), podKey(object))
      }
      return interesting.has(resource) && waiting.size > 0 ? ["pods"] : []
    },
    reconcile: (_, now) => {
      const pods = [...waiting].flatMap(([uid, key]) => {
        const pod = store.get(key)
        if (pod !== undefined && Metadata.uid(pod) === uid && isOurs(pod)) return [pod]
        waiting.delete(uid)
        return []
      })
      for (const pod of pods.toSorted((a, b) => priorityOf(b) - priorityOf(a))) schedule(pod, now)
      return undefined
    }
  }
}
