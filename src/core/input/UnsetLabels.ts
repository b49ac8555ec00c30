/**
 * Labels to remove from an image.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { imageLabelName } from "./BuildArgs.js"
import { atMostBytes, first, textBy } from "./TextRule.js"
import { type Problem, validated } from "./Validation.js"

const maxLabels = 256

const repeated = (labels: unknown): ReadonlyArray<Problem> => {
  if (!Array.isArray(labels)) return []
  if (labels.length > maxLabels) {
    return [{ message: `has ${labels.length} labels; at most ${maxLabels} are allowed` }]
  }
  return labels.flatMap((label, index) => {
    const other = labels.indexOf(label)
    return other === index ? [] : [{ path: [index], message: `is also unsetLabels[${other}]` }]
  })
}

/**
 * At most 256 names of labels, each once.
 *
 * @since 0.1.0
 * @category schemas
 */
export const UnsetLabels: Schema.Schema<ReadonlyArray<string>> = validated(
  Schema.Array(textBy(first(imageLabelName, atMostBytes(1024)), (fc) => fc.stringMatching(/^[A-Z]{1,5}$/))),
  repeated,
  { maxItems: maxLabels, uniqueItems: true }
)
