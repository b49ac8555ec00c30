/**
 * Reviews: a client asks who it is, what it or another user may do, or whose a token is. Nothing is stored.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import type { ApiStore } from "../store/ApiStore.js"
import * as Metadata from "../store/Metadata.js"
import type { Answer } from "../store/Registry.js"
import * as Access from "./Access.js"
import * as Rbac from "./Rbac.js"
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
  readonly store: ApiStore
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

const isAllowed = (user: Access.User, body: JsonObject): boolean => {
  const attribute = (key: string): string => Json.text(body, "spec", "resourceAttributes", key) ?? ""
  const path = Json.text(body, "spec", "nonResourceAttributes", "path")
  return path === undefined
    ? Access.isAllowed(user, {
      verb: attribute("verb"),
      group: attribute("group"),
      resource: attribute("resource"),
      subresource: attribute("subresource"),
      namespace: attribute("namespace"),
      name: attribute("name")
    })
    : Access.mayOpen(user, Json.text(body, "spec", "nonResourceAttributes", "verb") ?? "", path)
}

const decided = (user: Access.User, body: JsonObject): JsonObject => {
  const allowed = isAllowed(user, body)
  return {
    ...body,
    status: Json.make({ allowed, reason: allowed ? "RBAC: allowed by the rules of the fake" : undefined })
  }
}

const oneOf = "exactly one of nonResourceAttributes or resourceAttributes must be specified"

/** Each review of access asks about a resource or about a path. */
const attributes = (body: JsonObject): Status.FieldErrors => {
  const [resource, path] = ["resourceAttributes", "nonResourceAttributes"].map((key) => Json.at(body, "spec", key))
  return (resource === undefined) === (path === undefined)
    ? [Status.invalidValue("spec", pathOf(path), oneOf)]
    : []
}

/** The server shows its internal type. */
const pathOf = (path: Json.Value | undefined): Json.Value =>
  path === undefined ? null : { Path: Json.text(path, "path") ?? "", Verb: Json.text(path, "verb") ?? "" }

/** The server leaves the kind out here. */
const refused = (errors: Status.FieldErrors): Answer<void> =>
  errors.length === 0
    ? Either.void
    : Either.left(Status.invalid({ group: "authorization.k8s.io", plural: "", kind: "" }, "", errors))

const access: Review = ({ body, user }) => Either.map(refused(attributes(body)), () => decided(user, body))

/** The user that a review is about: it has the groups that are given, and no others. */
const subjectOf = ({ body, store, tokens }: Question): Access.User => {
  const name = Json.text(body, "spec", "user") ?? ""
  return Rbac.bound({ name, groups: Json.texts(body, "spec", "groups"), rules: tokens.rulesOf(name) }, store)
}

const named = (body: JsonObject): Status.FieldErrors =>
  (Json.text(body, "spec", "user") ?? "") === "" && Json.list(body, "spec", "groups").length === 0
    ? [Status.invalidValue("spec.user", "", "at least one of user or group must be specified")]
    : []

const subjectAccess: Review = (question) => {
  const { body } = question
  return Either.map(
    refused([...attributes(body), ...named(body)]),
    () => decided(subjectOf(question), body)
  )
}

const localAccess: Review = (question) => {
  const { body } = question
  const namespace = Json.text(body, "metadata", "namespace") ?? ""
  const asked = Json.text(body, "spec", "resourceAttributes", "namespace") ?? ""
  const path = Json.at(body, "spec", "nonResourceAttributes")
  return Either.map(
    refused([
      ...attributes(body),
      ...named(body),
      ...(Json.at(body, "spec", "resourceAttributes") === undefined || asked === namespace
        ? []
        : [Status.invalidValue("spec.resourceAttributes.namespace", asked, "must match metadata.namespace")]),
      ...(path === undefined
        ? []
        : [Status.invalidValue("spec.nonResourceAttributes", pathOf(path), "disallowed on this kind of request")])
    ]),
    () => decided(subjectOf(question), body)
  )
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
  LocalSubjectAccessReview: localAccess,
  SelfSubjectAccessReview: access,
  SelfSubjectReview: subject,
  SelfSubjectRulesReview: rules,
  SubjectAccessReview: subjectAccess,
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
