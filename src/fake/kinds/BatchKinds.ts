/**
 * Jobs, by k8s.io/kubernetes pkg/registry/batch/job and pkg/apis/batch (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Columns from "./Columns.js"
import {
  any,
  boolean,
  each,
  type Fields,
  integer,
  keptText,
  keyedList,
  list,
  patchedList,
  struct,
  text
} from "./Fields.js"
import * as JobRules from "./JobRules.js"
import * as JobStatusRules from "./JobStatusRules.js"
import * as Kind from "./Kind.js"
import { condition, labelSelector, object } from "./ObjectFields.js"
import * as PodDefaults from "./PodDefaults.js"
import { podTemplate } from "./PodFields.js"

/** The fields of the spec of a Job. @since 0.1.0 @category constants  */
export const jobSpec = struct({
  ...each(integer, "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "backoffLimitPerIndex"),
  ...each(integer, "maxFailedIndexes", "ttlSecondsAfterFinished"),
  ...each(boolean, "manualSelector", "suspend"),
  ...each(keptText, "completionMode", "podReplacementPolicy", "managedBy"),
  podFailurePolicy: struct({
    rules: list(struct({
      action: text,
      onExitCodes: struct({ containerName: keptText, operator: text, values: keyedList(integer) }),
      onPodConditions: list(struct(each(text, "type", "status")))
    }))
  }),
  successPolicy: struct({ rules: list(struct({ succeededIndexes: keptText, succeededCount: integer })) }),
  selector: labelSelector,
  template: podTemplate,
  scheduling: any
})

const fields: Fields = object({
  spec: jobSpec,
  status: struct({
    conditions: patchedList(struct(condition), "type"),
    ...each(text, "startTime", "completionTime", "completedIndexes"),
    failedIndexes: keptText,
    ...each(integer, "active", "succeeded", "failed", "terminating", "ready"),
    uncountedTerminatedPods: struct({ succeeded: keyedList(text), failed: keyedList(text) })
  })
})

/** The spec of a Job with the defaults of its failure policy. @since 0.1.0 @category combinators  */
export const fillFailurePolicy = (spec: JsonObject): JsonObject =>
  Kind.inside(
    spec,
    "podFailurePolicy",
    (policy) =>
      Kind.insideEach(
        policy,
        "rules",
        (rule) => Kind.insideEach(rule, "onPodConditions", (pattern) => Kind.defaults(pattern, { status: "True" }))
      )
  )

const fill = (job: JsonObject): JsonObject => {
  // Of a feature that is off by default: a server drops it.
  const spec = Json.omit(Json.object(job, "spec"), "scheduling")
  const filled = Kind.defaults(spec, {
    ...(spec["completions"] === undefined && spec["parallelism"] === undefined ? { completions: 1 } : {}),
    parallelism: 1,
    backoffLimit: spec["backoffLimitPerIndex"] === undefined ? 6 : 2_147_483_647,
    completionMode: "NonIndexed",
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: spec["podFailurePolicy"] === undefined ? "TerminatingOrFailed" : "Failed"
  })
  const withTemplate = Kind.inside(
    fillFailurePolicy(filled),
    "template",
    (template) => Kind.inside({ metadata: {}, ...template }, "spec", PodDefaults.podSpec)
  )
  const labels = Json.object(withTemplate, "template", "metadata", "labels")
  const labelled = Object.keys(Json.object(job, "metadata", "labels")).length === 0 && Object.keys(labels).length > 0
    ? Json.set(job, ["metadata", "labels"], labels)
    : job
  // Go writes times that are not set.
  const timed = Kind.inside(
    labelled,
    "status",
    (status) =>
      Kind.insideEach(
        status,
        "conditions",
        (one) => Kind.defaults(one, { lastProbeTime: null, lastTransitionTime: null })
      )
  )
  return { ...timed, spec: withTemplate }
}

const prepare = (job: JsonObject): JsonObject => {
  const made = { ...job, status: {} }
  if (Json.at(job, "spec", "manualSelector") === true) {
    return made
  }
  const labels = { ...JobRules.generated(job), ...Json.object(job, "spec", "template", "metadata", "labels") }
  const uid = Json.text(job, "metadata", "uid") ?? ""
  // The labels of a Job that has none are those of its template: in Go the same map.
  const own = Json.at(job, "metadata", "labels")
  const shared = own !== undefined && own === Json.at(job, "spec", "template", "metadata", "labels")
  const labelled = Json.set(
    shared ? Json.set(made, ["metadata", "labels"], labels) : made,
    ["spec", "template", "metadata", "labels"],
    labels
  )
  const matchLabels = Object.fromEntries(
    Object.entries({
      "batch.kubernetes.io/controller-uid": uid,
      ...Json.object(job, "spec", "selector", "matchLabels")
    }).toSorted(([a], [b]) => a < b ? -1 : 1)
  )
  return fill(Json.set(labelled, ["spec", "selector", "matchLabels"], matchLabels))
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
  validate: JobRules.validate,
  validateNew: JobRules.validateNew,
  validateUpdate: JobRules.validateUpdate,
  validateStatus: JobStatusRules.validate,
  orphans: true
})

/** @since 0.1.0 @category kinds */
export const kinds: ReadonlyArray<Kind.Kind> = [job]
