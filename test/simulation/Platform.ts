/**
 * The backends that are simulated: what each builds on, and what its children say in the platform's own words.
 */
import { type Effect } from "effect"
import { type BuildBackend, type Cluster, OpenShiftBuildBackend } from "effect-os-builder"
import type { JsonObject } from "../../src/cluster/ApiRequest.js"
import * as J from "../../src/cluster/fake/Json.js"
import type { Kind } from "../../src/cluster/fake/Kind.js"
import * as OpenShiftKinds from "../../src/cluster/fake/kinds/OpenShiftKinds.js"
import * as Topology from "../../src/testing/Topology.js"

export interface Platform {
  readonly name: string
  readonly topology: Topology.Topology
  readonly make: Effect.Effect<BuildBackend.Service, never, Cluster.Cluster>
  readonly child: Kind
  /** Who tries again. */
  readonly retriedBy: "client" | "platform"
  /** How a child has ended. */
  readonly end: (child: JsonObject) => "complete" | "failed" | undefined
  /** What somebody writes who cancels a child without us. */
  readonly cancelled: ((child: JsonObject) => JsonObject) | undefined
}

export const openShift: Platform = {
  name: "openshift",
  topology: Topology.openShift(),
  make: OpenShiftBuildBackend.make(),
  child: OpenShiftKinds.builds,
  retriedBy: "client",
  end: (child) => {
    switch (J.text(child, "status", "phase")) {
      case "Complete":
        return "complete"
      case "Failed":
      case "Error":
      case "Cancelled":
        return "failed"
      default:
        return undefined
    }
  },
  cancelled: (child) => J.set(child, ["status", "cancelled"], true)
}

export const all = [openShift] as const

/** Which one a seed is for. */
export const of = (seed: number): Platform => all[seed % all.length] ?? openShift
