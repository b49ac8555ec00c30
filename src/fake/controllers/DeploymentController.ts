/**
 * Deployments: a ReplicaSet for each pod template, scaled as k8s.io/kubernetes pkg/controller/deployment (v1.37) does. A change
 * of `replicas` in the middle of an update goes to the new ReplicaSet alone, not in proportion.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as AppsKinds from "../kinds/AppsKinds.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import type { Controller } from "./Controller.js"
import * as DeploymentStatus from "./DeploymentStatus.js"
import * as Events from "./Events.js"
import * as Hash from "./Hash.js"
import * as Pods from "./Pods.js"
import * as Retries from "./Retries.js"
import * as Rollout from "./Rollout.js"

const resource = "deployments.apps"
const sets = "replicasets.apps"

const hashLabel = "pod-template-hash"
const revisionKey = "deployment.kubernetes.io/revision"

const historyKey = "deployment.kubernetes.io/revision-history"

const withoutHash = (template: JsonObject): JsonObject =>
  Json.set(template, ["metadata", "labels"], Json.omit(Json.object(template, "metadata", "labels"), hashLabel))

const templateOf = (object: JsonObject): JsonObject => withoutHash(Json.object(object, "spec", "template"))

const revisionOf = (object: JsonObject): number =>
  Number(Json.record(object, "metadata", "annotations")[revisionKey] ?? 0)

/** The annotations of a set that becomes another revision: its former revisions are kept. */
const revised = (set: JsonObject, revision: number): JsonObject => {
  const before = revisionOf(set)
  const earlier = Json.text(set, "metadata", "annotations", historyKey)
  return {
    [revisionKey]: String(revision),
    ...(before === 0 || before === revision
      ? {}
      : { [historyKey]: earlier === undefined ? String(before) : `${earlier},${before}` })
  }
}

/** The annotations of a Deployment that its ReplicaSets have, too. */
const copied = (deployment: JsonObject): JsonObject =>
  Json.omit(
    Json.object(deployment, "metadata", "annotations"),
    "kubectl.kubernetes.io/last-applied-configuration",
    revisionKey,
    historyKey
  )

const sizes = (deployment: JsonObject): JsonObject => ({
  "deployment.kubernetes.io/desired-replicas": String(Rollout.wanted(deployment)),
  "deployment.kubernetes.io/max-replicas": String(Rollout.wanted(deployment) + Rollout.surge(deployment))
})

const byAge = (a: JsonObject, b: JsonObject): number => revisionOf(a) - revisionOf(b)

/** @since 0.1.0 @category constructors */
export const make = (registry: Registry): Controller => {
  const { store } = registry
  const record = Events.recorder(registry, "deployment-controller")
  const retries = Retries.make()

  const setsOf = (deployment: JsonObject): ReadonlyArray<JsonObject> =>
    store.list(sets, Metadata.namespace(deployment)).filter((set) =>
      Json.text(Metadata.controller(set), "uid") === Metadata.uid(deployment)
    ).toSorted(byAge)

  const change = (set: JsonObject, how: (existing: JsonObject) => JsonObject, now: number): JsonObject =>
    Either.getOrElse(
      registry.update(
        AppsKinds.replicaSet,
        Metadata.namespace(set),
        Metadata.name(set),
        "main",
        (existing) => Either.right(how(existing)),
        { now }
      ),
      () => set
    )

  const write = (deployment: JsonObject, change: (status: JsonObject) => JsonObject, now: number) =>
    registry.update(
      AppsKinds.deployment,
      Metadata.namespace(deployment),
      Metadata.name(deployment),
      "status",
      (existing) => Either.right({ ...existing, status: change(Json.object(existing, "status")) }),
      { now }
    )

  const annotate = (object: JsonObject, annotations: JsonObject): JsonObject =>
    Json.set(object, ["metadata", "annotations"], { ...Json.object(object, "metadata", "annotations"), ...annotations })

  const scaled = (deployment: JsonObject, set: JsonObject, before: number, replicas: number, now: number): void =>
    record(
      deployment,
      "Normal",
      "ScalingReplicaSet",
      `Scaled ${before < replicas ? "up" : "down"} replica set ${Metadata.name(set)} from ${before} to ${replicas}`,
      now
    )

  const create = (
    deployment: JsonObject,
    all: ReadonlyArray<JsonObject>,
    revision: number,
    now: number
  ): JsonObject | undefined => {
    const template = Json.object(deployment, "spec", "template")
    const hash = Hash.of(template, Json.number(deployment, "status", "collisionCount") ?? 0)
    const labels = { ...Json.object(template, "metadata", "labels"), [hashLabel]: hash }
    const selector = Json.object(deployment, "spec", "selector")
    const replicas = Rollout.first(deployment, all)
    const created = registry.create(AppsKinds.replicaSet, Metadata.namespace(deployment), {
      metadata: {
        name: `${Metadata.name(deployment)}-${hash}`,
        labels,
        annotations: { ...copied(deployment), ...sizes(deployment), [revisionKey]: String(revision) },
        ownerReferences: [{
          apiVersion: "apps/v1",
          kind: "Deployment",
          name: Metadata.name(deployment),
          uid: Metadata.uid(deployment),
          controller: true,
          blockOwnerDeletion: true
        }]
      },
      spec: Json.make({
        replicas,
        minReadySeconds: Json.at(deployment, "spec", "minReadySeconds"),
        selector: Json.set(selector, ["matchLabels", hashLabel], hash),
        template: Json.set(template, ["metadata", "labels"], labels)
      })
    }, { now })
    if (Either.isLeft(created)) {
      const problem = `Failed to create new replica set "${Metadata.name(deployment)}-${hash}": ${created.left.message}`
      record(deployment, "Warning", DeploymentStatus.createError, problem, now)
      write(deployment, (status) => DeploymentStatus.refused(status, problem, now), now)
      return undefined
    }
    if (replicas > 0) {
      scaled(deployment, created.right, 0, replicas, now)
    }
    write(deployment, (status) => DeploymentStatus.begun(status, created.right, now), now)
    return created.right
  }

  const scale = (deployment: JsonObject, { replicas, set }: Rollout.Scaling, now: number): JsonObject => {
    const before = Rollout.wanted(set)
    const next = change(
      set,
      (existing) => annotate(Json.set(existing, ["spec", "replicas"], replicas), sizes(deployment)),
      now
    )
    scaled(deployment, set, before, replicas, now)
    return next
  }

  const hasPods = (deployment: JsonObject, sets: ReadonlyArray<JsonObject>): boolean => {
    const uids = new Set(sets.map(Metadata.uid))
    return store.list("pods", Metadata.namespace(deployment)).some((pod) =>
      uids.has(Json.text(Metadata.controller(pod), "uid") ?? "") && !Pods.isTerminal(pod)
    )
  }

  /** The set with the template of the Deployment, as its newest revision; made if there is none. */
  const currentOf = (deployment: JsonObject, all: ReadonlyArray<JsonObject>, now: number): JsonObject | undefined => {
    const template = templateOf(deployment)
    const found = all.find((set) => Json.equal(templateOf(set), template))
    const newest = Math.max(0, ...all.filter((set) => set !== found).map(revisionOf)) + 1
    if (found === undefined) {
      const waits = Json.at(deployment, "spec", "paused") === true ||
        (!Rollout.isRolling(deployment) && Rollout.runs(all, hasPods(deployment, all)))
      return waits ? undefined : create(deployment, all, newest, now)
    }
    const revision = Math.max(revisionOf(found), newest)
    return change(
      found,
      (existing) => annotate(existing, { ...copied(deployment), ...sizes(deployment), ...revised(found, revision) }),
      now
    )
  }

  const mark = (deployment: JsonObject, revision: number, now: number): void => {
    if (revision !== revisionOf(deployment)) {
      registry.update(
        AppsKinds.deployment,
        Metadata.namespace(deployment),
        Metadata.name(deployment),
        "main",
        (existing) => Either.right(annotate(existing, { [revisionKey]: String(revision) })),
        { now }
      )
    }
  }

  const roll = (deployment: JsonObject, now: number): JsonObject | undefined => {
    const all = setsOf(deployment)
    const current = currentOf(deployment, all, now)
    const old = all.filter((set) => current === undefined || Metadata.uid(set) !== Metadata.uid(current))
    if (current === undefined) {
      if (Json.at(deployment, "spec", "paused") !== true) {
        old.filter((set) => Rollout.wanted(set) > 0).forEach((set) => scale(deployment, { set, replicas: 0 }, now))
      }
      return undefined
    }
    mark(deployment, revisionOf(current), now)
    const paused = Json.at(deployment, "spec", "paused") === true
    const active = old.filter((set) => Rollout.wanted(set) > 0)
    const scalings = paused
      ? active.length === 0 && Rollout.wanted(current) !== Rollout.wanted(deployment)
        ? [{ set: current, replicas: Rollout.wanted(deployment) }]
        : []
      : Rollout.next(deployment, { current, old }, hasPods(deployment, old))
    scalings.forEach((scaling) => scale(deployment, scaling, now))
    return current
  }

  const clean = (deployment: JsonObject, current: JsonObject, now: number): void => {
    const old = setsOf(deployment).filter((set) => Metadata.uid(set) !== Metadata.uid(current))
    for (const set of Rollout.surplus(deployment, old)) {
      registry.delete(AppsKinds.replicaSet, Metadata.namespace(set), Metadata.name(set), {}, { now })
    }
  }

  return {
    name: "deployment",
    keys: (written, object) =>
      written === resource
        ? [`${Metadata.namespace(object)}/${Metadata.name(object)}`]
        : written !== sets
        ? []
        : Metadata.owners(object).filter((owner) => owner["kind"] === "Deployment").map((owner) =>
          `${Metadata.namespace(object)}/${Json.text(owner, "name")}`
        ),
    reconcile: (key, now) => {
      const [namespace = "", name = ""] = key.split("/")
      const deployment = store.get({ resource, namespace, name })
      if (deployment === undefined) {
        retries.forget(key)
        return undefined
      }
      const current = Metadata.isBeingDeleted(deployment) ? undefined : roll(deployment, now)
      const rolled = store.get({ resource, namespace, name }) ?? deployment
      const status = DeploymentStatus.next(rolled, current, setsOf(deployment), now)
      write(deployment, () => status, now)
      if (current !== undefined && Rollout.isComplete(deployment, status)) {
        clean(deployment, current, now)
      }
      if (current === undefined && DeploymentStatus.isRefused(status)) {
        return retries.failed(key)
      }
      retries.forget(key)
      return DeploymentStatus.deadline(deployment, status, now)
    }
  }
}
