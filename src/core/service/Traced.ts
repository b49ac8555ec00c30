/**
 * Spans, metrics and checks that wrap the methods of every backend.
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Stream from "effect/Stream"
import * as FiberState from "../../effect/FiberState.js"
import * as Pull from "../../effect/Pull.js"
import * as Spans from "../../effect/Spans.js"
import type { BackendError, BuildError, BuildNotFound } from "../BuildError.js"
import type { BuildInput } from "../BuildInput.js"
import type { BuildRef } from "../BuildRef.js"
import type * as BuildStatus from "../BuildStatus.js"
import { hasEntries } from "../input/CallerMetadata.js"
import * as BackendMetrics from "./BackendMetrics.js"
import { BuildMeter } from "./BuildMeter.js"
import type { BuildSummary, Implementation, ListOptions, Service } from "./BuildService.js"
import * as Calls from "./Calls.js"
import { derive } from "./Derived.js"
import * as Observed from "./Observed.js"
import * as PollingWatch from "./PollingWatch.js"
import * as SpanAttributes from "./SpanAttributes.js"

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
  return makeOfPulls(backend, {
    changes: (ref) => Pull.open(backend.changes(ref)),
    watch: (options) => Pull.open(watch(options))
  })
}

/** The streams of an implementation as pulls: thousands wait at the same time, or one has the statuses of thousands of builds. */
export interface Pulls {
  readonly changes: (ref: BuildRef) => Pull.Open<BuildStatus.BuildStatus, BuildNotFound | BackendError>
  readonly watch: (options?: ListOptions) => Pull.Open<BuildSummary, BackendError>
}

/** Like {@link make}, for an implementation whose streams are pulls. */
export const makeOfPulls = (
  backend: Omit<Implementation, "changes" | "watch">,
  { changes, watch }: Pulls
): Service => {
  const { name } = backend
  const meter = new BuildMeter(name)

  const countError = (operation: string) => (error: BuildError): Effect.Effect<void> =>
    error._tag === "BackendError"
      ? Metric.update(
        BackendMetrics.errors.pipe(
          Metric.tagged("backend", name),
          Metric.tagged("operation", operation),
          Metric.tagged("reason", error.reason)
        ),
        1
      )
      : Effect.void

  const spanOptions = (operation: string, attributes: Spans.Attributes): Spans.Options<BuildError> => ({
    attributes: { [SpanAttributes.attribute.backend]: name, ...attributes },
    isResult: SpanAttributes.isResult,
    attributesOf: SpanAttributes.ofError,
    onError: countError(operation)
  })

  const traced =
    (operation: string, attributes: Spans.Attributes = {}) =>
    <A, E extends BuildError>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Spans.within(`BuildBackend.${operation}`, spanOptions(operation, attributes))(effect)

  /** The fingerprint, for which the whole context is hashed, is an attribute where the program has a tracer. */
  const tracedInput = <A, E extends BuildError>(operation: string, input: BuildInput, effect: Effect.Effect<A, E>) =>
    FiberState.use((fiber) =>
      traced(operation, SpanAttributes.ofInput(name, input, FiberState.isTraced(fiber)))(effect)
    )

  const tracedPull = <A, E extends BuildError>(
    operation: string,
    attributes: Spans.Attributes,
    open: Pull.Open<A, E>,
    observe?: () => Spans.Observer<A>
  ): Stream.Stream<A, E> =>
    Spans.withinPull(open, `BuildBackend.${operation}`, spanOptions(operation, attributes), observe)

  const foreign = (operation: Calls.Operation, ref: BuildRef): BackendError =>
    Calls.wrongBackend(
      operation,
      ref,
      `the provided backend is ${name}; provide ${ref.backend}, or a selection that includes it`
    )
  const own = <A, E extends BuildError>(
    operation: Calls.Operation,
    ref: BuildRef,
    effect: Effect.Effect<A, E | BackendError>
  ): Effect.Effect<A, E | BackendError> =>
    traced(operation, { [SpanAttributes.attribute.ref]: String(ref) })(
      ref.backend === name ? effect : Effect.fail(foreign(operation, ref))
    )
  const ownPull = <A, E extends BuildError>(
    operation: Calls.Operation,
    ref: BuildRef,
    open: Pull.Open<A, E | BackendError>,
    observe?: () => Spans.Observer<A>
  ): Stream.Stream<A, E | BackendError> =>
    tracedPull(
      operation,
      { [SpanAttributes.attribute.ref]: String(ref) },
      ref.backend === name ? open : Effect.succeed(Pull.fail(foreign(operation, ref))),
      observe
    )

  const annotate = (status: BuildStatus.BuildStatus): Effect.Effect<void> =>
    Effect.annotateCurrentSpan(SpanAttributes.ofStatus(status))

  // For implementations that do not know the option.
  const isWanted = (options: ListOptions | undefined) => ({ metadata }: BuildSummary) =>
    hasEntries(metadata, options?.metadata)
  const watching = (options?: ListOptions): Pull.Open<BuildSummary, BackendError> => {
    const error = Calls.namespaceError(name, options?.namespace)
    if (error !== undefined) return Effect.succeed(Pull.fail(error))
    return options?.metadata === undefined
      ? watch(options)
      : Pull.open(Stream.filter(Pull.scopedStream(watch(options)), isWanted(options)))
  }
  const listing = (options?: ListOptions): Effect.Effect<ReadonlyArray<BuildSummary>, BackendError> => {
    const error = Calls.namespaceError(name, options?.namespace)
    return error === undefined ? Effect.map(backend.list(options), Arr.filter(isWanted(options))) : Effect.fail(error)
  }

  return derive({
    name,
    check: (input) => tracedInput("check", input, backend.check(input)),
    build: (input, options) =>
      Effect.zipRight(Calls.namespace(options?.namespace), backend.build(input, options)).pipe(
        Effect.tap(({ adopted, ref }) =>
          Effect.all([
            adopted ? Effect.void : meter.submitted(ref),
            Metric.update(
              BackendMetrics.submissions.pipe(
                Metric.tagged("backend", name),
                Metric.tagged("adopted", String(adopted))
              ),
              1
            ),
            Effect.annotateCurrentSpan({
              [SpanAttributes.attribute.ref]: String(ref),
              [SpanAttributes.attribute.adopted]: adopted
            })
          ], { discard: true })
        ),
        BackendMetrics.countRejection(name),
        (building) => tracedInput("build", input, building)
      ),
    status: (ref) =>
      own(
        "status",
        ref,
        Effect.tap(backend.status(ref), (status) => Effect.zipRight(meter.seen(ref, status), annotate(status)))
      ),
    changes: (ref) => ownPull("changes", ref, changes(ref), () => new Observed.ObservedBuild(meter, ref)),
    logs: (ref, options) => {
      const error = Calls.tailError(ref, options?.tailLines)
      return ownPull(
        "logs",
        ref,
        error === undefined ? Pull.open(backend.logs(ref, options)) : Effect.succeed(Pull.fail(error))
      )
    },
    cancel: (ref) => own("cancel", ref, backend.cancel(ref)),
    remove: (ref) => own("remove", ref, backend.remove(ref)),
    isOutdated: (ref) => own("isOutdated", ref, backend.isOutdated?.(ref) ?? Effect.as(backend.status(ref), undefined)),
    list: (options) => traced("list")(listing(options)),
    watch: (options) => tracedPull("watch", {}, watching(options), () => new Observed.ObservedBuilds(meter))
  })
}
