/**
 * A whole Kubernetes control plane in memory: the API server, what it stores, and what works on that.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Plugin } from "./admission/Admission.js"
import { namespaceLifecycle } from "./admission/NamespaceLifecycle.js"
import { ApiServer } from "./ApiServer.js"
import { ApiStore } from "./ApiStore.js"
import { Catalog } from "./Catalog.js"
import { Faults } from "./Faults.js"
import { Gateway } from "./Gateway.js"
import type { Kind } from "./Kind.js"
import * as AuthorizationKinds from "./kinds/AuthorizationKinds.js"
import * as BatchKinds from "./kinds/BatchKinds.js"
import * as CoreKinds from "./kinds/CoreKinds.js"
import { Registry } from "./Registry.js"

/**
 * `kinds` come beside those that every cluster has; `history` is how many changes of each resource are remembered.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly kinds?: ReadonlyArray<Kind> | undefined
  readonly history?: number | undefined
}

/** @since 0.1.0 @category models */
export interface ControlPlane {
  readonly catalog: Catalog
  readonly store: ApiStore
  readonly registry: Registry
  readonly server: ApiServer
  readonly faults: Faults
  readonly gateway: Gateway
}

const plugins: ReadonlyArray<Plugin> = [namespaceLifecycle]

/** @since 0.1.0 @category constructors */
export const make = (options: Options = {}): Effect.Effect<ControlPlane, never, Scope.Scope> =>
  Effect.sync(() => {
    const catalog = new Catalog([
      ...CoreKinds.kinds,
      ...BatchKinds.kinds,
      ...AuthorizationKinds.kinds,
      ...options.kinds ?? []
    ])
    const store = new ApiStore({ history: options.history ?? 10_000 })
    const registry = new Registry(store, plugins)
    const server = new ApiServer({ catalog, registry, logs: new Map(), version: "v1.37.1" })
    const faults = new Faults()
    return { catalog, store, registry, server, faults, gateway: new Gateway(server, faults) }
  })
