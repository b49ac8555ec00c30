/**
 * Authorization by rules.
 *
 * @since 0.1.0
 */
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

/**
 * A user: `groups` are `system:authenticated` by default; `extra` is what the authenticator adds, as in a TokenReview; `agent` is
 * the program of the request, by its User-Agent.
 *
 * @since 0.1.0
 * @category models
 */
export interface User {
  readonly name: string
  readonly rules: ReadonlyArray<UserRule>
  readonly uid?: string | undefined
  readonly groups?: ReadonlyArray<string> | undefined
  readonly agent?: string | undefined
  readonly extra?: Readonly<Record<string, ReadonlyArray<string>>> | undefined
}

const authenticated = "system:authenticated"

/** The groups of a user. @since 0.1.0 @category getters  */
export const groups = (user: User): ReadonlyArray<string> => user.groups ?? [authenticated]

/** A request without credentials. @since 0.1.0 @category constants  */
export const anonymous: User = { name: "system:anonymous", rules: [], groups: ["system:unauthenticated"] }

/** Allows everything. @since 0.1.0 @category constants  */
export const everything: UserRule = { verbs: ["*"], apiGroups: ["*"], resources: ["*"], nonResourceURLs: ["*"] }

// plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go: system:public-info-viewer
const publicInfo: UserRule = {
  verbs: ["get"],
  nonResourceURLs: ["/healthz", "/livez", "/readyz", "/version", "/version/"]
}

// The same: system:basic-user and system:discovery, of every authenticated user.
const basics: ReadonlyArray<UserRule> = [
  {
    verbs: ["create"],
    apiGroups: ["authorization.k8s.io"],
    resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]
  },
  { verbs: ["create"], apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"] },
  { verbs: ["get"], nonResourceURLs: ["/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*"] },
  publicInfo
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

/** The rules of a user, with those of its groups. @since 0.1.0 @category getters  */
export const rules = (user: User): ReadonlyArray<UserRule> => [
  ...(groups(user).includes("system:masters") ? [everything] : []),
  ...(groups(user).includes(authenticated) ? basics : [publicInfo]),
  ...user.rules
]

/** @since 0.1.0 @category predicates */
export const isAllowed = (user: User, attributes: AccessAttributes): boolean => {
  const { group, name, namespace, resource, subresource, verb } = attributes
  return rules(user).some((rule) =>
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
  rules(user).some((rule) =>
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
