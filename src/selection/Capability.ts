/**
 * Probes that find out how a cluster can build images. A probe never guesses.
 *
 * A probe discovers the API groups first and then sends its other requests concurrently, so it takes two round trips.
 *
 * A probe returns one of three verdicts ({@link Verdict}). It waits for a cluster that does not respond for at most
 * {@link ProbeTimeout}, by default 2 minutes, and then fails with {@link ProbeError}. {@link isSingleNode},
 * {@link hasOpenShiftBuilds} and {@link canRunBuildJobs} are false for Forbidden.
 *
 * @example
 * ```ts
 * import { Capability } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Console, Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const verdict = yield* Capability.openShiftBuilds
 *   yield* Console.log(`${verdict._tag}: ${verdict.evidence}`)
 * })
 *
 * const main = Effect.provide(program, KubernetesCluster.layer)
 * ```
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Cluster } from "../kubernetes/Cluster.js"
import type { RbacRule } from "../kubernetes/RbacRule.js"
import * as Checks from "./Checks.js"
import * as Probe from "./Probe.js"
import type { ProbeError } from "./Probe.js"
import { isAvailable, type Verdict } from "./Verdict.js"

export {
  RbacRule,
  /**
   * The former name of {@link RbacRule}.
   *
   * @since 0.1.0
   * @category models
   * @deprecated use `RbacRule`
   */
  RbacRule as AccessRule
} from "../kubernetes/RbacRule.js"
export type { BuildsOptions, JobsOptions } from "./Checks.js"
export {
  ProbeError,
  ProbeTimeout,
  /**
   * The former name of {@link ProbeTimeout}.
   *
   * @since 0.1.0
   * @category references
   * @deprecated use `ProbeTimeout`
   */
  ProbeTimeout as Patience
} from "./Probe.js"
export * from "./Verdict.js"

// -----------------------------------------------------------------------------
// probes
// -----------------------------------------------------------------------------

/**
 * Whether the control plane is a single node: `controlPlaneTopology` of the Infrastructure `cluster` is `SingleReplica`. A cluster
 * without that object, or without the permission to read it, does not count as a single node.
 *
 * @since 0.1.0
 * @category probes
 */
export const singleNode: Effect.Effect<Verdict, ProbeError, Cluster> = Probe.make(
  "singleNode",
  Checks.discovered(Checks.singleNode)
)

/**
 * Whether the OpenShift Build API exists (its group, its resource, the cluster capability `Build`), and ConfigMaps, Builds and
 * Builds of the Docker strategy may be created.
 *
 * @since 0.1.0
 * @category probes
 */
export const openShiftBuildsWith = (
  options: Checks.BuildsOptions
): Effect.Effect<Verdict, ProbeError, Cluster> =>
  Probe.make("openShiftBuilds", Checks.discovered((groups) => Checks.openShiftBuilds(groups, options)))

/**
 * {@link openShiftBuildsWith} in the cluster's default namespace.
 *
 * @since 0.1.0
 * @category probes
 */
export const openShiftBuilds: Effect.Effect<Verdict, ProbeError, Cluster> = openShiftBuildsWith({})

/**
 * Whether ConfigMaps and Jobs may be created, and the cluster admits the pod of such a Job (quota, PodSecurity, SCC), with the
 * permissions of the pod's service account where the cluster can tell.
 *
 * A quota that is used up counts as available, because builds wait for room; a quota in which the pod never fits does not.
 *
 * @since 0.1.0
 * @category probes
 */
export const buildJobsWith = (options: Checks.JobsOptions): Effect.Effect<Verdict, ProbeError, Cluster> =>
  Probe.make("buildJobs", Checks.discovered((groups) => Checks.buildJobs(groups, options)))

/**
 * {@link buildJobsWith} in the cluster's default namespace.
 *
 * @since 0.1.0
 * @category probes
 */
export const buildJobs: Effect.Effect<Verdict, ProbeError, Cluster> = buildJobsWith({})

/**
 * Whether Jobs can build on a single node: {@link singleNode} and {@link buildJobsWith}.
 *
 * @since 0.1.0
 * @category probes
 */
export const singleNodeJobsWith = (options: Checks.JobsOptions): Effect.Effect<Verdict, ProbeError, Cluster> =>
  Probe.make("singleNodeJobs", Checks.discovered((groups) => Checks.singleNodeJobs(groups, options)))

/**
 * Whether contexts may be uploaded to the pods of builds, for which the caller needs `create` and `get` of `pods/attach`. `build`
 * checks that too, before it records a build whose context is an upload.
 *
 * @example
 * ```ts
 * import { Capability } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const mayUpload = Effect.map(Capability.uploadsWith({ namespace: "builds" }), Capability.isAvailable)
 * ```
 *
 * @since 0.1.0
 * @category probes
 */
export const uploadsWith = (options: Checks.BuildsOptions): Effect.Effect<Verdict, ProbeError, Cluster> =>
  Probe.make("uploads", Checks.uploads(options))

/**
 * {@link uploadsWith} in the cluster's default namespace.
 *
 * @since 0.1.0
 * @category probes
 */
export const uploads: Effect.Effect<Verdict, ProbeError, Cluster> = uploadsWith({})

/**
 * The cluster-wide permissions of the probes, beyond those of every authenticated user. Without them, no cluster counts as a
 * single node, and every Build API that is served counts as available.
 *
 * @since 0.1.0
 * @category constants
 */
export const rules: ReadonlyArray<RbacRule> = Checks.rules

// -----------------------------------------------------------------------------
// yes or no
// -----------------------------------------------------------------------------

/**
 * Whether {@link singleNode} is Available.
 *
 * @since 0.1.0
 * @category probes
 */
export const isSingleNode: Effect.Effect<boolean, ProbeError, Cluster> = Effect.map(singleNode, isAvailable)

/**
 * Whether {@link openShiftBuilds} is Available.
 *
 * @since 0.1.0
 * @category probes
 */
export const hasOpenShiftBuilds: Effect.Effect<boolean, ProbeError, Cluster> = Effect.map(openShiftBuilds, isAvailable)

/**
 * Whether {@link buildJobs} is Available.
 *
 * @since 0.1.0
 * @category probes
 */
export const canRunBuildJobs: Effect.Effect<boolean, ProbeError, Cluster> = Effect.map(buildJobs, isAvailable)
