/**
 * Reviews: a client asks who it is, what it or another user may do, or whose a token is. Nothing is stored.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import type { Answer } from "../store/Registry.js"
import * as Access from "./Access.js"
import type { ServiceAccountTokens } from "./ServiceAccountTokens.js"
import * as Status from "./Status.js"

/**
 * A review that a user sent.
 *
 * @since 0.1.0
 * @category models
 */
export interface Question {
  readonly user: Access.User
  readonly tokens: ServiceAccountTokens
  readonly body: JsonObject
  readonly now: number
}

type Review = (question: Question) => Answer<JsonObject>

const info = (user: Access.User): JsonObject =>
  Json.make({
    username: user.name,
    uid: user.uid,
    groups: Access.groups(user),
    extra: user.extra
  })

const subject: Review = ({ now, user }) =>
  Either.right({ metadata: { creationTimestamp: Metadata.timestamp(now) }, status: { userInfo: info(user) } })

const token: Review = ({ body, now, tokens }) => {
  const given = Json.text(body, "spec", "token") ?? ""
  if (given === "") {
    return Either.left(Status.badRequest("token is required for TokenReview in authentication"))
  }
  const audiences = Json.texts(body, "spec", "audiences")
  const answer = tokens.authenticate(given, now, audiences.length === 0 ? undefined : audiences)
  return Either.right({
    ...body,
    status: Either.match(answer, {
      onLeft: (error): JsonObject => ({ user: {}, error }),
      onRight: ({ audiences, user }) => ({ authenticated: true, user: info(user), audiences })
    })
  })
}

const access: Review = ({ body, user }) => {
  const attribute = (key: string): string => Json.text(body, "spec", "resourceAttributes", key) ?? ""
  const path = Json.text(body, "spec", "nonResourceAttributes", "path")
  const allowed = path === undefined
    ? Access.isAllowed(user, {
      verb: attribute("verb"),
      group: attribute("group"),
      resource: attribute("resource"),
      subresource: attribute("subresource"),
      namespace: attribute("namespace"),
      name: attribute("name")
    })
    : Access.mayOpen(user, Json.text(body, "spec", "nonResourceAttributes", "verb") ?? "", path)
  return Either.right({
    ...body,
    status: Json.make({ allowed, reason: allowed ? "RBAC: allowed by the rules of the fake" : undefined })
  })
}

const rules: Review = ({ body, user }) => {
  const namespace = Json.text(body, "spec", "namespace") ?? ""
  const rules = Access.rules(user).filter((rule) =>
    rule.namespaces === undefined || rule.namespaces.includes(namespace)
  )
  return Either.right({
    ...body,
    status: {
      resourceRules: rules.filter((rule) => rule.resources !== undefined).map((rule) =>
        Json.make({
          verbs: rule.verbs,
          apiGroups: rule.apiGroups,
          resources: rule.resources,
          resourceNames: rule.resourceNames
        })
      ),
      nonResourceRules: rules.filter((rule) => rule.nonResourceURLs !== undefined).map((rule) =>
        Json.make({ verbs: rule.verbs, nonResourceURLs: rule.nonResourceURLs })
      ),
      incomplete: false
    }
  })
}

const reviews: Readonly<Record<string, Review>> = {
  SelfSubjectAccessReview: access,
  SelfSubjectReview: subject,
  SelfSubjectRulesReview: rules,
  TokenReview: token
}

/** The answer to a review of a kind; `body` has the kind and apiVersion. @since 0.1.0 @category combinators  */
export const answer = (kind: string, question: Question): Answer<JsonObject> => {
  const review = reviews[kind]
  const { apiVersion = "", metadata = {} } = question.body
  return review === undefined
    ? Either.left(Status.noSuchPath)
    : Either.map(review(question), (answer) => ({ kind, apiVersion, metadata, ...answer }))
}
