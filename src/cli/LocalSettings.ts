/**
 * The local backend, with settings from options and the environment.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as LocalBuildBackend from "../backends/LocalBuildBackend.js"
import type { BuildBackend } from "../core/BuildBackend.js"
import { type BackendSettings, text } from "./BackendSettings.js"
import type { NodeServices } from "./NodeServices.js"

// These are the same for all builds on a machine, so they are environment variables rather than options.
const environment = Config.all({
  stateDirectory: text("STATE_DIR"),
  workDirectory: text("WORK_DIR"),
  cacheDirectory: text("CACHE_DIR"),
  registriesDirectory: text("REGISTRIES_DIR")
})

/**
 * The local backend. Options take precedence over the environment.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = ({ builder, local }: BackendSettings): Layer.Layer<BuildBackend, ConfigError, NodeServices> =>
  Layer.unwrapEffect(
    Effect.map(environment, (environment) => LocalBuildBackend.layerWith({ ...environment, ...builder, ...local }))
  )
