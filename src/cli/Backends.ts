/**
 * The backends that `--backend` can name, one row each. Each is loaded when it is used, so that help does not wait for it.
 *
 * @since 0.1.0
 */
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { BuildBackend } from "../build/BuildBackend.js"
import { UsageError } from "./CliError.js"
import type * as LocalSettings from "./LocalSettings.js"
import type { Machine } from "./Machine.js"

/**
 * What the command line says of how backends are to be set up.
 *
 * @since 0.1.0
 * @category models
 */
export interface Settings {
  readonly local: LocalSettings.LocalSettings
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Backend {
  readonly name: string
  /** Whether a build goes on when the process that started it ends. */
  readonly outlivesProcess: boolean
  readonly layer: (settings: Settings) => Layer.Layer<BuildBackend, ConfigError, Machine>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class Backends extends Context.Tag("effect-os-builder/cli/Backends")<Backends, ReadonlyArray<Backend>>() {}

const local: Backend = {
  name: "local",
  outlivesProcess: false,
  layer: (settings) =>
    Layer.unwrapEffect(Effect.map(
      Effect.promise(() => import("./LocalSettings.js")),
      (LocalSettings) => LocalSettings.layer(settings.local)
    ))
}

/**
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Backends> = Layer.succeed(Backends, [local])

/**
 * The backend of a name.
 *
 * @since 0.1.0
 * @category accessors
 */
export const find = (name: string): Effect.Effect<Backend, UsageError, Backends> =>
  Effect.flatMap(Backends, (backends) => {
    const found = backends.find((backend) => backend.name === name)
    return found === undefined
      ? new UsageError({
        problem: `There is no backend ${JSON.stringify(name)} here; it can be ${
          backends.map((backend) => backend.name).join(", ")
        }.`
      })
      : Effect.succeed(found)
  })
