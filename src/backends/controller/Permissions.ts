/**
 * The permissions that every backend on a cluster needs.
 *
 * @since 0.1.0
 */
import type { RbacRule } from "../../kubernetes/RbacRule.js"
import type * as Resource from "../../kubernetes/Resource.js"

/**
 * For the life of a build, whatever its child is.
 *
 * @example
 * ```ts
 * import { CustomBuildBackend } from "effect-os-builder"
 *
 * // The rules of a backend include these.
 * console.log(JSON.stringify(CustomBuildBackend.rules, null, 2))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const lifecycle = (child: Resource.Resource<unknown>): ReadonlyArray<RbacRule> => [
  // Records and further ConfigMaps; a patch writes stop marks and outcomes.
  { apiGroups: [""], resources: ["configmaps"], verbs: ["create", "delete", "get", "list", "patch", "watch"] },
  { apiGroups: [child.group], resources: [child.plural], verbs: ["create", "delete", "get", "list", "watch"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] },
  // Without it, a status gives no reason why a build waits.
  { apiGroups: [""], resources: ["events"], verbs: ["list"] }
]
