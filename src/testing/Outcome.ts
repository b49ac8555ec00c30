/**
 * The outcome of a build on the fake cluster, for every backend.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"

/**
 * The outcome of a build. The constructors and constants of this module document the resulting status.
 *
 * @since 0.1.0
 * @category models
 */
export type Outcome =
  | {
    readonly _tag: "Succeeds"
    readonly after: Duration.DurationInput
    readonly digest: string | undefined
    readonly log: ReadonlyArray<string> | undefined
    readonly every: Duration.DurationInput
  }
  | { readonly _tag: "ContainerfileFails"; readonly exitCode: number; readonly log: ReadonlyArray<string> | undefined }
  | { readonly _tag: "PullFails"; readonly transient: boolean }
  | { readonly _tag: "PushFails"; readonly transient: boolean }
  | { readonly _tag: "OomKilled" }
  | { readonly _tag: "Evicted"; readonly times: number }
  | { readonly _tag: "StorageExceeded" }
  | { readonly _tag: "NeverScheduled"; readonly message: string }
  | { readonly _tag: "ImagePullBackOff" }
  | { readonly _tag: "DeletedOutside" }
  | { readonly _tag: "Hangs" }
  | { readonly _tag: "Held" }

/**
 * The image is built and pushed, at once or `after` some time on the Clock. The default digest is derived from the build;
 * the default log has the lines that a builder prints for each step of the Containerfile. `every` is the time on the Clock that
 * each line takes, by default none: a log that grows while something else happens. `after` begins at the last line.
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 *
 * FakeCluster.succeeds() // at once
 * FakeCluster.succeeds({ after: "20 minutes", log: ["compiling", "done"] })
 * FakeCluster.succeeds({ every: "1 second" }) // a line a second
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const succeeds = (
  options: {
    readonly after?: Duration.DurationInput | undefined
    readonly digest?: string | undefined
    readonly log?: ReadonlyArray<string> | undefined
    readonly every?: Duration.DurationInput | undefined
  } = {}
): Outcome => ({
  _tag: "Succeeds",
  after: options.after ?? 0,
  digest: options.digest,
  log: options.log,
  every: options.every ?? 0
})

/**
 * A `RUN` instruction fails with the exit code, default 1, after the lines of `log`: `Failed` ("InstructionFailed").
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 *
 * FakeCluster.containerfileFails({ exitCode: 3, log: ["no package htop"] })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const containerfileFails = (
  options: { readonly exitCode?: number | undefined; readonly log?: ReadonlyArray<string> | undefined } = {}
): Outcome => ({ _tag: "ContainerfileFails", exitCode: options.exitCode ?? 1, log: options.log })

/**
 * An outcome that is a value and a function with options.
 *
 * @since 0.1.0
 * @category models
 */
export type RegistryFailure = Outcome & ((options?: { readonly transient?: boolean | undefined }) => Outcome)

const registryFails = <T extends "PullFails" | "PushFails">(_tag: T) =>
  Object.assign(
    ({ transient = false }: { readonly transient?: boolean | undefined } = {}) => ({ _tag, transient }),
    { _tag, transient: false }
  )

/**
 * Access to the base image is denied: `Errored` ("ImagePullDenied"). With `transient` the registry is
 * unreachable in every attempt: `Errored` ("ImagePullFailed").
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 *
 * FakeCluster.pullFails // ImagePullDenied
 * FakeCluster.pullFails({ transient: true }) // ImagePullFailed, retried
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const pullFails: RegistryFailure = registryFails("PullFails")

/**
 * Access to the final image is denied: `Errored` ("PushDenied"). With `transient` the registry is unreachable in every
 * attempt: `Errored` ("PushFailed").
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 *
 * FakeCluster.pushFails // PushDenied
 * FakeCluster.pushFails({ transient: true }) // PushFailed, retried
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const pushFails: RegistryFailure = registryFails("PushFails")

/**
 * The kernel kills the build when out of memory: `Errored` ("OutOfMemory").
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const prepare = Effect.flatMap(FakeCluster.FakeCluster, (fake) => fake.outcome(FakeCluster.oomKilled))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const oomKilled: Outcome = { _tag: "OomKilled" }

/**
 * The node evicts the pod, once by default; then the build succeeds, unless its retries are used up: `Errored` ("Evicted").
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 *
 * FakeCluster.evicted() // once, then it succeeds
 * FakeCluster.evicted({ times: 9 }) // Errored("Evicted") when the retries are used up
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const evicted = (options: { readonly times?: number | undefined } = {}): Outcome => ({
  _tag: "Evicted",
  times: options.times ?? 1
})

/**
 * The kubelet evicts the pod because it exceeds the limit of its own storage: `Errored` ("OutOfDisk"), not retryable.
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const prepare = Effect.flatMap(FakeCluster.FakeCluster, (fake) => fake.outcome(FakeCluster.storageExceeded))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const storageExceeded: Outcome = { _tag: "StorageExceeded" }

/**
 * No node fits the pod: `Pending`, blocked ("Unschedulable"), then `Errored` ("PendingTimeout").
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const prepare = Effect.flatMap(FakeCluster.FakeCluster, (fake) => fake.outcome(FakeCluster.neverScheduled))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const neverScheduled: Outcome = {
  _tag: "NeverScheduled",
  message:
    "0/1 nodes are available: 1 Insufficient memory. preemption: 0/1 nodes are available: 1 No preemption victims "
    + "found for incoming pod."
}

/**
 * The builder image cannot be pulled: `Pending`, blocked ("ImagePull"), then `Errored` ("PendingTimeout").
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const prepare = Effect.flatMap(FakeCluster.FakeCluster, (fake) => fake.outcome(FakeCluster.imagePullBackOff))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const imagePullBackOff: Outcome = { _tag: "ImagePullBackOff" }

/**
 * The Job or Build is deleted from outside while it runs: `Errored` ("Deleted").
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const prepare = Effect.flatMap(FakeCluster.FakeCluster, (fake) => fake.outcome(FakeCluster.deletedOutside))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const deletedOutside: Outcome = { _tag: "DeletedOutside" }

/**
 * The build runs until its timeout: `Errored` ("Timeout").
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const prepare = Effect.flatMap(FakeCluster.FakeCluster, (fake) => fake.outcome(FakeCluster.hangs))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const hangs: Outcome = { _tag: "Hangs" }

/**
 * The build runs until `release` sets its outcome.
 *
 * @example
 * ```ts
 * import type { BuildRef } from "effect-os-builder"
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const hold = Effect.flatMap(FakeCluster.FakeCluster, (fake) => fake.outcome(FakeCluster.held))
 * const finish = (ref: BuildRef.BuildRef) =>
 *   Effect.flatMap(FakeCluster.FakeCluster, (fake) => fake.release(ref, FakeCluster.succeeds()))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const held: Outcome = { _tag: "Held" }
