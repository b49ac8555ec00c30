/**
 * The history of a DaemonSet: a revision for each of its pod templates. As in k8s.io/kubernetes pkg/controller/daemon (v1.37), update.go.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import { controllerRevision } from "../kinds/AppsKinds.js"
import * as CoreKinds from "../kinds/CoreKinds.js"
import { daemonSet } from "../kinds/DaemonSets.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import type { Labels } from "../store/Selector.js"
import { hashLabel } from "./DaemonPods.js"
import * as Hash from "./Hash.js"
import * as Ownership from "./Ownership.js"
import * as Revisions from "./Revisions.js"

/**
 * The hash of the revision that the template has, and the other revisions.
 *
 * @since 0.1.0
 * @category models
 */
export interface History {
  readonly hash: string
  readonly old: ReadonlyArray<JsonObject>
}

const labelled = (registry: Registry, revision: JsonObject, now: number): JsonObject =>
  Metadata.labels(revision)[hashLabel] !== undefined
    ? revision
    : Either.getOrElse(
      Revisions.change(
        registry,
        revision,
        now,
        (existing) => Json.set(existing, ["metadata", "labels", hashLabel], Metadata.name(existing))
      ),
      () => revision
    )

/** Creates the revision of a template; a name that is taken is counted, and makes the next try another. */
const snapshot = (registry: Registry, set: JsonObject, number: number, now: number): Revisions.Made => {
  const collisions = Json.number(set, "status", "collisionCount")
  const data = Revisions.dataOf(set)
  const hash = Hash.of(data, collisions ?? 0)
  const revision = {
    metadata: Json.make({
      name: Revisions.nameOf(set, hash),
      labels: { ...Json.record(set, "spec", "template", "metadata", "labels"), [hashLabel]: hash },
      annotations: Json.object(set, "metadata", "annotations"),
      ownerReferences: [Ownership.reference(daemonSet, set)]
    }),
    data,
    revision: number
  }
  return Revisions.create(registry, revision, Metadata.namespace(set), now, () => {
    registry.update(
      daemonSet,
      Metadata.namespace(set),
      Metadata.name(set),
      "status",
      (existing) => Either.right(Json.set(existing, ["status", "collisionCount"], (collisions ?? 0) + 1)),
      { now }
    )
    return Either.left(`${Metadata.name(revision)} already exists`)
  })
}

/** Of several revisions of the template the newest stays, and the pods get its hash. */
const single = (
  registry: Registry,
  current: ReadonlyArray<JsonObject>,
  pods: ReadonlyArray<JsonObject>,
  now: number
): JsonObject | undefined => {
  const kept = current.toSorted((a, b) => Revisions.numberOf(a) - Revisions.numberOf(b)).at(-1)
  if (kept === undefined || current.length === 1) return kept
  const hash = Metadata.labels(kept)[hashLabel] ?? ""
  for (const pod of pods) {
    if (Metadata.labels(pod)[hashLabel] === hash) continue
    registry.update(
      CoreKinds.pod,
      Metadata.namespace(pod),
      Metadata.name(pod),
      "main",
      (existing) => Either.right(Json.set(existing, ["metadata", "labels", hashLabel], hash)),
      { now }
    )
  }
  Revisions.remove(registry, current.filter((revision) => revision !== kept), now)
  return kept
}

/** The history of a set, with the revision of its template. @since 0.1.0 @category combinators */
export const resolve = (
  registry: Registry,
  set: JsonObject,
  selects: (labels: Labels) => boolean,
  pods: ReadonlyArray<JsonObject>,
  now: number
): Either.Either<History, string> => {
  const all = Ownership.claim(registry, {
    of: daemonSet,
    owner: set,
    owned: controllerRevision,
    matches: (revision) => selects(Metadata.labels(revision))
  }, now).map((revision) => labelled(registry, revision, now))
  const data = Revisions.dataOf(set)
  const old = all.filter((revision) => !Json.equal(revision["data"], data))
  const number = Math.max(0, ...old.map(Revisions.numberOf)) + 1
  const current = single(registry, all.filter((revision) => !old.includes(revision)), pods, now)
  const made = current === undefined
    ? snapshot(registry, set, number, now)
    : Revisions.numberOf(current) < number
    ? Revisions.change(registry, current, now, (existing) => ({ ...existing, revision: number }))
    : Either.right(current)
  return Either.map(made, (revision) => ({ hash: Metadata.labels(revision)[hashLabel] ?? "", old }))
}

/** Deletes the oldest revisions that no pod has, beyond the limit. @since 0.1.0 @category combinators */
export const truncate = (
  registry: Registry,
  set: JsonObject,
  { old }: History,
  pods: ReadonlyArray<JsonObject>,
  now: number
): void => {
  const live = pods.map((pod) => Metadata.labels(pod)[hashLabel])
  const surplus = old.length - (Json.number(set, "spec", "revisionHistoryLimit") ?? 10)
  const unused = old.toSorted(Revisions.byNumber).filter((one) => !live.includes(Metadata.labels(one)[hashLabel]))
  Revisions.remove(registry, unused.slice(0, Math.max(surplus, 0)), now)
}
