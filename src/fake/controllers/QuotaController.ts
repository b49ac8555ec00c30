/**
 * Updates the usage in the status of each ResourceQuota.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import { rendered, usage } from "../admission/ResourceQuotas.js"
import * as Json from "../Json.js"
import type { Catalog } from "../kinds/Catalog.js"
import * as CoreKinds from "../kinds/CoreKinds.js"
import * as Kind from "../kinds/Kind.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import type { Controller } from "./Controller.js"

const resource = "resourcequotas"

/** @since 0.1.0 @category constructors */
export const make = (registry: Registry, catalog: Catalog): Controller => {
  const { store } = registry
  const kinds = () => catalog.stored.filter((kind) => kind.namespaced)

  const used = (quota: JsonObject, name: string): number =>
    kinds().reduce(
      (sum, kind) =>
        store.list(Kind.resource(kind), Metadata.namespace(quota)).reduce(
          (so, one) => so + usage(kind, one, name),
          sum
        ),
      0
    )

  return {
    name: "resourcequota",
    keys: (written, object) =>
      written === "events" ?
        [] :
        store.list(resource, Metadata.namespace(object)).map((quota) =>
          `${Metadata.namespace(quota)}/${Metadata.name(quota)}`
        ),
    reconcile: (key, now) => {
      const [namespace = "", name = ""] = key.split("/")
      registry.update(CoreKinds.resourceQuota, namespace, name, "status", (quota) => {
        const hard = Json.object(quota, "spec", "hard")
        const counted = Object.keys(hard).map((one): [string, string] => [one, rendered(one, used(quota, one))])
        return Either.right({ ...quota, status: { hard, used: Object.fromEntries(counted) } })
      }, { now })
      return undefined
    }
  }
}
