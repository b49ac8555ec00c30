/**
 * Tolerations of node taints, by the rules of `ValidateTolerations` in `k8s.io/kubernetes/pkg/apis/core/validation`.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { labelKey, LabelValue } from "./KubernetesName.js"
import { optional } from "./Optional.js"
import { text } from "./Rule.js"

/**
 * Lets the build run on nodes with the taint. Without `operator` it is `Equal`; without `effect` it is every effect;
 * `tolerationSeconds` goes with `NoExecute` only.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Toleration = Schema.Struct({
  key: optional(text((key) => key === "" ? undefined : labelKey(key), {
    arbitrary: () => (fc) => fc.constantFrom("node-role.kubernetes.io/master", "dedicated")
  })),
  operator: optional(Schema.Literal("Exists", "Equal")),
  value: optional(LabelValue),
  effect: optional(Schema.Literal("NoSchedule", "PreferNoSchedule", "NoExecute")),
  tolerationSeconds: optional(
    Schema.Number.pipe(
      Schema.filter((seconds) => Number.isSafeInteger(seconds) ? undefined : "must be a whole number of seconds", {
        arbitrary: () => (fc) => fc.integer()
      })
    )
  )
}).pipe(
  Schema.filter((toleration) => {
    const issues: Array<Schema.FilterIssue> = []
    if ((toleration.key ?? "") === "" && toleration.operator !== "Exists") {
      issues.push({
        path: ["key"],
        message: "is required unless operator is Exists, which without a key means every taint"
      })
    }
    if (toleration.operator === "Exists" && (toleration.value ?? "") !== "") {
      issues.push({ path: ["value"], message: "must be left out where operator is Exists" })
    }
    if (toleration.tolerationSeconds !== undefined && toleration.effect !== "NoExecute") {
      issues.push({ path: ["tolerationSeconds"], message: "goes with the effect NoExecute only" })
    }
    return issues
  })
)

/**
 * @since 0.1.0
 * @category models
 */
export type Toleration = typeof Toleration.Type
