/**
 * Labels of Kubernetes objects, given or asked for.
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
 * Labels for the objects of a build, besides those by which it is found again.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ObjectLabels: Schema.Schema<ValidatedRecord<string>> = labels(first(
  labelKey,
  lacks(/^(?:effect-os-builder\/|app\.kubernetes\.io\/managed-by$)/, "is set by the build itself"),
  lacks(/^kueue\.x-k8s\.io\/queue-name$/, "is set by queueName; use that")
))
