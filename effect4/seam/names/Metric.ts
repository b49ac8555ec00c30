/** A tag is an attribute on Effect 4. */
import * as Metric from "effect/Metric"

export const tagged = (key: string, value: string) => <Input, State>(self: Metric.Metric<Input, State>) =>
  Metric.withAttributes(self, { [key]: value })
