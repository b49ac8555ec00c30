/**
 * The backends of this library as candidates: each is there where its probe says so.
 *
 * @since 0.1.0
 */
import * as OpenShiftBuildBackend from "../backends/OpenShiftBuildBackend.js"
import type { Cluster } from "../cluster/Cluster.js"
import { type Candidate, candidate } from "./Candidate.js"
import * as Capability from "./Capability.js"

/**
 * `OpenShiftBuildBackend`, where `Capability.openShiftBuildsWith` finds the Build API.
 *
 * @since 0.1.0
 * @category candidates
 */
export const openShift = (settings: OpenShiftBuildBackend.Settings = {}): Candidate<never, Cluster> =>
  candidate({
    name: "openshift",
    probe: Capability.openShiftBuildsWith(settings),
    layer: OpenShiftBuildBackend.layerWith(settings)
  })

/**
 * The names of all of these, the preferred one first.
 *
 * @since 0.1.0
 * @category constants
 */
export const names = ["openshift"] as const

/**
 * @since 0.1.0
 * @category models
 */
export type Name = typeof names[number]

/**
 * All of these in the order of `names`, with the same settings.
 *
 * @since 0.1.0
 * @category candidates
 */
export const all = (settings: { readonly namespace: string | undefined }): readonly [Candidate<never, Cluster>] => [
  openShift(settings)
]
