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
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Restarts from "./Restarts.js"

/**
 * The reason why a container is waiting, for example `ImagePullBackOff`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Waiting {
  readonly reason: string
  readonly message?: string | undefined
}

/** The end of a container or of a command in it. @since 0.1.0 @category models  */
export interface Exit {
  readonly _tag: "Exit"
  readonly exitCode: number
  readonly reason?: string | undefined
  readonly message?: string | undefined
}

/**
 * - `Log`: writes a line to the output.
 * - `Exit`: terminates the container, by default with the reason `Completed` or `Error`.
 * - `Disrupt`: terminates the pod with a pod-level reason, as an eviction does. `condition` adds a `DisruptionTarget`
 *   condition. With `vanishes` the pod is then deleted, as by the garbage collection of a lost node.
 * - `Delete`: deletes the pod from outside.
 *
 * @since 0.1.0
 * @category models
 */
export type Step =
  | { readonly _tag: "Log"; readonly line: string }
  | Exit
  | {
    readonly _tag: "Disrupt"
    readonly reason?: string | undefined
    readonly message?: string | undefined
    readonly condition?: string | undefined
    readonly vanishes?: boolean | undefined
  }
  | { readonly _tag: "Delete" }

/**
 * How a container ends that is told to stop: with an exit code and a termination message, once the time `after` has passed
 * (default: at once).
 *
 * @since 0.1.0
 * @category models
 */
export interface Stopped {
  readonly exitCode: number
  readonly message?: string | undefined
  readonly after?: Duration.DurationInput | undefined
}

/**
 * A command that a client runs in a container: the program with its arguments. `stdin` is empty unless the client sends it. With
 * `tty` both outputs are one.
 *
 * @since 0.1.0
 * @category models
 */
export interface ExecCall {
  readonly command: ReadonlyArray<string>
  readonly stdin: Stream.Stream<Uint8Array>
  readonly tty: boolean
}

/**
 * The connections to the ports of a container: the bytes that it sends, given those that it receives on one connection; undefined
 * for a port on which it does not listen.
 *
 * @since 0.1.0
 * @category models
 */
export type Ports = (port: number, received: Stream.Stream<Uint8Array>) => Stream.Stream<Uint8Array> | undefined

/**
 * What a command does: writes bytes, and exits; with 0 at the end of its steps, and 137 when its container ends before.
 *
 * @since 0.1.0
 * @category models
 */
export type ExecStep =
  | { readonly _tag: "Stdout" | "Stderr"; readonly bytes: Uint8Array }
  | Exit

/**
 * One run of a container. It starts when `waiting` ends, and exits with 0 when `steps` end without an exit. Both may take
 * any time.
 *
 * @since 0.1.0
 * @category models
 */
export interface ContainerProgram {
  readonly waiting?: Stream.Stream<Waiting> | undefined
  readonly steps: Stream.Stream<Step>
  /**
   * How the container ends when it is told to stop; default: with exit code 143, and the end of its log as the message if its
   * terminationMessagePolicy asks for it. Its steps end at once; it needs the time `after` to end (default: none), and is killed
   * with exit code 137 when the grace period of the pod is over before.
   */
  readonly stopped?: Stopped | undefined
  /**
   * Answers `kubectl exec` while the container runs; default: an error that says so.
   *
   * @example
   * ```ts
   * import { PodProgram } from "effect-os-builder/FakeCluster"
   * import { Stream } from "effect"
   *
   * const database: PodProgram.PodProgram = () => ({
   *   steps: Stream.never,
   *   exec: ({ command }) =>
   *     command[0] === "pg_isready"
   *       ? PodProgram.stdout("accepting connections")
   *       : Stream.concat(PodProgram.stderr(`${command[0]}: not found`), PodProgram.exit(127))
   * })
   * ```
   */
  readonly exec?: ((call: ExecCall) => Stream.Stream<ExecStep>) | undefined
  /**
   * Answers each connection of `kubectl port-forward` to a port of the pod, given what the client sends; undefined if the
   * container does not listen on that port. The first container that does has the connection.
   *
   * @example
   * ```ts
   * import { PodProgram } from "effect-os-builder/FakeCluster"
   *
   * const echo: PodProgram.Ports = (port, received) => port === 7 ? received : undefined
   * ```
   */
  readonly ports?: Ports | undefined
}

/**
 * What a container reads. `stdin` is empty for a container without `stdin: true`; it ends when an attached client ends it, or has
 * gone, and the container has `stdinOnce: true`.
 *
 * @since 0.1.0
 * @category models
 */
export interface ContainerStreams {
  readonly stdin: Stream.Stream<Uint8Array>
}

/**
 * The program of each container of a pod, by container name. Called once for every run.
 *
 * @since 0.1.0
 * @category models
 */
export type PodProgram = (container: string, streams: ContainerStreams) => ContainerProgram

/**
 * Selects the program of a pod. Called once, when the pod is assigned to its node.
 *
 * @since 0.1.0
 * @category models
 */
export type Programs = (pod: JsonObject) => Effect.Effect<PodProgram>

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
