/**
 * The subresource `token` of service accounts, as in k8s.io/kubernetes pkg/registry/core/serviceaccount/storage/token.go
 * (v1.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as CoreKinds from "../kinds/CoreKinds.js"
import type { Kind } from "../kinds/Kind.js"
import * as Metadata from "../store/Metadata.js"
import type { Answer, Registry } from "../store/Registry.js"
import type { Action } from "./Action.js"
import { type Bound, issuer, type ServiceAccountTokens } from "./ServiceAccountTokens.js"
import * as Status from "./Status.js"

const named: Status.Named = { group: "authentication.k8s.io", plural: "TokenRequest", kind: "TokenRequest" }

const hour = 3600

const errorsOf = (seconds: number): Status.FieldErrors => {
  const detail = seconds < 600
    ? "may not specify a duration less than 10 minutes"
    : seconds > 2 ** 32
    ? "may not specify a duration larger than 2^32 seconds"
    : undefined
  return detail === undefined ? [] : [Status.invalidValue("spec.expirationSeconds", seconds, detail)]
}

const bindable: ReadonlyArray<readonly [Bound["kind"], Kind]> = [
  ["Pod", CoreKinds.pod],
  ["Node", CoreKinds.node],
  ["Secret", CoreKinds.secret]
]

const boundTo = (registry: Registry, account: JsonObject, reference: JsonObject): Answer<Bound> => {
  const [apiVersion, kindName] = [Json.text(reference, "apiVersion") ?? "", Json.text(reference, "kind") ?? ""]
  const found = bindable.find(([name]) => apiVersion === "v1" && name === kindName)
  if (found === undefined) {
    const [group = "", version = ""] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion]
    return Either.left(
      Status.badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kindName}`)
    )
  }
  const [kind, definition] = found
  return Either.flatMap(
    registry.get(
      definition,
      definition.namespaced ? Metadata.namespace(account) : "",
      Json.text(reference, "name") ?? ""
    ),
    (object): Answer<Bound> => {
      const [uid = "", own] = [Json.text(reference, "uid"), Metadata.uid(object)]
      if (kind === "Pod" && Json.text(object, "spec", "serviceAccountName") !== Metadata.name(account)) {
        return Either.left(Status.badRequest(
          `cannot bind token for serviceaccount ${
            JSON.stringify(Metadata.name(account))
          } to pod running with different serviceaccount name.`
        ))
      }
      return uid === "" || uid === own ? Either.right({ kind, object }) : Either.left(Status.conflict(
        { group: "", plural: kind, kind },
        Metadata.name(object),
        `the UID in the bound object reference (${uid}) does not match the UID in record. `
          + "The object might have been deleted and then recreated"
      ))
    }
  )
}

const validated = (account: JsonObject, body: JsonObject): Answer<number> => {
  const [name, namespace, uid] = [Metadata.name(account), Metadata.namespace(account), Metadata.uid(account)]
  const mismatch = [["name", name], ["namespace", namespace]].flatMap(([field = "", own = ""]) => {
    const given = Json.text(body, "metadata", field) ?? ""
    return given === "" || given === own
      ? []
      : [Status.invalidValue(`metadata.${field}`, given, `must match the service account ${field} if specified`)]
  })
  if (mismatch.length > 0) {
    return Either.left(Status.invalid(named, name, mismatch.slice(0, 1)))
  }
  if (![uid, ""].includes(Metadata.uid(body))) {
    return Either.left(Status.conflict(
      named,
      name,
      `the UID in the token request (${Metadata.uid(body)}) does not match the UID of the service account (${uid})`
    ))
  }
  const seconds = Json.number(body, "spec", "expirationSeconds") ?? hour
  const errors = errorsOf(seconds)
  return errors.length === 0 ? Either.right(seconds) : Either.left(Status.invalid(named, "", errors))
}

/** Issues a token for a service account. @since 0.1.0 @category constructors  */
export const create =
  (registry: Registry, tokens: ServiceAccountTokens): Action => ({ body, object: account, write }) =>
    Either.gen(function*() {
      const seconds = yield* validated(account, body)
      const given = Json.texts(body, "spec", "audiences")
      const audiences = given.length === 0 ? [issuer] : given
      const reference = Json.at(body, "spec", "boundObjectRef")
      const bound = Json.isObject(reference) ? yield* boundTo(registry, account, reference) : undefined
      return {
        code: 201,
        body: {
          kind: "TokenRequest",
          apiVersion: "authentication.k8s.io/v1",
          metadata: {
            name: Metadata.name(account),
            namespace: Metadata.namespace(account),
            uid: Metadata.uid(account),
            creationTimestamp: Metadata.timestamp(write.now)
          },
          spec: { audiences, expirationSeconds: seconds, boundObjectRef: reference ?? null },
          status: {
            token: tokens.issue(account, audiences, seconds, bound, write.now),
            expirationTimestamp: Metadata.timestamp(write.now + seconds * 1000)
          }
        }
      }
    })
