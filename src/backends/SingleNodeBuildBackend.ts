/**
 * Builds on a cluster that is one single node: in a Job as the custom backend does, tuned for a node that runs the control
 * plane as well.
 *
 * - A build asks for little where its input says nothing: 100m of CPU, 512Mi of memory, 10Gi of disk.
 * - It tolerates the taints of control-plane nodes.
 * - One build runs at a time, in whatever namespace: a build pod keeps others off its node by a required anti-affinity on its
 *   label {@link slotLabel}. The scheduler is the lock, so that nothing has to be renewed, and nothing can be left locked.
 *   Waiting for it is `blocked("Queued")`, and no part of `pendingTimeout`.
 * - Layers are kept from one build to the next with `cacheClaimName`, which the slot keeps from being used twice at once.
 * - While the node reboots, its API server is away: every call waits for it, for as long as `patience` says.
 *
 * **An image for the node itself.** With `deliverToNode`, a final image named `localhost/…` goes into the storage of the node
 * instead of a registry, and spares pushing to one on the same node what is then pulled from it. It is built without
 * privileges to an archive; a second container, privileged and as root, runs nothing that the input says and imports the
 * archive into `/var/lib/containers/storage`. That takes the PodSecurity level `privileged`, on OpenShift the SCC
 * `privileged`, and trust in the parser of that archive. It does not last: the kubelet collects images that no container
 * uses, and a node that is installed anew has none.
 *
 * What the pod needs and the cluster must allow is otherwise that of the custom backend.
 *
 * @example
 * ```ts
 * import { SingleNodeBuildBackend } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Layer } from "effect"
 *
 * const backend = SingleNodeBuildBackend.layerWith({ cacheClaimName: "layers", patience: "20 minutes" }).pipe(
 *   Layer.provide(KubernetesCluster.layer)
 * )
 * ```
 *
 * @since 0.1.0
 */
import type * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as BuildInput from "../core/BuildInput.js"
import type { BuildBackend, Service } from "../core/service/BuildService.js"
import type { JsonObject } from "../kubernetes/client/ApiRequest.js"
import type { Cluster } from "../kubernetes/Cluster.js"
import type { RbacRule } from "../kubernetes/RbacRule.js"
import { patient } from "./controller/Patience.js"
import * as JobBackend from "./job/JobBackend.js"
import * as JobDefinition from "./job/JobDefinition.js"
import type { JobProfile } from "./job/JobProfile.js"
import type { JobSettings } from "./job/JobSettings.js"

export { slotLabel } from "./job/BuildPod.js"
export { builderImage } from "./job/JobSettings.js"

/**
 * Settings of the single-node backend, all optional: those of the custom backend, and two of its own.
 *
 * @since 0.1.0
 * @category models
 */
export interface Settings extends JobSettings {
  /** Whether final images named `localhost/…` go into the storage of the node. By default false: they are refused. */
  readonly deliverToNode?: boolean | undefined
  /** How long a call waits for an API server that is away. By default 10 minutes. */
  readonly patience?: Duration.DurationInput | undefined
}

/** kubernetes cmd/kubeadm/app/constants/constants.go; OpenShift has the older name too. */
const controlPlane: ReadonlyArray<BuildInput.TolerationOptions> = [
  { key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" },
  { key: "node-role.kubernetes.io/master", operator: "Exists", effect: "NoSchedule" }
]

const profile = (settings: Settings): JobProfile => ({
  name: "single-node",
  settings,
  resources: { cpu: "100m", memory: "512Mi", ephemeralStorage: "10Gi" },
  tolerations: controlPlane,
  takesSlot: true,
  deliversToNode: settings.deliverToNode ?? false
})

const backend = JobBackend.define<Settings>({
  profile,
  adapt: ({ patience = "10 minutes" }) => patient(patience),
  defaults: {}
})

/**
 * The least permissions for building, in the namespace of the builds.
 *
 * @since 0.1.0
 * @category constants
 */
export const rules: ReadonlyArray<RbacRule> = JobDefinition.rules

/**
 * The permissions on the whole cluster, on OpenShift, for builds that use the cluster's proxy.
 *
 * @since 0.1.0
 * @category constants
 */
export const clusterRules: ReadonlyArray<RbacRule> = JobDefinition.clusterRules

/**
 * The security context constraint (SCC) of OpenShift that the service account of build pods must be allowed to use.
 *
 * @since 0.1.0
 * @category getters
 */
export const scc = (settings: Settings = {}): string => backend.scc(settings)

/**
 * The manifest of a sample build pod, to find out whether a cluster admits such pods.
 *
 * @since 0.1.0
 * @category getters
 */
export const samplePod = (settings: Settings = {}): JsonObject => backend.samplePod(settings)

/**
 * The backend as a value, for a program that has several.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (settings: Settings = {}): Effect.Effect<Service, never, Cluster> => backend.make(settings)

/**
 * The backend with its defaults, in the namespace of the cluster's context.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<BuildBackend, never, Cluster> = backend.layer

/**
 * The backend with settings; a new layer for each call.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWith = (settings: Settings): Layer.Layer<BuildBackend, never, Cluster> => backend.layerWith(settings)

/**
 * The backend with settings of which each is a value or a `Config`, read when the layer is built.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (config: Config.Config.Wrap<Settings>): Layer.Layer<BuildBackend, ConfigError, Cluster> =>
  backend.layerConfig(config)
