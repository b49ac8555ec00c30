/**
 * What was chosen, and why.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Issue } from "../core/BuildError.js"
import type { BuildInput } from "../core/BuildInput.js"
import type { Report } from "./Report.js"

/**
 * What a candidate has to do with an input:
 *
 * - `Chosen`: it is the one that would build it.
 * - `Possible`: it could build it too, but a preferred one does.
 * - `Refused`: it cannot honour the input; `issues` says why.
 * - `Unavailable`: it cannot build here at all.
 *
 * @since 0.1.0
 * @category models
 */
export class Explanation extends Schema.Class<Explanation>("effect-os-builder/Selection/Explanation")({
  backend: Schema.String,
  decision: Schema.Literal("Chosen", "Possible", "Refused", "Unavailable"),
  why: Schema.String,
  issues: Schema.Array(Issue)
}) {}

/**
 * What the layers of `BackendSelection` provide beside the backend.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** What the probes found when the selection was made. */
  readonly report: Report
  /**
   * What becomes of an input: one explanation for each candidate, the preferred one first. Asks no cluster, so that it does
   * not know of a build of this input that a candidate further down already has, and that would be adopted.
   */
  readonly explain: (input: BuildInput) => Effect.Effect<ReadonlyArray<Explanation>>
}

/**
 * The selection in use: what was chosen, and why.
 *
 * @since 0.1.0
 * @category tags
 */
export class Selection extends Context.Tag("effect-os-builder/Selection")<Selection, Service>() {}
