/**
 * Metrics of the client. Those of the reflectors have the tags `resource` and `namespace` (empty for all namespaces).
 *
 * @since 0.1.0
 */
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"

/**
 * Counts watches that were opened from the resourceVersion of the last event or list.
 *
 * @since 0.1.0
 * @category metrics
 */
export const reconnects = Metric.counter("effect_os_builder_cluster_reconnects", {
  description: "Watches opened from the resourceVersion of the last event or list",
  incremental: true
})

/**
 * Counts full lists after the first one, which are needed when the server no longer has the events since the last one.
 *
 * @since 0.1.0
 * @category metrics
 */
export const relists = Metric.counter("effect_os_builder_cluster_relists", {
  description: "Full lists after the first one",
  incremental: true
})

/**
 * Number of objects in the reflectors' stores.
 *
 * @since 0.1.0
 * @category metrics
 */
export const objects = Metric.gauge("effect_os_builder_cluster_objects", {
  description: "Objects in the reflectors' stores"
})

/**
 * Time of the last line of a watch, bookmarks included, in seconds since 1970. The store is at most as stale as the time since
 * then.
 *
 * @since 0.1.0
 * @category metrics
 */
export const lastEvent = Metric.gauge("effect_os_builder_cluster_last_event_timestamp_seconds", {
  description: "Time of the last line of a watch"
})

/**
 * Bounds of the times of requests, in seconds: those of OpenTelemetry's `http.client.request.duration`, and 30 seconds, which
 * is when a request times out.
 *
 * @since 0.1.0
 * @category constants
 */
export const requestBounds: ReadonlyArray<number> = [
  0.005,
  0.01,
  0.025,
  0.05,
  0.075,
  0.1,
  0.25,
  0.5,
  0.75,
  1,
  2.5,
  5,
  7.5,
  10,
  30
]

/**
 * Counts requests to the API server that have ended, retries and those of informers included; watches and followed logs count
 * when they end. Tags: `verb`; `resource`, or `discovery`; `code`: `2xx`, the HTTP status of an error, or the reason of a
 * ClusterError where there was no response.
 *
 * @since 0.1.0
 * @category metrics
 */
export const requests = Metric.counter("effect_os_builder_cluster_requests", {
  description: "Requests to the API server that have ended",
  incremental: true
})

/**
 * Seconds from a request to the end of its response, without watches and logs. Tags as {@link requests}.
 *
 * @since 0.1.0
 * @category metrics
 */
export const requestSeconds = Metric.histogram(
  "effect_os_builder_cluster_request_seconds",
  MetricBoundaries.fromIterable(requestBounds),
  "Seconds from a request to the API server to the end of its response"
)
