/**
 * ControllerRevisions: the history of the pod templates of a StatefulSet or a DaemonSet. As in k8s.io/kubernetes
 * pkg/controller/history (v1.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import { controllerRevision } from "../kinds/AppsKinds.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import * as Hash from "./Hash.js"

/** The number of a revision. @since 0.1.0 @category getters */
export const numberOf = (revision: JsonObject): number => Json.number(revision, "revision") ?? 0

/** The order of the history. @since 0.1.0 @category ordering */
export const byNumber = (a: JsonObject, b: JsonObject): number =>
  numberOf(a) - numberOf(b)
  || Metadata.millis(Json.text(a, "metadata", "creationTimestamp") ?? "1970-01-01T00:00:00Z")
    - Metadata.millis(Json.text(b, "metadata", "creationTimestamp") ?? "1970-01-01T00:00:00Z")
  || (Metadata.name(a) < Metadata.name(b) ? -1 : 1)

/** The data of a revision: a patch that replaces the pod template. @since 0.1.0 @category constructors */
export const dataOf = (owner: JsonObject): Json.Value =>
  Hash.ordered({ spec: { template: { ...Json.object(owner, "spec", "template"), $patch: "replace" } } })

/** The pod template of a revision. @since 0.1.0 @category getters */
export const templateOf = (revision: JsonObject): JsonObject =>
  Json.omit(Json.object(revision, "data", "spec", "template"), "$patch")

/** The name of a revision with a hash. @since 0.1.0 @category getters */
export const nameOf = (owner: JsonObject, hash: string): string => `${Metadata.name(owner).slice(0, 223)}-${hash}`

/** A revision that is there, or the message of the failure. @since 0.1.0 @category models */
export type Made = Either.Either<JsonObject, string>

/** Creates a revision; one of the same name and data is it, and `onCollision` makes it with another name. @since 0.1.0 @category combinators */
export const create = (
  registry: Registry,
  revision: JsonObject,
  namespace: string,
  now: number,
  onCollision: () => Made
): Made => {
  const existing = registry.get(controllerRevision, namespace, Metadata.name(revision))
  return Either.isRight(existing)
    ? Json.equal(existing.right["data"], revision["data"]) ? Either.right(existing.right) : onCollision()
    : Either.mapLeft(registry.create(controllerRevision, namespace, revision, { now }), (status) => status.message)
}

/** Changes a revision. @since 0.1.0 @category combinators */
export const change = (
  registry: Registry,
  revision: JsonObject,
  now: number,
  how: (existing: JsonObject) => JsonObject
): Made =>
  Either.mapLeft(
    registry.update(
      controllerRevision,
      Metadata.namespace(revision),
      Metadata.name(revision),
      "main",
      (existing) => Either.right(how(existing)),
      { now }
    ),
    (status) => status.message
  )

/** Deletes revisions. @since 0.1.0 @category combinators */
export const remove = (registry: Registry, revisions: ReadonlyArray<JsonObject>, now: number): void => {
  for (const one of revisions) {
    registry.delete(controllerRevision, Metadata.namespace(one), Metadata.name(one), {}, { now })
  }
}
