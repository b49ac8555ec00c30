/**
 * The manifests of Kubernetes' RBAC that let a program build, with only the rules that are needed.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../kubernetes/client/ApiRequest.js"
import type { RbacRule } from "../kubernetes/RbacRule.js"

/**
 * - `rules`: in the namespace of the builds.
 * - `clusterRules`: in the whole cluster.
 * - `pods`: the service account of build pods, by default `default`, and the security context constraints of OpenShift that
 *   it must be allowed to use.
 *
 * @since 0.1.0
 * @category models
 */
export interface Needs {
  readonly rules: ReadonlyArray<RbacRule>
  readonly clusterRules: ReadonlyArray<RbacRule>
  readonly pods:
    | { readonly serviceAccount: string | undefined; readonly constraints: ReadonlyArray<string> }
    | undefined
}

const keyOf = ({ apiGroups, resourceNames = [], resources }: RbacRule): string =>
  [apiGroups, resources, resourceNames].map((part) => part.join()).join(" ")

/** Rules about the same resources become one. */
const merged = (rules: ReadonlyArray<RbacRule>): ReadonlyArray<RbacRule> => {
  const found = new Map<string, RbacRule>()
  for (const rule of rules) {
    const verbs = new Set([...found.get(keyOf(rule))?.verbs ?? [], ...rule.verbs])
    found.set(keyOf(rule), { ...rule, verbs: Array.from(verbs).sort() })
  }
  return Array.from(found.values())
}

/**
 * The permissions of two backends whose pods run as the same service account.
 *
 * @since 0.1.0
 * @category combinators
 */
export const both = (one: Needs, other: Needs): Needs => ({
  rules: merged([...one.rules, ...other.rules]),
  clusterRules: merged([...one.clusterRules, ...other.clusterRules]),
  pods: one.pods === undefined || other.pods === undefined ? one.pods ?? other.pods : {
    serviceAccount: one.pods.serviceAccount,
    constraints: Array.from(new Set([...one.pods.constraints, ...other.pods.constraints]))
  }
})

// -----------------------------------------------------------------------------
// objects
// -----------------------------------------------------------------------------

const group = "rbac.authorization.k8s.io"

const account = (name: string, namespace: string): JsonObject => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name, namespace }
})

/** A role and its binding. The name of a cluster-wide binding has the namespace of its account. */
const role = (options: {
  readonly name: string
  readonly scope: "" | "Cluster"
  readonly rules: ReadonlyArray<RbacRule>
  readonly account: string
  readonly namespace: string
}): ReadonlyArray<JsonObject> => {
  const { account, name, namespace, rules, scope } = options
  const kind = `${scope}Role`
  const metadata = scope === "Cluster" ? { name } : { name, namespace }
  return rules.length === 0 ? [] : [
    {
      apiVersion: `${group}/v1`,
      kind,
      metadata,
      rules: merged(rules).map(({ apiGroups, resourceNames, resources, verbs }) => ({
        apiGroups,
        resources,
        ...(resourceNames === undefined ? {} : { resourceNames }),
        verbs
      }))
    },
    {
      apiVersion: `${group}/v1`,
      kind: `${kind}Binding`,
      metadata: scope === "Cluster" ? { name: `${name}-${namespace}` } : metadata,
      roleRef: { apiGroup: group, kind, name },
      subjects: [{ kind: "ServiceAccount", name: account, namespace }]
    }
  ]
}

/** The service account that every namespace has. */
const defaultAccount = "default"

/**
 * The service account of the program with its roles in the namespace and in the cluster, and the service account of the
 * build pods with theirs.
 *
 * @since 0.1.0
 * @category constructors
 */
export const objects = (
  { clusterRules, pods, rules }: Needs,
  { backend, namespace }: { readonly backend: string; readonly namespace: string }
): ReadonlyArray<JsonObject> => {
  const name = "os-builder"
  const podAccount = pods?.serviceAccount ?? defaultAccount
  const use: RbacRule = {
    apiGroups: ["security.openshift.io"],
    resources: ["securitycontextconstraints"],
    resourceNames: pods?.constraints ?? [],
    verbs: ["use"]
  }
  return [
    account(name, namespace),
    ...role({ name, scope: "", rules, account: name, namespace }),
    // The rules differ by backend, so the name of the role does too.
    ...role({ name: `${name}-${backend}`, scope: "Cluster", rules: clusterRules, account: name, namespace }),
    ...(pods === undefined ? [] : [
      ...(podAccount === defaultAccount ? [] : [account(podAccount, namespace)]),
      ...role({ name: `${name}-pods`, scope: "", rules: [use], account: podAccount, namespace })
    ])
  ]
}
