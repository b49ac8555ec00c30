/**
 * Decodes the objects of requests as their kinds.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Duplicates from "../apiserver/Duplicates.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Kind from "../kinds/Kind.js"
import * as Metadata from "./Metadata.js"
import type { Answer, Write } from "./Write.js"

/** Whether a server still has a type for an earlier version of a kind. */
const isRegistered = (kind: Kind.Kind, apiVersion: string): boolean => {
  const [version = "", group = ""] = apiVersion.split("/").reverse()
  return kind.group !== "" && kind.kind !== "Job" && kind.group === group
    && (/(alpha|beta)[0-9]+$/.test(version) || (kind.kind === "HorizontalPodAutoscaler" && version === "v1"))
}

/** The object of a body, with its defaults; the client is warned of unknown and of doubled fields. @since 0.1.0 @category combinators  */
export const decode = (kind: Kind.Kind, body: JsonObject, write: Write): Answer<JsonObject> => {
  const expected = Kind.apiVersion(kind)
  const apiVersion = Json.text(body, "apiVersion") ?? expected
  const kindName = Json.text(body, "kind") ?? kind.kind
  if (apiVersion !== expected && !Kind.isCustom(kind) && !isRegistered(kind, apiVersion)) {
    const version = apiVersion.slice(apiVersion.lastIndexOf("/") + 1)
    return Either.left(Status.badRequest(
      `${kindName} in version "${version}" cannot be handled as a ${kind.kind}: no kind "${kindName}" is registered for `
        + `version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`
    ))
  }
  if (apiVersion !== expected) {
    return Either.left(Status.badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`
    ))
  }
  const refuse = (why: string) =>
    Either.left(
      Status.badRequest(`${kindName} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${why}`)
    )
  if (kindName !== kind.kind) {
    return Kind.isCustom(kind)
      ? Either.left(Status.invalid({ ...kind, kind: kindName }, Metadata.name(body), [
        Status.invalidValue("kind", kindName, `must be ${kind.kind}`)
      ]))
      : refuse(`no conversion from ${kindName} to ${kind.kind}`)
  }
  const typed = { apiVersion, kind: kindName, ...Json.omit(body, "apiVersion", "kind") }
  const { object, unknown, wrong } = kind.read(typed, write.applies === true)
  if (wrong[0] !== undefined) {
    return refuse(wrong[0])
  }
  const problems = write.applies === true
    ? []
    : Duplicates.strictErrors(write.duplicates, unknown, write.patches === true, kind.fields)
  if (write.strict !== true && write.lenient !== true) {
    problems.forEach((problem) => write.warn?.(problem))
  }
  return write.strict === true && problems.length > 0
    ? refuse(`strict decoding error: ${problems.join(", ")}`)
    : Either.right(kind.fill(withSpec(kind, object)))
}

/** In Go the spec of a kind is a struct: one that is missing is one without fields. */
const withSpec = (kind: Kind.Kind, object: JsonObject): JsonObject =>
  kind.fields?.["spec"]?._tag === "Struct" ? Kind.defaults(object, { spec: {} }) : object
