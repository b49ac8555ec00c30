/**
 * The local backend, with settings from options and the environment.
 *
 * @since 0.1.0
 */
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as LocalBuildBackend from "../backends/LocalBuildBackend.js"
import type { BuildBackend } from "../core/BuildBackend.js"
import { localConfig } from "../selection/BackendVariables.js"
import type { BackendSettings } from "./BackendSettings.js"
import type { NodeServices } from "./NodeServices.js"

/**
 * The local backend. Options take precedence over the environment.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = ({ builder, local }: BackendSettings): Layer.Layer<BuildBackend, ConfigError, NodeServices> =>
  Layer.unwrapEffect(
    Effect.map(localConfig, (environment) => LocalBuildBackend.layerWith({ ...environment, ...builder, ...local }))
  )
