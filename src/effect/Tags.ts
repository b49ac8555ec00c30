/** Tags of a metric, whose type has other parameters on each major version of Effect. */
import * as Metric from "effect/Metric"

export const withTags = <T, In, Out>(
  metric: Metric.Metric<T, In, Out>,
  tags: Readonly<Record<string, string>>
): Metric.Metric<T, In, Out> =>
  Object.entries(tags).reduce((tagged, [key, value]) => Metric.tagged(tagged, key, value), metric)
