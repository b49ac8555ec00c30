/**
 * One interface for building OS images on whatever a Kubernetes or OpenShift cluster offers.
 *
 * `effect-os-builder/KubernetesCluster` and `effect-os-builder/FakeCluster` are entries of their own.
 *
 * @since 0.1.0
 */

/**
 * The backend for the cluster at hand, chosen by asking it.
 *
 * @since 0.1.0
 */
export * as BackendSelection from "./selection/BackendSelection.js"

/**
 * The one interface to build an OS image: `run`, `build`, `status`, and what else is done with builds.
 *
 * @since 0.1.0
 */
export * as BuildBackend from "./core/BuildBackend.js"

/**
 * What a build tells while it runs.
 *
 * @since 0.1.0
 */
export * as BuildEvent from "./core/BuildEvent.js"

/**
 * What can go wrong, one class for each thing a caller would handle differently.
 *
 * @since 0.1.0
 */
export * as BuildError from "./core/BuildError.js"

/**
 * What is built, from what, and how.
 *
 * @since 0.1.0
 */
export * as BuildInput from "./core/BuildInput.js"

/**
 * The name of one build, to be kept.
 *
 * @since 0.1.0
 */
export * as BuildRef from "./core/BuildRef.js"

/**
 * What can be said of a build.
 *
 * @since 0.1.0
 */
export * as BuildStatus from "./core/BuildStatus.js"

/**
 * What a cluster offers for building images.
 *
 * @since 0.1.0
 */
export * as Capability from "./selection/Capability.js"

/**
 * A Kubernetes cluster, as one narrow service.
 *
 * @since 0.1.0
 */
export * as Cluster from "./kubernetes/Cluster.js"

/**
 * What the API server said when it did not do what was asked.
 *
 * @since 0.1.0
 */
export * as ClusterError from "./kubernetes/ClusterError.js"

/**
 * Containerfiles, as far as can be told without building them.
 *
 * @since 0.1.0
 */
export * as Containerfile from "./core/Containerfile.js"

/**
 * Builds in Jobs of our own, on every cluster.
 *
 * @since 0.1.0
 */
export * as CustomBuildBackend from "./backends/CustomBuildBackend.js"

/**
 * Times as people write them: `1h30m`.
 *
 * @since 0.1.0
 */
export * as DurationText from "./core/DurationText.js"

/**
 * Names of images.
 *
 * @since 0.1.0
 */
export * as ImagePullspec from "./core/ImagePullspec.js"

/**
 * Builds with buildah on this machine.
 *
 * @since 0.1.0
 */
export * as LocalBuildBackend from "./backends/LocalBuildBackend.js"

/**
 * Builds by OpenShift's own build API.
 *
 * @since 0.1.0
 */
export * as OpenShiftBuildBackend from "./backends/OpenShiftBuildBackend.js"

/**
 * Kinds of Kubernetes objects, and the fields that are read of them.
 *
 * @since 0.1.0
 */
export * as Resource from "./kubernetes/Resource.js"

/**
 * The kinds that building images has to do with.
 *
 * @since 0.1.0
 */
export * as Resources from "./kubernetes/Resources.js"

/**
 * Builds in Jobs on a cluster that is one node.
 *
 * @since 0.1.0
 */
export * as SingleNodeBuildBackend from "./backends/SingleNodeBuildBackend.js"
