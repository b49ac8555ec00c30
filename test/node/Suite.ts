/**
 * All scenarios of a real node, whatever API server it has joined.
 */
import { layer } from "@effect/vitest"
import type { Layer } from "effect"
import { access } from "./Access.js"
import { disruptions, lostNodes } from "./Disruptions.js"
import { limitRanges, limits } from "./Limits.js"
import { policies } from "./Policies.js"
import { type ApiServer, layer as realNode } from "./RealNode.js"
import { builds } from "./Scenarios.js"

/** Runs them on a node that joins this API server; `isReal`: it has controllers of nodes, and admits by limits and policies. */
export const suite = (
  name: string,
  apiServer: Layer.Layer<ApiServer>,
  { isReal }: { readonly isReal: boolean }
): void =>
  layer(realNode(apiServer), { excludeTestServices: true, timeout: "3 minutes" })(name, (it) => {
    builds(it)
    access(it)
    limits(it)
    if (isReal) {
      limitRanges(it)
      policies(it)
    }
    disruptions(it)
    if (isReal) lostNodes(it)
  })
