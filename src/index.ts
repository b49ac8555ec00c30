/**
 * Build OS (container) images from a Containerfile: on OpenShift, in a pod on any Kubernetes cluster, on a single-node cluster,
 * or with buildah on this machine.
 *
 * Two modules have entries of their own: `effect-os-builder/KubernetesCluster`, which reads kubeconfig files and starts
 * credential plugins, and `effect-os-builder/FakeCluster`, which is large.
 *
 * @since 0.1.0
 */

/**
 * Selects the backend that suits a cluster by probing it.
 *
 * @since 0.1.0
 */
export * as BackendSelection from "./selection/BackendSelection.js"

/**
 * The backend that the configuration names, `local` included, with all settings of the environment.
 *
 * @since 0.1.0
 */
export * as BackendConfig from "./selection/BackendConfig.js"

/**
 * The service that builds images: `run`, `build`, `status`, `changes`, `logs`, `cancel`, `list`, `watch` and more.
 *
 * @since 0.1.0
 */
export * as BuildBackend from "./core/BuildBackend.js"

/**
 * Events of a running build: submission, status changes, log lines, steps.
 *
 * @since 0.1.0
 */
export * as BuildEvent from "./core/BuildEvent.js"

/**
 * The typed errors, one class for each case that a caller handles differently.
 *
 * @since 0.1.0
 */
export * as BuildError from "./core/BuildError.js"

/**
 * The input of a build: Containerfile, images, context, secrets, limits.
 *
 * @since 0.1.0
 */
export * as BuildInput from "./core/BuildInput.js"

/**
 * The metrics of this library.
 *
 * @since 0.1.0
 * @category metrics
 */
export * as BuildMetrics from "./backends/BuildMetrics.js"

/**
 * The reference to one build, which can be stored as text.
 *
 * @since 0.1.0
 */
export * as BuildRef from "./core/BuildRef.js"

/**
 * The status of a build: Pending, Running, Succeeded, Failed, Errored or Cancelled.
 *
 * @since 0.1.0
 */
export * as BuildStatus from "./core/BuildStatus.js"

/**
 * Probes that find out what a cluster supports.
 *
 * @since 0.1.0
 */
export * as Capability from "./selection/Capability.js"

/**
 * A typed Kubernetes client as a service: requests, watches, logs, informers.
 *
 * @since 0.1.0
 */
export * as Cluster from "./kubernetes/Cluster.js"

/**
 * The error of a Kubernetes request.
 *
 * @since 0.1.0
 */
export * as ClusterError from "./kubernetes/ClusterError.js"

/**
 * Parses and checks Containerfiles without building them.
 *
 * @since 0.1.0
 */
export * as Containerfile from "./core/Containerfile.js"

/**
 * The backend that builds in Jobs, on any cluster.
 *
 * @since 0.1.0
 */
export * as CustomBuildBackend from "./backends/CustomBuildBackend.js"

/**
 * Durations as text: `1h30m`.
 *
 * @since 0.1.0
 */
export * as DurationText from "./core/DurationText.js"

/**
 * Names of images, with tag or digest.
 *
 * @since 0.1.0
 */
export * as ImagePullspec from "./core/ImagePullspec.js"

/**
 * A folder of any size as the context of a build.
 *
 * @since 0.1.0
 */
export * as ContextUpload from "./backends/ContextUpload.js"

/**
 * The backend that builds with buildah on this machine.
 *
 * @since 0.1.0
 */
export * as LocalBuildBackend from "./backends/LocalBuildBackend.js"

/**
 * The backend that uses OpenShift's Build API.
 *
 * @since 0.1.0
 */
export * as OpenShiftBuildBackend from "./backends/OpenShiftBuildBackend.js"

/**
 * Describes a kind of Kubernetes object and the fields to decode.
 *
 * @since 0.1.0
 */
export * as Resource from "./kubernetes/Resource.js"

/**
 * The kinds of Kubernetes and OpenShift objects that building uses.
 *
 * @since 0.1.0
 */
export * as Resources from "./kubernetes/Resources.js"

/**
 * The backend that builds in Jobs on a single-node cluster, one at a time.
 *
 * @since 0.1.0
 */
export * as SingleNodeBuildBackend from "./backends/SingleNodeBuildBackend.js"
