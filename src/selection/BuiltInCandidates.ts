/**
 * The backends of this library as candidates: each is there where its probe says so.
 *
 * @since 0.1.0
 */
import type * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as CustomBuildBackend from "../backends/CustomBuildBackend.js"
import * as ClusterProxy from "../backends/job/ClusterProxy.js"
import * as OpenShiftBuildBackend from "../backends/OpenShiftBuildBackend.js"
import * as SingleNodeBuildBackend from "../backends/SingleNodeBuildBackend.js"
import type { Cluster } from "../kubernetes/Cluster.js"
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

/** The proxy of the cluster is read beside the questions of the probe. */
const prepared = <A, E>(probe: Effect.Effect<A, E, Cluster>): Effect.Effect<A, E, Cluster> =>
  Effect.zipLeft(probe, ClusterProxy.prepare, { concurrent: true })

/**
 * `CustomBuildBackend`, where the cluster admits its pods.
 *
 * @since 0.1.0
 * @category candidates
 */
export const custom = (settings: CustomBuildBackend.Settings = {}): Candidate<never, Cluster> =>
  candidate({
    name: "custom",
    probe: prepared(Capability.buildJobsWith({
      namespace: settings.namespace,
      pod: CustomBuildBackend.samplePod(settings),
      scc: CustomBuildBackend.scc(settings)
    })),
    layer: CustomBuildBackend.layerWith(settings)
  })

/**
 * `SingleNodeBuildBackend`, where the control plane is a single node that admits its pods.
 *
 * @since 0.1.0
 * @category candidates
 */
export const singleNode = (settings: SingleNodeBuildBackend.Settings = {}): Candidate<never, Cluster> =>
  candidate({
    name: "single-node",
    probe: prepared(Capability.singleNodeJobsWith({
      namespace: settings.namespace,
      pod: SingleNodeBuildBackend.samplePod(settings),
      scc: SingleNodeBuildBackend.scc(settings)
    })),
    layer: SingleNodeBuildBackend.layerWith(settings)
  })

/**
 * The names of all of these, the preferred one first: what is made for a single node, what the platform offers, and what
 * works on every cluster.
 *
 * @since 0.1.0
 * @category constants
 */
export const names = ["single-node", "openshift", "custom"] as const

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
export const all = (
  settings: { readonly namespace: string | undefined }
): Arr.NonEmptyArray<Candidate<never, Cluster>> => [
  singleNode(settings),
  openShift(settings),
  custom(settings)
]
