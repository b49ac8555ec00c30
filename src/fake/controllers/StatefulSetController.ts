/**
 * StatefulSets: creates, updates and deletes their pods by ordinals. As in k8s.io/kubernetes pkg/controller/statefulset (v1.37),
 * stateful_set_control.go.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as CoreKinds from "../kinds/CoreKinds.js"
import * as Kind from "../kinds/Kind.js"
import { statefulSet } from "../kinds/StatefulSets.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import * as Selector from "../store/Selector.js"
import type { Controller } from "./Controller.js"
import * as Events from "./Events.js"
import * as Ownership from "./Ownership.js"
import * as Pods from "./Pods.js"
import * as Retries from "./Retries.js"
import * as StatefulClaims from "./StatefulClaims.js"
import * as StatefulHistory from "./StatefulHistory.js"
import * as StatefulPods from "./StatefulPods.js"
import * as StatefulUpdate from "./StatefulUpdate.js"

/** What became of one pod: go on with the next one, wait, or the message of a failure. */
type Step = "next" | "wait" | { readonly failure: string }

const isFailure = (step: Step): step is { readonly failure: string } => typeof step === "object"

/** All pods in order until one has to wait; in a burst, in batches that double until one fails. */
const forAll = <A>(items: ReadonlyArray<A>, isOrdered: boolean, act: (item: A) => Step): Step => {
  if (isOrdered) {
    for (const item of items) {
      const step = act(item)
      if (step !== "next") return step
    }
    return "next"
  }
  for (let done = 0, size = 1; done < items.length; done += size, size *= 2) {
    const failures = items.slice(done, done + size).map(act).filter(isFailure)
    if (failures[0] !== undefined) return failures[0]
  }
  return "next"
}

/** @since 0.1.0 @category constructors */
export const make = (registry: Registry): Controller => {
  const { store } = registry
  const record = Events.recorder(registry, "statefulset-controller")
  const claims = StatefulClaims.make(registry, record)
  const retries = Retries.make()

  const note = (verb: string, set: JsonObject, pod: JsonObject, failure: string | undefined, now: number): void => {
    const about = `${verb} Pod ${Metadata.name(pod)} in StatefulSet ${Metadata.name(set)}`
    return failure === undefined
      ? record(set, "Normal", `Successful${verb}`, `${about} successful`, now)
      : record(set, "Warning", `Failed${verb}`, `${about} failed error: ${failure}`, now)
  }

  const noted = (verb: string, set: JsonObject, pod: JsonObject, failure: string, now: number): Step => {
    note(verb, set, pod, failure, now)
    return { failure }
  }

  const remove = (set: JsonObject, pod: JsonObject, now: number): void => {
    registry.delete(CoreKinds.pod, Metadata.namespace(pod), Metadata.name(pod), {}, { now })
    note("Delete", set, pod, undefined, now)
  }

  const create = (set: JsonObject, pod: JsonObject, now: number): Step => {
    const unclaimed = claims.create(set, pod, now)
    if (unclaimed !== undefined) return noted("Create", set, pod, unclaimed, now)
    const made = registry.create(CoreKinds.pod, Metadata.namespace(set), pod, { now })
    if (Either.isLeft(made) && made.left.reason === "AlreadyExists") return { failure: made.left.message }
    const unretained = claims.retain(set, pod, now)
    if (unretained !== undefined) return noted("Update", set, pod, unretained, now)
    if (Either.isLeft(made)) return noted("Create", set, pod, made.left.message, now)
    note("Create", set, pod, undefined, now)
    return "next"
  }

  /** Gives a pod the identity, the volumes and the claims that it is to have. */
  const restore = (set: JsonObject, pod: JsonObject, now: number): Step => {
    if (!StatefulPods.storageMatches(set, pod)) {
      const failure = claims.create(set, pod, now)
      if (failure !== undefined) return noted("Update", set, pod, failure, now)
    }
    if (!claims.isRetained(set, pod)) {
      const failure = claims.retain(set, pod, now)
      if (failure !== undefined) return noted("Update", set, pod, failure, now)
    }
    const changed = registry.update(CoreKinds.pod, Metadata.namespace(pod), Metadata.name(pod), "main", (existing) => {
      const named = StatefulPods.identityMatches(existing) ? existing : StatefulPods.withIdentity(existing)
      return Either.right(
        StatefulPods.storageMatches(set, named) ? named : StatefulPods.withStorage(set, named)
      )
    }, { now })
    if (Either.isLeft(changed)) return noted("Update", set, pod, changed.left.message, now)
    note("Update", set, pod, undefined, now)
    return "next"
  }

  const keep = (set: JsonObject, isOrdered: boolean, now: number) => (pod: JsonObject): Step => {
    const isCreated = StatefulPods.isCreated(pod)
    if (isCreated && Pods.isTerminal(pod)) {
      if (!Metadata.isBeingDeleted(pod)) remove(set, pod, now)
      return "wait"
    }
    if (!isCreated) {
      if (claims.isStale(set, pod)) return "wait"
      const step = create(set, pod, now)
      return step === "next" && isOrdered ? "wait" : step
    }
    if (Pods.phase(pod) === "Pending") {
      const failure = claims.create(set, pod, now)
      if (failure !== undefined) return { failure }
      const unretained = claims.retain(set, pod, now)
      if (unretained !== undefined) return noted("Update", set, pod, unretained, now)
    }
    const isReady = StatefulPods.isRunningAndReady(pod) && StatefulPods.isAvailable(set, pod, now)
    if (isOrdered && (Metadata.isBeingDeleted(pod) || !isReady)) return "wait"
    return StatefulPods.identityMatches(pod) && StatefulPods.storageMatches(set, pod) && claims.isRetained(set, pod)
      ? "next"
      : restore(set, pod, now)
  }

  const release = (set: JsonObject, now: number) => (pod: JsonObject): Step => {
    const failure = claims.isRetained(set, pod) ? undefined : claims.retain(set, pod, now)
    return failure === undefined ? "next" : { failure }
  }

  const condemn =
    (set: JsonObject, isOrdered: boolean, first: JsonObject | undefined, now: number) => (pod: JsonObject): Step => {
      if (Metadata.isBeingDeleted(pod)) return isOrdered ? "wait" : "next"
      const isReady = StatefulPods.isRunningAndReady(pod) && StatefulPods.isAvailable(set, pod, now)
      if (isOrdered && !isReady && pod !== first) return "wait"
      remove(set, pod, now)
      return "wait"
    }

  /** Acts on the pods; returns the status, and the message of a failure. */
  const act = (
    set: JsonObject,
    pods: ReadonlyArray<JsonObject>,
    revisions: StatefulHistory.Versions,
    now: number
  ): { readonly status: JsonObject; readonly failure: string | undefined } => {
    const members = StatefulUpdate.divide(set, pods, revisions)
    const statusOf = (some: ReadonlyArray<JsonObject>) => StatefulUpdate.status(set, some, revisions, now)
    const done = { status: statusOf(pods), failure: undefined }
    if (Metadata.isBeingDeleted(set)) return done
    const { condemned, kept } = members
    const isOrdered = Json.text(set, "spec", "podManagementPolicy") !== "Parallel"
    const unavailable = (pod: JsonObject) => StatefulPods.isUnavailable(set, pod, now)
    const first = kept.find(unavailable) ?? condemned.findLast(unavailable)
    const steps: ReadonlyArray<() => Step> = [
      () => forAll(kept, isOrdered, keep(set, isOrdered, now)),
      () => forAll(condemned, isOrdered, release(set, now)),
      () => forAll(condemned, isOrdered, condemn(set, isOrdered, first, now))
    ]
    for (const step of steps) {
      const end = step()
      if (end !== "next") {
        return { status: statusOf([...kept, ...condemned]), failure: isFailure(end) ? end.failure : undefined }
      }
    }
    const status = statusOf([...kept, ...condemned])
    const outdated = StatefulUpdate.outdated(set, kept, revisions, now)
    outdated.forEach((pod) => remove(set, pod, now))
    const current = (Json.number(status, "currentReplicas") ?? 0) - outdated.length
    return { status: StatefulUpdate.withCurrent(status, current), failure: undefined }
  }

  const save = (set: JsonObject, status: JsonObject, now: number): void => {
    const next = StatefulUpdate.completed(set, status)
    if (!StatefulUpdate.isNews(Json.object(set, "status"), next)) return
    registry.update(
      statefulSet,
      Metadata.namespace(set),
      Metadata.name(set),
      "status",
      (existing) => Either.right({ ...existing, status: next }),
      { now }
    )
  }

  const resource = Kind.resource(statefulSet)

  return {
    name: "statefulset",
    keys: (written, object) =>
      written === resource
        ? [`${Metadata.namespace(object)}/${Metadata.name(object)}`]
        : written === "pods"
        ? Ownership.keys(registry, statefulSet, object)
        : [],
    reconcile: (key, now) => {
      const [namespace = "", name = ""] = key.split("/")
      const set = store.get({ resource, namespace, name })
      if (set === undefined) {
        retries.forget(key)
        return undefined
      }
      const selects = Selector.matching(Json.at(set, "spec", "selector"))
      const history = StatefulHistory.of(registry, set, selects, now)
      const pods = Ownership.claim(registry, {
        of: statefulSet,
        owner: set,
        owned: CoreKinds.pod,
        matches: (pod) => selects(Metadata.labels(pod)) && StatefulPods.identity(pod).parent === name
      }, now)
      const revisions = StatefulHistory.resolve(registry, set, history, now)
      if (Either.isLeft(revisions)) return retries.failed(key)
      const { failure, status } = act(set, pods, revisions.right, now)
      save(set, status, now)
      StatefulHistory.truncate(registry, set, history, revisions.right, pods.map(StatefulPods.revisionOf), now)
      if (failure !== undefined) return retries.failed(key)
      retries.forget(key)
      const seconds = Json.number(set, "spec", "minReadySeconds") ?? 0
      const waits = pods.flatMap((pod) => Pods.untilAvailable(pod, seconds, now) ?? []).filter((wait) => wait > 0)
      return waits.length === 0 ? undefined : Math.min(...waits)
    }
  }
}
