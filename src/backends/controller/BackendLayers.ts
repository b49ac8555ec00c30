/**
 * The layers that every backend on a cluster has, from its constructor.
 */
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { BuildBackend, type Service } from "../../core/service/BuildService.js"
import type { Cluster } from "../../kubernetes/Cluster.js"

type BackendLayer<E> = Layer.Layer<BuildBackend, E, Cluster>

export interface BackendLayers<Settings> {
  readonly layer: BackendLayer<never>
  readonly layerWith: (settings: Settings) => BackendLayer<never>
  readonly layerConfig: (config: Config.Config.Wrap<Settings>) => BackendLayer<ConfigError>
}

/** `defaults`: the settings of `layer`. Nothing is computed before a layer is built. */
export const of = <Settings>(
  make: (settings: Settings) => Effect.Effect<Service, never, Cluster>,
  defaults: Settings
): BackendLayers<Settings> => {
  const layerWith = (settings: Settings) => Layer.effect(BuildBackend, Effect.suspend(() => make(settings)))
  return {
    layer: layerWith(defaults),
    layerWith,
    layerConfig: (config) => Layer.effect(BuildBackend, Effect.flatMap(Config.unwrap(config), make))
  }
}
