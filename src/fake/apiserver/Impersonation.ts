/**
 * Impersonation: a user with the permission to do so acts as another one. As in k8s.io/apiserver pkg/endpoints/filters/impersonation (v0.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Access from "./Access.js"
import type { RequestInfo } from "./RequestInfo.js"
import * as Status from "./Status.js"

/** Header values by name in lower case. @since 0.1.0 @category models  */
export type Headers = Readonly<Record<string, ReadonlyArray<string> | undefined>>

const extraPrefix = "impersonate-extra-"

interface Part {
  readonly group: string
  readonly plural: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
}

const part = (plural: string, name: string, more: Partial<Part> = {}): Part => ({
  group: "",
  subresource: "",
  namespace: "",
  plural,
  name,
  ...more
})

const authentication = "authentication.k8s.io"

const serviceAccount = (name: string): { readonly namespace: string; readonly name: string } | undefined => {
  const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name) ?? []
  return namespace === undefined || account === undefined ? undefined : { namespace, name: account }
}

const extras = (headers: Headers): Readonly<Record<string, ReadonlyArray<string>>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([header, values]) =>
      header.startsWith(extraPrefix) ? [[decodeURIComponent(header.slice(extraPrefix.length)), values ?? []]] : []
    )
  )

const partsOf = (headers: Headers, name: string): ReadonlyArray<Part> => {
  const account = serviceAccount(name)
  return [
    account === undefined
      ? part("users", name)
      : part("serviceaccounts", account.name, { namespace: account.namespace }),
    ...(headers["impersonate-group"] ?? []).map((group) => part("groups", group)),
    ...Object.entries(extras(headers)).flatMap(([key, values]) =>
      values.map((value) => part("userextras", value, { group: authentication, subresource: key }))
    ),
    ...(headers["impersonate-uid"] ?? []).map((uid) => part("uids", uid, { group: authentication }))
  ]
}

/** The given groups, by default those of a service account, and the group for users with or without credentials. */
const groupsOf = (name: string, given: ReadonlyArray<string> | undefined): ReadonlyArray<string> => {
  const account = serviceAccount(name)
  const groups = given ?? (account === undefined
    ? []
    : ["system:serviceaccounts", `system:serviceaccounts:${account.namespace}`])
  const implied = name === Access.anonymous.name
    ? ["system:unauthenticated"]
    : ["system:authenticated", "system:unauthenticated"]
  return groups.some((group) => implied.includes(group)) ? groups : [...groups, implied[0] ?? ""]
}

/**
 * The user that a request acts as: `user` itself, with its rules from bindings, or the one of its headers, or the refusal if `user`
 * may not impersonate it. `rulesOf` returns the rules that a user has without bindings.
 *
 * @since 0.1.0
 * @category combinators
 */
export const acting = (
  user: Access.User,
  headers: Headers,
  rulesOf: (name: string) => ReadonlyArray<Access.UserRule>
): Either.Either<Access.User, Status.Status> => {
  const [name = ""] = headers["impersonate-user"] ?? []
  if (name === "") {
    const others = Object.keys(headers).some((header) =>
      header === "impersonate-group" || header === "impersonate-uid" || header.startsWith(extraPrefix)
    )
    return others
      ? Either.left(Status.badRequest("requested groups, extra fields or a uid without impersonating a user"))
      : Either.right(user)
  }
  for (const resource of partsOf(headers, name)) {
    const info: RequestInfo = { verb: "impersonate", path: "", resource: { version: "v1", ...resource } }
    const refusal = Access.refusal(user, info)
    if (refusal !== undefined) return Either.left(refusal)
  }
  const extra = extras(headers)
  return Either.right({
    name,
    rules: rulesOf(name),
    groups: groupsOf(name, headers["impersonate-group"]),
    uid: headers["impersonate-uid"]?.[0],
    extra: Object.keys(extra).length === 0 ? undefined : extra,
    agent: user.agent
  })
}
