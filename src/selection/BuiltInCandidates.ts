/**
 * The backends of this library as candidates.
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ClusterProxy from "../backends/controller/ClusterProxy.js"
import * as CustomBuildBackend from "../backends/CustomBuildBackend.js"
import type { JobSettings } from "../backends/job/JobSettings.js"
import * as OpenShiftBuildBackend from "../backends/OpenShiftBuildBackend.js"
import * as SingleNodeBuildBackend from "../backends/SingleNodeBuildBackend.js"
import type { BuildBackend } from "../core/BuildBackend.js"
import * as Fork from "../effect/Fork.js"
import type { JsonObject } from "../kubernetes/client/ApiRequest.js"
import type { Cluster } from "../kubernetes/Cluster.js"
import type { Candidate } from "./Candidate.js"
import * as Capability from "./Capability.js"

// Nothing is computed before the probe runs or the layer is built.
const jobs = <Settings extends JobSettings>(options: {
  readonly name: Name
  readonly backend: {
    readonly samplePod: (settings: Settings) => JsonObject
    readonly scc: (settings: Settings) => string
    readonly layerWith: (settings: Settings) => Layer.Layer<BuildBackend, never, Cluster>
  }
  readonly probe: (options: Capability.JobsOptions) => Candidate<never, Cluster>["probe"]
}) =>
(settings: Settings): Candidate<never, Cluster> => {
  const { backend, name, probe } = options
  const asked = Effect.suspend(() =>
    probe({ namespace: settings.namespace, pod: backend.samplePod(settings), scc: backend.scc(settings) })
  )
  return {
    name,
    // The verdict does not wait for the proxy, and does not interrupt its request.
    probe: Effect.zipRight(Fork.daemon(ClusterProxy.prepare), asked),
    layer: backend.layerWith(settings)
  }
}

const customJobs = jobs<CustomBuildBackend.Settings>({
  name: "custom",
  backend: CustomBuildBackend,
  probe: Capability.buildJobsWith
})

const singleNodeJobs = jobs<SingleNodeBuildBackend.Settings>({
  name: "single-node",
  backend: SingleNodeBuildBackend,
  probe: Capability.singleNodeJobsWith
})

/**
 * `OpenShiftBuildBackend`, available where `Capability.openShiftBuildsWith` finds the Build API.
 *
 * @since 0.1.0
 * @category candidates
 */
export const openShift = (settings: OpenShiftBuildBackend.Settings = {}): Candidate<never, Cluster> => ({
  name: "openshift",
  probe: Capability.openShiftBuildsWith(settings),
  layer: OpenShiftBuildBackend.layerWith(settings)
})

/**
 * `CustomBuildBackend`, available where the cluster admits its pods.
 *
 * @since 0.1.0
 * @category candidates
 */
export const custom = (settings: CustomBuildBackend.Settings = {}): Candidate<never, Cluster> => customJobs(settings)

/**
 * `SingleNodeBuildBackend`, available where the control plane is a single node that admits its pods.
 *
 * @since 0.1.0
 * @category candidates
 */
export const singleNode = (settings: SingleNodeBuildBackend.Settings = {}): Candidate<never, Cluster> =>
  singleNodeJobs(settings)

/**
 * The names of the candidates, the preferred one first: the backend for a single node, the platform's own, and the one that
 * works on every cluster.
 *
 * @since 0.1.0
 * @category constants
 */
export const names = ["single-node", "openshift", "custom"] as const

/**
 * The name of a backend of this library that runs on a cluster.
 *
 * @since 0.1.0
 * @category models
 */
export type Name = typeof names[number]

const byName: Readonly<Record<Name, (settings: SingleNodeBuildBackend.Settings) => Candidate<never, Cluster>>> = {
  "single-node": singleNode,
  // OpenShift makes its pods, and the service account that they run as.
  openshift: ({ defaultPullSecretName, gitImage, namespace }) =>
    openShift({ defaultPullSecretName, gitImage, namespace }),
  custom: ({ deliverToNode: _deliverToNode, outageTimeout: _outageTimeout, patience: _patience, ...settings }) =>
    custom(settings)
}

/**
 * The candidate of a name. It uses those settings that its backend has.
 *
 * @since 0.1.0
 * @category candidates
 */
export const named = (name: Name, settings: SingleNodeBuildBackend.Settings): Candidate<never, Cluster> =>
  byName[name](settings)

/**
 * All candidates in the order of {@link names}, with the same settings.
 *
 * @since 0.1.0
 * @category candidates
 */
export const all = (settings: SingleNodeBuildBackend.Settings): Arr.NonEmptyArray<Candidate<never, Cluster>> =>
  Arr.map(names, (name) => named(name, settings))
