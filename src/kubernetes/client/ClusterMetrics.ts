/**
 * What can be measured about following a cluster. Each metric has the tags `resource` and `namespace` (empty for all).
 *
 * @since 0.1.0
 */
import * as Metric from "effect/Metric"

/**
 * How often a watch was opened from where the last one, or a list, had ended.
 *
 * @since 0.1.0
 * @category metrics
 */
export const reconnects = Metric.counter("effect_os_builder_cluster_reconnects", {
  description: "Watches opened from where the last one, or a list, had ended",
  incremental: true
})

/**
 * How often everything was listed anew, because the history since the last event was gone.
 *
 * @since 0.1.0
 * @category metrics
 */
export const relists = Metric.counter("effect_os_builder_cluster_relists", {
  description: "Full lists after the first one",
  incremental: true
})

/**
 * How many objects are kept in memory.
 *
 * @since 0.1.0
 * @category metrics
 */
export const objects = Metric.gauge("effect_os_builder_cluster_objects", { description: "Objects kept in memory" })

/**
 * When the server last said something on a watch, bookmarks included, in seconds since 1970: what is seen of the cluster is
 * as old as that at most.
 *
 * @since 0.1.0
 * @category metrics
 */
export const lastEvent = Metric.gauge("effect_os_builder_cluster_last_event_timestamp_seconds", {
  description: "Time of the last line of a watch"
})
