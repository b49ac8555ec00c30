/**
 * What a backend on a cluster has to be allowed, in the words of RBAC.
 *
 * @since 0.1.0
 */
import type * as Resource from "../../kubernetes/Resource.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface RbacRule {
  /** The core group is the empty text. */
  readonly apiGroups: ReadonlyArray<string>
  /** A subresource is `pods/log`. */
  readonly resources: ReadonlyArray<string>
  /** The only objects that it is about; by default all. */
  readonly resourceNames?: ReadonlyArray<string> | undefined
  readonly verbs: ReadonlyArray<string>
}

/**
 * What the life of a build takes, whatever it becomes: its records and children, the pods that run it, and the events that
 * tell why it waits, without which it just waits unexplained.
 *
 * @since 0.1.0
 * @category constructors
 */
export const lifecycle = (child: Resource.Resource<unknown>): ReadonlyArray<RbacRule> => [
  { apiGroups: [""], resources: ["configmaps"], verbs: ["create", "delete", "get", "list", "patch", "watch"] },
  { apiGroups: [child.group], resources: [child.plural], verbs: ["create", "delete", "get", "list", "watch"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] },
  { apiGroups: [""], resources: ["events"], verbs: ["list"] }
]
