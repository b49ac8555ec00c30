/**
 * The rules that Roles and ClusterRoles give to a user by their bindings, as in k8s.io/kubernetes
 * plugin/pkg/auth/authorizer/rbac (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Kind from "../kinds/Kind.js"
import * as RbacKinds from "../kinds/RbacKinds.js"
import type { ApiStore } from "../store/ApiStore.js"
import * as Metadata from "../store/Metadata.js"
import * as Access from "./Access.js"

const isSubject = (user: Access.User, binding: JsonObject): boolean =>
  Json.objects(binding, "subjects").some((subject) => {
    const name = Json.text(subject, "name") ?? ""
    switch (Json.text(subject, "kind")) {
      case "User":
        return name === user.name
      case "Group":
        return Access.groups(user).includes(name)
      default: {
        const namespace = Json.text(subject, "namespace") ?? Metadata.namespace(binding)
        return user.name === `system:serviceaccount:${namespace}:${name}`
      }
    }
  })

const texts = (rule: JsonObject, key: string): ReadonlyArray<string> | undefined =>
  rule[key] === undefined ? undefined : Json.texts(rule, key)

const ruleOf = (rule: JsonObject, namespace: string): Access.UserRule => {
  const [apiGroups, resources] = [texts(rule, "apiGroups"), texts(rule, "resources")]
  const [resourceNames, nonResourceURLs] = [texts(rule, "resourceNames"), texts(rule, "nonResourceURLs")]
  return {
    verbs: Json.texts(rule, "verbs"),
    ...(apiGroups === undefined ? {} : { apiGroups }),
    ...(resources === undefined ? {} : { resources }),
    ...(resourceNames === undefined ? {} : { resourceNames }),
    ...(nonResourceURLs === undefined ? {} : { nonResourceURLs }),
    ...(namespace === "" ? {} : { namespaces: [namespace] })
  }
}

const rulesOf = (store: ApiStore, binding: JsonObject): ReadonlyArray<Access.UserRule> => {
  const namespace = Metadata.namespace(binding)
  const kind = Json.text(binding, "roleRef", "kind") === "Role" ? RbacKinds.role : RbacKinds.clusterRole
  const role = store.get({
    resource: Kind.resource(kind),
    namespace: kind.namespaced ? namespace : "",
    name: Json.text(binding, "roleRef", "name") ?? ""
  })
  return Json.objects(role, "rules").map((rule) => ruleOf(rule, namespace))
}

/** The user with the rules of its bindings. @since 0.1.0 @category combinators  */
export const bound = (user: Access.User, store: ApiStore): Access.User => {
  if (user.rules.includes(Access.everything)) {
    return user
  }
  const bindings = [RbacKinds.clusterRoleBinding, RbacKinds.roleBinding].flatMap((kind) =>
    store.list(Kind.resource(kind)).filter((binding) => isSubject(user, binding))
  )
  return bindings.length === 0
    ? user
    : { ...user, rules: [...user.rules, ...bindings.flatMap((binding) => rulesOf(store, binding))] }
}
