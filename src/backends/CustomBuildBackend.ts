/**
 * Builds in pods of its own, on any cluster that runs Jobs: each build is a `batch/v1` Job, whose pod runs one script around
 * buildah. It does not need OpenShift.
 *
 * **What the pod needs.** An init container builds, and mounts only the pull secret; a container pushes, and mounts only the final
 * image's secret. Both run as user 1000 without added capabilities, on an `emptyDir` of the size that the input requests. buildah
 * maps the root of the image to a user namespace. For that the pod needs the capabilities SETUID and SETGID, which runtimes grant
 * by default, and a node on which processes may create user namespaces and mount in them: an AppArmor profile that denies `mount`
 * and containerd's seccomp profile `RuntimeDefault` prevent it. The pod has no service-account token, with one exception: if the
 * final image goes to OpenShift's internal registry and names no secret, the pushing container has a token.
 *
 * **What the cluster must allow.** {@link rules} for the caller. For the pod, with the setting `security`:
 *
 * | `security` | PodSecurity | OpenShift | nodes |
 * |---|---|---|---|
 * | `anyuid` | `baseline` | the SCC `anyuid` for the service account: `oc adm policy add-scc-to-user anyuid -z NAME` | any |
 * | `userns` | `baseline` | the same, or `nested-container` where there is one | user namespaces for pods: Linux 6.3, Kubernetes 1.33 or the feature gate, containerd 2 or CRI-O 1.25. The created Job is checked for them; on a node without them the pod does not start |
 *
 * **How an attempt ends.** The script exits with a code for each reason, and writes details to the termination message. The Job
 * retries attempts that the platform disrupted or that met a transient error of a registry, up to the input's `retries`. It fails
 * at once for any other reason: a Containerfile that failed is not built again.
 *
 * @example
 * ```ts
 * import { CustomBuildBackend } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Layer } from "effect"
 *
 * const backend = CustomBuildBackend.layerWith({
 *   namespace: "builds",
 *   serviceAccount: "os-builder",
 *   security: "userns"
 * }).pipe(Layer.provide(KubernetesCluster.layer))
 * ```
 *
 * @since 0.1.0
 */
import type * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import type * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import type * as Layer from "effect/Layer"
import * as BuildInput from "../core/BuildInput.js"
import type { BuildBackend, Service } from "../core/service/BuildService.js"
import type { JsonObject } from "../kubernetes/client/ApiRequest.js"
import type { Cluster } from "../kubernetes/Cluster.js"
import type { RbacRule } from "../kubernetes/RbacRule.js"
import * as JobBackend from "./job/JobBackend.js"
import * as JobDefinition from "./job/JobDefinition.js"
import type { JobProfile, JobSettings } from "./job/JobSettings.js"

export { builderImage, gitImage, type JobSettings as Settings } from "./job/JobSettings.js"

const profile = (settings: JobSettings): JobProfile => ({
  name: "custom",
  settings,
  resources: BuildInput.defaults.resources,
  tolerations: [],
  takesSlot: false,
  deliversToNode: false
})

const backend = JobBackend.define<JobSettings>({ profile, adapt: () => identity, defaults: {} })

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
 * import { CustomBuildBackend } from "effect-os-builder"
 *
 * console.log(JSON.stringify([...CustomBuildBackend.rules, ...CustomBuildBackend.uploadRules], null, 2))
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
export const scc = (settings: JobSettings = {}): string => backend.scc(settings)

/**
 * The manifest of a sample build pod, to find out whether a cluster admits such pods.
 *
 * @since 0.1.0
 * @category getters
 */
export const samplePod = (settings: JobSettings = {}): JsonObject => backend.samplePod(settings)

/**
 * The backend as a value, for a program that has several.
 *
 * @example
 * ```ts
 * import { BuildBackend, CustomBuildBackend } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const list = Effect.flatMap(CustomBuildBackend.make({ namespace: "builds", serviceAccount: "os-builder" }), (backend) =>
 *   Effect.provideService(BuildBackend.list(), BuildBackend.BuildBackend, backend))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (settings: JobSettings = {}): Effect.Effect<Service, never, Cluster> => backend.make(settings)

/**
 * The backend with its defaults, in the namespace of the cluster's context.
 *
 * @example
 * ```ts
 * import { CustomBuildBackend } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Layer } from "effect"
 *
 * const backend = CustomBuildBackend.layer.pipe(Layer.provide(KubernetesCluster.layer))
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
 * import { CustomBuildBackend } from "effect-os-builder"
 *
 * const backend = CustomBuildBackend.layerWith({ namespace: "builds", serviceAccount: "os-builder" })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWith = (settings: JobSettings): Layer.Layer<BuildBackend, never, Cluster> =>
  backend.layerWith(settings)

/**
 * The backend with settings of which each is a value or a `Config`, read when the layer is built.
 *
 * @example
 * ```ts
 * import { CustomBuildBackend } from "effect-os-builder"
 * import { Config } from "effect"
 *
 * const backend = CustomBuildBackend.layerConfig({ namespace: Config.string("BUILD_NAMESPACE") })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (config: Config.Config.Wrap<JobSettings>): Layer.Layer<BuildBackend, ConfigError, Cluster> =>
  backend.layerConfig(config)
