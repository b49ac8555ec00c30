/**
 * Authorization by rules: rejects requests and evaluates access reviews.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import type { RequestInfo } from "./RequestInfo.js"
import * as Status from "./Status.js"

/**
 * A rule of a Role: `*` matches everything; a subresource is written `pods/log`. Without `namespaces` it applies in all of
 * them, as in a ClusterRole.
 *
 * @since 0.1.0
 * @category models
 */
export interface UserRule {
  readonly verbs: ReadonlyArray<string>
  readonly apiGroups?: ReadonlyArray<string>
  readonly resources?: ReadonlyArray<string>
  readonly resourceNames?: ReadonlyArray<string>
  readonly nonResourceURLs?: ReadonlyArray<string>
  readonly namespaces?: ReadonlyArray<string>
}

/** @since 0.1.0 @category models */
export interface User {
  readonly name: string
  readonly rules: ReadonlyArray<UserRule>
}

/** Allows everything. @since 0.1.0 @category constants  */
export const everything: UserRule = { verbs: ["*"], apiGroups: ["*"], resources: ["*"], nonResourceURLs: ["*"] }

/** The rules of every authenticated user: discovery and self-reviews. @since 0.1.0 @category constants  */
const basics: ReadonlyArray<UserRule> = [
  {
    verbs: ["create"],
    apiGroups: ["authorization.k8s.io"],
    resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]
  },
  {
    verbs: ["get"],
    nonResourceURLs: ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi/*", "/readyz", "/version"]
  }
]

/** @since 0.1.0 @category models */
export interface AccessAttributes {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
}

const includes = (allowed: ReadonlyArray<string> | undefined, wanted: string): boolean =>
  allowed !== undefined && (allowed.includes("*") || allowed.includes(wanted))

const rulesOf = (user: User): ReadonlyArray<UserRule> => [...basics, ...user.rules]

/** @since 0.1.0 @category predicates */
export const isAllowed = (user: User, attributes: AccessAttributes): boolean => {
  const { group, name, namespace, resource, subresource, verb } = attributes
  return rulesOf(user).some((rule) =>
    includes(rule.verbs, verb) && includes(rule.apiGroups, group)
    && (subresource === ""
      ? includes(rule.resources, resource)
      : includes(rule.resources, `${resource}/${subresource}`) || includes(rule.resources, `*/${subresource}`))
    && (rule.resourceNames === undefined || rule.resourceNames.includes(name))
    && (rule.namespaces === undefined || rule.namespaces.includes(namespace))
  )
}

/** @since 0.1.0 @category predicates */
export const mayOpen = (user: User, verb: string, path: string): boolean =>
  rulesOf(user).some((rule) =>
    includes(rule.verbs, verb)
    && (rule.nonResourceURLs ?? []).some((url) => url.endsWith("*") ? path.startsWith(url.slice(0, -1)) : path === url)
  )

/** The Forbidden status for a request that no rule allows. @since 0.1.0 @category combinators  */
export const refusal = (user: User, info: RequestInfo): Status.Status | undefined => {
  if (info.resource === undefined) {
    return mayOpen(user, info.verb, info.path) ? undefined : Status.make(
      403,
      "Forbidden",
      `forbidden: User "${user.name}" cannot ${info.verb} path "${info.path}"`,
      {}
    )
  }
  const { group, name, namespace, plural, subresource } = info.resource
  if (isAllowed(user, { verb: info.verb, group, resource: plural, subresource, namespace, name })) {
    return undefined
  }
  const resource = subresource === "" ? plural : `${plural}/${subresource}`
  const where = namespace === "" ? "at the cluster scope" : `in the namespace "${namespace}"`
  return Status.forbidden(
    { group, plural, kind: plural },
    name,
    `User "${user.name}" cannot ${info.verb} resource "${resource}" in API group "${group}" ${where}`
  )
}

const accessReview = (user: User, review: JsonObject): JsonObject => {
  const attribute = (key: string): string => Json.text(review, "spec", "resourceAttributes", key) ?? ""
  const path = Json.text(review, "spec", "nonResourceAttributes", "path")
  const allowed = path === undefined
    ? isAllowed(user, {
      verb: attribute("verb"),
      group: attribute("group"),
      resource: attribute("resource"),
      subresource: attribute("subresource"),
      namespace: attribute("namespace"),
      name: attribute("name")
    })
    : mayOpen(user, Json.text(review, "spec", "nonResourceAttributes", "verb") ?? "", path)
  return {
    ...review,
    status: Json.make({ allowed, reason: allowed ? "RBAC: allowed by the rules of the fake" : undefined })
  }
}

const ruleOf = (fields: Readonly<Record<string, ReadonlyArray<string> | undefined>>): Json.Value => Json.make(fields)

const rulesReview = (user: User, review: JsonObject): JsonObject => {
  const namespace = Json.text(review, "spec", "namespace") ?? ""
  const rules = rulesOf(user).filter((rule) => rule.namespaces === undefined || rule.namespaces.includes(namespace))
  return {
    ...review,
    status: {
      resourceRules: rules.filter((rule) => rule.resources !== undefined).map((rule) =>
        ruleOf({
          verbs: rule.verbs,
          apiGroups: rule.apiGroups,
          resources: rule.resources,
          resourceNames: rule.resourceNames
        })
      ),
      nonResourceRules: rules.filter((rule) => rule.nonResourceURLs !== undefined).map((rule) =>
        ruleOf({ verbs: rule.verbs, nonResourceURLs: rule.nonResourceURLs })
      ),
      incomplete: false
    }
  }
}

/** The response to a review of a user's own permissions. @since 0.1.0 @category combinators  */
export const review = (user: User, kind: string, body: JsonObject): JsonObject | undefined =>
  kind === "SelfSubjectAccessReview"
    ? accessReview(user, body)
    : kind === "SelfSubjectRulesReview"
    ? rulesReview(user, body)
    : undefined
