/**
 * ReplicaSets and ReplicationControllers: creates, adopts and deletes pods as k8s.io/kubernetes pkg/controller/replicaset (v1.37)
 * does.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as AppsKinds from "../kinds/AppsKinds.js"
import * as CoreKinds from "../kinds/CoreKinds.js"
import * as Kind from "../kinds/Kind.js"
import * as ReplicationControllers from "../kinds/ReplicationControllers.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import * as Selector from "../store/Selector.js"
import * as Conditions from "./Conditions.js"
import type { Controller } from "./Controller.js"
import * as Events from "./Events.js"
import * as Ownership from "./Ownership.js"
import * as Pods from "./Pods.js"
import * as Retries from "./Retries.js"

/**
 * A kind that keeps a number of pods. `selector` is its label selector; `countsTerminating` says whether its status has the pods
 * that are being deleted.
 *
 * @since 0.1.0
 * @category models
 */
export interface Form {
  readonly kind: Kind.Kind
  readonly component: string
  readonly selector: (object: JsonObject) => Json.Value | undefined
  readonly countsTerminating: boolean
}

/** @since 0.1.0 @category constants */
export const replicaSets: Form = {
  kind: AppsKinds.replicaSet,
  component: "replicaset-controller",
  selector: (set) => Json.at(set, "spec", "selector"),
  countsTerminating: true
}

/** @since 0.1.0 @category constants */
export const replicationControllers: Form = {
  kind: ReplicationControllers.replicationController,
  component: "replication-controller",
  selector: ReplicationControllers.selector,
  countsTerminating: false
}

/** @since 0.1.0 @category constructors */
export const make = (
  registry: Registry,
  { component, countsTerminating, kind, selector }: Form
): Controller => {
  const { store } = registry
  const resource = Kind.resource(kind)
  const record = Events.recorder(registry, component)
  const retries = Retries.make()

  /** The pods of a set, with those that it adopts, and without those that it releases. */
  const podsOf = (set: JsonObject, now: number): ReadonlyArray<JsonObject> => {
    const selects = Selector.matching(selector(set))
    return Ownership.claim(registry, {
      of: kind,
      owner: set,
      owned: CoreKinds.pod,
      matches: (pod) => selects(Metadata.labels(pod)),
      isClaimed: Pods.isActive
    }, now)
  }

  const createPod = (set: JsonObject, now: number): string | undefined => {
    const pod = Ownership.podOf(kind, set, Json.object(set, "spec", "template"))
    const created = registry.create(CoreKinds.pod, Metadata.namespace(set), pod, { now })
    if (Either.isLeft(created)) {
      record(set, "Warning", "FailedCreate", `Error creating: ${created.left.message}`, now)
      return created.left.message
    }
    record(set, "Normal", "SuccessfulCreate", `Created pod: ${Metadata.name(created.right)}`, now)
    return undefined
  }

  /** Creates or deletes pods; returns the message of a failure. */
  const scale = (set: JsonObject, active: ReadonlyArray<JsonObject>, now: number): string | undefined => {
    const missing = (Json.number(set, "spec", "replicas") ?? 1) - active.length
    for (let count = 0; count < missing; count++) {
      const failure = createPod(set, now)
      if (failure !== undefined) return failure
    }
    for (const pod of active.toSorted(Pods.byCost).slice(0, Math.max(-missing, 0))) {
      registry.delete(CoreKinds.pod, Metadata.namespace(pod), Metadata.name(pod), {}, { now })
      record(set, "Normal", "SuccessfulDelete", `Deleted pod: ${Metadata.name(pod)}`, now)
    }
    return undefined
  }

  /** The status for the pods that are there; the milliseconds until it changes by itself. */
  const status = (set: JsonObject, failure: string | undefined, now: number) => {
    const all = podsOf(set, now)
    const active = all.filter(Pods.isActive)
    const labels = Object.entries(Json.record(set, "spec", "template", "metadata", "labels"))
    const waits = active.map((pod) => Pods.untilAvailable(pod, Json.number(set, "spec", "minReadySeconds") ?? 0, now))
    const positive = (count: number): number | undefined => count === 0 ? undefined : count
    const before = Json.object(set, "status")
    // Another failure is not noted: its message has the name of another pod.
    const failed = failure === undefined || Conditions.find(before, "ReplicaFailure") !== undefined
      ? before
      : Conditions.set(
        before,
        { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: failure },
        now
      )
    const conditions = failure === undefined ? [] : Json.objects(failed, "conditions")
    const left = waits.filter((wait) => wait !== undefined && wait > 0)
    return {
      again: left.length === 0 ? undefined : Math.min(...left.flatMap((wait) => wait ?? [])),
      status: Json.make({
        replicas: active.length,
        fullyLabeledReplicas: positive(
          active.filter((pod) => labels.every(([key, value]) => Metadata.labels(pod)[key] === value)).length
        ),
        readyReplicas: positive(active.filter(Pods.isReady).length),
        availableReplicas: positive(waits.filter((wait) => wait === 0).length),
        terminatingReplicas: countsTerminating ? all.filter(Pods.isTerminating).length : undefined,
        observedGeneration: Json.at(set, "metadata", "generation"),
        conditions: conditions.length === 0 ? undefined : conditions
      })
    }
  }

  return {
    name: component,
    keys: (written, object) =>
      written === resource
        ? [`${Metadata.namespace(object)}/${Metadata.name(object)}`]
        : written !== "pods"
        ? []
        : Ownership.keys(registry, kind, object),
    reconcile: (key, now) => {
      const [namespace = "", name = ""] = key.split("/")
      const set = store.get({ resource, namespace, name })
      if (set === undefined) {
        retries.forget(key)
        return undefined
      }
      const active = podsOf(set, now).filter(Pods.isActive)
      const failure = Metadata.isBeingDeleted(set) ? undefined : scale(set, active, now)
      const next = status(set, failure, now)
      registry.update(
        kind,
        namespace,
        name,
        "status",
        (existing) => Either.right({ ...existing, status: next.status }),
        { now }
      )
      if (failure !== undefined) {
        return retries.failed(key)
      }
      retries.forget(key)
      return next.again
    }
  }
}
