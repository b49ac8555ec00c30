/**
 * Builds on a cluster of one node: in Jobs, like the custom backend, tuned for a node that also runs the control plane.
 *
 * - A build requests few resources unless its input names others: 100m of CPU, 512Mi of memory, 10Gi of disk.
 * - It tolerates the taints of control-plane nodes.
 * - One build runs at a time, across namespaces: a build pod keeps others off its node by a required anti-affinity on its
 *   label {@link slotLabel}. The scheduler is the lock: nothing is renewed, and nothing can stay locked. A build that waits
 *   is `blocked("Queued")`; the time does not count for `pendingTimeout`. `status` and `list` name the build that it waits
 *   for: one of another namespace with the permission to list pods in the whole cluster.
 * - `cacheClaimName` keeps layers between builds; no two builds use that claim at once.
 * - While the node reboots, its API server cannot be reached: every call waits for it for at most `outageTimeout`.
 *
 * **An image for the node itself.** With `deliverToNode`, a final image named `localhost/…` goes into the storage of the node
 * instead of a registry on the same node. It is built without privileges to an archive; a second container, privileged and as
 * root, runs nothing from the input and imports the archive into `/var/lib/containers/storage`. That requires the PodSecurity
 * level `privileged`, on OpenShift the SCC `privileged`, and trust in the parser of that archive. The image is not durable:
 * the kubelet collects images that no container uses, and a reinstalled node has none.
 *
 * Otherwise the pod and the cluster need what the custom backend needs.
 *
 * @example
 * ```ts
 * import { SingleNodeBuildBackend } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Layer } from "effect"
 *
 * const backend = SingleNodeBuildBackend.layerWith({ cacheClaimName: "layers", outageTimeout: "20 minutes" }).pipe(
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
import * as RetryingBackend from "./controller/RetryingBackend.js"
import * as JobBackend from "./job/JobBackend.js"
import * as JobDefinition from "./job/JobDefinition.js"
import type { JobProfile, JobSettings } from "./job/JobSettings.js"

export { slotLabel } from "./job/BuildPod.js"
export { builderImage, gitImage } from "./job/JobSettings.js"

/**
 * Settings of the single-node backend, all optional: those of the custom backend, and its own.
 *
 * @since 0.1.0
 * @category models
 */
export interface Settings extends JobSettings {
  /** Whether final images named `localhost/…` go into the storage of the node; default: false, they are rejected. */
  readonly deliverToNode?: boolean | undefined
  /** How long a call waits for an API server that cannot be reached; default: 10 minutes. */
  readonly outageTimeout?: Duration.DurationInput | undefined
  /**
   * The former name of `outageTimeout`.
   *
   * @deprecated use `outageTimeout`
   */
  readonly patience?: Duration.DurationInput | undefined
}

/** kubernetes cmd/kubeadm/app/constants/constants.go; OpenShift uses the older name, too. */
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
  adapt: ({ outageTimeout, patience }) => RetryingBackend.make(outageTimeout ?? patience ?? "10 minutes"),
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
 * The additional permissions for builds whose context is uploaded (`ContextUpload`).
 *
 * @example
 * ```ts
 * import { SingleNodeBuildBackend } from "effect-os-builder"
 *
 * console.log(JSON.stringify([...SingleNodeBuildBackend.rules, ...SingleNodeBuildBackend.uploadRules], null, 2))
 * ```
 *
 * @since 0.1.0
 * @category constants
 */
export const uploadRules: ReadonlyArray<RbacRule> = JobDefinition.uploadRules

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
 * @example
 * ```ts
 * import { BuildBackend, SingleNodeBuildBackend } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const list = Effect.flatMap(SingleNodeBuildBackend.make({ namespace: "builds", cacheClaimName: "layers" }), (backend) =>
 *   Effect.provideService(BuildBackend.list(), BuildBackend.BuildBackend, backend))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (settings: Settings = {}): Effect.Effect<Service, never, Cluster> => backend.make(settings)

/**
 * The backend with its defaults, in the namespace of the cluster's context.
 *
 * @example
 * ```ts
 * import { SingleNodeBuildBackend } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Layer } from "effect"
 *
 * const backend = SingleNodeBuildBackend.layer.pipe(Layer.provide(KubernetesCluster.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<BuildBackend, never, Cluster> = backend.layer

/**
 * The backend with settings; a new layer for each call.
 *
 * @example
 * ```ts
 * import { SingleNodeBuildBackend } from "effect-os-builder"
 *
 * const backend = SingleNodeBuildBackend.layerWith({ namespace: "builds", cacheClaimName: "layers" })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWith = (settings: Settings): Layer.Layer<BuildBackend, never, Cluster> => backend.layerWith(settings)

/**
 * The backend with settings of which each is a value or a `Config`, read when the layer is built.
 *
 * @example
 * ```ts
 * import { SingleNodeBuildBackend } from "effect-os-builder"
 * import { Config } from "effect"
 *
 * const backend = SingleNodeBuildBackend.layerConfig({ namespace: Config.string("BUILD_NAMESPACE") })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (config: Config.Config.Wrap<Settings>): Layer.Layer<BuildBackend, ConfigError, Cluster> =>
  backend.layerConfig(config)
