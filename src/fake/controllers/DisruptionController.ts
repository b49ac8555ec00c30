/**
 * Disruption budgets: how many pods may be evicted now, as k8s.io/kubernetes pkg/controller/disruption (v1.37) computes it.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as AppsKinds from "../kinds/AppsKinds.js"
import * as Kind from "../kinds/Kind.js"
import * as PolicyKinds from "../kinds/PolicyKinds.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import * as Selector from "../store/Selector.js"
import * as Conditions from "./Conditions.js"
import type { Controller } from "./Controller.js"
import * as Pods from "./Pods.js"
import * as Rollout from "./Rollout.js"

const resource = Kind.resource(PolicyKinds.podDisruptionBudget)

/** The time after which an announced eviction no longer counts. */
const deletionTimeout = 120_000

/** The condition for a number of allowed disruptions. @since 0.1.0 @category combinators  */
export const withCondition = (status: JsonObject, now: number): JsonObject => {
  const allowed = (Json.number(status, "disruptionsAllowed") ?? 0) > 0
  const next = Conditions.set(status, {
    type: "DisruptionAllowed",
    status: allowed ? "True" : "False",
    reason: allowed ? "SufficientPods" : "InsufficientPods",
    message: ""
  }, now)
  const observedGeneration = Json.at(status, "observedGeneration")
  return {
    ...next,
    conditions: Json.objects(next, "conditions").map((one) => Json.make({ ...one, observedGeneration }))
  }
}

/** @since 0.1.0 @category constructors */
export const make = (registry: Registry): Controller => {
  const { store } = registry
  const scalable = new Map(AppsKinds.kinds.filter(({ scale }) => scale !== undefined).map((kind) => [kind.kind, kind]))

  /** The wanted pods of the controllers of pods; a pod of an unknown controller counts as none. */
  const expected = (pods: ReadonlyArray<JsonObject>): number => {
    const found = new Map<string, number>()
    for (const pod of pods) {
      let owner = Metadata.controller(pod)
      for (let depth = 0; owner !== undefined && depth < 2; depth++) {
        const kind = scalable.get(Json.text(owner, "kind") ?? "")
        const name = Json.text(owner, "name") ?? ""
        const object = kind && store.get({ resource: Kind.resource(kind), namespace: Metadata.namespace(pod), name })
        const above = object && Metadata.controller(object)
        if (object !== undefined && above === undefined) {
          found.set(Metadata.uid(object), Rollout.wanted(object))
        }
        owner = above
      }
    }
    return [...found.values()].reduce((sum, count) => sum + count, 0)
  }

  const counts = (
    budget: JsonObject,
    pods: ReadonlyArray<JsonObject>
  ): readonly [expected: number, desired: number] => {
    const least = Json.at(budget, "spec", "minAvailable")
    const most = Json.at(budget, "spec", "maxUnavailable")
    if (most !== undefined) {
      const count = expected(pods)
      return [count, Math.max(count - Rollout.scaled(most, count, Math.ceil), 0)]
    }
    if (typeof least === "number") {
      return [pods.length, least]
    }
    const count = expected(pods)
    return least === undefined ? [0, 0] : [count, Rollout.scaled(least, count, Math.ceil)]
  }

  return {
    name: "disruption",
    keys: (written, object) => {
      const key = (one: JsonObject) => `${Metadata.namespace(one)}/${Metadata.name(one)}`
      const labels = Metadata.labels(object)
      return written === resource ? [key(object)] : written !== "pods" ? [] : store.list(
        resource,
        Metadata.namespace(object)
      ).filter((budget) => Selector.matching(Json.at(budget, "spec", "selector"))(labels)).map(key)
    },
    reconcile: (key, now) => {
      const [namespace = "", name = ""] = key.split("/")
      const budget = store.get({ resource, namespace, name })
      if (budget === undefined) {
        return undefined
      }
      const selects = Selector.matching(Json.at(budget, "spec", "selector"))
      const pods = store.list("pods", namespace).filter((pod) => selects(Metadata.labels(pod)) && !Pods.isTerminal(pod))
      const announced = Object.entries(Json.record(budget, "status", "disruptedPods")).filter(([pod, time]) =>
        Metadata.millis(time) + deletionTimeout > now
        && pods.some((one) => Metadata.name(one) === pod && !Metadata.isBeingDeleted(one))
      )
      const leaving = new Set(announced.map(([pod]) => pod))
      const healthy =
        pods.filter((pod) => !Metadata.isBeingDeleted(pod) && !leaving.has(Metadata.name(pod)) && Pods.isReady(pod))
          .length
      const [expectedPods, desiredHealthy] = counts(budget, pods)
      const status = Json.make({
        conditions: Json.at(budget, "status", "conditions"),
        currentHealthy: healthy,
        desiredHealthy,
        expectedPods,
        disruptionsAllowed: expectedPods <= 0 ? 0 : Math.max(healthy - desiredHealthy, 0),
        disruptedPods: announced.length === 0 ? undefined : Object.fromEntries(announced),
        observedGeneration: Json.at(budget, "metadata", "generation")
      })
      registry.update(
        PolicyKinds.podDisruptionBudget,
        namespace,
        name,
        "status",
        (existing) => Either.right({ ...existing, status: withCondition(status, now) }),
        { now }
      )
      const next = announced.map(([, time]) => Metadata.millis(time) + deletionTimeout - now)
      return next.length === 0 ? undefined : Math.max(Math.min(...next), 0)
    }
  }
}
