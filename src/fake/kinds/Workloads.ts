/**
 * What Deployments, ReplicaSets, StatefulSets and DaemonSets have in common: a selector and a pod template, validated as in
 * k8s.io/kubernetes pkg/apis/apps/validation (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Selector from "../store/Selector.js"
import * as AppsColumns from "./AppsColumns.js"
import * as Kind from "./Kind.js"
import * as Names from "./Names.js"
import * as PodDefaults from "./PodDefaults.js"
import * as PodRules from "./PodRules.js"

/** What the kinds of the group apps have in common. @since 0.1.0 @category constants */
export const apps = {
  group: "apps",
  version: "v1",
  status: true,
  generation: "spec",
  categories: ["all"]
} as const

/** The scale of a kind with replicas. @since 0.1.0 @category constants */
export const scale: Kind.Scale = {
  replicas: ["spec", "replicas"],
  current: ["status", "replicas"],
  selector: (object) => AppsColumns.selectorText(Json.at(object, "spec", "selector"))
}

/** Fills the pod template of a spec. @since 0.1.0 @category combinators  */
export const fillTemplate = (spec: JsonObject): JsonObject =>
  Kind.inside(
    // Go omits this number, though not others.
    spec["minReadySeconds"] === 0 ? Json.omit(spec, "minReadySeconds") : spec,
    "template",
    (template) => Kind.inside({ metadata: {}, ...template }, "spec", PodDefaults.podSpec)
  )

const notNegative = (object: JsonObject, part: string, fields: ReadonlyArray<string>): Status.FieldErrors =>
  fields.flatMap((field) => {
    const value = Json.number(object, part, field) ?? 0
    return value < 0 ? [Status.invalidValue(`${part}.${field}`, value, "must be greater than or equal to 0")] : []
  })

/** Numbers of the spec that may not be negative. @since 0.1.0 @category rules  */
export const counts = (object: JsonObject, ...fields: ReadonlyArray<string>): Status.FieldErrors =>
  notNegative(object, "spec", fields)

/** Numbers of the status that may not be negative, and a count of collisions that may not decrease. @since 0.1.0 @category rules  */
export const statusCounts = (
  next: JsonObject,
  previous: JsonObject,
  fields: ReadonlyArray<string>,
  others: Status.FieldErrors = []
): Status.FieldErrors => {
  const [collisions, before] = [next, previous].map((object) => Json.number(object, "status", "collisionCount"))
  return [
    ...notNegative(next, "status", [...fields, "collisionCount"]),
    ...others,
    ...(before !== undefined && (collisions ?? Number.NEGATIVE_INFINITY) < before
      ? [Status.invalidValue("status.collisionCount", collisions ?? 0, "cannot be decremented")]
      : [])
  ]
}

/** A number that is not negative, or a percentage; without `most`, also one above a hundred. @since 0.1.0 @category rules  */
export const numberOrPercent = (value: Json.Value, field: string, most = 100): Status.FieldErrors =>
  typeof value === "number"
    ? value < 0 ? [Status.invalidValue(field, value, "must be greater than or equal to 0")] : []
    : !/^[0-9]+%$/.test(String(value))
    ? [Status.invalidValue(
      field,
      value,
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for "
        + "validation is '[0-9]+%')"
    )]
    : Number.parseInt(String(value)) > most
    ? [Status.invalidValue(field, value, "must not be greater than 100%")]
    : []

/** A percentage above a hundred. @since 0.1.0 @category rules  */
export const aboveAll = (value: Json.Value | undefined, field: string): Status.FieldErrors =>
  typeof value === "string" && /^[0-9]+%$/.test(value) ? numberOrPercent(value, field) : []

/** Whether a number or a percentage, or what is neither, counts as none. @since 0.1.0 @category predicates  */
export const isZero = (value: Json.Value | undefined): boolean =>
  typeof value === "number"
    ? value === 0
    : !/^([0-9]+%|[+-]?[0-9]+)$/.test(String(value)) || Number.parseInt(String(value)) === 0

/** The errors of a label selector. @since 0.1.0 @category rules  */
export const selector = (value: Json.Value | undefined, field: string): Status.FieldErrors => [
  ...Object.entries(Json.record(value, "matchLabels")).flatMap(([key, label]) => [
    ...Status.invalidValues(`${field}.matchLabels`, key, Names.labelKey(key)),
    ...Status.invalidValues(`${field}.matchLabels`, label, Names.labelValue(label))
  ]),
  ...Json.objects(value, "matchExpressions").flatMap((term, index): Status.FieldErrors => {
    const [here, operator] = [`${field}.matchExpressions[${index}]`, Json.text(term, "operator") ?? ""]
    const values = Json.list(term, "values").length
    const key = Json.text(term, "key") ?? ""
    return [
      ...(["In", "NotIn"].includes(operator)
        ? values === 0
          ? [Status.required(`${here}.values`, "must be specified when `operator` is 'In' or 'NotIn'")]
          : []
        : ["Exists", "DoesNotExist"].includes(operator)
        ? values > 0
          ? [
            Status.forbiddenField(
              `${here}.values`,
              "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            )
          ]
          : []
        : [Status.invalidValue(`${here}.operator`, operator, "not a valid selector operator")]),
      ...Status.invalidValues(`${here}.key`, key, Names.labelKey(key)),
      ...Json.texts(term, "values").flatMap((value, at) =>
        Status.invalidValues(`${here}.values[${at}]`, value, Names.labelValue(value))
      )
    ]
  })
]

const isEmpty = (value: Json.Value | undefined): boolean =>
  Object.keys(Json.object(value, "matchLabels")).length + Json.list(value, "matchExpressions").length === 0

/** The rules of a pod template, whose labels `selector` has to match; `kind` is in messages. @since 0.1.0 @category rules  */
export const template = (
  object: JsonObject,
  selector: Json.Value | undefined,
  kind: string,
  given = Json.object(object, "spec", "template")
): Status.FieldErrors => {
  const labels = Json.record(given, "metadata", "labels")
  const shown = Json.at(given, "metadata", "labels") ?? null
  const policy = Json.text(given, "spec", "restartPolicy")
  return [
    ...((selector === undefined || !isEmpty(selector)) && !Selector.matching(selector)(labels)
      ? [Status.invalidValue("spec.template.metadata.labels", shown, "`selector` does not match template `labels`")]
      : []),
    ...PodRules.template(given, "spec.template"),
    ...(policy !== undefined && policy !== "Always"
      ? [Status.unsupportedValue("spec.template.spec.restartPolicy", policy, ["Always"])]
      : []),
    ...(Json.at(given, "spec", "activeDeadlineSeconds") === undefined
      ? []
      : [
        Status.forbiddenField(
          "spec.template.spec.activeDeadlineSeconds",
          `activeDeadlineSeconds in ${kind === "Deployment" ? "ReplicaSet" : kind} is not Supported`
        )
      ])
  ]
}

/**
 * The rules of the selector and of the template of a spec; `kind` is in messages, and `given` is the template as it is validated.
 *
 * @since 0.1.0
 * @category rules
 */
export const rules = (object: JsonObject, kind: string, given?: JsonObject): Status.FieldErrors => {
  const wanted = Json.at(object, "spec", "selector")
  return [
    ...(wanted === undefined
      ? kind === "DaemonSet" ? [] : [Status.required("spec.selector")]
      : [
        ...selector(wanted, "spec.selector"),
        ...(isEmpty(wanted)
          ? [
            Status.invalidValue(
              "spec.selector",
              wanted,
              // Upstream names the wrong kind.
              `empty selector is invalid for ${(kind === "ReplicaSet" ? "Deployment" : kind).toLowerCase()}`
            )
          ]
          : [])
      ]),
    ...template(object, wanted, kind, given)
  ]
}

/** The selector of an object cannot change. @since 0.1.0 @category rules  */
export const sameSelector = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  const value = Json.at(next, "spec", "selector")
  return Json.equal(value, Json.at(previous, "spec", "selector"))
    ? []
    : [Status.invalidValue("spec.selector", value, "field is immutable")]
}
