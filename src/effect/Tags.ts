/** Tags of a metric, whose type has other parameters on each major version of Effect. */
import * as Arr from "effect/Array"
import * as Metric from "effect/Metric"
import * as MetricLabel from "effect/MetricLabel"

/**
 * The metric with tags. A caller that keeps it saves time at each update: the state is found by the identity of the labels, which
 * `Metric.tagged` makes again each time, with the key.
 */
export const withTags = <T, In, Out>(
  metric: Metric.Metric<T, In, Out>,
  tags: Readonly<Record<string, string>>
): Metric.Metric<T, In, Out> => {
  const labels = Object.entries(tags).map(([key, value]) => MetricLabel.make(key, value))
  const withMore = (more: ReadonlyArray<MetricLabel.MetricLabel>) =>
    more.length === 0 ? labels : Arr.union(labels, more)
  return Metric.make(
    metric.keyType,
    (input, more) => metric.unsafeUpdate(input, withMore(more)),
    (more) => metric.unsafeValue(withMore(more)),
    (input, more) => metric.unsafeModify(input, withMore(more))
  )
}
