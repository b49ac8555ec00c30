/**
 * The metrics of this library. They are recorded whether or not anything reads them; an exporter such as that of
 * `@effect/opentelemetry` publishes them, and `Metric.value` reads one.
 *
 * @since 0.1.0
 */
export {
  active,
  buildingSeconds,
  errors,
  pendingSeconds,
  rejections,
  results,
  submissions
} from "../core/service/BackendMetrics.js"

export {
  lastEvent,
  objects,
  reconnects,
  relists,
  requests,
  requestSeconds
} from "../kubernetes/client/ClusterMetrics.js"

/**
 * A metric of this library, for documentation, dashboards and exporters. `prometheus`: the names of its series in Prometheus,
 * as OpenTelemetry's exporter writes them.
 *
 * @since 0.1.0
 * @category models
 */
export interface Description {
  readonly name: string
  readonly type: "counter" | "gauge" | "histogram"
  /** What is counted, or a unit of time. */
  readonly unit: string
  readonly tags: ReadonlyArray<string>
  readonly prometheus: ReadonlyArray<string>
}

const describe = (
  name: string,
  type: Description["type"],
  unit: string,
  ...tags: ReadonlyArray<string>
): Description => ({
  name,
  type,
  unit,
  tags,
  prometheus: type === "counter"
    ? [`${name}_total`]
    : type === "gauge"
    ? [name]
    : [`${name}_bucket`, `${name}_count`, `${name}_sum`]
})

const request = ["verb", "resource", "code"] as const
const informer = ["resource", "namespace"] as const

/**
 * Every metric of this library.
 *
 * @example
 * ```ts
 * import { BuildMetrics } from "effect-os-builder"
 *
 * const names = BuildMetrics.table.flatMap(({ prometheus }) => prometheus)
 * ```
 *
 * @since 0.1.0
 * @category constants
 */
export const table: ReadonlyArray<Description> = [
  describe("effect_os_builder_submissions", "counter", "builds", "backend", "adopted"),
  describe("effect_os_builder_rejections", "counter", "inputs", "backend", "reason"),
  describe("effect_os_builder_results", "counter", "builds", "backend", "outcome", "reason"),
  describe("effect_os_builder_backend_errors", "counter", "calls", "backend", "operation", "reason"),
  describe("effect_os_builder_active_builds", "gauge", "builds", "backend", "status"),
  describe("effect_os_builder_pending_seconds", "histogram", "seconds", "backend"),
  describe("effect_os_builder_building_seconds", "histogram", "seconds", "backend", "outcome"),
  describe("effect_os_builder_cluster_requests", "counter", "requests", ...request),
  describe("effect_os_builder_cluster_request_seconds", "histogram", "seconds", ...request),
  describe("effect_os_builder_cluster_reconnects", "counter", "watches", ...informer),
  describe("effect_os_builder_cluster_relists", "counter", "lists", ...informer),
  describe("effect_os_builder_cluster_objects", "gauge", "objects", ...informer),
  describe(
    "effect_os_builder_cluster_last_event_timestamp_seconds",
    "gauge",
    "seconds since 1970",
    ...informer
  )
]
