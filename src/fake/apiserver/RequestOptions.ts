/**
 * The options of a request: those of a write are in its query, those of a deletion in its body, or in its query if it has
 * none. What is wrong with them is told before anything is looked up, as in k8s.io/apimachinery
 * pkg/apis/meta/v1/validation/validation.go (v0.37).
 *
 * @since 0.1.0
 */
import type { ApiRequest, JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import type * as Deletion from "../store/Deletion.js"
import * as Status from "./Status.js"

const bodyOf = (request: ApiRequest): JsonObject => Json.isList(request.body) ? {} : request.body ?? {}

const dryRunOf = (request: ApiRequest): ReadonlyArray<string> => {
  const asked = request.query["dryRun"]
  return request.method === "DELETE" && request.body !== undefined
    ? Json.texts(bodyOf(request), "dryRun")
    : asked === undefined || asked === ""
    ? []
    : [asked]
}

/** @since 0.1.0 @category predicates */
export const isDryRun = (request: ApiRequest): boolean => dryRunOf(request).includes("All")

/** Whether unknown fields are refused. @since 0.1.0 @category predicates */
export const isStrict = (request: ApiRequest): boolean => request.query["fieldValidation"] === "Strict"

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

const validations = ["Ignore", "Strict", "Warn"]

/** What is wrong with the options of a request. @since 0.1.0 @category rules */
export const refusal = (request: ApiRequest): Status.Status | undefined => {
  if (request.method === "GET") {
    return undefined
  }
  const dryRun = dryRunOf(request)
  const validation = request.query["fieldValidation"] ?? ""
  const policy = request.method === "DELETE" ? deletion(request).propagationPolicy : undefined
  const errors = [
    ...(dryRun.every((one) => one === "All") ? [] : [Status.unsupportedValue("dryRun", dryRun, ["All"])]),
    ...(validation === "" || request.method === "DELETE" || validations.includes(validation)
      ? []
      : [Status.unsupportedValue("fieldValidation", validation, validations)]),
    ...(policy === undefined || policies.includes(policy)
      ? []
      : [Status.unsupportedValue("propagationPolicy", policy, [...policies, "nil"])])
  ]
  return errors.length === 0
    ? undefined
    : Status.invalid({ group: "meta.k8s.io", plural: "", kind: kinds[request.method] }, "", errors)
}
