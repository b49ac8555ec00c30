/** What of a metric has another form on Effect 4: a tag is an attribute. */
import { dual } from "effect/Function"
import * as Metric from "effect/Metric"

export const tagged: {
  (key: string, value: string): <Input, State>(self: Metric.Metric<Input, State>) => Metric.Metric<Input, State>
  <Input, State>(self: Metric.Metric<Input, State>, key: string, value: string): Metric.Metric<Input, State>
} = dual(
  3,
  <Input, State>(self: Metric.Metric<Input, State>, key: string, value: string): Metric.Metric<Input, State> =>
    Metric.withAttributes(self, { [key]: value })
)

export const histogram = (
  name: string,
  boundaries: ReadonlyArray<number>,
  description?: string
): Metric.Histogram<number> => Metric.histogram(name, { boundaries, description })
