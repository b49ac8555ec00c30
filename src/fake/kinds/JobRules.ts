/**
 * Validation of Jobs: the rules and messages of k8s.io/kubernetes pkg/apis/batch/validation (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Conditions from "../controllers/Conditions.js"
import * as Json from "../Json.js"
import * as Selector from "../store/Selector.js"
import * as JobPolicies from "./JobPolicies.js"
import * as Kind from "./Kind.js"
import * as Names from "./Names.js"
import * as PodRules from "./PodRules.js"
import * as Workloads from "./Workloads.js"

/** The labels that select a Job's pods. The unprefixed ones are the older form. @since 0.1.0 @category getters  */
export const generated = (job: JsonObject): Readonly<Record<string, string>> => {
  const uid = Json.text(job, "metadata", "uid") ?? ""
  const name = Json.text(job, "metadata", "name") ?? ""
  return {
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name
  }
}

// Numbers of Indexed Jobs: `many` completions have limits of their own.
const maximum = 100_000
const many = 100_000
const maximumOfMany = 10_000
const managedByLength = 63

const notAbove = (spec: JsonObject, name: string, limit: number, more = ""): Status.FieldErrors => {
  const value = Json.number(spec, name)
  return value !== undefined && value > limit
    ? [Status.invalidValue(`spec.${name}`, value, `must be less than or equal to ${limit}${more}`)]
    : []
}

const managedBy = (value: string | undefined): Status.FieldErrors => {
  const field = "spec.managedBy"
  if (value === undefined) return []
  if (value === "") return [Status.required(field)]
  const [host = "", path = ""] = [value.split("/", 1)[0], value.slice(value.indexOf("/") + 1)]
  const wrong: Status.FieldErrors = host === "" || path === "" || !value.includes("/")
    ? [Status.invalidValue(field, value, `must be a domain-prefixed path (such as "acme.io/foo")`)]
    : Status.invalidValues(field, host, Names.dnsSubdomain(host))
  return value.length > managedByLength ? [...wrong, Status.tooLong(field, managedByLength)] : wrong
}

const modes = ["Indexed", "NonIndexed"]

const manyIndexes = (spec: JsonObject): Status.FieldErrors => {
  const completions = Json.number(spec, "completions") ?? 0
  if (completions <= many || spec["backoffLimitPerIndex"] === undefined) return []
  return [
    ...(spec["maxFailedIndexes"] === undefined
      ? [Status.required("spec.maxFailedIndexes", `must be specified when completions is above ${many}`)]
      : []),
    ...["parallelism", "maxFailedIndexes"].flatMap((name) =>
      notAbove(
        spec,
        name,
        maximumOfMany,
        ` when completions are above ${many} and used with backoff limit per index`
      )
    )
  ]
}

const mode = (spec: JsonObject): Status.FieldErrors => {
  const given = Json.text(spec, "completionMode") ?? "NonIndexed"
  if (given !== "Indexed") {
    return [
      ...(modes.includes(given) ? [] : [Status.unsupportedValue("spec.completionMode", given, modes.toReversed())]),
      ...["backoffLimitPerIndex", "maxFailedIndexes"].flatMap((name) =>
        spec[name] === undefined || given !== "NonIndexed"
          ? []
          : [Status.invalidValue(`spec.${name}`, spec[name], "requires indexed completion mode")]
      )
    ]
  }
  const completions = Json.number(spec, "completions")
  const failed = Json.number(spec, "maxFailedIndexes") ?? 0
  return [
    ...(completions === undefined ? [Status.required("spec.completions", "when completion mode is Indexed")] : []),
    ...notAbove(spec, "parallelism", maximum, " when completion mode is Indexed"),
    ...(completions !== undefined && failed > completions
      ? [Status.invalidValue("spec.maxFailedIndexes", failed, "must be less than or equal to completions")]
      : []),
    ...notAbove(spec, "maxFailedIndexes", maximum),
    ...manyIndexes(spec)
  ]
}

const replacements = ["Failed", "TerminatingOrFailed"]

const replacement = (spec: JsonObject): Status.FieldErrors => {
  const known = spec["podFailurePolicy"] === undefined ? replacements : ["Failed"]
  const policy = Json.text(spec, "podReplacementPolicy") ?? "Failed"
  return known.includes(policy) ? [] : [Status.unsupportedValue("spec.podReplacementPolicy", policy, known)]
}

const restartPolicy = (spec: JsonObject): Status.FieldErrors => {
  const field = "spec.template.spec.restartPolicy"
  const policy = Json.text(spec, "template", "spec", "restartPolicy") ?? "Always"
  if (policy === "Always") {
    return [Status.required(field, `valid values: "OnFailure", "Never"`)]
  }
  if (!["OnFailure", "Never"].includes(policy)) {
    return [Status.unsupportedValue(field, policy, ["OnFailure", "Never"])]
  }
  return policy !== "Never" && spec["podFailurePolicy"] !== undefined
    ? [Status.invalidValue(field, policy, `only "Never" is supported when podFailurePolicy is specified`)]
    : []
}

const selects = (spec: JsonObject): Status.FieldErrors => {
  const labels = Json.record(spec, "template", "metadata", "labels")
  return [
    ...(spec["selector"] === undefined ? [Status.required("spec.selector")] : Workloads.selector(
      spec["selector"],
      "spec.selector"
    )),
    ...(Selector.matching(spec["selector"])(labels)
      ? []
      : [Status.invalidValue(
        "spec.template.metadata.labels",
        Json.at(spec, "template", "metadata", "labels") ?? null,
        "`selector` does not match template `labels`"
      )])
  ]
}

/** The name of the pod of the last index is a host name. */
const lastName = (job: JsonObject): Status.FieldErrors => {
  const name = Json.text(job, "metadata", "name") ?? ""
  const completions = Json.number(job, "spec", "completions") ?? 0
  const last = `${name}-${completions - 1}`
  return Json.text(job, "spec", "completionMode") !== "Indexed" || completions <= 0 || Names.dnsLabel(last).length === 0
    ? []
    : [Status.invalidValue("metadata.name", name, `will not able to create pod with invalid DNS label: ${last}`)]
}

/** The rules of the spec of a Job, which may be a template. @since 0.1.0 @category rules  */
export const validateSpec = (spec: JsonObject): Status.FieldErrors => [
  ...Workloads.counts(
    { spec },
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
    "maxFailedIndexes"
  ),
  ...(spec["maxFailedIndexes"] !== undefined && spec["backoffLimitPerIndex"] === undefined
    ? [Status.required("spec.backoffLimitPerIndex", "when maxFailedIndexes is specified")]
    : []),
  ...managedBy(Json.text(spec, "managedBy")),
  ...mode(spec),
  ...JobPolicies.failure(spec),
  ...JobPolicies.success(spec),
  ...replacement(spec),
  ...PodRules.template(Json.object(spec, "template"), "spec.template"),
  ...restartPolicy(spec)
]

/** The rules of every write. @since 0.1.0 @category rules  */
export const validate = (job: JsonObject): Status.FieldErrors => {
  const spec = Json.object(job, "spec")
  return [...validateSpec(spec), ...selects(spec), ...lastName(job)]
}

/** The rules of creation alone: the generated labels and selector are not changed. @since 0.1.0 @category rules  */
export const validateNew = (job: JsonObject): Status.FieldErrors => {
  if (Json.at(job, "spec", "manualSelector") === true) return []
  const labels = Json.record(job, "spec", "template", "metadata", "labels")
  const wanted = generated(job)
  const wrong = ["controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"]
    .filter((key) => labels[key] !== wanted[key])
    .map((key) => Status.invalidValue(`spec.template.metadata.labels[${key}]`, labels, `must be '${wanted[key]}'`))
  const selector = Json.at(job, "spec", "selector")
  return Selector.matching(selector)(wanted)
    ? wrong
    : [...wrong, Status.invalidValue("spec.selector", selector, "`selector` not auto-generated")]
}

const fixed = ["selector", "completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"]

/** What may change in the pod template of a Job that is suspended and has no pods, for example by Kueue. */
const unplaced = (template: JsonObject): JsonObject => {
  const spec = Json.omit(Json.object(template, "spec"), "nodeSelector", "tolerations", "affinity", "schedulingGates")
  const sized = ["initContainers", "containers"].reduce(
    (next, list) => Kind.insideEach(next, list, (container) => Json.omit(container, "resources")),
    spec
  )
  return { ...Json.omit(template, "metadata"), spec: sized }
}

const sameCompletions = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  const value = next["completions"]
  if (value === previous["completions"]) return []
  if (next["completionMode"] !== "Indexed") {
    return [Status.invalidValue("spec.completions", value ?? null, "field is immutable")]
  }
  return value === undefined || value === next["parallelism"]
    ? []
    : [Status.invalidValue("spec.completions", value, "can only be modified in tandem with spec.parallelism")]
}

/** The rules of updates alone. @since 0.1.0 @category rules  */
export const validateUpdate = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  const status = Json.object(previous, "status")
  const free = Json.at(previous, "spec", "suspend") === true && (Json.number(status, "active") ?? 0) === 0
    && (status["startTime"] === undefined || Conditions.holds(status, "Suspended"))
  const [after, before] = [Json.object(next, "spec"), Json.object(previous, "spec")]
  const template = (spec: JsonObject) => free ? unplaced(Json.object(spec, "template")) : spec["template"]
  const immutable = (name: string) => Status.invalidValue(`spec.${name}`, after[name], "field is immutable")
  return [
    ...sameCompletions(after, before),
    ...(Json.equal(after["selector"], before["selector"]) ? [] : [immutable("selector")]),
    ...(Json.equal(template(after), template(before)) ? [] : [immutable("template")]),
    ...fixed.slice(1).filter((name) => !Json.equal(after[name], before[name])).map(immutable)
  ]
}
