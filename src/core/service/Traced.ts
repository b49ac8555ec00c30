/**
 * Spans, metrics and checks that wrap the methods of every backend.
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Stream from "effect/Stream"
import type { BackendError, BuildRejected } from "../BuildError.js"
import { fingerprint } from "../BuildInput.js"
import type { BuildRef } from "../BuildRef.js"
import { hasEntries } from "../input/CallerMetadata.js"
import type { BuildSummary, Implementation, ListOptions, Service } from "./BuildService.js"
import { derive } from "./Derived.js"
import * as LogRange from "./LogRange.js"
import * as NamespaceCheck from "./NamespaceCheck.js"
import * as PollingWatch from "./PollingWatch.js"
import * as WrongBackend from "./WrongBackend.js"

const submissions = Metric.counter("effect_os_builder_submissions", {
  description: "Builds submitted, by backend, and whether an earlier one was adopted",
  incremental: true
})

/**
 * A service from an implementation: adds spans, metrics, the refusal (`BackendError`, "UnknownBackend") of refs that belong to
 * another backend, and the derived methods.
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
  // For implementations that do not know the option.
  const isWanted = (options: ListOptions | undefined) => ({ metadata }: BuildSummary) =>
    hasEntries(metadata, options?.metadata)
  const watching = (options?: ListOptions): Stream.Stream<BuildSummary, BackendError> => {
    const error = NamespaceCheck.listError(backend.name, options?.namespace)
    return error === undefined ? Stream.filter(watch(options), isWanted(options)) : Stream.fail(error)
  }
  const listing = (options?: ListOptions): Effect.Effect<ReadonlyArray<BuildSummary>, BackendError> => {
    const error = NamespaceCheck.listError(backend.name, options?.namespace)
    return error === undefined ? Effect.map(backend.list(options), Arr.filter(isWanted(options))) : Effect.fail(error)
  }
  const foreign = (operation: WrongBackend.Operation, ref: BuildRef): BackendError =>
    WrongBackend.refused(
      operation,
      ref,
      `the provided backend is ${backend.name}; provide ${ref.backend}, or a selection that includes it`
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
  return derive({
    name: backend.name,
    // A rejection is an expected result and does not fail the span.
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
    logs: (ref, options) => {
      const error = LogRange.tailError(ref, options?.tailLines)
      return ownStream("logs", ref, error === undefined ? backend.logs(ref, options) : Stream.fail(error))
    },
    cancel: (ref) => own("cancel", ref, backend.cancel(ref)),
    remove: (ref) => own("remove", ref, backend.remove(ref)),
    list: (options) =>
      listing(options).pipe(
        Effect.withSpan("BuildBackend.list", { attributes: { backend: backend.name }, captureStackTrace: false })
      ),
    watch: (options) =>
      watching(options).pipe(
        Stream.withSpan("BuildBackend.watch", { attributes: { backend: backend.name }, captureStackTrace: false })
      )
  })
}
