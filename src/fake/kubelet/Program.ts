/**
 * Pod programs: what the containers of a pod do on the fake, as a stream of steps that may take time on the Clock.
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
import * as Json from "../Json.js"
import type { ExecStep, Exit, PodProgram, Programs, Step, Waiting } from "./ContainerProgram.js"
import * as Restarts from "./Restarts.js"

export type {
  ContainerProgram,
  ContainerStreams,
  ExecCall,
  ExecStep,
  Exit,
  PodProgram,
  Ports,
  ProbeCall,
  ProbeKind,
  Programs,
  Step,
  Stopped,
  Waiting
} from "./ContainerProgram.js"

const step = (step: Step): Stream.Stream<Step> => Stream.make(step)

/**
 * Writes lines to the output.
 *
 * @example
 * ```ts
 * import { PodProgram } from "effect-os-builder/FakeCluster"
 * import { Stream } from "effect"
 *
 * const steps = Stream.concat(PodProgram.log("begun", "done"), PodProgram.exit(0))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const log = (...lines: ReadonlyArray<string>): Stream.Stream<Step> =>
  Stream.fromIterable(lines.map((line): Step => ({ _tag: "Log", line })))

/**
 * Terminates the container, or a command in it; `message` is the termination message of a container.
 *
 * @example
 * ```ts
 * import { PodProgram } from "effect-os-builder/FakeCluster"
 *
 * const program: PodProgram.PodProgram = () => ({ steps: PodProgram.exit(2, { message: "no such table" }) })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const exit = (
  exitCode: number,
  options: { readonly reason?: string | undefined; readonly message?: string | undefined } = {}
): Stream.Stream<Exit> => Stream.make({ _tag: "Exit" as const, exitCode, ...options })

const encoder = new TextEncoder()

const writes = (_tag: "Stdout" | "Stderr", lines: ReadonlyArray<string>): Stream.Stream<ExecStep> =>
  Stream.fromIterable(lines.map((line): ExecStep => ({ _tag, bytes: encoder.encode(`${line}\n`) })))

/**
 * A command writes lines to its standard output.
 *
 * @example
 * ```ts
 * import { PodProgram } from "effect-os-builder/FakeCluster"
 *
 * const ready = PodProgram.stdout("accepting connections")
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const stdout = (...lines: ReadonlyArray<string>): Stream.Stream<ExecStep> => writes("Stdout", lines)

/**
 * A command writes lines to its standard error.
 *
 * @example
 * ```ts
 * import { PodProgram } from "effect-os-builder/FakeCluster"
 *
 * const missing = PodProgram.stderr("no such database")
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const stderr = (...lines: ReadonlyArray<string>): Stream.Stream<ExecStep> => writes("Stderr", lines)

/**
 * Killed by the kernel when out of memory.
 *
 * @example
 * ```ts
 * import { PodProgram } from "effect-os-builder/FakeCluster"
 *
 * const program: PodProgram.PodProgram = () => ({ steps: PodProgram.oomKilled })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const oomKilled: Stream.Stream<Step> = exit(137, { reason: "OOMKilled" })

/**
 * Evicted by the kubelet because its node runs out of a resource.
 *
 * @example
 * ```ts
 * import { PodProgram } from "effect-os-builder/FakeCluster"
 *
 * const program: PodProgram.PodProgram = () => ({ steps: PodProgram.evicted })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const evicted: Stream.Stream<Step> = step({
  _tag: "Disrupt",
  reason: "Evicted",
  // pkg/kubelet/eviction/helpers.go evictionMessage
  message: "The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: 9Gi. ",
  condition: "TerminationByKubelet"
})

/**
 * Evicted by the kubelet because the pod exceeds a limit of its own storage; the kubelet sets no DisruptionTarget then.
 *
 * @example
 * ```ts
 * import { PodProgram } from "effect-os-builder/FakeCluster"
 *
 * const program: PodProgram.PodProgram = () => ({ steps: PodProgram.exceedsVolume("work", "20Gi") })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const exceedsVolume = (volume: string, limit: string): Stream.Stream<Step> =>
  step({
    _tag: "Disrupt",
    reason: "Evicted",
    // pkg/kubelet/eviction/helpers.go emptyDirMessageFmt
    message: `Usage of EmptyDir volume "${volume}" exceeds the limit "${limit}". `
  })

/**
 * The node is lost, and the pod with it.
 *
 * @example
 * ```ts
 * import { PodProgram } from "effect-os-builder/FakeCluster"
 *
 * const program: PodProgram.PodProgram = () => ({ steps: PodProgram.nodeLost })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const nodeLost: Stream.Stream<Step> = step({
  _tag: "Disrupt",
  condition: "DeletionByPodGC",
  vanishes: true
})

/**
 * The pod is deleted from outside.
 *
 * @example
 * ```ts
 * import { PodProgram } from "effect-os-builder/FakeCluster"
 *
 * const program: PodProgram.PodProgram = () => ({ steps: PodProgram.deleted })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const deleted: Stream.Stream<Step> = step({ _tag: "Delete" })

/**
 * The image cannot be pulled, permanently.
 *
 * @example
 * ```ts
 * import { PodProgram } from "effect-os-builder/FakeCluster"
 * import { Stream } from "effect"
 *
 * const program: PodProgram.PodProgram = () => ({
 *   waiting: PodProgram.imagePullBackOff("registry.example.com/tool:1"),
 *   steps: Stream.never
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const imagePullBackOff = (image: string): Stream.Stream<Waiting> =>
  Stream.concat(
    Stream.make(
      { reason: "ErrImagePull", message: `failed to pull and unpack image "${image}": not found` },
      { reason: "ImagePullBackOff", message: `Back-off pulling image "${image}"` }
    ),
    Stream.never
  )

/** Every container succeeds at once. @since 0.1.0 @category programs  */
export const completes: PodProgram = () => ({ steps: Stream.empty })

/** Every container runs until it is stopped. @since 0.1.0 @category programs  */
export const runs: PodProgram = () => ({ steps: Stream.never })

/**
 * The default program: containers that are always restarted, such as sidecars, run until stopped; all others succeed at once.
 *
 * @since 0.1.0
 * @category programs
 */
export const byDefault: Programs = (pod) => {
  const policy = Json.text(pod, "spec", "restartPolicy")
  const running = [
    ...Json.objects(pod, "spec", "initContainers").filter((one) => Restarts.isSidecar(one, true)),
    ...Json.objects(pod, "spec", "containers").filter((one) => (Json.text(one, "restartPolicy") ?? policy) === "Always")
  ].map((one) => Json.text(one, "name"))
  return Effect.succeed((container, streams) =>
    running.includes(container) ? runs(container, streams) : completes(container, streams)
  )
}
