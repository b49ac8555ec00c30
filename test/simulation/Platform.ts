/**
 * The backends that are simulated: what each builds on, and what its children say in the platform's own words.
 */
import { type Effect } from "effect"
import {
  type BuildBackend,
  type Cluster,
  CustomBuildBackend,
  OpenShiftBuildBackend,
  SingleNodeBuildBackend
} from "effect-os-builder"
import * as Json from "../../src/fake/Json.js"
import * as BatchKinds from "../../src/fake/kinds/BatchKinds.js"
import type { Kind } from "../../src/fake/kinds/Kind.js"
import * as OpenShiftKinds from "../../src/fake/kinds/OpenShiftKinds.js"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import * as Presets from "../../src/testing/Presets.js"

export interface Platform {
  readonly name: string
  readonly topology: Presets.Topology
  readonly make: Effect.Effect<BuildBackend.Service, never, Cluster.Cluster>
  readonly child: Kind
  /** Who tries again. */
  readonly retriedBy: "client" | "platform"
  /** Whether one build runs at a time. */
  readonly exclusive: boolean
  /** How a child has ended. */
  readonly end: (child: JsonObject) => "complete" | "failed" | undefined
  /** What somebody writes who cancels a child without us. */
  readonly cancelled: ((child: JsonObject) => JsonObject) | undefined
}

export const openShift: Platform = {
  name: "openshift",
  topology: Presets.openShift(),
  make: OpenShiftBuildBackend.make(),
  child: OpenShiftKinds.builds,
  retriedBy: "client",
  exclusive: false,
  end: (child) => {
    switch (Json.text(child, "status", "phase")) {
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
  cancelled: (child) => Json.set(child, ["status", "cancelled"], true)
}

const jobEnd: Platform["end"] = (child) => {
  const ended = Json.objects(child, "status", "conditions").filter((one) => Json.text(one, "status") === "True")
    .map((one) => Json.text(one, "type"))
  return ended.includes("Complete") ? "complete" : ended.includes("Failed") ? "failed" : undefined
}

const jobs = { child: BatchKinds.job, retriedBy: "platform", end: jobEnd, cancelled: undefined } as const

export const custom: Platform = {
  ...jobs,
  name: "custom",
  topology: Presets.vanilla,
  make: CustomBuildBackend.make(),
  exclusive: false
}

export const singleNode: Platform = {
  ...jobs,
  name: "single-node",
  topology: Presets.openShift({ topology: "SingleReplica" }),
  make: SingleNodeBuildBackend.make(),
  exclusive: true
}

export const all = [openShift, custom, singleNode] as const

/** Which one a seed is for. */
export const of = (seed: number): Platform => all[seed % all.length] ?? openShift
