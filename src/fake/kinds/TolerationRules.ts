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
  const text = (key: string) => Json.text(one, key) ?? ""
  const [effect, key, operator] = ["effect", "key", "operator"].map(text)
  return [
    ...(key === "" ? [] : Names.qualifiedName(key ?? "").map((why) => Status.invalidValue(`${here}.key`, key, why))),
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
    ...value(operator ?? "", text("value"), `${here}.operator`),
    ...(effect === "" || effects.includes(effect ?? "")
      ? []
      : [Status.unsupportedValue(`${here}.effect`, effect, effects)])
  ]
}

const value = (operator: string, given: string, field: string): Status.FieldErrors => {
  switch (operator) {
    case "":
    case "Equal":
      return Names.labelValue(given).map((why) => Status.invalidValue(field, given, why))
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

/** An update may add tolerations and remove scheduling gates. @since 0.1.0 @category rules  */
export const update = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  const [given, before] = [next, previous].map((pod) => Json.objects(pod, "spec", "tolerations"))
  const [gates, known] = [next, previous].map((pod) =>
    Json.objects(pod, "spec", "schedulingGates").map((gate) => Json.text(gate, "name") ?? "")
  )
  const isKept = (old: JsonObject): boolean =>
    (given ?? []).some((one) => Json.equal(Json.omit(one, "tolerationSeconds"), Json.omit(old, "tolerationSeconds")))
  return [
    ...((before ?? []).every(isKept)
      ? tolerations(Json.object(next, "spec"), "spec")
      : [
        Status.forbiddenField(
          "spec.tolerations",
          "existing toleration can not be modified except its tolerationSeconds"
        )
      ]),
    ...(gates ?? []).flatMap((name, index) =>
      (known ?? []).includes(name) ? [] : [Status.forbiddenField(
        `spec.schedulingGates[${index}].name`,
        `only deletion is allowed, but found new scheduling gate '${name}'`
      )]
    )
  ]
}
