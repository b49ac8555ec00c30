/**
 * Amounts as Kubernetes writes them: `500m`, `2Gi`, `1.5`, `1e3`; the grammar of `k8s.io/apimachinery/pkg/api/resource`.
 *
 * @since 0.1.0
 */
import type * as Schema from "effect/Schema"
import { first, matches, type Rule, text } from "./Rule.js"

const grammar = /^\+?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$/

/**
 * An amount greater than zero.
 *
 * @since 0.1.0
 * @category rules
 */
export const positive: Rule = first(
  matches(/^.{1,64}$/s, "must be an amount such as 500m or 2Gi"),
  matches(grammar, "must be an amount such as 500m or 2Gi, with one of the units n u m k M G T P E Ki Mi Gi Ti Pi Ei"),
  matches(/^[+.0]*[1-9]/, "must be greater than zero")
)

/**
 * An amount of bytes: not in thousandths, which `512m` would mean.
 *
 * @since 0.1.0
 * @category rules
 */
export const bytes: Rule = first(
  positive,
  matches(/[^num]$/, "is in fractions of a byte, for which n, u and m stand; mebibytes are written Mi")
)

const arbitrary = (units: ReadonlyArray<string>): Schema.Annotations.Filter<string> => ({
  arbitrary: () => (fc) =>
    fc.tuple(fc.integer({ min: 1, max: 9999 }), fc.constantFrom(...units)).map((parts) => parts.join(""))
})

/**
 * @since 0.1.0
 * @category schemas
 */
export const Cpu: Schema.Schema<string> = text(positive, { ...arbitrary(["", "m"]), identifier: "Cpu" })

/**
 * @since 0.1.0
 * @category schemas
 */
export const Bytes: Schema.Schema<string> = text(bytes, { ...arbitrary(["Mi", "Gi", "M", "e3"]), identifier: "Bytes" })
