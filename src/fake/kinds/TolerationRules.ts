/**
 * The tolerations and the scheduling gates of pods: their validation, and what an update may change. As in k8s.io/kubernetes
 * pkg/apis/core/validation (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Names from "./Names.js"

const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"]

/** @since 0.1.0 @category rules */
export const tolerations = (spec: JsonObject, field: string): Status.FieldErrors =>
  Json.objects(spec, "tolerations").flatMap((one, index) => toleration(one, `${field}.tolerations[${index}]`))

const toleration = (one: JsonObject, here: string): Status.FieldErrors => {
  const text = (name: string) => Json.text(one, name) ?? ""
  const [effect, key, operator] = [text("effect"), text("key"), text("operator")]
  return [
    ...(key === "" ? [] : Status.invalidValues(`${here}.key`, key, Names.qualifiedName(key))),
    ...(key === "" && operator !== "Exists"
      ? [Status.invalidValue(
        `${here}.operator`,
        operator,
        "operator must be Exists when `key` is empty, which means \"match all values and all keys\""
      )]
      : []),
    ...(one["tolerationSeconds"] !== undefined && effect !== "NoExecute"
      ? [Status.invalidValue(`${here}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")]
      : []),
    ...value(operator, text("value"), `${here}.operator`),
    ...(effect === "" || effects.includes(effect)
      ? []
      : [Status.unsupportedValue(`${here}.effect`, effect, effects)])
  ]
}

const value = (operator: string, given: string, field: string): Status.FieldErrors => {
  switch (operator) {
    case "":
    case "Equal":
      return Status.invalidValues(field, given, Names.labelValue(given))
    case "Exists":
      return given === ""
        ? []
        : [Status.invalidValue(field, given, "value must be empty when `operator` is 'Exists'")]
    // Comparisons need a feature that is off.
    case "Lt":
    case "Gt":
      return [Status.unsupportedValue(field, operator, ["Equal", "Exists", "Lt", "Gt"])]
    default:
      return [Status.unsupportedValue(field, operator, ["Equal", "Exists"])]
  }
}

const gatesOf = (pod: JsonObject): ReadonlyArray<string> =>
  Json.objects(pod, "spec", "schedulingGates").map((gate) => Json.text(gate, "name") ?? "")

/** An update may add tolerations and remove scheduling gates. @since 0.1.0 @category rules  */
export const update = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  const given = Json.objects(next, "spec", "tolerations")
  const known = gatesOf(previous)
  const isKept = (old: JsonObject): boolean =>
    given.some((one) => Json.equal(Json.omit(one, "tolerationSeconds"), Json.omit(old, "tolerationSeconds")))
  return [
    ...(Json.objects(previous, "spec", "tolerations").every(isKept)
      ? tolerations(Json.object(next, "spec"), "spec")
      : [
        Status.forbiddenField(
          "spec.tolerations",
          "existing toleration can not be modified except its tolerationSeconds"
        )
      ]),
    ...gatesOf(next).flatMap((name, index) =>
      known.includes(name) ? [] : [Status.forbiddenField(
        `spec.schedulingGates[${index}].name`,
        `only deletion is allowed, but found new scheduling gate '${name}'`
      )]
    )
  ]
}
