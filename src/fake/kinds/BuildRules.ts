/**
 * The life of an OpenShift Build, by openshift/openshift-apiserver pkg/build (apiserver/registry/build/strategy.go and
 * ValidateBuildUpdate in apis/build/validation/validation.go, February 2026).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as BuildDefaults from "./BuildDefaults.js"
import * as Kind from "./Kind.js"

/** One condition for each phase; that of the current phase is True. */
const manageConditions = (status: JsonObject, now: string): JsonObject => {
  const phase = Json.text(status, "phase") ?? ""
  const conditions = Json.objects(status, "conditions")
  const known = conditions.some((condition) => Json.text(condition, "type") === phase)
  const next = conditions.map((condition): JsonObject => {
    const is = Json.text(condition, "type") === phase ? "True" : "False"
    const updated = is === "True"
      ? Json.make({ reason: status["reason"], message: status["message"] })
      : {}
    const turned = Json.text(condition, "status") !== is
    const same = !turned && Json.equal(condition["reason"], updated["reason"]) &&
      Json.equal(condition["message"], updated["message"])
    return same ? condition : {
      ...Json.omit(condition, "reason", "message"),
      ...updated,
      status: is,
      lastUpdateTime: now,
      ...(turned ? { lastTransitionTime: now } : {})
    }
  })
  return {
    ...status,
    conditions: known ? next : [
      ...next,
      Json.make({
        type: phase,
        status: "True",
        reason: status["reason"],
        message: status["message"],
        lastUpdateTime: now,
        lastTransitionTime: now
      })
    ]
  }
}

/** @since 0.1.0 @category combinators */
export const prepare = (build: JsonObject, now: string): JsonObject => ({
  ...BuildDefaults.clean(build),
  status: manageConditions(Kind.defaults(Json.object(build, "status"), { phase: "New" }), now)
})

/** The failure of a failed Build stays, except that out-of-memory replaces it. @since 0.1.0 @category combinators  */
export const amend = (next: JsonObject, previous: JsonObject, now: string): JsonObject => {
  const status = Json.object(next, "status")
  const before = Json.object(previous, "status")
  const keeps = before["phase"] === "Failed" && status["reason"] !== "OutOfMemoryKilled"
  const withMessage = keeps
    ? {
      ...Json.omit(status, "reason", "message"),
      ...Json.make({ reason: before["reason"], message: before["message"] })
    }
    : status
  return { ...next, status: manageConditions(withMessage, now) }
}

/** Terminal phases. @since 0.1.0 @category constants  */
export const terminalPhases: ReadonlyArray<string> = ["Complete", "Failed", "Error", "Cancelled"]

/** What an update must not change. An empty list or node selector is the same as none. */
const immutable = (build: JsonObject): JsonObject => {
  const spec = Json.set(Json.object(build, "spec"), ["output", "pushSecret"], undefined)
  const hasNodes = Object.keys(Json.object(spec, "nodeSelector")).length > 0
  return withoutEmptyLists(hasNodes ? spec : { ...spec, nodeSelector: null })
}

const withoutEmptyLists = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) =>
      Json.isList(value) && value.length === 0
        ? []
        : [[key, Json.isObject(value) ? withoutEmptyLists(value) : value]]
    )
  )

/** The difference as a merge patch. Upstream's differs where only some of several volumes change: it merges them by name. */
const patch = (previous: JsonObject, next: JsonObject): JsonObject =>
  Object.fromEntries(
    [...new Set([...Object.keys(previous), ...Object.keys(next)])].sort().flatMap((key) => {
      const [before, after] = [previous[key], next[key]]
      return Json.equal(before, after)
        ? []
        : [[key, Json.isObject(before) && Json.isObject(after) ? patch(before, after) : after ?? null]]
    })
  )

const goEscapes: Readonly<Record<string, string>> = { "<": "\\u003c", ">": "\\u003e", "&": "\\u0026" }

/** JSON as Go writes it. */
const goJson = (json: JsonObject): string =>
  JSON.stringify(json).replace(/[<>&]/g, (found) => goEscapes[found] ?? found)

/** @since 0.1.0 @category rules */
export const validateUpdate = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  const [phase, before] = [next, previous].map((build) => Json.text(build, "status", "phase") ?? "")
  const [spec, old] = [immutable(next), immutable(previous)]
  return [
    ...(before !== undefined && terminalPhases.includes(before) && phase !== before
      ? [Status.invalidValue("status.phase", phase, "phase cannot be updated from a terminal state")]
      : []),
    ...(Json.equal(spec, old) ? [] : [Status.invalidValue(
      "spec",
      "content of spec is not printed out, please refer to the details",
      `spec is immutable, diff: ${goJson({ spec: patch(old, spec) })}`
    )])
  ]
}

/**
 * What the builder reports of its Build: only the revision, the stages, the digest, reason and message, and a phase that is
 * terminal. Nothing protects the phase, reason and message of a Build that has ended.
 */
const report = (next: JsonObject, previous: JsonObject, now: string): JsonObject => {
  const [reported, before] = [Json.object(next, "status"), Json.object(previous, "status")]
  const ends = terminalPhases.some((phase) => phase === reported["phase"])
  const status: JsonObject = {
    ...Json.omit(before, "phase", "stages", "reason", "message", "output"),
    ...Json.make({
      phase: ends ? reported["phase"] : before["phase"],
      stages: reported["stages"],
      reason: reported["reason"],
      message: reported["message"]
    }),
    output: Json.make({ to: Json.at(reported, "output", "to") })
  }
  return {
    ...Json.set(previous, ["spec", "revision"], Json.at(next, "spec", "revision")),
    status: manageConditions(status, now)
  }
}

const validateReport = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  const [revision, before] = [next, previous].map((build) => Json.at(build, "spec", "revision"))
  return before === undefined || Json.equal(revision, before) ? [] : [
    ...(revision === undefined
      ? [Status.invalidValue("spec.revision", null, "cannot set an empty revision in build spec")]
      : []),
    Status.duplicate("spec.revision", before)
  ]
}

/** The subresource `details`, by the detailsStrategy upstream. @since 0.1.0 @category rules  */
export const details: Kind.PartRules = {
  verbs: ["update"],
  isPlain: true,
  amend: report,
  validateUpdate: validateReport
}
