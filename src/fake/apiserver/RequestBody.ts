/**
 * The bodies of requests: objects, and patches by their media types.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { ApiRequest, JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Fields from "../kinds/Fields.js"
import type { Answer } from "../store/Registry.js"
import * as Patch from "./Patch.js"
import * as Status from "./Status.js"
import * as StrategicMerge from "./StrategicMerge.js"

const mediaType = (request: ApiRequest): string =>
  (request.contentType ?? "application/json").split(";")[0]?.trim() ?? ""

/** The object of a request. @since 0.1.0 @category combinators  */
export const object = (request: ApiRequest): Answer<JsonObject> => {
  const { body } = request
  if (mediaType(request) !== "application/json") {
    return Either.left(Status.unsupportedMediaType(["application/json"]))
  }
  return body === undefined || Json.isList(body)
    ? Either.left(Status.badRequest("the body of the request is not an object"))
    : Either.right(Json.adopt(body))
}

const applyPatch = "application/apply-patch+yaml"

/** Whether the body is a configuration for server-side apply. @since 0.1.0 @category predicates  */
export const isApply = (request: ApiRequest): boolean => mediaType(request) === applyPatch

const mergePatch = "application/merge-patch+json"
const jsonPatch = "application/json-patch+json"

const strategicMergePatch = "application/strategic-merge-patch+json"

/** The result of a strategic merge patch, which has to fit the kind: apiserver pkg/endpoints/handlers/patch.go, applyPatchToObject. */
const strategic = (existing: JsonObject, patch: JsonObject, fields: Fields.Fields): Answer<JsonObject> =>
  Either.flatMap(StrategicMerge.merge(existing, patch, fields), (merged): Answer<JsonObject> => {
    const [misfit] = Fields.read("", fields, merged).unconvertible
    return misfit === undefined ? Either.right(merged) : Either.left(
      Status.invalid({ group: "", plural: "", kind: "" }, "", [
        Status.invalidValue("patch", StrategicMerge.goMap(patch), misfit)
      ])
    )
  })

/**
 * The change that a patch of any type but apply makes; `fields` is the schema for strategic merge patches.
 *
 * @since 0.1.0
 * @category combinators
 */
export const patch = (
  request: ApiRequest,
  fields: Fields.Fields | undefined
): Answer<(existing: JsonObject) => Answer<JsonObject>> => {
  const { body } = request
  const type = mediaType(request)
  if (type === mergePatch) {
    return body === undefined || Json.isList(body)
      ? Either.left(Status.badRequest("error decoding patch: not an object"))
      : Either.right((existing) => Either.right(Patch.merge(existing, Json.adopt(body))))
  }
  if (type === jsonPatch) {
    return body === undefined || !Json.isList(body)
      ? Either.left(Status.badRequest("error decoding patch: not a list"))
      : Either.right((existing) => Either.mapLeft(Patch.json(existing, body), () => Status.unprocessable))
  }
  // Custom resources have no merge keys.
  if (type === strategicMergePatch && fields !== undefined) {
    return body === undefined || Json.isList(body)
      ? Either.left(Status.badRequest("error decoding patch: not an object"))
      : Either.right((existing) => strategic(existing, Json.adopt(body), fields))
  }
  return Either.left(
    Status.unsupportedMediaType([
      jsonPatch,
      mergePatch,
      ...(fields === undefined ? [] : [strategicMergePatch]),
      applyPatch
    ])
  )
}
