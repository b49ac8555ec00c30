/**
 * Binds PersistentVolumeClaims at once.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Json from "../Json.js"
import * as CoreKinds from "../kinds/CoreKinds.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import type { Controller } from "./Controller.js"

const resource = "persistentvolumeclaims"

/** @since 0.1.0 @category constructors */
export const make = (registry: Registry): Controller => ({
  name: "persistentvolume-binder",
  keys: (written, object) => written === resource ? [`${Metadata.namespace(object)}/${Metadata.name(object)}`] : [],
  reconcile: (key, now) => {
    const [namespace = "", name = ""] = key.split("/")
    const claim = registry.store.get({ resource, namespace, name })
    if (claim === undefined || Metadata.isBeingDeleted(claim) || Json.text(claim, "status", "phase") !== "Pending") {
      return undefined
    }
    const kind = CoreKinds.persistentVolumeClaim
    registry.update(
      kind,
      namespace,
      name,
      "main",
      (existing) => Either.right(Json.set(existing, ["spec", "volumeName"], `pvc-${Metadata.uid(existing)}`)),
      { now }
    )
    registry.update(kind, namespace, name, "status", (existing) =>
      Either.right({
        ...existing,
        status: {
          phase: "Bound",
          accessModes: Json.list(existing, "spec", "accessModes"),
          capacity: Json.object(existing, "spec", "resources", "requests")
        }
      }), { now })
    return undefined
  }
})
