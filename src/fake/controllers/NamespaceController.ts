/**
 * Creates the contents of new namespaces, and deletes all objects of terminating ones.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { Catalog } from "../kinds/Catalog.js"
import * as CoreKinds from "../kinds/CoreKinds.js"
import * as Kind from "../kinds/Kind.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import type { Controller } from "./Controller.js"

/**
 * The contents of every namespace: service accounts by name, and the data of ConfigMaps by name.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly accounts: ReadonlyArray<string>
  readonly configMaps: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** @since 0.1.0 @category constructors */
export const make = (registry: Registry, catalog: Catalog, options: Options): Controller => {
  const { store } = registry
  const kinds = () => catalog.stored.filter((kind) => kind.namespaced)

  const furnish = (namespace: string, now: number): void => {
    for (const name of options.accounts) {
      registry.create(CoreKinds.serviceAccount, namespace, { metadata: { name } }, { now })
    }
    for (const [name, data] of Object.entries(options.configMaps)) {
      registry.create(CoreKinds.configMap, namespace, { metadata: { name }, data }, { now })
    }
  }

  const empty = (namespace: string, now: number): void => {
    const content = kinds().flatMap((kind) =>
      store.list(Kind.resource(kind), namespace).map((object) => ({ kind, object }))
    )
    for (const { kind, object } of content.filter(({ object }) => !Metadata.isBeingDeleted(object))) {
      registry.delete(kind, namespace, Metadata.name(object), { propagationPolicy: "Background" }, { now })
    }
    if (kinds().every((kind) => store.list(Kind.resource(kind), namespace).length === 0)) {
      registry.update(
        CoreKinds.namespace,
        "",
        namespace,
        "finalize",
        (existing) => Either.right({ ...existing, spec: { finalizers: [] } }),
        { now }
      )
    }
  }

  const isFurniture = (resource: string, object: JsonObject): boolean =>
    resource === "serviceaccounts" || (resource === "configmaps" && Metadata.name(object) in options.configMaps)

  return {
    name: "namespace",
    keys: (resource, object) => {
      if (resource === "namespaces") {
        return [Metadata.name(object)]
      }
      const namespace = Metadata.namespace(object)
      const home = namespace === "" ? undefined : store.get({ resource: "namespaces", namespace: "", name: namespace })
      return home !== undefined && (Metadata.isBeingDeleted(home) || isFurniture(resource, object)) ? [namespace] : []
    },
    reconcile: (namespace, now) => {
      const home = store.get({ resource: "namespaces", namespace: "", name: namespace })
      if (home !== undefined) {
        if (Metadata.isBeingDeleted(home)) {
          empty(namespace, now)
        } else {
          furnish(namespace, now)
        }
      }
      return undefined
    }
  }
}
