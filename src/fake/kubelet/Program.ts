/**
 * What the containers of a pod do, where there are none: a pod program. It is a stream of steps, which may take its time on
 * the Clock.
 *
 * @example
 * ```ts
 * import { PodProgram, layer } from "effect-os-builder/FakeCluster"
 * import { Effect, Stream } from "effect"
 *
 * const migration: PodProgram.PodProgram = () => ({
 *   steps: PodProgram.log("migrating").pipe(
 *     Stream.concat(Stream.drain(Stream.fromEffect(Effect.sleep("5 minutes")))),
 *     Stream.concat(PodProgram.exit(1, { message: "the disk is full" }))
 *   )
 * })
 *
 * const cluster = layer({ programs: () => Effect.succeed(migration) })
 * ```
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"

/**
 * Why a container does not start yet: `ImagePullBackOff` and its like.
 *
 * @since 0.1.0
 * @category models
 */
export interface Waiting {
  readonly reason: string
  readonly message?: string | undefined
}

/**
 * - `Log`: a line on the output.
 * - `Exit`: the container ends. Without a reason that is `Completed` or `Error`.
 * - `Disrupt`: the pod ends with all its containers, for a reason of its own, as by an eviction. With `condition` it gets
 *   a `DisruptionTarget`. With `vanishes` it is deleted then, as by the garbage collection of a lost node.
 * - `Delete`: somebody deletes the pod.
 *
 * @since 0.1.0
 * @category models
 */
export type Step =
  | { readonly _tag: "Log"; readonly line: string }
  | {
    readonly _tag: "Exit"
    readonly exitCode: number
    readonly reason?: string | undefined
    readonly message?: string | undefined
  }
  | {
    readonly _tag: "Disrupt"
    readonly reason?: string | undefined
    readonly message?: string | undefined
    readonly condition?: string | undefined
    readonly vanishes?: boolean | undefined
  }
  | { readonly _tag: "Delete" }

/**
 * One run of a container. It starts when `waiting` is over, and exits with 0 when `steps` end without saying otherwise.
 * Both may take as long as they like.
 *
 * @since 0.1.0
 * @category models
 */
export interface ContainerProgram {
  readonly waiting?: Stream.Stream<Waiting> | undefined
  readonly steps: Stream.Stream<Step>
}

/**
 * The program of each container of a pod, by its name. It is asked once for every run.
 *
 * @since 0.1.0
 * @category models
 */
export type PodProgram = (container: string) => ContainerProgram

/**
 * Which program a pod runs. It is asked once, when the pod comes to its node.
 *
 * @since 0.1.0
 * @category models
 */
export type Programs = (pod: JsonObject) => Effect.Effect<PodProgram>

const step = (step: Step): Stream.Stream<Step> => Stream.make(step)

/** Prints lines. @since 0.1.0 @category constructors */
export const log = (...lines: ReadonlyArray<string>): Stream.Stream<Step> =>
  Stream.fromIterable(lines.map((line): Step => ({ _tag: "Log", line })))

/** The container ends; what its `message` says is the termination message. @since 0.1.0 @category constructors */
export const exit = (
  exitCode: number,
  options: { readonly reason?: string | undefined; readonly message?: string | undefined } = {}
): Stream.Stream<Step> => step({ _tag: "Exit", exitCode, ...options })

/** Killed for want of memory. @since 0.1.0 @category constructors */
export const oomKilled: Stream.Stream<Step> = exit(137, { reason: "OOMKilled" })

/** As the kubelet evicts a pod from a node that runs out of something. @since 0.1.0 @category constructors */
export const evicted: Stream.Stream<Step> = step({
  _tag: "Disrupt",
  reason: "Evicted",
  message: "The node was low on resource: ephemeral-storage. ",
  condition: "TerminationByKubelet"
})

/** The node is gone, and the pod with it. @since 0.1.0 @category constructors */
export const nodeLost: Stream.Stream<Step> = step({
  _tag: "Disrupt",
  condition: "DeletionByPodGC",
  vanishes: true
})

/** Somebody deletes the pod. @since 0.1.0 @category constructors */
export const deleted: Stream.Stream<Step> = step({ _tag: "Delete" })

/** The image cannot be had, for good. @since 0.1.0 @category constructors */
export const imagePullBackOff = (image: string): Stream.Stream<Waiting> =>
  Stream.concat(
    Stream.make(
      { reason: "ErrImagePull", message: `failed to pull and unpack image "${image}": not found` },
      { reason: "ImagePullBackOff", message: `Back-off pulling image "${image}"` }
    ),
    Stream.never
  )

/** Every container ends at once, and well. @since 0.1.0 @category programs */
export const completes: PodProgram = () => ({ steps: Stream.empty })

/** Every container runs until it is stopped. @since 0.1.0 @category programs */
export const runs: PodProgram = () => ({ steps: Stream.never })

/**
 * What a pod does of which nobody says anything: one that is always started again runs on, any other completes.
 *
 * @since 0.1.0
 * @category programs
 */
export const byDefault: Programs = (pod) => {
  const spec = pod["spec"]
  const always = typeof spec === "object" && spec !== null && "restartPolicy" in spec && spec.restartPolicy === "Always"
  return Effect.succeed(always ? runs : completes)
}
