/**
 * How the local backend is set up from the command line and the environment.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as LocalBuildBackend from "../backends/LocalBuildBackend.js"
import type { BuildBackend } from "../build/BuildBackend.js"
import type { Machine } from "./Machine.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface LocalSettings {
  readonly insecureRegistries: ReadonlyArray<string>
  readonly secretsDirectory: string | undefined
  readonly configMapsDirectory: string | undefined
  readonly storage: "auto" | "overlay" | "vfs" | undefined
}

const text = (name: string) => Config.map(Config.option(Config.nonEmptyString(name)), Option.getOrUndefined)

// Each of these is the same for all builds on a machine, so that nobody wants to type it each time.
const environment = Config.all({
  stateDirectory: text("STATE_DIR"),
  workDirectory: text("WORK_DIR"),
  cacheDirectory: text("CACHE_DIR"),
  registriesDirectory: text("REGISTRIES_DIR")
}).pipe(Config.nested("OS_BUILDER"))

/**
 * The local backend, where an option goes before the environment.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (settings: LocalSettings): Layer.Layer<BuildBackend, ConfigError, Machine> =>
  Layer.unwrapEffect(
    Effect.map(environment, (environment) => LocalBuildBackend.layerWith({ ...environment, ...settings }))
  )
