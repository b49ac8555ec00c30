/**
 * The history of a StatefulSet: the revision that its pods have and the one that they get. As in k8s.io/kubernetes
 * pkg/controller/statefulset (v1.37), stateful_set_control.go.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import { controllerRevision } from "../kinds/AppsKinds.js"
import { statefulSet } from "../kinds/StatefulSets.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import type { Labels } from "../store/Selector.js"
import * as Hash from "./Hash.js"
import * as Ownership from "./Ownership.js"
import * as Revisions from "./Revisions.js"

const hashLabel = "controller.kubernetes.io/hash"

/**
 * The revision before an update and that of the update, and the collisions of names.
 *
 * @since 0.1.0
 * @category models
 */
export interface Versions {
  readonly current: JsonObject
  readonly update: JsonObject
  readonly collisions: number
}

/** The revisions of a set, oldest first; orphans are adopted. @since 0.1.0 @category getters */
export const of = (
  registry: Registry,
  set: JsonObject,
  selects: (labels: Labels) => boolean,
  now: number
): ReadonlyArray<JsonObject> =>
  Ownership.claim(registry, {
    of: statefulSet,
    owner: set,
    owned: controllerRevision,
    matches: (revision) => selects(Metadata.labels(revision)),
    isClaimed: (revision) => Metadata.controller(revision) === undefined
  }, now).filter((revision) => selects(Metadata.labels(revision))).toSorted(Revisions.byNumber)

/** Whether a revision, with the defaults of fields that it lacks, is the template of the set. */
const isTemplateOf = (set: JsonObject, revision: JsonObject): boolean => {
  const restored = statefulSet.fill(Json.set(set, ["spec", "template"], Revisions.templateOf(revision)))
  return Json.equal(Revisions.dataOf(restored), Revisions.dataOf(set))
}

/** The revision of a new template; `collisions` is the number of names that were taken. */
const create = (
  registry: Registry,
  set: JsonObject,
  number: number,
  collisions: number,
  now: number
): Either.Either<Omit<Versions, "current">, string> => {
  const data = Revisions.dataOf(set)
  // The label keeps the hash of the first try.
  const first = Hash.of(data, Json.number(set, "status", "collisionCount") ?? 0)
  const annotations = Json.object(set, "metadata", "annotations")
  const revision = {
    metadata: Json.make({
      name: Revisions.nameOf(set, Hash.of(data, collisions)),
      labels: { ...Json.record(set, "spec", "template", "metadata", "labels"), [hashLabel]: first },
      annotations: Object.keys(annotations).length === 0 ? undefined : annotations,
      ownerReferences: [Ownership.reference(statefulSet, set)]
    }),
    data,
    revision: number
  }
  let taken = false
  const made = Revisions.create(registry, revision, Metadata.namespace(set), now, () => {
    taken = true
    return Either.left("taken")
  })
  return taken
    ? create(registry, set, number, collisions + 1, now)
    : Either.map(made, (update) => ({ update, collisions }))
}

/** The revisions of a set after its template: a former one is the newest again. @since 0.1.0 @category combinators */
export const resolve = (
  registry: Registry,
  set: JsonObject,
  history: ReadonlyArray<JsonObject>,
  now: number
): Either.Either<Versions, string> => {
  const latest = history.at(-1)
  const collisions = Json.number(set, "status", "collisionCount") ?? 0
  const number = latest === undefined ? 1 : Revisions.numberOf(latest) + 1
  const data = Revisions.dataOf(set)
  const equal = history.findLast((revision) => Json.equal(revision["data"], data))
  const found: Either.Either<Omit<Versions, "current">, string> =
    latest !== undefined && equal !== undefined && Json.equal(latest["data"], data)
      ? Either.right({ update: latest, collisions })
      : equal !== undefined
      ? Either.map(
        Revisions.change(registry, equal, now, (existing) => ({ ...existing, revision: number })),
        (update) => ({ update, collisions })
      )
      : latest !== undefined && isTemplateOf(set, latest)
      ? Either.right({ update: latest, collisions })
      : create(registry, set, number, collisions, now)
  return Either.map(found, (next) => ({
    ...next,
    current: history.find((revision) => Metadata.name(revision) === Json.text(set, "status", "currentRevision"))
      ?? next.update
  }))
}

/** Deletes the oldest revisions that no pod has, beyond the limit. @since 0.1.0 @category combinators */
export const truncate = (
  registry: Registry,
  set: JsonObject,
  history: ReadonlyArray<JsonObject>,
  { current, update }: Versions,
  ofPods: ReadonlyArray<string>,
  now: number
): void => {
  const live = [Metadata.name(current), Metadata.name(update), ...ofPods]
  const old = history.filter((revision) => !live.includes(Metadata.name(revision)))
  const limit = Json.number(set, "spec", "revisionHistoryLimit") ?? 10
  if (limit >= 0) Revisions.remove(registry, old.slice(0, Math.max(old.length - limit, 0)), now)
}
