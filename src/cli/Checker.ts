/**
 * Checks whether a backend supports an input, without reaching a cluster.
 *
 * @since 0.1.0
 */
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as BuildBackend from "../core/BuildBackend.js"
import type { BuildRejected } from "../core/BuildError.js"
import type { BuildInput } from "../core/BuildInput.js"
import type { NodeServices } from "./NodeServices.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Checker {
  readonly name: string
  readonly check: (input: BuildInput) => Effect.Effect<void, BuildRejected | ConfigError, NodeServices>
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  name: string,
  layer: Layer.Layer<BuildBackend.BuildBackend, ConfigError, NodeServices>
): Checker => ({
  name,
  check: (input) => Effect.provide(BuildBackend.check(input), layer)
})
