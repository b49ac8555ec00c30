/**
 * What the containers of a pod do, as a program gives it.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"

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
 * How a container that is stopped ends: with an exit code and a termination message, once it has done its `steps` (default:
 * none) and the time `after` has passed (default: at once). An exit among the steps takes the place of the exit code.
 *
 * @example
 * ```ts
 * import { PodProgram } from "effect-os-builder/FakeCluster"
 * import { Effect, Stream } from "effect"
 *
 * const server = (drain: Effect.Effect<void>): PodProgram.PodProgram => () => ({
 *   steps: Stream.never,
 *   stopped: {
 *     exitCode: 0,
 *     steps: Stream.concat(PodProgram.log("draining"), Stream.drain(Stream.fromEffect(drain)))
 *   }
 * })
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export interface Stopped {
  readonly exitCode: number
  readonly message?: string | undefined
  readonly after?: Duration.DurationInput | undefined
  readonly steps?: Stream.Stream<Step> | undefined
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

/** Which probe of a container is run. @since 0.1.0 @category models  */
export type ProbeKind = "startup" | "readiness" | "liveness"

/** One call of a probe of a container; `probe` is its part of the spec. @since 0.1.0 @category models  */
export interface ProbeCall {
  readonly kind: ProbeKind
  readonly probe: JsonObject
}

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
   * How the container ends when it is stopped; default: with exit code 143, and the end of its log as the message if its
   * terminationMessagePolicy asks for it. The steps above end at once; it goes on with those of `stopped`, needs the time `after` to
   * end (default: none), and is killed with exit code 137 when the grace period of the pod is over before.
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
  /**
   * What the startup, readiness and liveness probes of the container find; default: that all is well. `probe` is the probe of
   * the spec. A probe that takes longer than its `timeoutSeconds` has failed.
   *
   * @example
   * ```ts
   * import { PodProgram } from "effect-os-builder/FakeCluster"
   * import { Effect, Ref, Stream } from "effect"
   *
   * const server = (isWarm: Ref.Ref<boolean>): PodProgram.PodProgram => () => ({
   *   steps: Stream.never,
   *   probe: ({ kind }) => kind === "readiness" ? Ref.get(isWarm) : Effect.succeed(true)
   * })
   * ```
   */
  readonly probe?: ((call: ProbeCall) => Effect.Effect<boolean>) | undefined
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
