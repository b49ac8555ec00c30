/**
 * Checks without a cluster whether a backend supports an input, and with a cluster whether it permits uploads.
 *
 * @since 0.1.0
 */
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as BuildBackend from "../core/BuildBackend.js"
import type { BuildRejected } from "../core/BuildError.js"
import type { BuildInput } from "../core/BuildInput.js"
import type { ConfigurationError } from "../kubernetes/kubeconfig/ConfigurationError.js"
import type { ProbeError } from "../selection/Probe.js"
import type { Verdict } from "../selection/Verdict.js"
import type { NodeServices } from "./NodeServices.js"

/**
 * Why a cluster could not be asked.
 *
 * @since 0.1.0
 * @category models
 */
export type Unreachable = ConfigError | ConfigurationError | ProbeError

/**
 * @since 0.1.0
 * @category models
 */
export interface Checker {
  readonly name: string
  readonly check: (input: BuildInput) => Effect.Effect<void, BuildRejected | ConfigError, NodeServices>
  /** Asks the cluster whether contexts may be uploaded; absent where none are. */
  readonly uploads?: Effect.Effect<Verdict, Unreachable, NodeServices> | undefined
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
