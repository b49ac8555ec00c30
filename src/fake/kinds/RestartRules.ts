/**
 * Validation of the restart policies of containers, as in k8s.io/kubernetes pkg/apis/core/validation (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"

const policies = ["Always", "Never", "OnFailure"]
const actions = ["Restart", "RestartAllContainers"]
const operators = ["In", "NotIn"]
const ofSidecars = ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"]
const maxRules = 20
const maxExitCodes = 255

/** The rules of the restart policy of a container. @since 0.1.0 @category rules  */
export const container = (values: JsonObject, field: string): Status.FieldErrors => {
  const policy = Json.text(values, "restartPolicy")
  const rules = Json.objects(values, "restartPolicyRules")
  return [
    ...(policy === undefined
      ? rules.length === 0
        ? []
        : [Status.required(`${field}.restartPolicy`, "must specify restartPolicy when restart rules are used")]
      : policies.includes(policy)
      ? []
      : [Status.unsupportedValue(`${field}.restartPolicy`, policy, policies)]),
    ...(rules.length > maxRules ? [Status.tooMany(`${field}.restartPolicyRules`, rules.length, maxRules)] : []),
    ...rules.flatMap((rule, index): Status.FieldErrors => {
      const here = `${field}.restartPolicyRules[${index}]`
      const action = Json.text(rule, "action") ?? ""
      const operator = Json.text(rule, "exitCodes", "operator") ?? ""
      const codes = Json.list(rule, "exitCodes", "values").length
      return [
        ...(actions.includes(action) ? [] : [Status.unsupportedValue(`${here}.action`, action, actions)]),
        // A server accepts this action.
        ...(action === "RestartAllContainers"
          ? [Status.forbiddenField(`${here}.action`, "the fake restarts no pod in place; use the action Restart")]
          : []),
        ...(rule["exitCodes"] === undefined
          ? [Status.required(`${here}.exitCodes`, "must be specified")]
          : operators.includes(operator)
          ? []
          : [Status.unsupportedValue(`${here}.exitCodes.operator`, operator, operators)]),
        ...(codes > maxExitCodes ? [Status.tooMany(`${here}.exitCodes.values`, codes, maxExitCodes)] : [])
      ]
    })
  ]
}

/** What only native sidecars among the init containers may have. @since 0.1.0 @category rules  */
export const init = (values: JsonObject, field: string): Status.FieldErrors =>
  values["restartPolicy"] === "Always"
    ? []
    : ofSidecars.filter((name) => values[name] !== undefined).map((name) =>
      Status.forbiddenField(`${field}.${name}`, "may not be set for init containers without restartPolicy=Always")
    )
