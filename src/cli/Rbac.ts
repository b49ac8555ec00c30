/**
 * What an administrator applies so that a program may build: objects of Kubernetes' RBAC, and nothing but rules that a
 * backend was found to need.
 *
 * @since 0.1.0
 */
import type { Rule } from "../backends/Permissions.js"
import type { JsonObject } from "../cluster/ApiRequest.js"
import type { AccessRule } from "../selection/AccessRule.js"

/**
 * - `rules` hold in the namespace of the builds, `clusterRules` everywhere.
 *
 * @since 0.1.0
 * @category models
 */
export interface Needs {
  readonly rules: ReadonlyArray<Rule>
  readonly clusterRules: ReadonlyArray<AccessRule>
}

const name = "os-builder"
const apiVersion = "rbac.authorization.k8s.io/v1"
const apiGroup = "rbac.authorization.k8s.io"

/** Rules about the same resources are one rule. */
const merged = (rules: ReadonlyArray<Rule>): ReadonlyArray<Rule> => {
  const found = new Map<string, Rule>()
  for (const rule of rules) {
    const key = `${rule.apiGroups.join()} ${rule.resources.join()}`
    const verbs = new Set([...found.get(key)?.verbs ?? [], ...rule.verbs])
    found.set(key, { ...rule, verbs: Array.from(verbs).sort() })
  }
  return Array.from(found.values())
}

const ruleObject = ({ apiGroups, resourceNames, resources, verbs }: Rule & Partial<AccessRule>): JsonObject => ({
  apiGroups,
  resources,
  ...(resourceNames === undefined ? {} : { resourceNames }),
  verbs
})

/**
 * The service account that a program runs as, and its roles, in a namespace.
 *
 * @since 0.1.0
 * @category constructors
 */
export const objects = (needs: Needs, namespace: string): ReadonlyArray<JsonObject> => {
  const subjects = [{ kind: "ServiceAccount", name, namespace }]
  const metadata = { name, namespace }
  // Roles of the cluster are of all namespaces; a binding is of this one.
  const clusterRole = `${name}-probe`
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion, kind: "Role", metadata, rules: merged(needs.rules).map(ruleObject) },
    { apiVersion, kind: "RoleBinding", metadata, roleRef: { apiGroup, kind: "Role", name }, subjects },
    ...(needs.clusterRules.length === 0 ? [] : [
      { apiVersion, kind: "ClusterRole", metadata: { name: clusterRole }, rules: needs.clusterRules.map(ruleObject) },
      {
        apiVersion,
        kind: "ClusterRoleBinding",
        metadata: { name: `${clusterRole}-${namespace}` },
        roleRef: { apiGroup, kind: "ClusterRole", name: clusterRole },
        subjects
      }
    ])
  ]
}
