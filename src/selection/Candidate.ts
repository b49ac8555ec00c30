/**
 * A backend that may be selected.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { BackendName, BuildBackend } from "../core/BuildBackend.js"
import type { ProbeError } from "./Probe.js"
import type { Verdict } from "./Verdict.js"

/**
 * - `name`: the name of the backend that `layer` provides; unique among the candidates.
 * - `probe`: whether the backend can build on this cluster. It runs once, when the selection is made.
 * - `layer`: provides the backend. It is built only if the backend is used.
 *
 * @since 0.1.0
 * @category models
 */
export interface Candidate<out E, out R> {
  readonly name: BackendName
  readonly probe: Effect.Effect<Verdict, ProbeError, R>
  readonly layer: Layer.Layer<BuildBackend, E, R>
}

/**
 * @since 0.1.0
 */
export declare namespace Candidate {
  /**
   * A candidate with any error and any requirements.
   *
   * @since 0.1.0
   * @category models
   */
  export type Any = Candidate<unknown, unknown>

  /**
   * The errors of the backend's layer.
   *
   * @since 0.1.0
   * @category models
   */
  export type Error<C> = C extends Candidate<infer E, infer _R> ? E : never

  /**
   * The requirements of the probe and the layer.
   *
   * @since 0.1.0
   * @category models
   */
  export type Context<C> = C extends Candidate<infer _E, infer R> ? R : never
}

/**
 * A candidate of your own for `BackendSelection.layerFrom`.
 *
 * @example
 * ```ts
 * import { BackendSelection, BuildBackend, Capability } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const mine = BackendSelection.candidate({
 *   name: "memory",
 *   probe: Effect.succeed(new Capability.Available({ evidence: "memory is always there" })),
 *   layer: BuildBackend.layerMemory
 * })
 * const layer = BackendSelection.layerFrom([mine])
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const candidate = <E, R, R2>(options: {
  readonly name: BackendName
  readonly probe: Effect.Effect<Verdict, ProbeError, R>
  readonly layer: Layer.Layer<BuildBackend, E, R2>
}): Candidate<E, R | R2> => options
