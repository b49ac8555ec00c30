/**
 * The selection in use: its candidates, and the decision on an input.
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
 * The decision on a candidate for an input:
 *
 * - `Chosen`: it would build the input.
 * - `Possible`: it could build the input, and a preferred candidate does.
 * - `Refused`: it cannot honour the input, for the reasons in `issues`.
 * - `Unavailable`: it cannot build on this cluster.
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
 * The service that the layers of `BackendSelection` provide beside the backend.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The results of the probes, from when the selection was made. */
  readonly report: Report
  /**
   * One explanation for each candidate, the preferred one first. Sends no request, so it does not know of an existing build of
   * this input that would be adopted.
   */
  readonly explain: (input: BuildInput) => Effect.Effect<ReadonlyArray<Explanation>>
}

/**
 * The selection in use.
 *
 * @since 0.1.0
 * @category tags
 */
export class Selection extends Context.Tag("effect-os-builder/Selection")<Selection, Service>() {}
