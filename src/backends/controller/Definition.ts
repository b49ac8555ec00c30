/**
 * The differences between cluster backends: the object that a build becomes, and the meaning of that object's state. Everything
 * that happens over time is the same for all of them (`ClusterBackend`).
 *
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type { BackendError, BaseUnavailable, BuildRejected, Issue } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import type { BuildRef } from "../../core/BuildRef.js"
import type { BuildStatus, BuiltImage, Terminal } from "../../core/BuildStatus.js"
import type { BackendName } from "../../core/service/BuildService.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { ClusterError } from "../../kubernetes/ClusterError.js"
import type * as Resource from "../../kubernetes/Resource.js"
import type * as Resources from "../../kubernetes/Resources.js"
import type { BuildRecord, Contents } from "../record/BuildRecord.js"
import type { RecordSummary } from "../record/RecordSummary.js"

/**
 * The observed objects of a build: its child, the children of earlier attempts in their order, the pods of the child, those of its
 * pods that ended and do not exist any more, if they were seen, and, where the child alone does not show why it is pending, the
 * events about them.
 *
 * @since 0.1.0
 * @category models
 */
export interface Observed<Child> {
  readonly record: RecordSummary
  readonly child: Child
  readonly earlier: ReadonlyArray<Child>
  readonly pods: ReadonlyArray<Resources.Pod>
  readonly lostPods: ReadonlyArray<Resources.Pod>
  readonly events: ReadonlyArray<Resources.Event>
}

/**
 * The meaning of the observed objects.
 *
 * @since 0.1.0
 * @category models
 */
export interface Interpretation {
  /** Statuses of `Errored` and `Failed` may leave `logTail` empty: it is read and added. */
  readonly status: BuildStatus
  /** The status is final, and the platform would go on repeating the build: the child has to be deleted. */
  readonly repeatsInVain?: boolean | undefined
  /** The outcome, unless more is observed before `at`: for platforms that report an outcome in several steps. */
  readonly ending?: { readonly status: Terminal; readonly at: DateTime.Utc } | undefined
  /**
   * Finds in the last lines of the log an outcome that the objects do not have; undefined if it is not there either. Called
   * before a terminal `status` is stored or retried.
   */
  readonly fromLog?: ((lines: ReadonlyArray<string>) => Terminal | undefined) | undefined
  /** Since when the attempt has been pending; absent while it runs, and while it is in a queue. */
  readonly waitingSince?: DateTime.Utc | undefined
  /** The uid of an object whose events would show why the build is pending. */
  readonly explainedBy?: string | undefined
  /**
   * After a retryable error: the number of the next attempt, where the platform does not create it by itself. The controller
   * does, unless the input's retries are used up.
   */
  readonly again?: number | undefined
}

/**
 * Defaults of the whole cluster, for what a build does not specify.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClusterDefaults {
  readonly proxy?: BuildInput["proxy"]
}

/**
 * A log: of a container of a pod, or of the child itself. A build with several attempts has several logs, in their order.
 *
 * @since 0.1.0
 * @category models
 */
export interface LogSource {
  /** Identifies the log: sources with equal keys are the same log. */
  readonly key: string
  readonly resource: Resource.Resource<unknown>
  readonly name: string
  readonly container?: string | undefined
  /** `waiting`: the log does not exist yet. `open`: it grows. `closed`: it is complete. */
  readonly state: "waiting" | "open" | "closed"
  /** The last lines of a closed log, where the platform kept them beside it: a node may delete a log before its pod. */
  readonly tail?: ReadonlyArray<string> | undefined
}

/**
 * The objects that show by themselves that a build runs, so that nothing else has to be read: a child, whatever its pods are, or a
 * pod, whatever its child is. `ended`: whether a child has ended, so that pods that were read before it are out of date.
 *
 * @since 0.1.0
 * @category models
 */
export type Runs<Child> =
  | { readonly by: "child"; readonly test: (child: Child) => boolean }
  | {
    readonly by: "pod"
    readonly test: (pod: Resources.Pod) => boolean
    readonly ended: (child: Child) => boolean
  }

/**
 * The name of the build that holds the slot for which a build waits, undefined if it cannot be seen.
 *
 * @since 0.1.0
 * @category models
 */
export type SlotHolder = (ref: BuildRef) => string | undefined

/**
 * A backend on a cluster.
 *
 * @since 0.1.0
 * @category models
 */
export interface Definition<Child extends Resource.Metadata> {
  readonly name: BackendName
  /** The resource of the child. */
  readonly child: Resource.Resource<Child>
  /** Selects the pods of this backend's builds, and possibly others. */
  readonly podSelector: string
  /** Whether pods have the labels of their build, so that the pods of one build can be selected. */
  readonly labelsPods?: boolean | undefined
  /** The name of the record that a pod belongs to; undefined for a pod of no build. */
  readonly recordOf: (pod: Resources.Pod) => string | undefined
  /** Every part of the input that this backend cannot honour. */
  readonly check: (input: BuildInput) => ReadonlyArray<Issue>
  /** The input with the commit of its repository, looked up before the build has a fingerprint; default: the input as it is. */
  readonly resolve?:
    | ((input: BuildInput, namespace: string) => Effect.Effect<BuildInput, BuildRejected | BackendError>)
    | undefined
  /** The files of the build's ConfigMaps. */
  readonly contents: (input: BuildInput) => Contents
  /** Read before each child is created. */
  readonly clusterDefaults: Effect.Effect<ClusterDefaults, ClusterError>
  /** The child for an attempt, counted from 1. Names, labels and owner are added to its metadata. */
  readonly manifest: (record: BuildRecord, attempt: number, clusterDefaults: ClusterDefaults) => JsonObject
  /** The fields that are missing in the created object, because some servers drop fields silently. */
  readonly verifyCreated: (created: Child) => ReadonlyArray<Issue>
  readonly interpret: (observed: Observed<Child>) => Interpretation
  /** Absent: child and pods are always read together. */
  readonly runs?: Runs<Child> | undefined
  readonly logs: (observed: Observed<Child>) => ReadonlyArray<LogSource>
  /**
   * Looks up in its registry the digest of the manifest that the base of a built image has now; absent where builds do not report their
   * base.
   */
  readonly currentBase?:
    | ((record: BuildRecord, image: BuiltImage) => Effect.Effect<string, BaseUnavailable | BackendError>)
    | undefined
  /** The container of a pod that takes an uploaded context from its standard input; undefined if none does. */
  readonly uploadContainer?: string | undefined
  /** Where builds queue for a slot: who holds it, for builds of a namespace. */
  readonly slotHolder?: ((namespace: string) => Effect.Effect<SlotHolder, ClusterError>) | undefined
}
