/**
 * Kubernetes quantities such as `500m`, `2Gi`, `1.5` or `1e3`: the grammar of
 * `k8s.io/apimachinery/pkg/api/resource`, quantity.go.
 *
 * @since 0.1.0
 */
import type * as Schema from "effect/Schema"
import { atMostBytes, first, lacks, matches, textBy, type TextRule } from "./TextRule.js"

/**
 * A quantity greater than zero.
 *
 * @since 0.1.0
 * @category rules
 */
export const positive: TextRule = first(
  atMostBytes(64),
  matches(
    /^\+?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$/,
    "must be a quantity such as 500m or 2Gi; the units are n u m k M G T P E and Ki Mi Gi Ti Pi Ei"
  ),
  matches(/^[+.0]*[1-9]/, "must be greater than zero")
)

/**
 * A quantity of bytes. Fractions of a byte, such as `512m` (thousandths), are rejected.
 *
 * @since 0.1.0
 * @category rules
 */
export const bytes: TextRule = first(
  positive,
  lacks(/[num]$/, "must not be a fraction of a byte (n, u or m); use Mi for mebibytes")
)

/**
 * @since 0.1.0
 * @category schemas
 */
export const Cpu: Schema.Schema<string> = textBy(positive, (fc) => fc.stringMatching(/^[1-9][0-9]{0,3}m?$/))

/**
 * @since 0.1.0
 * @category schemas
 */
export const Bytes: Schema.Schema<string> = textBy(bytes, (fc) => fc.stringMatching(/^[1-9][0-9]{0,3}(Mi|Gi|M|e3|)$/))
