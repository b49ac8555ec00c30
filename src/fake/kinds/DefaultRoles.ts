/**
 * The ClusterRoles for people that every cluster has, `cluster-admin`, `admin`, `edit` and `view`, with those that they aggregate, as
 * in k8s.io/kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy (v1.37). The fake aggregates nothing, so the roles have the
 * aggregated rules from the start.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type * as Kind from "./Kind.js"
import * as RbacKinds from "./RbacKinds.js"

type Rules = ReadonlyArray<JsonObject>

const read = "get list watch"
const write = "create delete deletecollection patch update"
const all = "create delete deletecollection get list patch update watch"

const rule = (apiGroups: string, resources: string, verbs: string): JsonObject => ({
  apiGroups: apiGroups.split(" "),
  resources: resources.split(" "),
  verbs: verbs.split(" ")
})

const toAdmin: Rules = [
  rule("authorization.k8s.io", "localsubjectaccessreviews", "create"),
  rule("rbac.authorization.k8s.io", "rolebindings roles", all)
]

const toEdit: Rules = [
  rule("", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy", read),
  rule("", "serviceaccounts", "impersonate"),
  rule("", "pods pods/attach pods/exec pods/portforward pods/proxy", write),
  rule("", "pods/eviction", "create"),
  rule(
    "",
    "configmaps persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services "
      + "services/proxy",
    write
  ),
  rule("", "serviceaccounts/token", "create"),
  rule(" events.k8s.io", "events", write),
  rule(
    "apps",
    "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets "
      + "statefulsets/scale",
    write
  ),
  rule("autoscaling", "horizontalpodautoscalers", write),
  rule("batch", "cronjobs jobs", write),
  rule(
    "extensions",
    "daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale "
      + "replicationcontrollers/scale",
    write
  ),
  rule("policy", "poddisruptionbudgets", write),
  rule("networking.k8s.io", "ingresses networkpolicies", write),
  rule("coordination.k8s.io", "leases", all),
  rule("resource.k8s.io", "resourceclaims resourceclaimtemplates", write)
]

const toView: Rules = [
  rule(
    "",
    "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers "
      + "replicationcontrollers/scale serviceaccounts services services/status",
    read
  ),
  rule(
    "",
    "bindings limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas "
      + "resourcequotas/status",
    read
  ),
  rule("", "namespaces", read),
  rule(" events.k8s.io", "events", read),
  rule("discovery.k8s.io", "endpointslices", read),
  rule(
    "apps",
    "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets "
      + "replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status",
    read
  ),
  rule("autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status", read),
  rule("batch", "cronjobs cronjobs/status jobs jobs/status", read),
  rule(
    "extensions",
    "daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies "
      + "replicasets replicasets/scale replicasets/status replicationcontrollers/scale",
    read
  ),
  rule("policy", "poddisruptionbudgets poddisruptionbudgets/status", read),
  rule("networking.k8s.io", "ingresses ingresses/status networkpolicies", read),
  rule("resource.k8s.io", "resourceclaims resourceclaims/status resourceclaimtemplates", read)
]

const aggregatedTo = (name: string): JsonObject => ({ [`${RbacKinds.group}/aggregate-to-${name}`]: "true" })

const metadata = (name: string, parent: string | undefined): JsonObject => ({
  name,
  annotations: { "rbac.authorization.kubernetes.io/autoupdate": "true" },
  labels: {
    "kubernetes.io/bootstrapping": "rbac-defaults",
    ...(parent === undefined ? {} : aggregatedTo(parent))
  }
})

const role = (name: string, rules: Rules, parent?: string): JsonObject => ({ metadata: metadata(name, parent), rules })

const aggregate = (name: string, rules: Rules, parent?: string): JsonObject => ({
  ...role(name, rules, parent),
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: aggregatedTo(name) }] }
})

const get = (...nonResourceURLs: ReadonlyArray<string>): Rules => [{ nonResourceURLs, verbs: ["get"] }]

const edit: Rules = [...toEdit, ...toView]

const clusterRoles: ReadonlyArray<JsonObject> = [
  role("cluster-admin", [rule("*", "*", "*"), { nonResourceURLs: ["*"], verbs: ["*"] }]),
  aggregate("admin", [...edit, ...toAdmin]),
  aggregate("edit", edit, "admin"),
  aggregate("view", toView, "edit"),
  role("system:aggregate-to-admin", toAdmin, "admin"),
  role("system:aggregate-to-edit", toEdit, "edit"),
  role("system:aggregate-to-view", toView, "view"),
  role("system:basic-user", [
    rule("authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews", "create"),
    rule("authentication.k8s.io", "selfsubjectreviews", "create")
  ]),
  role(
    "system:discovery",
    get(
      ...["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version"],
      "/version/"
    )
  ),
  role("system:monitoring", [
    ...get(
      "/flagz",
      "/healthz",
      "/healthz/*",
      "/livez",
      "/livez/*",
      "/metrics",
      "/metrics/slis",
      "/readyz",
      "/readyz/*",
      "/statusz"
    ),
    rule("", "nodes/metrics", "get")
  ]),
  role("system:public-info-viewer", get("/healthz", "/livez", "/readyz", "/version", "/version/"))
]

const clusterAdmins: JsonObject = {
  metadata: metadata("cluster-admin", undefined),
  roleRef: { apiGroup: RbacKinds.group, kind: RbacKinds.clusterRole.kind, name: "cluster-admin" },
  subjects: [{ apiGroup: RbacKinds.group, kind: "Group", name: "system:masters" }]
}

/** The roles and the binding of `cluster-admin`, with their kinds. @since 0.1.0 @category constants  */
export const objects: ReadonlyArray<readonly [Kind.Kind, JsonObject]> = [
  ...clusterRoles.map((one) => [RbacKinds.clusterRole, one] as const),
  [RbacKinds.clusterRoleBinding, clusterAdmins]
]
