/**
 * What an administrator would have to grant.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const texts = Schema.Array(Schema.String)

/**
 * A rule in the words of Kubernetes' RBAC: the fields of a `PolicyRule` (the core group is the empty text, a subresource is
 * `builds/docker`) and the namespace to grant it in; without one, it takes a ClusterRoleBinding.
 *
 * @since 0.1.0
 * @category models
 */
export class AccessRule extends Schema.Class<AccessRule>("effect-os-builder/AccessRule")({
  apiGroups: texts,
  resources: texts,
  verbs: texts,
  resourceNames: Schema.optional(texts),
  nonResourceURLs: Schema.optional(texts),
  namespace: Schema.optional(Schema.String)
}) {
  /** `create configmaps, jobs (core, batch) in namespace builds` */
  override toString(): string {
    const groups = this.apiGroups.map((group) => group === "" ? "core" : group)
    return [
      this.verbs.join(", "),
      [...this.resources, ...(this.nonResourceURLs ?? [])].join(", "),
      groups.length === 0 ? "" : `(${groups.join(", ")})`,
      this.resourceNames === undefined ? "" : `named ${this.resourceNames.join(", ")}`,
      this.namespace === undefined ? "cluster-wide" : `in namespace ${this.namespace}`
    ].filter((part) => part !== "").join(" ")
  }
}
