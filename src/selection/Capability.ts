/**
 * What a cluster offers for building images, found out by asking it, never by guessing.
 *
 * Discovery comes first, and a group that is not there is not asked about. What is asked then is asked side by side, so that
 * a probe takes two round trips.
 *
 * A probe has three answers ({@link Verdict}), and fails with {@link ProbeError} when there is none: a cluster that is away is
 * waited for as long as {@link ProbeTimeout} says, by default 2 minutes. The questions of yes or no
 * ({@link isSingleNode}, {@link hasOpenShiftBuilds}, {@link canRunBuildJobs}) take Forbidden for a no.
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
 * Whether the control plane is a single node: `controlPlaneTopology` of the Infrastructure `cluster` is `SingleReplica`. A
 * cluster that has no such object, or does not let us read it, is not taken for one.
 *
 * @since 0.1.0
 * @category probes
 */
export const singleNode: Effect.Effect<Verdict, ProbeError, Cluster> = Probe.make(
  "singleNode",
  Checks.discovered(Checks.singleNode)
)

/**
 * Whether the OpenShift Build API is there (its group, its resource, the cluster capability `Build`), and we may create
 * ConfigMaps, Builds, and Builds of the Docker strategy.
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
 * Whether we may create ConfigMaps and Jobs, and the cluster admits the pod of such a Job (quota, PodSecurity, SCC),
 * judged by the rights of the pod's service account where the cluster can be asked for that.
 *
 * A quota that is full counts as available: builds wait for room. One in which the pod never fits does not.
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
 * What it takes to build on a single node: {@link singleNode}, and then {@link buildJobsWith}.
 *
 * @since 0.1.0
 * @category probes
 */
export const singleNodeJobsWith = (options: Checks.JobsOptions): Effect.Effect<Verdict, ProbeError, Cluster> =>
  Probe.make("singleNodeJobs", Checks.discovered((groups) => Checks.singleNodeJobs(groups, options)))

/**
 * What to allow the probes, cluster-wide, beyond what every authenticated user may do. They do without, and then take no
 * cluster for a single node, and every Build API that is served for one that builds.
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
