/**
 * CronJobs, by k8s.io/kubernetes pkg/registry/batch/cronjob and pkg/apis/batch (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as BatchKinds from "./BatchKinds.js"
import * as Column from "./Column.js"
import * as CronSchedule from "./CronSchedule.js"
import { boolean, each, type Fields, integer, keptText, list, struct, text } from "./Fields.js"
import * as JobRules from "./JobRules.js"
import * as Kind from "./Kind.js"
import { meta, object, objectReference } from "./ObjectFields.js"
import * as PodDefaults from "./PodDefaults.js"
import * as Workloads from "./Workloads.js"

const fields: Fields = object({
  spec: struct({
    schedule: keptText,
    timeZone: keptText,
    ...each(integer, "startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"),
    concurrencyPolicy: text,
    suspend: boolean,
    jobTemplate: struct({ metadata: meta, spec: BatchKinds.jobSpec })
  }),
  status: struct({
    active: list(objectReference),
    ...each(text, "lastScheduleTime", "lastSuccessfulTime")
  })
})

// The template has the defaults of pods and of failure policies, and not those of a Job.
const fillTemplate = (template: JsonObject): JsonObject =>
  Kind.inside({ metadata: {}, ...template }, "spec", (spec) =>
    Kind.inside(
      BatchKinds.fillFailurePolicy(spec),
      "template",
      (inner) => Kind.inside({ metadata: {}, ...inner }, "spec", PodDefaults.podSpec)
    ))

const fill = (cronJob: JsonObject): JsonObject => ({
  ...cronJob,
  spec: Kind.inside(
    Kind.defaults(Json.object(cronJob, "spec"), {
      concurrencyPolicy: "Allow",
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1
    }),
    "jobTemplate",
    fillTemplate
  )
})

const scheduleErrors = (schedule: string): Status.FieldErrors => {
  const field = "spec.schedule"
  if (schedule === "") return [Status.required(field)]
  const message = CronSchedule.error(schedule)
  return message === undefined ? [] : [Status.invalidValue(field, schedule, message)]
}

const isTimeZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== ""
  } catch {
    return false
  }
}

const timeZoneErrors = (zone: string | undefined): Status.FieldErrors => {
  const wrong = (message: string) => [Status.invalidValue("spec.timeZone", zone, message)]
  return zone === undefined
    ? []
    : zone === ""
    ? wrong("timeZone must be nil or non-empty string")
    : zone.toLowerCase() === "local"
    ? wrong("timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones")
    : isTimeZone(zone)
    ? []
    : wrong(`unknown time zone ${zone}`)
}

const policies = ["Allow", "Forbid", "Replace"]

const templateErrors = (template: JsonObject): Status.FieldErrors => {
  const spec = Json.object(template, "spec")
  const field = "spec.jobTemplate.spec"
  return [
    ...JobRules.validateSpec(spec).map((error) => ({ ...error, field: `spec.jobTemplate.${error.field}` })),
    ...(spec["selector"] === undefined
      ? []
      : [Status.invalidValue(`${field}.selector`, spec["selector"], "`selector` will be auto-generated")]),
    ...(spec["manualSelector"] === true
      ? [Status.unsupportedValue(`${field}.manualSelector`, true, ["nil", "false"])]
      : [])
  ]
}

const validate = (cronJob: JsonObject): Status.FieldErrors => {
  const spec = Json.object(cronJob, "spec")
  const policy = Json.text(spec, "concurrencyPolicy") ?? ""
  return [
    ...scheduleErrors(Json.text(spec, "schedule") ?? ""),
    ...Workloads.counts(cronJob, "startingDeadlineSeconds"),
    ...(policies.includes(policy) ? [] : [Status.unsupportedValue("spec.concurrencyPolicy", policy, policies)]),
    ...templateErrors(Json.object(spec, "jobTemplate")),
    ...Workloads.counts(cronJob, "successfulJobsHistoryLimit", "failedJobsHistoryLimit")
  ]
}

const zoneInSchedule = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  const [schedule, before] = [next, previous].map((one) => Json.text(one, "spec", "schedule") ?? "")
  if (schedule === undefined || !schedule.includes("TZ")) return []
  return before?.includes("TZ") !== true
    ? [
      Status.invalidValue("spec.schedule", schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")
    ]
    : Json.at(next, "spec", "timeZone") === undefined
    ? []
    : [Status.invalidValue("spec.schedule", schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule")]
}

// The controller adds 11 characters to the names of Jobs, which have at most 63.
const longestName = 52

const validateNew = (cronJob: JsonObject): Status.FieldErrors => {
  const name = Json.text(cronJob, "metadata", "name") ?? ""
  return [
    ...zoneInSchedule(cronJob, {}),
    ...timeZoneErrors(Json.text(cronJob, "spec", "timeZone")),
    ...(name.length > longestName
      ? [Status.invalidValue("metadata.name", name, `must be no more than ${longestName} characters`)]
      : [])
  ]
}

const validateUpdate = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  const [zone, before] = [next, previous].map((one) => Json.text(one, "spec", "timeZone"))
  return [...zoneInSchedule(next, previous), ...(zone === before ? [] : timeZoneErrors(zone))]
}

const ofContainers = (key: string) => (cronJob: JsonObject): string =>
  Json.objects(cronJob, "spec", "jobTemplate", "spec", "template", "spec", "containers").map((container) =>
    Json.text(container, key) ?? ""
  ).join(",")

const columns = [
  Column.name,
  Column.make("Schedule", (one) => Json.text(one, "spec", "schedule") ?? ""),
  Column.make("Timezone", (one) => Json.text(one, "spec", "timeZone") ?? "<none>"),
  Column.typed("boolean", "Suspend", (one) => Json.at(one, "spec", "suspend") === true ? "True" : "False"),
  Column.typed("integer", "Active", (one) => Json.objects(one, "status", "active").length),
  Column.make("Last Schedule", (one, now) => {
    const time = Json.text(one, "status", "lastScheduleTime")
    return time === undefined ? "<none>" : Column.since(time, now)
  }),
  Column.age,
  Column.wide("Containers", ofContainers("name")),
  Column.wide("Images", ofContainers("image")),
  Column.wide("Selector", () => "<none>")
]

/** @since 0.1.0 @category kinds */
export const cronJob = Kind.make({
  group: "batch",
  version: "v1",
  plural: "cronjobs",
  columns,
  kind: "CronJob",
  shortNames: ["cj"],
  categories: ["all"],
  status: true,
  fields,
  generation: "spec",
  fill,
  prepare: (made) => ({ ...made, status: {} }),
  validate,
  validateNew,
  validateUpdate
})

/** @since 0.1.0 @category kinds */
export const kinds: ReadonlyArray<Kind.Kind> = [cronJob]
