/**
 * Labels of Kubernetes objects, and node selectors.
 *
 * @since 0.1.0
 */
import type * as Schema from "effect/Schema"
import { labelKey, LabelValue } from "./KubernetesName.js"
import { first, lacks, type TextRule } from "./TextRule.js"
import { type ValidatedRecord, validatedRecord } from "./ValidatedRecord.js"

const maxLabels = 64

const labels = (key: TextRule) =>
  validatedRecord({
    key,
    value: LabelValue,
    together: (keys) =>
      keys.length > maxLabels ? [{ message: `has ${keys.length} labels; at most ${maxLabels} are allowed` }] : [],
    maxKeys: maxLabels,
    arbitrary: { key: (fc) => fc.stringMatching(/^(example\.com\/)?[A-Za-z0-9]{1,6}$/), maxKeys: 3 }
  })

/**
 * Labels that a node must have.
 *
 * @since 0.1.0
 * @category schemas
 */
export const NodeSelector: Schema.Schema<ValidatedRecord<string>> = labels(labelKey)

/**
 * Labels for the objects of a build, in addition to those that the backend sets.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ObjectLabels: Schema.Schema<ValidatedRecord<string>> = labels(first(
  labelKey,
  lacks(/^(?:effect-os-builder\/|app\.kubernetes\.io\/managed-by$)/, "is reserved; the build sets it"),
  lacks(/^kueue\.x-k8s\.io\/queue-name$/, "must be set with queueName")
))
