/**
 * Jobs, by k8s.io/kubernetes pkg/registry/batch/job and pkg/apis/batch (v1.37). Indexed Jobs are accepted but not run.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Columns from "./Columns.js"
import { any, boolean, each, type Fields, integer, list, mergedList, struct, text } from "./Fields.js"
import * as Kind from "./Kind.js"
import { condition, labelSelector, object } from "./ObjectFields.js"
import * as PodDefaults from "./PodDefaults.js"
import { podTemplate } from "./PodFields.js"
import * as PodRules from "./PodRules.js"

const fields: Fields = object({
  spec: struct({
    ...each(integer, "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "backoffLimitPerIndex"),
    ...each(integer, "maxFailedIndexes", "ttlSecondsAfterFinished"),
    ...each(boolean, "manualSelector", "suspend"),
    ...each(text, "completionMode", "podReplacementPolicy", "managedBy"),
    podFailurePolicy: struct({
      rules: list(struct({
        action: text,
        onExitCodes: struct({ containerName: text, operator: text, values: list(integer) }),
        onPodConditions: list(struct(each(text, "type", "status")))
      }))
    }),
    successPolicy: struct({ rules: list(struct({ succeededIndexes: text, succeededCount: integer })) }),
    selector: labelSelector,
    template: podTemplate,
    scheduling: any
  }),
  status: struct({
    conditions: mergedList(struct(condition), "type"),
    ...each(text, "startTime", "completionTime", "completedIndexes", "failedIndexes"),
    ...each(integer, "active", "succeeded", "failed", "terminating", "ready"),
    uncountedTerminatedPods: struct({ succeeded: list(text), failed: list(text) })
  })
})

const fill = (job: JsonObject): JsonObject => {
  const spec = Json.object(job, "spec")
  const filled = Kind.defaults(spec, {
    ...(spec["completions"] === undefined && spec["parallelism"] === undefined ? { completions: 1 } : {}),
    parallelism: 1,
    backoffLimit: spec["backoffLimitPerIndex"] === undefined ? 6 : 2_147_483_647,
    completionMode: "NonIndexed",
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: spec["podFailurePolicy"] === undefined ? "TerminatingOrFailed" : "Failed"
  })
  const withPolicy = Kind.inside(
    filled,
    "podFailurePolicy",
    (policy) =>
      Kind.insideEach(
        policy,
        "rules",
        (rule) => Kind.insideEach(rule, "onPodConditions", (pattern) => Kind.defaults(pattern, { status: "True" }))
      )
  )
  const withTemplate = Kind.inside(
    withPolicy,
    "template",
    (template) => Kind.inside({ metadata: {}, ...template }, "spec", PodDefaults.podSpec)
  )
  const labels = Json.object(withTemplate, "template", "metadata", "labels")
  const labelled = Object.keys(Json.object(job, "metadata", "labels")).length === 0 && Object.keys(labels).length > 0
    ? Json.set(job, ["metadata", "labels"], labels)
    : job
  return { ...labelled, spec: withTemplate }
}

/** The labels that select a Job's pods. The unprefixed ones are the older form. */
const generated = (job: JsonObject): JsonObject => {
  const uid = Json.text(job, "metadata", "uid") ?? ""
  const name = Json.text(job, "metadata", "name") ?? ""
  return {
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name
  }
}

const prepare = (job: JsonObject): JsonObject => {
  const made = { ...job, status: {} }
  if (Json.at(job, "spec", "manualSelector") === true) {
    return made
  }
  const labels = { ...generated(job), ...Json.object(job, "spec", "template", "metadata", "labels") }
  const uid = Json.text(job, "metadata", "uid") ?? ""
  const labelled = Json.set(made, ["spec", "template", "metadata", "labels"], labels)
  const matchLabels = {
    "batch.kubernetes.io/controller-uid": uid,
    ...Json.object(job, "spec", "selector", "matchLabels")
  }
  return fill(Json.set(labelled, ["spec", "selector", "matchLabels"], matchLabels))
}

const counts = [
  "parallelism",
  "completions",
  "activeDeadlineSeconds",
  "backoffLimit",
  "ttlSecondsAfterFinished",
  "backoffLimitPerIndex",
  "maxFailedIndexes"
]

const actions = ["Count", "FailIndex", "FailJob", "Ignore"]

const failurePolicy = (spec: JsonObject): ReadonlyArray<Status.FieldError> => {
  const containers = ["containers", "initContainers"].flatMap((key) => Json.objects(spec, "template", "spec", key)).map(
    (
      one
    ) => Json.text(one, "name")
  )
  return Json.objects(spec, "podFailurePolicy", "rules").flatMap((rule, index) => {
    const field = `spec.podFailurePolicy.rules[${index}]`
    const action = Json.text(rule, "action") ?? ""
    const container = Json.text(rule, "onExitCodes", "containerName")
    const values = Json.list(rule, "onExitCodes", "values").filter((value) => typeof value === "number")
    const onCodes = rule["onExitCodes"] !== undefined
    const onConditions = Json.list(rule, "onPodConditions").length > 0
    return [
      ...(actions.includes(action) ? [] : [Status.unsupportedValue(`${field}.action`, action, actions)]),
      ...(container === undefined || containers.includes(container)
        ? []
        : [Status.invalidValue(
          `${field}.onExitCodes.containerName`,
          container,
          "must be one of the container or initContainer names in the pod template"
        )]),
      ...(onCodes && values.length === 0
        ? [Status.invalidValue(`${field}.onExitCodes.values`, values, "at least one value is required")]
        : []),
      ...(values.some((value, at) => at > 0 && (values[at - 1] ?? 0) > value)
        ? [Status.invalidValue(`${field}.onExitCodes.values`, values, "must be ordered")]
        : []),
      ...(Json.text(rule, "onExitCodes", "operator") === "In" && values.includes(0)
        ? [
          Status.invalidValue(
            `${field}.onExitCodes.values[${values.indexOf(0)}]`,
            0,
            "must not be 0 for the In operator"
          )
        ]
        : []),
      ...(onCodes === onConditions
        ? [Status.invalidValue(
          field,
          undefined,
          onCodes
            ? "specifying both OnExitCodes and OnPodConditions is not supported"
            : "specifying one of OnExitCodes and OnPodConditions is required"
        )]
        : [])
    ]
  })
}

const restartPolicy = (spec: JsonObject): ReadonlyArray<Status.FieldError> => {
  const field = "spec.template.spec.restartPolicy"
  const policy = Json.text(spec, "template", "spec", "restartPolicy") ?? "Always"
  if (policy === "Always") {
    return [Status.required(field, `valid values: "OnFailure", "Never"`)]
  }
  return policy !== "Never" && spec["podFailurePolicy"] !== undefined
    ? [Status.invalidValue(field, policy, `only "Never" is supported when podFailurePolicy is specified`)]
    : []
}

const validate = (job: JsonObject): ReadonlyArray<Status.FieldError> => {
  const spec = Json.object(job, "spec")
  return [
    ...counts.flatMap((name) => {
      const value = Json.number(spec, name)
      return value !== undefined && value < 0
        ? [Status.invalidValue(`spec.${name}`, value, "must be greater than or equal to 0")]
        : []
    }),
    ...failurePolicy(spec),
    ...(spec["podFailurePolicy"] !== undefined && spec["podReplacementPolicy"] !== "Failed"
      ? [Status.unsupportedValue("spec.podReplacementPolicy", spec["podReplacementPolicy"], ["Failed"])]
      : []),
    ...PodRules.labels(Json.object(spec, "template", "metadata"), "spec.template"),
    ...PodRules.podSpec(Json.object(spec, "template", "spec"), "spec.template.spec"),
    ...restartPolicy(spec)
  ]
}

const fixed = [
  "completions",
  "selector",
  "template",
  "completionMode",
  "podFailurePolicy",
  "backoffLimitPerIndex",
  "managedBy"
]

/** The pod template of a suspended Job that never started may get scheduling directives, for example from Kueue. */
const unplaced = (spec: JsonObject): JsonObject => {
  const pod = Json.omit(
    Json.object(spec, "template", "spec"),
    "nodeSelector",
    "tolerations",
    "affinity",
    "schedulingGates"
  )
  return Json.set(Json.set(spec, ["template", "spec"], pod), ["template", "metadata"], undefined)
}

const validateUpdate = (next: JsonObject, previous: JsonObject): ReadonlyArray<Status.FieldError> => {
  const free = Json.at(previous, "spec", "suspend") === true && Json.at(previous, "status", "startTime") === undefined
  const [after, before] = [Json.object(next, "spec"), Json.object(previous, "spec")].map((spec) =>
    free ? unplaced(spec) : spec
  )
  return fixed.filter((name) => !Json.equal(after?.[name], before?.[name])).map((name) =>
    Status.invalidValue(`spec.${name}`, Json.at(next, "spec", name), "field is immutable")
  )
}

/** @since 0.1.0 @category kinds */
export const job = Kind.make({
  group: "batch",
  version: "v1",
  plural: "jobs",
  columns: Columns.job,
  kind: "Job",
  categories: ["all"],
  status: true,
  fields,
  generation: "spec",
  selectable: { "status.successful": (object) => String(Json.number(object, "status", "succeeded") ?? 0) },
  unknownField: (field) => `field label "${field}" not supported for Job`,
  fill,
  prepare,
  validate,
  validateUpdate,
  orphans: true
})

/** @since 0.1.0 @category kinds */
export const kinds: ReadonlyArray<Kind.Kind> = [job]
