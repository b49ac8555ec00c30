/**
 * Tolerations of node taints, by the rules of `ValidateTolerations` in `k8s.io/kubernetes/pkg/apis/core/validation`.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { described } from "../../effect/Described.js"
import { labelKey, LabelValue } from "./KubernetesName.js"
import { textBy, wholeNumber, withKeywords } from "./TextRule.js"
import { optional, type Problem, validated } from "./Validation.js"

const Fields = Schema.Struct({
  key: described(
    "The key of the taint; without one, and with the operator `Exists`, every taint.",
    optional(textBy(
      withKeywords((key) => key === "" ? undefined : labelKey(key), { maxLength: 317 }),
      (fc) => fc.constantFrom("node-role.kubernetes.io/master", "dedicated")
    )),
    { examples: ["dedicated"] }
  ),
  operator: described(
    "Whether the taint must have the value (`Equal`) or any (`Exists`).",
    optional(Schema.Literal("Exists", "Equal")),
    { default: "Equal" }
  ),
  value: described("The value of the taint.", optional(LabelValue)),
  effect: described(
    "The effect of the taint; by default every effect.",
    optional(Schema.Literal("NoSchedule", "PreferNoSchedule", "NoExecute"))
  ),
  tolerationSeconds: described(
    "How long the build stays on a node after it got the taint, in seconds; by default without limit. Only with `NoExecute`.",
    optional(wholeNumber({
      min: Number.MIN_SAFE_INTEGER,
      max: Number.MAX_SAFE_INTEGER,
      problem: "must be a whole number of seconds"
    }))
  )
})

const inconsistencies = (toleration: unknown): ReadonlyArray<Problem> => {
  if (!Predicate.isRecord(toleration)) return []
  const { effect, key = "", operator, tolerationSeconds, value = "" } = toleration
  const problems: Array<Problem> = []
  if (key === "" && operator !== "Exists") {
    problems.push({ path: ["key"], message: "is required unless operator is Exists" })
  }
  if (value !== "" && operator === "Exists") {
    problems.push({ path: ["value"], message: "must not be set when operator is Exists" })
  }
  if (tolerationSeconds !== undefined && effect !== "NoExecute") {
    problems.push({ path: ["tolerationSeconds"], message: "requires the effect NoExecute" })
  }
  return problems
}

/**
 * Lets the build run on nodes with a taint. `operator` defaults to `Equal`; without `effect` it matches every effect;
 * `tolerationSeconds` requires `NoExecute`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Toleration: Schema.Schema<typeof Fields.Type, typeof Fields.Encoded> = validated(Fields, inconsistencies)

/**
 * @since 0.1.0
 * @category models
 */
export type Toleration = typeof Toleration.Type

const maxTolerations = 64

/**
 * A list of at most 64 tolerations.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Tolerations: Schema.Schema<ReadonlyArray<Toleration>, ReadonlyArray<typeof Toleration.Encoded>> =
  validated(
    Schema.Array(Toleration),
    (tolerations) =>
      Array.isArray(tolerations) && tolerations.length > maxTolerations
        ? [{ message: `has ${tolerations.length} tolerations; at most ${maxTolerations} are allowed` }]
        : [],
    { maxItems: maxTolerations }
  )
