/**
 * What every backend does, and the tag under which it does it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Stream from "effect/Stream"
import type { BackendError, BuildNotFound, BuildRejected } from "../BuildError.js"
import { PassedOver } from "../BuildEvent.js"
import { type BuildInput, fingerprint } from "../BuildInput.js"
import type { BuildRef } from "../BuildRef.js"
import type { BuildStatus } from "../BuildStatus.js"
import { BuildSummary } from "./BuildSummary.js"
import * as NamespaceCheck from "./NamespaceCheck.js"
import * as PollingWatch from "./PollingWatch.js"
import * as WrongBackend from "./WrongBackend.js"

export { BuildSummary, PassedOver }

// -----------------------------------------------------------------------------
// models
// -----------------------------------------------------------------------------

/**
 * The name of a backend, the first part of a {@link BuildRef}: `openshift`, `custom`, `single-node`, `local`, or yours.
 *
 * @since 0.1.0
 * @category models
 */
export type BackendName = "openshift" | "custom" | "single-node" | "local" | (string & {})

/**
 * The result of `build`: the build, and whether it existed before (`adopted`) or was created by this call. `passedOver`: the
 * backends that a selection prefers and that cannot honour the input, the preferred one first; absent if there is none.
 *
 * @since 0.1.0
 * @category models
 */
export interface Submission {
  readonly ref: BuildRef
  readonly adopted: boolean
  readonly passedOver?: ReadonlyArray<PassedOver> | undefined
}

/**
 * Where a build is put (`namespace`, by default the backend's own), and whether a new one is made even if an equal input
 * was built before (`again`, by default false).
 *
 * @since 0.1.0
 * @category models
 */
export interface BuildOptions {
  readonly namespace?: string | undefined
  readonly again?: boolean | undefined
}

/**
 * `follow`: stay until the build ends (by default false). `tailLines`: begin with so many of the last lines.
 *
 * @since 0.1.0
 * @category models
 */
export interface LogsOptions {
  readonly follow?: boolean | undefined
  readonly tailLines?: number | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ListOptions {
  /** By default the backend's own. */
  readonly namespace?: string | undefined
  /** Only builds of an input with this `BuildInput.fingerprint`. */
  readonly fingerprint?: string | undefined
}

/**
 * What every backend does. To write one, pass an {@link Implementation} of it through {@link make}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The first part of its refs. */
  readonly name: BackendName
  /** Fails with every part of the input that this backend cannot honour. Asks no cluster. */
  readonly check: (input: BuildInput) => Effect.Effect<void, BuildRejected>
  /**
   * Starts a build, or adopts the newest one of an equal input (`BuildInput.fingerprint`) if that is unfinished, Succeeded
   * or Failed, else an older one that is unfinished still. Returns once the build is recorded; it then goes on without this process wherever the backend is a cluster.
   */
  readonly build: (
    input: BuildInput,
    options?: BuildOptions
  ) => Effect.Effect<Submission, BuildRejected | BackendError>
  /** The status now. It only goes forward: a terminal one is final, and nothing goes back to Pending. */
  readonly status: (ref: BuildRef) => Effect.Effect<BuildStatus, BuildNotFound | BackendError>
  /** The status now, then each change; ends after a terminal one. A build that vanishes meanwhile is Errored("Deleted"). */
  readonly changes: (ref: BuildRef) => Stream.Stream<BuildStatus, BuildNotFound | BackendError>
  /** The lines of the log, from its start unless `tailLines` is given; with `follow` it ends when the build does. */
  readonly logs: (ref: BuildRef, options?: LogsOptions) => Stream.Stream<string, BuildNotFound | BackendError>
  /** Stops the build, which is Cancelled then; does nothing to one that ended or is gone. */
  readonly cancel: (ref: BuildRef) => Effect.Effect<void, BackendError>
  /** Forgets the build and everything kept for it; an unfinished one is cancelled first. Nothing happens if it is gone. */
  readonly remove: (ref: BuildRef) => Effect.Effect<void, BackendError>
  /** The builds of this backend in one namespace, newest first. */
  readonly list: (options?: ListOptions) => Effect.Effect<ReadonlyArray<BuildSummary>, BackendError>
  /**
   * How each of the builds that `list` would tell stands now, then each change: one stream for any number of builds, where
   * `changes` is one for each. Builds that begin meanwhile are told as well, one that is removed while it was built as
   * Errored("Deleted"). Who reads slowly gets the latest status of each. Never ends by itself.
   */
  readonly watch: (options?: ListOptions) => Stream.Stream<BuildSummary, BackendError>
}

/**
 * A backend as it is passed to {@link make}: one that cannot tell of all its builds at once leaves `watch` out, and `list`
 * is asked every two seconds.
 *
 * @since 0.1.0
 * @category models
 */
export type Implementation = Omit<Service, "watch"> & Partial<Pick<Service, "watch">>

/**
 * The backend in use. Each backend module has a layer that provides it; `BackendSelection.layer` provides the one that suits
 * the cluster.
 *
 * @since 0.1.0
 * @category tags
 */
export class BuildBackend extends Context.Tag("effect-os-builder/BuildBackend")<BuildBackend, Service>() {}

const submissions = Metric.counter("effect_os_builder_submissions", {
  description: "Builds asked for, by backend, and whether an earlier one was adopted",
  incremental: true
})

/**
 * What every backend wraps its methods in: spans, metrics, and the refusal (`BackendError`, "UnknownBackend") of refs that
 * belong to another backend.
 *
 * @example
 * ```ts
 * import { BuildBackend } from "effect-os-builder"
 * import { Effect, Layer } from "effect"
 *
 * const layerTraced = Layer.effect(
 *   BuildBackend.BuildBackend,
 *   Effect.map(BuildBackend.BuildBackend, (backend) => BuildBackend.make({ ...backend, name: "traced" }))
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (backend: Implementation): Service => {
  const { watch = PollingWatch.make(backend.list) } = backend
  const watching = (options?: ListOptions): Stream.Stream<BuildSummary, BackendError> => {
    const error = NamespaceCheck.listError(backend.name, options?.namespace)
    return error === undefined ? watch(options) : Stream.fail(error)
  }
  const foreign = (operation: WrongBackend.Operation, ref: BuildRef): BackendError =>
    WrongBackend.refused(
      operation,
      ref,
      `this is the ${backend.name} backend; provide the other, or a selection that has it`
    )
  const own = <A, E>(
    operation: WrongBackend.Operation,
    ref: BuildRef,
    effect: Effect.Effect<A, E | BackendError>
  ): Effect.Effect<A, E | BackendError> =>
    (ref.backend === backend.name ? effect : Effect.fail(foreign(operation, ref))).pipe(
      Effect.withSpan(`BuildBackend.${operation}`, {
        attributes: { backend: backend.name, build: String(ref) },
        captureStackTrace: false
      })
    )
  const ownStream = <A, E>(
    operation: WrongBackend.Operation,
    ref: BuildRef,
    stream: Stream.Stream<A, E | BackendError>
  ): Stream.Stream<A, E | BackendError> =>
    (ref.backend === backend.name ? stream : Stream.fail(foreign(operation, ref))).pipe(
      Stream.withSpan(`BuildBackend.${operation}`, {
        attributes: { backend: backend.name, build: String(ref) },
        captureStackTrace: false
      })
    )
  return BuildBackend.of({
    name: backend.name,
    // A rejection is an answer: its span has not failed.
    check: (input) =>
      Effect.flatten(
        backend.check(input).pipe(
          Effect.match({
            onFailure: (rejected): Effect.Effect<void, BuildRejected> => Effect.fail(rejected),
            onSuccess: () => Effect.void
          }),
          Effect.withSpan("BuildBackend.check", { attributes: { backend: backend.name }, captureStackTrace: false })
        )
      ),
    build: (input, options) =>
      Effect.zipRight(NamespaceCheck.forBuild(options?.namespace), backend.build(input, options)).pipe(
        Effect.tap(({ adopted }) =>
          Metric.update(
            submissions.pipe(Metric.tagged("backend", backend.name), Metric.tagged("adopted", String(adopted))),
            1
          )
        ),
        Effect.withSpan("BuildBackend.build", {
          attributes: { backend: backend.name, fingerprint: fingerprint(input) },
          captureStackTrace: false
        })
      ),
    status: (ref) => own("status", ref, backend.status(ref)),
    changes: (ref) => ownStream("changes", ref, backend.changes(ref)),
    logs: (ref, options) => ownStream("logs", ref, backend.logs(ref, options)),
    cancel: (ref) => own("cancel", ref, backend.cancel(ref)),
    remove: (ref) => own("remove", ref, backend.remove(ref)),
    list: (options) =>
      (NamespaceCheck.listError(backend.name, options?.namespace) ?? backend.list(options)).pipe(
        Effect.withSpan("BuildBackend.list", { attributes: { backend: backend.name }, captureStackTrace: false })
      ),
    watch: (options) =>
      watching(options).pipe(
        Stream.withSpan("BuildBackend.watch", { attributes: { backend: backend.name }, captureStackTrace: false })
      )
  })
}
