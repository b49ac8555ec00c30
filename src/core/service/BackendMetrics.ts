/**
 * Metrics of backends. A build is measured by the processes that submit or observe it, each for itself.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import { BuildRejected } from "../BuildError.js"

/**
 * Bounds of the times of builds, in seconds: from one second to four hours.
 *
 * @since 0.1.0
 * @category constants
 */
export const buildSeconds: ReadonlyArray<number> = [1, 2.5, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400]

/**
 * Counts the calls of `build` that returned a ref. Tags: `backend`; `adopted`, `true` or `false`.
 *
 * @since 0.1.0
 * @category metrics
 */
export const submissions = Metric.counter("effect_os_builder_submissions", {
  description: "Builds submitted, by backend, and whether an earlier one was adopted",
  incremental: true
})

/**
 * Counts the inputs that `build` refused. Tags: `backend`; `reason`, one of BuildRejected.
 *
 * @since 0.1.0
 * @category metrics
 */
export const rejections = Metric.counter("effect_os_builder_rejections", {
  description: "Inputs that were refused, by backend and reason",
  incremental: true
})

/**
 * Counts a refusal of a call in {@link rejections}.
 *
 * @since 0.1.0
 * @category combinators
 */
export const countRejection =
  (backend: string) =>
  <A, E, R>(effect: Effect.Effect<A, E | BuildRejected, R>): Effect.Effect<A, E | BuildRejected, R> =>
    Effect.tapError(effect, (error) =>
      isRejected(error)
        ? Metric.update(
          rejections.pipe(Metric.tagged("backend", backend), Metric.tagged("reason", error.reason)),
          1
        )
        : Effect.void)

const isRejected = (error: unknown): error is BuildRejected => error instanceof BuildRejected

/**
 * Counts builds that this process saw end: it submitted them, or saw them unfinished before. Each counts once, however many
 * streams follow it. Tags: `backend`; `outcome`: `Succeeded`, `Failed`, `Errored` or `Cancelled`; `reason`: that of a Failed or
 * Errored build, else empty.
 *
 * @since 0.1.0
 * @category metrics
 */
export const results = Metric.counter("effect_os_builder_results", {
  description: "Builds that this process saw end, by backend, outcome and reason",
  incremental: true
})

/**
 * Counts calls that failed with a BackendError. Tags: `backend`; `operation`: the method; `reason`: that of the error.
 *
 * @since 0.1.0
 * @category metrics
 */
export const errors = Metric.counter("effect_os_builder_backend_errors", {
  description: "Calls that failed with a BackendError, by backend, method and reason",
  incremental: true
})

/**
 * Unfinished builds that this process observes by `run`, `result`, `events`, `changes` or `watch`. Tags: `backend`; `status`,
 * `Pending` or `Running`.
 *
 * @since 0.1.0
 * @category metrics
 */
export const active = Metric.gauge("effect_os_builder_active_builds", {
  description: "Unfinished builds that this process observes, by backend and status"
})

/**
 * Seconds from the creation of a build to the start of its first attempt, of builds that this process submitted or watches.
 * Tag: `backend`.
 *
 * @since 0.1.0
 * @category metrics
 */
export const pendingSeconds = Metric.histogram(
  "effect_os_builder_pending_seconds",
  MetricBoundaries.fromIterable(buildSeconds),
  "Seconds from the creation of a build to the start of its first attempt"
)

/**
 * Seconds from the start of the first attempt of a build to its end, of the builds in {@link results} that started. Tags:
 * `backend`, `outcome`.
 *
 * @since 0.1.0
 * @category metrics
 */
export const buildingSeconds = Metric.histogram(
  "effect_os_builder_building_seconds",
  MetricBoundaries.fromIterable(buildSeconds),
  "Seconds from the start of the first attempt of a build to its end"
)
