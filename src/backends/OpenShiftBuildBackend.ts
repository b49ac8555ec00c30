/**
 * Builds with OpenShift's own build API: each attempt is a `build.openshift.io/v1` Build with the Docker strategy, created
 * without a BuildConfig.
 *
 * **What the pod needs.** OpenShift's build controller creates it privileged and as root, because its builder runs buildah
 * that way. The controller may do that in any namespace, so neither the caller nor the service account needs an SCC, and no
 * PodSecurity level prevents it. The Build mounts the secrets for pulling and pushing into the pod, and the mounts of the input
 * as read-only volumes.
 *
 * **What the cluster must allow.** The capability `Build`, which an administrator can leave out; {@link rules} for the caller,
 * among them `create builds/docker`, which every authenticated user has unless it was taken away; and for the service
 * account of the pod, `builder` by default, the role `system:image-builder`, which it has by default too.
 *
 * **What differs from other backends.** The image has OpenShift's own `OPENSHIFT_BUILD_*` variables and `io.openshift.*`
 * labels, and a Docker manifest; so equal inputs get different digests in different builds. Authorities, proxies, mirrors and
 * insecure registries are the cluster's, not the build's. The controller has no queue for these builds and does not retry or
 * prune them: this backend implements `pendingTimeout`, `retries` and `prune`. A context from Git is cloned by OpenShift's builder
 * with its submodules; the commit of a branch is found before by a Job, for which the caller needs {@link gitRules}. A Build that lacks a Secret, a ConfigMap or its
 * service account may take up to 10 minutes to notice that it was created. An entitlement is a volume; on RHEL images,
 * `RUN rm -rf /etc/rhsm-host` makes dnf use it. `check` rejects what the backend cannot honour.
 *
 * @example
 * ```ts
 * import { OpenShiftBuildBackend } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Layer } from "effect"
 *
 * const backend = OpenShiftBuildBackend.layerWith({ namespace: "builds" }).pipe(Layer.provide(KubernetesCluster.layer))
 * ```
 *
 * @since 0.1.0
 */
import type * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { BuildBackend, Service } from "../core/service/BuildService.js"
import * as Cluster from "../kubernetes/Cluster.js"
import type { RbacRule } from "../kubernetes/RbacRule.js"
import * as Resources from "../kubernetes/Resources.js"
import * as BackendLayers from "./controller/BackendLayers.js"
import * as ClusterBackend from "./controller/ClusterBackend.js"
import * as ClusterProxy from "./controller/ClusterProxy.js"
import * as GitResolve from "./controller/GitResolve.js"
import * as Permissions from "./controller/Permissions.js"
import * as BuildManifest from "./openshift/BuildManifest.js"
import * as BuildOutcome from "./openshift/BuildOutcome.js"
import * as ContextMaps from "./openshift/ContextMaps.js"
import type { OpenShiftSettings } from "./openshift/OpenShiftSettings.js"
import * as OpenShiftUnsupported from "./openshift/OpenShiftUnsupported.js"
import * as BuildNames from "./record/BuildNames.js"

export { gitImage, type OpenShiftSettings as Settings } from "./openshift/OpenShiftSettings.js"

// Build pods have the controller's labels and no others: openshift/api build/v1/consts.go, BuildLabel and BuildAnnotation.
const buildName = "openshift.io/build.name"

/**
 * The least permissions for building, in the namespace of the builds. OpenShift asks for `create builds/docker` when a Build
 * with the Docker strategy is created.
 *
 * @since 0.1.0
 * @category constants
 */
export const rules: ReadonlyArray<RbacRule> = [
  ...Permissions.lifecycle(Resources.Build),
  { apiGroups: [Resources.Build.group], resources: ["builds/docker"], verbs: ["create"] },
  { apiGroups: [Resources.Build.group], resources: ["builds/log"], verbs: ["get"] }
]

/**
 * The additional permissions for contexts from Git that name a branch or tag, whose commit a short Job looks up. Without them the
 * input must name a full commit.
 *
 * @example
 * ```ts
 * import { OpenShiftBuildBackend } from "effect-os-builder"
 *
 * console.log(JSON.stringify([...OpenShiftBuildBackend.rules, ...OpenShiftBuildBackend.gitRules], null, 2))
 * ```
 *
 * @since 0.1.0
 * @category constants
 */
export const gitRules: ReadonlyArray<RbacRule> = [
  { apiGroups: [Resources.Job.group], resources: [Resources.Job.plural], verbs: ["create", "delete"] }
]

/**
 * The permissions on the whole cluster with which that Job uses the cluster's proxy. Builds get it from OpenShift.
 *
 * @since 0.1.0
 * @category constants
 */
export const gitClusterRules: ReadonlyArray<RbacRule> = ClusterProxy.rules

/**
 * The definition of the backend: makes an OpenShift Build for a build, and its status from that Build.
 *
 * @example
 * ```ts
 * import { OpenShiftBuildBackend } from "effect-os-builder"
 *
 * OpenShiftBuildBackend.definition().child.kind // "Build"
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const definition = (settings: OpenShiftSettings = {}): ClusterBackend.Definition<Resources.Build> => ({
  name: "openshift",
  child: Resources.Build,
  podSelector: buildName,
  recordOf: ({ metadata: { annotations = {}, labels = {} } }) =>
    BuildNames.recordOf(annotations[buildName] ?? labels[buildName] ?? ""),
  check: (input) => OpenShiftUnsupported.issues(input, settings),
  contents: ContextMaps.contents,
  manifest: (record) => BuildManifest.make(settings, record),
  // The controller adds what the cluster says of proxies.
  clusterDefaults: Effect.succeed({}),
  // The API server has had every field that a manifest may have since OpenShift 4.9.
  verifyCreated: () => [],
  interpret: BuildOutcome.interpret,
  runs: { by: "child", test: BuildOutcome.isRunning },
  logs: BuildOutcome.logs
})

const resolve = (settings: OpenShiftSettings, cluster: Cluster.Service) =>
  GitResolve.make(
    {
      backend: "openshift",
      image: settings.gitImage,
      serviceAccount: settings.serviceAccount ?? BuildManifest.serviceAccount,
      user: "assigned",
      withoutJobs: (namespace) =>
        `finding its commit needs the permission to create and delete jobs.batch in namespace ${namespace}, which ` +
        "`os-builder rbac --backend openshift --git` prints; give the full commit as ref instead, or ask for it"
    },
    cluster,
    ClusterProxy.of(cluster)
  )

/**
 * The backend as a value, for a program that has several.
 *
 * @example
 * ```ts
 * import { BuildBackend, OpenShiftBuildBackend } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const list = Effect.flatMap(OpenShiftBuildBackend.make({ namespace: "builds", defaultPullSecretName: "pull" }), (backend) =>
 *   Effect.provideService(BuildBackend.list(), BuildBackend.BuildBackend, backend))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (settings: OpenShiftSettings = {}): Effect.Effect<Service, never, Cluster.Cluster> =>
  Effect.flatMap(
    Cluster.Cluster,
    (cluster) =>
      ClusterBackend.make({ ...definition(settings), resolve: resolve(settings, cluster) }, {
        cluster,
        namespace: settings.namespace ?? cluster.defaultNamespace
      })
  )

const layers = BackendLayers.of<OpenShiftSettings>(make, {})

/**
 * The backend with its defaults, in the namespace of the cluster's context.
 *
 * @example
 * ```ts
 * import { OpenShiftBuildBackend } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Layer } from "effect"
 *
 * const backend = OpenShiftBuildBackend.layer.pipe(Layer.provide(KubernetesCluster.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<BuildBackend, never, Cluster.Cluster> = layers.layer

/**
 * The backend with settings; a new layer for each call.
 *
 * @example
 * ```ts
 * import { OpenShiftBuildBackend } from "effect-os-builder"
 *
 * const backend = OpenShiftBuildBackend.layerWith({ namespace: "builds", defaultPullSecretName: "pull" })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWith = (settings: OpenShiftSettings): Layer.Layer<BuildBackend, never, Cluster.Cluster> =>
  layers.layerWith(settings)

/**
 * The backend with settings of which each is a value or a `Config`, read when the layer is built.
 *
 * @example
 * ```ts
 * import { OpenShiftBuildBackend } from "effect-os-builder"
 * import { Config } from "effect"
 *
 * const backend = OpenShiftBuildBackend.layerConfig({ namespace: Config.string("BUILD_NAMESPACE") })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Config.Config.Wrap<OpenShiftSettings>
): Layer.Layer<BuildBackend, ConfigError, Cluster.Cluster> => layers.layerConfig(config)
