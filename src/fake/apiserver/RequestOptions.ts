/**
 * Parses and validates the options of a request: write options are in the query, deletion options in the body or else in the
 * query. Validated before any lookup, as in k8s.io/apimachinery pkg/apis/meta/v1/validation/validation.go (v0.37).
 *
 * @since 0.1.0
 */
import type { ApiRequest, JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Entries from "../managed/Entries.js"
import type * as Deletion from "../store/Deletion.js"
import * as RequestBody from "./RequestBody.js"
import * as Status from "./Status.js"

const bodyOf = (request: ApiRequest): JsonObject => Json.isList(request.body) ? {} : request.body ?? {}

const dryRunOf = (request: ApiRequest): ReadonlyArray<string> => {
  const requested = request.query["dryRun"]
  return request.method === "DELETE" && request.body !== undefined
    ? Json.texts(bodyOf(request), "dryRun")
    : requested === undefined || requested === ""
    ? []
    : [requested]
}

/** @since 0.1.0 @category predicates */
export const isDryRun = (request: ApiRequest): boolean => dryRunOf(request).includes("All")

/** Whether unknown fields are rejected. @since 0.1.0 @category predicates  */
export const isStrict = (request: ApiRequest): boolean => request.query["fieldValidation"] === "Strict"

/** Whether unknown fields are dropped without a warning. @since 0.1.0 @category predicates  */
export const isLenient = (request: ApiRequest): boolean => request.query["fieldValidation"] === "Ignore"

/** @since 0.1.0 @category getters */
export const deletion = (request: ApiRequest): Deletion.Options => {
  if (request.body === undefined) {
    const { gracePeriodSeconds, propagationPolicy } = request.query
    return {
      gracePeriodSeconds: gracePeriodSeconds === undefined ? undefined : Number(gracePeriodSeconds),
      propagationPolicy
    }
  }
  const body = bodyOf(request)
  return {
    gracePeriodSeconds: Json.number(body, "gracePeriodSeconds"),
    propagationPolicy: Json.text(body, "propagationPolicy"),
    uid: Json.text(body, "preconditions", "uid"),
    resourceVersion: Json.text(body, "preconditions", "resourceVersion")
  }
}

const kinds = { POST: "CreateOptions", PUT: "UpdateOptions", PATCH: "PatchOptions", DELETE: "DeleteOptions" } as const

const policies = ["Foreground", "Background", "Orphan"]

const validations = ["", "Ignore", "Strict", "Warn"]

/** The status for invalid options of a request; undefined if they are valid. @since 0.1.0 @category rules  */
export const refusal = (request: ApiRequest): Status.Status | undefined => {
  if (request.method === "GET") {
    return undefined
  }
  const dryRun = dryRunOf(request)
  const validation = request.query["fieldValidation"] ?? ""
  const policy = request.method === "DELETE" ? deletion(request).propagationPolicy : undefined
  const errors = [
    ...(request.method === "DELETE" ? [] : Entries.managerErrors("fieldManager", request.query["fieldManager"] ?? "")),
    ...(dryRun.every((one) => one === "All") ? [] : [Status.unsupportedValue("dryRun", dryRun, ["All"])]),
    ...(request.method === "DELETE" || validations.includes(validation)
      ? []
      : [Status.unsupportedValue("fieldValidation", validation, validations)]),
    ...(request.query["force"] !== undefined && request.method === "PATCH" && !RequestBody.isApply(request)
      ? [Status.forbiddenField("force", "may not be specified for non-apply patch")]
      : []),
    ...(policy === undefined || policies.includes(policy)
      ? []
      : [Status.unsupportedValue("propagationPolicy", policy, [...policies, "nil"])])
  ]
  return errors.length === 0
    ? undefined
    : Status.invalid({ group: "meta.k8s.io", plural: "", kind: kinds[request.method] }, "", errors)
}
