/**
 * What tells one cluster backend from another: which object a build becomes, and what the state of that object means. All
 * that happens over time is the same for all of them, and stands in `ClusterBackend`.
 *
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type { Issue } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import type { BuildStatus, Terminal } from "../../core/BuildStatus.js"
import type { BackendName } from "../../core/service/BuildService.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { ClusterError } from "../../kubernetes/ClusterError.js"
import type * as Resource from "../../kubernetes/Resource.js"
import type * as Resources from "../../kubernetes/Resources.js"
import type { BuildRecord, Contents } from "../record/BuildRecord.js"
import type { RecordSummary } from "../record/RecordSummary.js"

/**
 * What is known of a build on the cluster: its child, the children of earlier attempts in their order, the pods of the
 * child, and, where the child alone does not tell why it waits, the events about them.
 *
 * @since 0.1.0
 * @category models
 */
export interface Observed<Child> {
  readonly record: RecordSummary
  readonly child: Child
  readonly earlier: ReadonlyArray<Child>
  readonly pods: ReadonlyArray<Resources.Pod>
  readonly events: ReadonlyArray<Resources.Event>
}

/**
 * What that means.
 *
 * @since 0.1.0
 * @category models
 */
export interface Interpretation {
  /** Statuses of `Errored` and `Failed` may leave `logTail` empty: it is read and added. */
  readonly status: BuildStatus
  /** The outcome, unless more is observed before `at`: for platforms that report an outcome in several steps. */
  readonly ending?: { readonly status: Terminal; readonly at: DateTime.Utc } | undefined
  /** Since when the attempt waits to begin; absent while it runs, and while it stands in a queue. */
  readonly waitingSince?: DateTime.Utc | undefined
  /** The uid of an object whose events would tell why the build waits. */
  readonly explainedBy?: string | undefined
  /**
   * After a retryable error: the attempt that comes next, which the platform does not make by itself. We do, unless the
   * input's retries are used up.
   */
  readonly again?: number | undefined
}

/**
 * What holds on the whole cluster, and is not to be said again by each build.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClusterDefaults {
  readonly proxy?: BuildInput["proxy"]
}

/**
 * A log to be read: that of a pod's container, or of the child itself. Where a build is tried again there are several, in
 * their order.
 *
 * @since 0.1.0
 * @category models
 */
export interface LogSource {
  /** Names the source for good: two that are equal are the same log. */
  readonly key: string
  readonly resource: Resource.Resource<unknown>
  readonly name: string
  readonly container?: string | undefined
  /** `waiting`: there is no log yet. `open`: it grows. `closed`: it is complete. */
  readonly state: "waiting" | "open" | "closed"
}

/**
 * A backend on a cluster.
 *
 * @since 0.1.0
 * @category models
 */
export interface Definition<Child extends Resource.Metadata> {
  readonly name: BackendName
  /** What a build becomes. */
  readonly child: Resource.Resource<Child>
  /** Selects the pods of this backend's builds, and perhaps more. */
  readonly podSelector: string
  /** The name of the record that a pod belongs to; undefined for a pod that is none of ours. */
  readonly recordOf: (pod: Resources.Pod) => string | undefined
  /** Every part of the input that this backend cannot honour. */
  readonly check: (input: BuildInput) => ReadonlyArray<Issue>
  /** What goes into the build's ConfigMaps. */
  readonly contents: (input: BuildInput) => Contents
  /** Asked whenever a child is to be made. */
  readonly clusterDefaults: Effect.Effect<ClusterDefaults, ClusterError>
  /** The child for an attempt, counted from 1. Names, labels and owner are added to its metadata. */
  readonly manifest: (record: BuildRecord, attempt: number, clusterDefaults: ClusterDefaults) => JsonObject
  /** What is missing in the object that the server made of the manifest, where servers drop fields silently. */
  readonly verifyCreated: (created: Child) => ReadonlyArray<Issue>
  readonly interpret: (observed: Observed<Child>) => Interpretation
  readonly logs: (observed: Observed<Child>) => ReadonlyArray<LogSource>
}
