/**
 * Puts objects with their status into a cluster, and resets the cluster to an earlier state.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { Status } from "../apiserver/Status.js"
import * as StatusWords from "../apiserver/Status.js"
import type { ControlPlane } from "../ControlPlane.js"
import * as Definition from "../custom/Definition.js"
import * as Establishing from "../custom/Establishing.js"
import * as Json from "../Json.js"
import * as CoreKinds from "../kinds/CoreKinds.js"
import * as Kind from "../kinds/Kind.js"
import * as Metadata from "./Metadata.js"
import { key } from "./Registry.js"

/**
 * Creates or replaces an object. Creates its namespace if that is missing.
 *
 * @since 0.1.0
 * @category combinators
 */
export const put = (
  plane: ControlPlane,
  object: JsonObject,
  now: number
): Either.Either<JsonObject, Status> => {
  const written = write(plane, object, now)
  if (Either.isRight(written) && Json.text(object, "kind") === Definition.kind.kind) {
    // At once, so that objects of its kind can be put after it.
    Establishing.establish(plane.registry, Metadata.name(written.right), now)
  }
  return written
}

const write = (
  { catalog, registry, store }: ControlPlane,
  object: JsonObject,
  now: number
): Either.Either<JsonObject, Status> => {
  const missing = ["apiVersion", "kind"].filter((field) => (Json.text(object, field) ?? "") === "")
  if (missing.length > 0) {
    return Either.left(StatusWords.badRequest(`the object has no ${missing.join(" and no ")}`))
  }
  const kind = catalog.named(Json.text(object, "apiVersion") ?? "", Json.text(object, "kind") ?? "")
  if (kind === undefined) {
    return Either.left(StatusWords.badRequest(
      `the cluster has no kind ${Json.text(object, "kind")} in ${Json.text(object, "apiVersion")}: seed its `
        + "CustomResourceDefinition before it, or give FakeCluster the kind in \"kinds\""
    ))
  }
  const namespace = kind.namespaced ? Json.text(object, "metadata", "namespace") ?? "default" : ""
  const name = Metadata.name(object)
  if (namespace !== "" && store.get(key(CoreKinds.namespace, "", namespace)) === undefined) {
    registry.create(CoreKinds.namespace, "", { metadata: { name: namespace } }, { now })
  }
  const body = Json.adopt(object)
  const options = { now }
  const before = store.get(key(kind, namespace, name))
  const written = before === undefined
    ? registry.create(kind, namespace, Metadata.setMeta(body, { resourceVersion: undefined }), options)
    : registry.update(
      kind,
      namespace,
      name,
      "main",
      // Some kinds require the current resourceVersion for an update.
      (existing) =>
        Either.right(Json.set(body, ["metadata", "resourceVersion"], Json.at(existing, "metadata", "resourceVersion"))),
      options
    )
  return kind.status && body["status"] !== undefined
    ? Either.flatMap(
      written,
      (made) =>
        registry.update(
          kind,
          namespace,
          Metadata.name(made),
          "status",
          (existing) => Either.right({ ...existing, status: Json.object(body, "status") }),
          options
        )
    )
    : written
}

/** All objects. @since 0.1.0 @category getters  */
export const all = ({ catalog, store }: ControlPlane): ReadonlyArray<JsonObject> =>
  catalog.stored.flatMap((kind) => store.list(Kind.resource(kind)))

/**
 * Resets the cluster to the objects of an earlier time: deletes later objects and restores changed ones.
 *
 * @since 0.1.0
 * @category combinators
 */
export const restore = (plane: ControlPlane, earlier: ReadonlyArray<JsonObject>): void => {
  const place = (object: JsonObject) => {
    const kind = plane.catalog.named(Json.text(object, "apiVersion") ?? "", Json.text(object, "kind") ?? "")
    return kind === undefined ? undefined : key(kind, Metadata.namespace(object), Metadata.name(object))
  }
  const identity = (object: JsonObject): string => JSON.stringify(place(object))
  const kept = new Set(earlier.map(identity))
  // The places first: the kind of an object is gone with its definition.
  const later = all(plane).filter((one) => !kept.has(identity(one))).map((object) => ({ object, where: place(object) }))
  for (const { object, where } of later) {
    if (where !== undefined) {
      plane.store.remove(where, object)
    }
  }
  for (const object of earlier) {
    const where = place(object)
    const now = where === undefined ? undefined : plane.store.get(where)
    if (where !== undefined && now !== object) {
      plane.store.put(where, object)
    }
  }
}
