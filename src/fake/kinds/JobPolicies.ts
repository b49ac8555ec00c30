/**
 * Validation of a Job's podFailurePolicy and successPolicy, as in k8s.io/kubernetes pkg/apis/batch/validation (v1.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Names from "./Names.js"

const maxRules = 20
const maxPatterns = 20
const maxExitCodes = 255
const maxIndexesLength = 64 * 1024

const actions = ["Count", "FailIndex", "FailJob", "Ignore"]
const operators = ["In", "NotIn"]
const statuses = ["False", "True", "Unknown"]

const quoted = (values: ReadonlyArray<string>): string =>
  `valid values: [${values.map((value) => JSON.stringify(value)).join(" ")}]`

/** A text of a table: required, and no other value. */
const oneOf = (value: string, field: string, known: ReadonlyArray<string>): Status.FieldErrors =>
  value === ""
    ? [Status.required(field, quoted(known))]
    : known.includes(value)
    ? []
    : [Status.unsupportedValue(field, value, known)]

const tooMany = (field: string, count: number, most: number): Status.FieldErrors =>
  count > most ? [Status.tooMany(field, count, most)] : []

const exitCodes = (rule: JsonObject, field: string, containers: ReadonlyArray<string>): Status.FieldErrors => {
  const requirement = Json.object(rule, "onExitCodes")
  const values = Json.list(requirement, "values").filter((value) => typeof value === "number")
  const operator = Json.text(requirement, "operator") ?? ""
  const container = Json.text(requirement, "containerName")
  return [
    ...oneOf(operator, `${field}.operator`, operators),
    ...(container === undefined || containers.includes(container) ? [] : [Status.invalidValue(
      `${field}.containerName`,
      container,
      "must be one of the container or initContainer names in the pod template"
    )]),
    ...(values.length === 0
      ? [Status.invalidValue(`${field}.values`, [], "at least one value is required")]
      : tooMany(`${field}.values`, values.length, maxExitCodes)),
    ...values.flatMap((value, index): Status.FieldErrors => [
      ...(operator === "In" && value === 0
        ? [Status.invalidValue(`${field}.values[${index}]`, 0, "must not be 0 for the In operator")]
        : []),
      ...(values.indexOf(value) < index
        ? [Status.duplicate(`${field}.values[${index}]`, value)]
        : [])
    ]),
    ...(values.some((value, index) => (values[index - 1] ?? value) > value)
      ? [Status.invalidValue(`${field}.values`, values, "must be ordered")]
      : [])
  ]
}

const conditions = (patterns: ReadonlyArray<JsonObject>, field: string): Status.FieldErrors => [
  ...tooMany(field, patterns.length, maxPatterns),
  ...patterns.flatMap((pattern, index) => {
    const type = Json.text(pattern, "type") ?? ""
    return [
      ...Status.invalidValues(`${field}[${index}].type`, type, Names.qualifiedName(type)),
      ...oneOf(Json.text(pattern, "status") ?? "", `${field}[${index}].status`, statuses)
    ]
  })
]

/** The rules of `podFailurePolicy` in the spec of a Job. @since 0.1.0 @category rules  */
export const failure = (spec: JsonObject): Status.FieldErrors => {
  const rules = Json.objects(spec, "podFailurePolicy", "rules")
  const containers = ["containers", "initContainers"].flatMap((key) => Json.objects(spec, "template", "spec", key))
    .flatMap((one) => Json.text(one, "name") ?? [])
  return [
    ...tooMany("spec.podFailurePolicy.rules", rules.length, maxRules),
    ...rules.flatMap((rule, index): Status.FieldErrors => {
      const field = `spec.podFailurePolicy.rules[${index}]`
      const action = Json.text(rule, "action") ?? ""
      const patterns = Json.objects(rule, "onPodConditions")
      const onCodes = rule["onExitCodes"] !== undefined
      return [
        ...oneOf(action, `${field}.action`, actions),
        ...(action === "FailIndex" && spec["backoffLimitPerIndex"] === undefined
          ? [Status.invalidValue(`${field}.action`, action, "requires the backoffLimitPerIndex to be set")]
          : []),
        ...(onCodes ? exitCodes(rule, `${field}.onExitCodes`, containers) : []),
        ...conditions(patterns, `${field}.onPodConditions`),
        ...(onCodes === patterns.length > 0
          ? [{
            type: "Invalid" as const,
            field,
            hidden: true as const,
            detail: onCodes
              ? "specifying both OnExitCodes and OnPodConditions is not supported"
              : "specifying one of OnExitCodes and OnPodConditions is required"
          }]
          : [])
      ]
    })
  ]
}

const index = (text: string, completions: number): Either.Either<number, string> =>
  !/^[+-]?[0-9]+$/.test(text)
    ? Either.left(`cannot convert string to integer for index: ${JSON.stringify(text)}`)
    : Number(text) >= completions
    ? Either.left(`too large index: ${JSON.stringify(text)}`)
    : Either.right(Number(text))

/** The number of indexes in a text such as `1,3-5`, or why it is not valid. @since 0.1.0 @category rules  */
export const countIndexes = (text: string, completions: number): Either.Either<number, string> =>
  Either.gen(function*() {
    const order = (previous: number, current: number) =>
      Either.left(`non-increasing order, previous: ${previous}, current: ${current}`)
    let total = 0
    let last = Number.NEGATIVE_INFINITY
    for (const part of text === "" ? [] : text.split(",")) {
      const [from = "", to, more] = part.split("-")
      if (more !== undefined) {
        return yield* Either.left(
          `the fragment ${JSON.stringify(part)} violates the requirement that an index interval can have at most two `
            + "parts separated by '-'"
        )
      }
      const first = yield* index(from, completions)
      const end = to === undefined ? first : yield* index(to, completions)
      if (to !== undefined && first >= end) return yield* order(first, end)
      if (last >= first) return yield* order(last, first)
      total += end - first + 1
      last = end
    }
    return total
  })

const successRule = (rule: JsonObject, field: string, completions: number): Status.FieldErrors => {
  const text = Json.text(rule, "succeededIndexes")
  const count = Json.number(rule, "succeededCount")
  const parsed = countIndexes(text ?? "", completions)
  const named = Either.getOrElse(parsed, () => 0)
  const most = (limit: number, what: string): Status.FieldErrors =>
    count !== undefined && count > limit
      ? [Status.invalidValue(`${field}.succeededCount`, count, `must be less than or equal to ${limit} (${what})`)]
      : []
  return [
    ...(text === undefined && count === undefined
      ? [Status.required(field, "at least one of succeededCount or succeededIndexes must be specified")]
      : []),
    ...(text !== undefined && text.length > maxIndexesLength
      ? [Status.tooLong(`${field}.succeededIndexes`, maxIndexesLength)]
      : []),
    ...(Either.isLeft(parsed)
      ? [Status.invalidValue(
        `${field}.succeededIndexes`,
        text ?? "",
        `error parsing succeededIndexes: ${parsed.left}`
      )]
      : []),
    ...((count ?? 0) < 0
      ? [Status.invalidValue(`${field}.succeededCount`, count, "must be greater than or equal to 0")]
      : []),
    ...most(completions, "the number of specified completions"),
    ...(text === undefined
      ? []
      : most(named, "the number of indexes in the specified succeededIndexes field"))
  ]
}

/** The rules of `successPolicy` in the spec of a Job. @since 0.1.0 @category rules  */
export const success = (spec: JsonObject): Status.FieldErrors => {
  if (spec["successPolicy"] === undefined) return []
  const rules = Json.objects(spec, "successPolicy", "rules")
  if (spec["completionMode"] !== "Indexed") {
    // The server shows its internal type.
    const shown = {
      Rules: rules.length === 0 ? null : rules.map((rule) => ({
        SucceededIndexes: rule["succeededIndexes"] ?? null,
        SucceededCount: rule["succeededCount"] ?? null
      }))
    }
    return [Status.invalidValue("spec.successPolicy", shown, "requires indexed completion mode")]
  }
  return [
    ...(rules.length === 0
      ? [Status.required(
        "spec.successPolicy.rules",
        "at least one rules must be specified when the successPolicy is specified"
      )]
      : []),
    ...tooMany("spec.successPolicy.rules", rules.length, maxRules),
    ...rules.flatMap((rule, index) =>
      successRule(rule, `spec.successPolicy.rules[${index}]`, Json.number(spec, "completions") ?? 0)
    )
  ]
}
