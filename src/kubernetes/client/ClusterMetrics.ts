/**
 * Metrics of the reflectors. Each has the tags `resource` and `namespace` (empty for all namespaces).
 *
 * @since 0.1.0
 */
import * as Metric from "effect/Metric"

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
