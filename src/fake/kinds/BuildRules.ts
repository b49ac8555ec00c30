/**
 * OpenShift Builds, by openshift/openshift-apiserver pkg/build (registry/build/strategy.go and
 * apis/build/validation/validation.go, February 2026).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Kind from "./Kind.js"

type Errors = ReadonlyArray<Status.FieldError>

const strategies: Readonly<Record<string, string>> = {
  dockerStrategy: "Docker",
  sourceStrategy: "Source",
  customStrategy: "Custom",
  jenkinsPipelineStrategy: "JenkinsPipeline"
}

const sources: ReadonlyArray<readonly [string, string]> = [
  ["git", "Git"],
  ["binary", "Binary"],
  ["dockerfile", "Dockerfile"],
  ["images", "Image"]
]

/** The strategy type of a Build; undefined if it has none. @since 0.1.0 @category getters  */
export const strategy = (build: JsonObject): string | undefined =>
  Object.keys(Json.object(build, "spec", "strategy")).map((key) => strategies[key]).find((type) => type !== undefined)

/** Defaults: mainly the types, which follow from the fields that are set. @since 0.1.0 @category combinators  */
export const fill = (build: JsonObject): JsonObject => {
  const spec = Json.object(build, "spec")
  const source = Json.object(spec, "source")
  const sourceType = sources.find(([key]) => source[key] !== undefined)?.[1] ?? "None"
  return {
    ...build,
    spec: {
      ...spec,
      source: { ...source, type: sourceType },
      strategy: { ...Json.object(spec, "strategy"), ...Json.make({ type: strategy(build) }) },
      output: Kind.inside(Json.object(spec, "output"), "to", (to) => Kind.defaults(to, { kind: "ImageStreamTag" })),
      resources: Json.object(spec, "resources"),
      postCommit: Json.object(spec, "postCommit")
    },
    status: Json.object(build, "status")
  }
}

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
  ...build,
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

const isRelative = (path: string | undefined): boolean => path !== undefined && !path.startsWith("/")

const relativeInputs = (spec: JsonObject, key: "secrets" | "configMaps"): Errors =>
  Json.objects(spec, "source", key).flatMap((input, index) => {
    const destination = Json.text(input, "destinationDir") ?? ""
    const field = `spec.source.${key}[${index}].destinationDir`
    return destination === ".." || destination.startsWith("../")
      ? [Status.invalidValue(field, destination, "destination dir cannot start with '..'")]
      : destination === "" || isRelative(destination)
      ? []
      : [Status.invalidValue(field, destination, "for the docker strategy the destinationDir has to be relative path")]
  })

const output = (spec: JsonObject): Errors => {
  const to = Json.object(spec, "output", "to")
  const kind = Json.text(to, "kind")
  if (kind === undefined) {
    return []
  }
  if (kind !== "DockerImage" && kind !== "ImageStreamTag") {
    return [Status.invalidValue(
      "spec.output.to.kind",
      kind,
      "the target of build output must be an 'ImageStreamTag' or 'DockerImage'"
    )]
  }
  return [
    ...((Json.text(to, "name") ?? "") === "" ? [Status.required("spec.output.to.name")] : []),
    ...(kind === "DockerImage" && to["namespace"] !== undefined
      ? [Status.invalidValue(
        "spec.output.to.namespace",
        to["namespace"],
        "namespace is not valid when used with a 'DockerImage'"
      )]
      : [])
  ]
}

const dockerfileLimit = 60_000

/** @since 0.1.0 @category rules */
export const validate = (build: JsonObject): Errors => {
  const spec = Json.object(build, "spec")
  const set = Object.keys(Json.object(spec, "strategy")).filter((key) => strategies[key] !== undefined)
  const dockerfile = Json.text(spec, "source", "dockerfile") ?? ""
  const deadline = Json.number(spec, "completionDeadlineSeconds")
  const hasSource = sources.some(([key]) => Json.at(spec, "source", key) !== undefined)
  return [
    ...(set.includes("dockerStrategy") && !hasSource
      ? [Status.invalidValue(
        "spec.source",
        "",
        "must provide a value for at least one source input(git, binary, dockerfile, images)."
      )]
      : []),
    ...(new TextEncoder().encode(dockerfile).length > dockerfileLimit
      ? [Status.invalidValue("spec.source.dockerfile", "", `must be smaller than ${dockerfileLimit} bytes`)]
      : []),
    ...relativeInputs(spec, "secrets"),
    ...relativeInputs(spec, "configMaps"),
    ...(deadline !== undefined && deadline <= 0
      ? [Status.invalidValue(
        "spec.completionDeadlineSeconds",
        deadline,
        "completionDeadlineSeconds must be a positive integer greater than 0"
      )]
      : []),
    ...output(spec),
    ...(set.length === 1 ? [] : [Status.invalidValue(
      "spec.strategy",
      Json.at(spec, "strategy"),
      "must provide a value for exactly one of sourceStrategy, customStrategy, dockerStrategy, or jenkinsPipelineStrategy"
    )])
  ]
}

/** Terminal phases. @since 0.1.0 @category constants  */
export const terminalPhases: ReadonlyArray<string> = ["Complete", "Failed", "Error", "Cancelled"]

const withoutPushSecret = (build: JsonObject): JsonObject =>
  Json.set(Json.object(build, "spec"), ["output", "pushSecret"], undefined)

/** @since 0.1.0 @category rules */
export const validateUpdate = (next: JsonObject, previous: JsonObject): Errors => {
  const [phase, before] = [next, previous].map((build) => Json.text(build, "status", "phase") ?? "")
  return [
    ...(before !== undefined && terminalPhases.includes(before) && phase !== before
      ? [Status.invalidValue("status.phase", phase, "phase cannot be updated from a terminal state")]
      : []),
    ...(Json.equal(withoutPushSecret(next), withoutPushSecret(previous)) ? [] : [Status.invalidValue(
      "spec",
      "content of spec is not printed out, please refer to the details",
      "spec is immutable, diff: [unknown]"
    )])
  ]
}
