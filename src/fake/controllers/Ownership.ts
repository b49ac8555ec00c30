/**
 * Which pods and revisions belong to their controller: those that it owns or adopts. As in k8s.io/kubernetes pkg/controller (v1.37),
 * controller_ref_manager.go and controller_utils.go.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Kind from "../kinds/Kind.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"

/** The reference of a controller. @since 0.1.0 @category constructors */
export const reference = (kind: Kind.Kind, owner: JsonObject): JsonObject => ({
  apiVersion: Kind.apiVersion(kind),
  kind: kind.kind,
  name: Metadata.name(owner),
  uid: Metadata.uid(owner),
  controller: true,
  blockOwnerDeletion: true
})

/** @since 0.1.0 @category predicates */
export const isOwned = (object: JsonObject, owner: JsonObject): boolean =>
  Json.text(Metadata.controller(object), "uid") === Metadata.uid(owner)

/**
 * - `of`: the kind of the controller; `owned`: that of what it owns.
 * - `matches`: what it owns or adopts. `isClaimed`: what it may adopt or release; the rest stays as it is.
 *
 * @since 0.1.0
 * @category models
 */
export interface Claim {
  readonly of: Kind.Kind
  readonly owner: JsonObject
  readonly owned: Kind.Kind
  readonly matches: (object: JsonObject) => boolean
  readonly isClaimed?: (object: JsonObject) => boolean
}

/** Adopts what matches and has no controller, and releases what no longer matches; returns what the controller owns. @since 0.1.0 @category combinators */
export const claim = (
  registry: Registry,
  { isClaimed = () => true, matches, of, owned, owner }: Claim,
  now: number
): ReadonlyArray<JsonObject> => {
  const isGoing = Metadata.isBeingDeleted(owner)
  const change = (object: JsonObject, owners: (before: ReadonlyArray<JsonObject>) => ReadonlyArray<JsonObject>) =>
    registry.update(owned, Metadata.namespace(object), Metadata.name(object), "main", (existing) => {
      const after = owners(Metadata.owners(existing))
      return Either.right(Metadata.setMeta(existing, { ownerReferences: after.length === 0 ? undefined : after }))
    }, { now })
  return registry.store.list(Kind.resource(owned), Metadata.namespace(owner)).flatMap(
    (object): ReadonlyArray<JsonObject> => {
      const own = isOwned(object, owner)
      if (!own && Metadata.controller(object) !== undefined) return []
      const isWanted = isClaimed(object)
      if (own) {
        if (!isWanted || matches(object)) return [object]
        if (!isGoing) {
          change(object, (owners) => owners.filter((one) => Json.text(one, "uid") !== Metadata.uid(owner)))
        }
        return []
      }
      if (!isWanted || isGoing || Metadata.isBeingDeleted(object) || !matches(object)) return []
      return Either.match(change(object, (owners) => [...owners, reference(of, owner)]), {
        onLeft: () => [],
        onRight: (adopted) => [adopted]
      })
    }
  )
}

/** A pod of a template, without a name. @since 0.1.0 @category constructors */
export const podOf = (kind: Kind.Kind, owner: JsonObject, template: JsonObject): JsonObject => ({
  metadata: Json.make({
    generateName: `${Metadata.name(owner)}-`,
    labels: Json.at(template, "metadata", "labels"),
    annotations: Json.at(template, "metadata", "annotations"),
    finalizers: Json.at(template, "metadata", "finalizers"),
    ownerReferences: [reference(kind, owner)]
  }),
  spec: Json.object(template, "spec")
})

/** The controllers that a written object concerns: that of its owner, or all that may adopt it. @since 0.1.0 @category getters */
export const keys = (registry: Registry, kind: Kind.Kind, object: JsonObject): ReadonlyArray<string> => {
  const namespace = Metadata.namespace(object)
  const owner = Metadata.controller(object)
  return owner !== undefined
    ? owner["kind"] === kind.kind ? [`${namespace}/${Json.text(owner, "name") ?? ""}`] : []
    : registry.store.list(Kind.resource(kind), namespace).map((one) => `${namespace}/${Metadata.name(one)}`)
}
