/**
 * A rule of Kubernetes' RBAC: what a backend needs, what a probe found missing, and what `os-builder rbac` prints.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const texts = Schema.Array(Schema.String)

/**
 * The fields of a `PolicyRule` (the core group is the empty string, a subresource is written `builds/docker`; without
 * `resourceNames`, all objects), and the namespace to grant it in: a rule without one takes a ClusterRoleBinding.
 *
 * @example
 * ```ts
 * import { Capability } from "effect-os-builder"
 *
 * const rule = new Capability.RbacRule({ apiGroups: [""], resources: ["configmaps"], verbs: ["create"], namespace: "builds" })
 * console.log(String(rule)) // create configmaps (core) in namespace builds
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export class RbacRule extends Schema.Class<RbacRule>("effect-os-builder/RbacRule")({
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
