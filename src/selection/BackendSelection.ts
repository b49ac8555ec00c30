/**
 * Selects the backend that suits the cluster, by probing it.
 *
 * The probes of all candidates run concurrently. The first candidate that is Available, in the order of preference, is the
 * preferred backend; candidates that are Absent or Forbidden are skipped. If the cluster does not respond to the probe of a
 * candidate that might be preferred, no other one is chosen: the layer waits ({@link ProbeTimeout}), then fails with a ProbeError.
 *
 * The layer provides a backend named `auto`. It builds with the first available candidate that can honour the input
 * (`check`), and lists those before it in `Submission.passedOver`. A build of an equal input is adopted whichever candidate has it.
 * A ref is always handled by the backend that it names, even if that can no longer build on this cluster.
 *
 * @example
 * ```ts
 * import { BackendSelection } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Console, Effect, Layer } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const { report } = yield* BackendSelection.Selection
 *   yield* Console.log(BackendSelection.table(report))
 * })
 *
 * const main = Effect.provide(program, BackendSelection.layer.pipe(Layer.provide(KubernetesCluster.layer)))
 * ```
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as SynchronizedRef from "effect/SynchronizedRef"
import * as Tracer from "effect/Tracer"
import { BuildBackend, type Service } from "../core/BuildBackend.js"
import { BackendError } from "../core/BuildError.js"
import type { BuildInput } from "../core/BuildInput.js"
import * as DurationText from "../core/DurationText.js"
import * as SpanAttributes from "../core/service/SpanAttributes.js"
import { oneOf } from "../effect/ConfigChoice.js"
import type { Cluster } from "../kubernetes/Cluster.js"
import { variables } from "./BackendVariables.js"
import * as BuiltInCandidates from "./BuiltInCandidates.js"
import type { Candidate } from "./Candidate.js"
import { ProbeError } from "./Probe.js"
import { decides, NoBackendAvailable, Report, Row, Unreachable } from "./Report.js"
import * as Routing from "./Routing.js"
import { Selection } from "./Selection.js"
import { Absent, Available } from "./Verdict.js"

export { custom, type Name, openShift, singleNode } from "./BuiltInCandidates.js"
export { type Candidate, candidate } from "./Candidate.js"
export {
  ProbeError,
  ProbeTimeout,
  /**
   * The former name of {@link ProbeTimeout}.
   *
   * @since 0.1.0
   * @category references
   * @deprecated use `ProbeTimeout`
   */
  ProbeTimeout as Patience
} from "./Probe.js"
export { NoBackendAvailable } from "./Report.js"
export { Report, Row, table, Unreachable } from "./Report.js"
export { Explanation, Selection } from "./Selection.js"

// -----------------------------------------------------------------------------
// probing
// -----------------------------------------------------------------------------

type Probed<R> = Pick<Candidate<unknown, R>, "name" | "probe">

const rowOf = <R>({ name, probe }: Probed<R>): Effect.Effect<Row, never, R> =>
  probe.pipe(
    Effect.catchAll((error) => Effect.succeed(new Unreachable({ error }))),
    Effect.map((verdict) => new Row({ backend: name, verdict })),
    Effect.tap((row) => Effect.logDebug(`${name} is ${row.verdict._tag}: ${row}`)),
    Effect.tap((row) => Effect.annotateCurrentSpan({ [SpanAttributes.attribute.verdict]: row.verdict._tag })),
    Effect.withSpan("BackendSelection.probe", {
      attributes: { [SpanAttributes.attribute.backend]: name },
      captureStackTrace: false
    })
  )

/**
 * Runs the probes of all candidates without choosing one. Never fails: a candidate whose probe gets no response is `Unreachable`.
 *
 * @since 0.1.0
 * @category probing
 */
export function probe<const C extends ReadonlyArray<Candidate.Any>>(
  candidates: C
): Effect.Effect<Report, never, Candidate.Context<C[number]>>
export function probe<E, R>(candidates: ReadonlyArray<Candidate<E, R>>): Effect.Effect<Report, never, R> {
  return Effect.map(
    Effect.forEach(candidates, rowOf, { concurrency: "unbounded" }),
    (rows) => new Report({ rows })
  )
}

/** Limits the wait for the other candidates once the first is Available. */
const othersTimeout = Duration.seconds(5)

const timedOut = ({ name }: Probed<never>) =>
  new Row({
    backend: name,
    verdict: new Unreachable({
      error: new ProbeError({
        probe: name,
        detail: `no response within ${DurationText.format(othersTimeout)}, and a preferred backend is available`,
        retryable: true
      })
    })
  })

const probeAll = (candidates: ReadonlyArray<Probed<never>>): Effect.Effect<Report> =>
  Effect.scoped(Effect.gen(function*() {
    const probing = yield* Effect.forEach(
      candidates,
      (candidate) => Effect.map(Effect.forkScoped(rowOf(candidate)), (fiber) => ({ candidate, fiber }))
    )
    for (const { fiber } of probing) {
      if (decides(yield* Fiber.join(fiber))) {
        break
      }
    }
    const rows = yield* Effect.forEach(probing, ({ candidate, fiber }) =>
      Effect.timeoutTo(Fiber.join(fiber), {
        duration: othersTimeout,
        onSuccess: (row) => row,
        onTimeout: () => timedOut(candidate)
      }), { concurrency: "unbounded" })
    return new Report({ rows })
  }))

// -----------------------------------------------------------------------------
// choosing
// -----------------------------------------------------------------------------

/**
 * The first of these candidates that can build on the cluster, with the others for what it cannot honour.
 *
 * The layers of the Available candidates are built with this layer; that of another candidate only when a ref of its backend is
 * used. Once a candidate is Available, the probes of those after it are awaited for at most 5 seconds. Every call returns a new
 * layer, so one process can select for several clusters.
 *
 * Fails with `NoBackendAvailable` if every candidate is Absent or Forbidden, with `ProbeError` if a candidate that might be
 * preferred gets no response, and with the errors of the layers of the Available candidates.
 *
 * @example
 * ```ts
 * import { BackendSelection } from "effect-os-builder"
 *
 * // Jobs of our own where the cluster admits their pods, else OpenShift Builds.
 * const layer = BackendSelection.layerFrom([
 *   BackendSelection.custom({ security: "userns" }),
 *   BackendSelection.openShift()
 * ])
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export function layerFrom<const C extends readonly [Candidate.Any, ...Array<Candidate.Any>]>(
  candidates: C
): Layer.Layer<
  BuildBackend | Selection,
  Candidate.Error<C[number]> | NoBackendAvailable | ProbeError,
  Candidate.Context<C[number]>
>
export function layerFrom<E, R>(
  candidates: ReadonlyArray<Candidate<E, R>>
): Layer.Layer<BuildBackend | Selection, E | NoBackendAvailable | ProbeError, R> {
  return Layer.unwrapEffect(
    Effect.map(
      Effect.context<R>(),
      (context) => Layer.scopedContext(select(candidates.map((candidate) => bind(candidate, context))))
    )
  )
}

const select = <E>(candidates: ReadonlyArray<BoundCandidate<E>>) =>
  Effect.gen(function*() {
    if (new Set(candidates.map(({ name }) => name)).size < candidates.length) {
      return yield* Effect.dieMessage("Two candidates have the same name. Give each its own, because refs contain it.")
    }
    const report = yield* probeAll(candidates)
    const verdict = report.first?.verdict
    if (verdict === undefined) {
      return yield* new NoBackendAvailable({ report })
    }
    if (verdict._tag === "Unreachable") {
      return yield* verdict.error
    }
    const scope = yield* Effect.scope
    const found = new Set(report.rows.filter((row) => row.verdict._tag === "Available").map((row) => row.backend))
    const chosen = candidates.filter(({ name }) => found.has(name))
    const unavailable = candidates.filter(({ name }) => !found.has(name))
    const available = yield* Effect.all(chosen.map(({ start }) => start(scope)), { concurrency: "unbounded" })
    const others = new Map<string, Effect.Effect<Service, BackendError>>()
    for (const candidate of unavailable) {
      others.set(candidate.name, yield* startOnDemand(candidate, scope))
    }
    const explain = (input: BuildInput) => Routing.explain(report, available, input)
    return Context.make(BuildBackend, Routing.make({ available, others })).pipe(
      Context.add(Selection, { report, explain })
    )
  }).pipe(
    Effect.withSpan("BackendSelection.select", { captureStackTrace: false }),
    Effect.annotateLogs({ package: "effect-os-builder", module: "BackendSelection" })
  )

// -----------------------------------------------------------------------------
// the backends of this library
// -----------------------------------------------------------------------------

/**
 * - `backend`: `auto`, the default, probes the cluster. With a name, that backend builds without a probe; the others still
 *   handle the refs of their earlier builds.
 * - `namespace`: the namespace of builds that name none; by default that of the cluster's context.
 *
 * @since 0.1.0
 * @category models
 */
export interface Settings {
  readonly backend?: "auto" | BuiltInCandidates.Name | undefined
  readonly namespace?: string | undefined
}

const chosenByName = <E, R>(backend: BuiltInCandidates.Name) => (candidate: Candidate<E, R>): Candidate<E, R> => ({
  ...candidate,
  probe: Effect.succeed(
    candidate.name === backend
      ? new Available({ evidence: "the settings name it; the cluster was not probed" })
      : new Absent({ evidence: `the settings name ${backend}` })
  )
})

/**
 * {@link layer} with settings; a new layer for each call.
 *
 * @example
 * ```ts
 * import { BackendSelection } from "effect-os-builder"
 *
 * const backend = BackendSelection.layerWith({ backend: "custom", namespace: "builds" })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWith = (
  { backend = "auto", namespace }: Settings
): Layer.Layer<BuildBackend | Selection, NoBackendAvailable | ProbeError, Cluster> =>
  layerOf(backend, BuiltInCandidates.all({ namespace }))

/**
 * The preferred one of candidates, or that of a name; the others still handle the refs of their earlier builds.
 *
 * @internal
 */
export const layerOf = (
  backend: "auto" | BuiltInCandidates.Name,
  candidates: Arr.NonEmptyArray<Candidate<never, Cluster>>
): Layer.Layer<BuildBackend | Selection, NoBackendAvailable | ProbeError, Cluster> =>
  layerFrom(backend === "auto" ? candidates : Arr.map(candidates, chosenByName(backend)))

/**
 * The backend that suits the cluster: that for a single node, else OpenShift's builds, else Jobs of our own.
 *
 * @example
 * ```ts
 * import { BackendSelection } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Layer } from "effect"
 *
 * const backend = BackendSelection.layer.pipe(Layer.provide(KubernetesCluster.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<BuildBackend | Selection, NoBackendAvailable | ProbeError, Cluster> = layerWith({})

/**
 * {@link layer} with settings of which each is a value or a `Config`, read when the layer is built.
 *
 * @example
 * ```ts
 * import { BackendSelection } from "effect-os-builder"
 * import { Config } from "effect"
 *
 * const backend = BackendSelection.layerConfig({ namespace: Config.string("BUILD_NAMESPACE") })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Config.Config.Wrap<Settings>
): Layer.Layer<BuildBackend | Selection, ConfigError | NoBackendAvailable | ProbeError, Cluster> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(config), layerWith))

/**
 * {@link layer} with settings from the environment: `OS_BUILDER_BACKEND`, `auto` or a name, and `OS_BUILDER_NAMESPACE`.
 * `BackendConfig.layerFromEnv` reads all variables, and knows `local`.
 *
 * @example
 * ```ts
 * import { BackendSelection } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Layer } from "effect"
 *
 * const backend = BackendSelection.layerFromEnv.pipe(Layer.provide(KubernetesCluster.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerFromEnv: Layer.Layer<
  BuildBackend | Selection,
  ConfigError | NoBackendAvailable | ProbeError,
  Cluster
> = layerConfig({
  backend: Config.withDefault(oneOf("auto", ...BuiltInCandidates.names)(variables.backend.variable), "auto"),
  namespace: variables.namespace.config
})

// -----------------------------------------------------------------------------
// candidates with their context
// -----------------------------------------------------------------------------

interface BoundCandidate<E> extends Probed<never> {
  readonly start: (scope: Scope.Scope) => Effect.Effect<Service, E>
}

const bind = <E, R>({ layer, name, probe }: Candidate<E, R>, context: Context.Context<R>): BoundCandidate<E> => {
  // The context in which the layer was built, with the caller's span.
  const within = <A, E2>(effect: Effect.Effect<A, E2, R>): Effect.Effect<A, E2> =>
    Effect.mapInputContext(
      effect,
      (caller: Context.Context<never>) => Context.merge(context, Context.pick(Tracer.ParentSpan)(caller))
    )
  return {
    name,
    probe: within(probe),
    start: (scope) =>
      within(Layer.buildWithScope(layer, scope)).pipe(
        Effect.map(Context.get(BuildBackend)),
        Effect.filterOrDieMessage(
          (backend) => backend.name === name,
          `The candidate ${name} provides a backend of another name. Give both the same name, because refs contain it.`
        )
      )
  }
}

/** Starts the backend when it is first needed, and again after a failure. */
const startOnDemand = <E>(
  { name, start }: BoundCandidate<E>,
  scope: Scope.Scope
): Effect.Effect<Effect.Effect<Service, BackendError>> =>
  Effect.map(
    SynchronizedRef.make<Service | undefined>(undefined),
    (started) =>
      SynchronizedRef.modifyEffect(started, (before) =>
        Effect.map(before === undefined ? start(scope) : Effect.succeed(before), (backend) => [backend, backend])).pipe(
          Effect.mapError((cause) =>
            new BackendError({
              backend: name,
              reason: "Unexpected",
              operation: "start the backend that has the build",
              detail: cause instanceof Error ? cause.message : undefined,
              cause
            })
          )
        )
  )
