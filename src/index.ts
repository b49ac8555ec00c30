/**
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 */
export * as BackendSelection from "./selection/BackendSelection.js"

/**
 * @since 0.1.0
 */
export * as BuildBackend from "./build/BuildBackend.js"

/**
 * @since 0.1.0
 */
export * as BuildEvent from "./build/BuildEvent.js"

/**
 * @since 0.1.0
 */
export * as BuildError from "./build/BuildError.js"

/**
 * @since 0.1.0
 */
export * as BuildInput from "./build/BuildInput.js"

/**
 * @since 0.1.0
 */
export * as BuildRef from "./build/BuildRef.js"

/**
 * @since 0.1.0
 */
export * as BuildStatus from "./build/BuildStatus.js"

/**
 * @since 0.1.0
 */
export * as Capability from "./selection/Capability.js"

/**
 * @since 0.1.0
 */
export * as Cluster from "./cluster/Cluster.js"

/**
 * @since 0.1.0
 */
export * as ClusterError from "./cluster/ClusterError.js"

/**
 * @since 0.1.0
 */
export * as Containerfile from "./build/Containerfile.js"

/**
 * @since 0.1.0
 */
export * as CustomBuildBackend from "./backends/CustomBuildBackend.js"

/**
 * @since 0.1.0
 */
export * as DurationText from "./build/DurationText.js"

/**
 * @since 0.1.0
 */
export * as ImagePullspec from "./build/ImagePullspec.js"

/**
 * @since 0.1.0
 */
export * as LocalBuildBackend from "./backends/LocalBuildBackend.js"

/**
 * @since 0.1.0
 */
export * as OpenShiftBuildBackend from "./backends/OpenShiftBuildBackend.js"

/**
 * @since 0.1.0
 */
export * as Resource from "./cluster/Resource.js"

/**
 * @since 0.1.0
 */
export * as Resources from "./cluster/Resources.js"

/**
 * @since 0.1.0
 */
export * as SingleNodeBuildBackend from "./backends/SingleNodeBuildBackend.js"
