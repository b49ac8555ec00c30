/**
 * The rules of an update of the status of a Job, as in k8s.io/kubernetes pkg/apis/batch/validation and pkg/registry/batch/job
 * (v1.37): most of them hold for what the update changes.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as JobPolicies from "./JobPolicies.js"

const counters = ["active", "succeeded", "failed", "ready", "terminating"]

/** A Job, as the rules see it. */
const view = (job: JsonObject) => {
  const status = Json.object(job, "status")
  const is = (type: string): boolean =>
    Json.objects(status, "conditions").some((one) => one["type"] === type && one["status"] === "True")
  const uncounted = Json.object(status, "uncountedTerminatedPods")
  return {
    is,
    finished: is("Complete") || is("Failed"),
    count: (field: string): number => Json.number(status, field) ?? 0,
    text: (field: string): string | undefined => Json.text(status, field),
    number: (field: string): number | undefined => Json.number(status, field),
    uncounted: [...Json.texts(uncounted, "succeeded"), ...Json.texts(uncounted, "failed")],
    // The server shows its internal type.
    shownUncounted: Json.make({
      Succeeded: uncounted["succeeded"] ?? null,
      Failed: uncounted["failed"] ?? null
    }),
    resumed: Json.objects(status, "conditions").some((one) => one["type"] === "Suspended" && one["status"] === "False")
  }
}

type View = ReturnType<typeof view>

const field = (name: string): string => `status.${name}`

const conditions = (detail: string): Status.FieldError => ({
  type: "Invalid",
  field: field("conditions"),
  hidden: true,
  detail
})

const invalid = (name: string, value: Json.Value | undefined, detail: string): Status.FieldError =>
  Status.invalidValue(field(name), value, detail)

const each = (rules: ReadonlyArray<readonly [applies: boolean, error: () => Status.FieldError]>): Status.FieldErrors =>
  rules.flatMap(([applies, error]) => applies ? [error()] : [])

const uncounted = (job: JsonObject): Status.FieldErrors => {
  const seen = new Set<string>()
  return ["succeeded", "failed"].flatMap((list) =>
    Json.texts(job, "status", "uncountedTerminatedPods", list).flatMap((uid, index): Status.FieldErrors => {
      const here = field(`uncountedTerminatedPods.${list}[${index}]`)
      if (uid === "") return [Status.invalidValue(here, uid, "must not be empty")]
      if (seen.has(uid)) return [Status.duplicate(here, uid)]
      seen.add(uid)
      return []
    })
  )
}

const intervals = (text: string, completions: number): ReadonlyArray<readonly [from: number, to: number]> =>
  text === "" ? [] : text.split(",").flatMap((part): ReadonlyArray<readonly [number, number]> => {
    const [from = "", to = from] = part.split("-")
    return Either.isRight(JobPolicies.countIndexes(part, completions)) ? [[Number(from), Number(to)]] : []
  })

/** The first index that is in both texts. */
const overlap = (completed: string, failed: string, completions: number): number | undefined => {
  const others = intervals(failed, completions)
  const both = intervals(completed, completions).flatMap(([from, to]) =>
    others.filter(([first, last]) => from <= last && first <= to).map(([first]) => Math.max(from, first))
  )
  return both.length === 0 ? undefined : Math.min(...both)
}

const indexes = (job: JsonObject, next: View, previous: View): Status.FieldErrors => {
  const [completed, failed] = [next.text("completedIndexes") ?? "", next.text("failedIndexes")]
  const completedChanged = completed !== (previous.text("completedIndexes") ?? "")
  const failedChanged = failed !== previous.text("failedIndexes")
  const completions = Json.number(job, "spec", "completions")
  const perIndex = Json.at(job, "spec", "backoffLimitPerIndex") !== undefined
  const parsed = (name: string, text: string): Status.FieldErrors => {
    const count = JobPolicies.countIndexes(text, completions ?? 0)
    return Either.isLeft(count) ? [invalid(name, text, `error parsing ${name}: ${count.left}`)] : []
  }
  const common = completions === undefined || failed === undefined || !(failedChanged || completedChanged)
    ? undefined
    : overlap(completed, failed, completions)
  return [
    ...(completedChanged && completions !== undefined ? parsed("completedIndexes", completed) : []),
    ...(failedChanged && completions !== undefined && perIndex ? parsed("failedIndexes", failed ?? "") : []),
    ...each([
      [
        completedChanged && completed !== "" && Json.text(job, "spec", "completionMode") !== "Indexed",
        () =>
          invalid(
            "completedIndexes",
            completed,
            "cannot set non-empty completedIndexes when non-indexed completion mode"
          )
      ],
      [
        failedChanged && failed !== undefined && !perIndex,
        () => invalid("failedIndexes", failed, "cannot set non-null failedIndexes when backoffLimitPerIndex is null")
      ],
      [
        common !== undefined,
        () => invalid("failedIndexes", failed, `failedIndexes and completedIndexes overlap at index: ${common}`)
      ]
    ])
  ]
}

/** The rules of a status, for what has changed since the one before. */
const whole = (job: JsonObject, next: View, previous: View): Status.FieldErrors => {
  const changed = (...types: ReadonlyArray<string>) => types.some((type) => next.is(type) !== previous.is(type))
  const moved = (name: string) => next.text(name) !== previous.text(name)
  const recounted = (name: string) => next.number(name) !== previous.number(name)
  const ends = next.finished !== previous.finished
  const [start, end] = [next.text("startTime"), next.text("completionTime")]
  const suspended = Json.at(job, "spec", "suspend") === true
  return [
    ...each([
      [
        changed("Complete", "Failed") && next.is("Complete") && next.is("Failed"),
        () => conditions("cannot set Complete=True and Failed=true conditions")
      ],
      [
        changed("Complete", "FailureTarget") && next.is("Complete") && next.is("FailureTarget"),
        () => conditions("cannot set Complete=True and FailureTarget=true conditions")
      ],
      [
        (changed("Complete") || moved("completionTime")) && end !== undefined && !next.is("Complete"),
        () => invalid("completionTime", end, "cannot set completionTime when there is no Complete=True condition")
      ],
      [
        (changed("Complete") || moved("completionTime")) && end === undefined && next.is("Complete"),
        () => Status.required(field("completionTime"), "completionTime is required for Complete jobs")
      ],
      [
        (moved("startTime") || moved("completionTime")) && start !== undefined && end !== undefined && end < start,
        () => invalid("completionTime", end, "must be equal to or after `startTime`")
      ],
      [
        (changed("Failed") || moved("failedIndexes")) && next.is("Failed") && !next.is("FailureTarget"),
        () => conditions("cannot set Failed=True condition without the FailureTarget=true condition")
      ],
      [
        changed("Complete", "SuccessCriteriaMet") && next.is("Complete") && !next.is("SuccessCriteriaMet"),
        () => conditions("cannot set Complete=True condition without the SuccessCriteriaMet=true condition")
      ],
      [
        (ends || next.count("active") !== previous.count("active")) && next.count("active") > 0 && next.finished,
        () => invalid("active", next.count("active"), "active>0 is invalid for finished job")
      ],
      [
        (ends || moved("startTime")) && start === undefined && next.finished
        && !(suspended && Json.number(job, "spec", "completions") === 0),
        () => Status.required(field("startTime"), "startTime is required for finished job")
      ],
      [
        (ends || !Json.equal(next.shownUncounted, previous.shownUncounted)) && next.finished &&
        next.uncounted.length > 0,
        () => invalid("uncountedTerminatedPods", next.shownUncounted, "must be empty for finished job")
      ]
    ]),
    ...indexes(job, next, previous),
    ...each([
      [
        (ends || recounted("terminating")) && next.count("terminating") > 0 && next.finished,
        () => invalid("terminating", next.count("terminating"), "terminating>0 is invalid for finished job")
      ],
      [
        (recounted("ready") || next.count("active") !== previous.count("active"))
        && (next.number("ready") ?? Number.NEGATIVE_INFINITY) > next.count("active"),
        () => invalid("ready", next.count("ready"), "cannot set more ready pods than active")
      ],
      [
        next.is("SuccessCriteriaMet") && next.is("Failed"),
        () => conditions("cannot set SuccessCriteriaMet=True and Failed=true conditions")
      ],
      [
        next.is("SuccessCriteriaMet") && next.is("FailureTarget"),
        () => conditions("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions")
      ],
      [
        Json.at(job, "spec", "successPolicy") !== undefined && !next.is("SuccessCriteriaMet") && next.is("Complete"),
        () => conditions("cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True")
      ]
    ])
  ]
}

/** The rules of a change of the status. */
const steps = (job: JsonObject, next: View, previous: View): Status.FieldErrors => {
  const scaled = Json.text(job, "spec", "completionMode") === "Indexed"
    && Json.number(job, "spec", "completions") === Json.number(job, "spec", "parallelism")
  const [start, end] = [next.text("startTime"), next.text("completionTime")]
  const [started, ended] = [previous.text("startTime"), previous.text("completionTime")]
  return each([
    ...["Failed", "Complete", "FailureTarget"].map((type): readonly [boolean, () => Status.FieldError] => [
      previous.is(type) && !next.is(type),
      () => conditions(`cannot disable the terminal ${type}=True condition`)
    ]),
    [
      next.count("failed") < previous.count("failed"),
      () => invalid("failed", next.count("failed"), "cannot decrease the failed counter")
    ],
    [
      !scaled && next.count("succeeded") < previous.count("succeeded"),
      () => invalid("succeeded", next.count("succeeded"), "cannot decrease the succeeded counter")
    ],
    [
      end !== undefined && ended !== undefined && end !== ended,
      () => invalid("completionTime", end, "field is immutable")
    ],
    [
      started !== undefined && start !== started && Json.at(job, "spec", "suspend") !== true
      && !(previous.is("Suspended") && next.resumed),
      () => invalid("startTime", start, "field is immutable for unsuspended job once set")
    ],
    [
      previous.is("SuccessCriteriaMet") && !next.is("SuccessCriteriaMet"),
      () => conditions("cannot disable the SuccessCriteriaMet=True condition")
    ],
    [
      previous.is("Complete") && !previous.is("SuccessCriteriaMet") && next.is("SuccessCriteriaMet"),
      () => conditions("cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions")
    ]
  ])
}

/** The errors of an update of the status of a Job. @since 0.1.0 @category rules  */
export const validate = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  const [now, before] = [view(next), view(previous)]
  return [
    ...counters.flatMap((name) =>
      now.count(name) < 0 ? [invalid(name, now.count(name), "must be greater than or equal to 0")] : []
    ),
    ...uncounted(next),
    ...whole(next, now, before),
    ...steps(next, now, before)
  ]
}
