/** Tags of a metric, which are attributes on Effect 4. */
import * as Metric from "effect/Metric"

export const withTags = <Input, State>(
  metric: Metric.Metric<Input, State>,
  tags: Readonly<Record<string, string>>
): Metric.Metric<Input, State> => Metric.withAttributes(metric, tags)
