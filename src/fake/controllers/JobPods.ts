/**
 * How a Job evaluates its pods. As in k8s.io/kubernetes pkg/controller/job (v1.37), job_controller.go and
 * pod_failure_policy.go.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Kind from "../kinds/Kind.js"
import * as Metadata from "../store/Metadata.js"
import * as Conditions from "./Conditions.js"
import * as Pods from "./Pods.js"

/** The finalizer that keeps a pod until its Job has counted it. @since 0.1.0 @category constants  */
export const trackingFinalizer = "batch.kubernetes.io/job-tracking"

/** @since 0.1.0 @category predicates */
export const isTracked = (pod: JsonObject): boolean => Metadata.finalizers(pod).includes(trackingFinalizer)

/** Whether a pod is replaced only after it has failed, not when it is terminating. @since 0.1.0 @category predicates  */
export const replacesFailedOnly = (job: JsonObject): boolean =>
  Json.text(job, "spec", "podReplacementPolicy") === "Failed"

/** @since 0.1.0 @category predicates */
export const isFailed = (job: JsonObject) => (pod: JsonObject): boolean =>
  Pods.phase(pod) === "Failed" || (!replacesFailedOnly(job) && Pods.isTerminating(pod))

/** The value of the field `managedBy` that names the built-in controller. @since 0.1.0 @category constants  */
export const controllerName = "kubernetes.io/job-controller"

/** @since 0.1.0 @category predicates */
export const isIndexed = (job: JsonObject): boolean => Json.text(job, "spec", "completionMode") === "Indexed"

/** @since 0.1.0 @category predicates */
export const limitsEachIndex = (job: JsonObject): boolean => Json.at(job, "spec", "backoffLimitPerIndex") !== undefined

const indexKey = "batch.kubernetes.io/job-completion-index"
const failuresKey = "batch.kubernetes.io/job-index-failure-count"
const ignoredKey = "batch.kubernetes.io/job-index-ignored-failure-count"

const annotation = (pod: JsonObject, key: string): number | undefined => {
  const text = Json.text(pod, "metadata", "annotations", key)
  return text !== undefined && /^[0-9]+$/.test(text) ? Number(text) : undefined
}

/** The completion index, if the pod is that of an Indexed Job. @since 0.1.0 @category getters  */
export const completionIndex = (pod: JsonObject): number | undefined => annotation(pod, indexKey)

/** Whether a pod counts for its Job: that of an Indexed Job has an index in range. @since 0.1.0 @category predicates  */
export const hasValidIndex = (job: JsonObject) => (pod: JsonObject): boolean =>
  !isIndexed(job) || (completionIndex(pod) ?? Infinity) < (Json.number(job, "spec", "completions") ?? 0)

/** How often earlier pods of the same index have failed. @since 0.1.0 @category getters  */
export const indexFailures = (pod: JsonObject): { readonly counted: number; readonly all: number } => {
  const counted = annotation(pod, failuresKey) ?? 0
  return { counted, all: counted + (annotation(pod, ignoredKey) ?? 0) }
}

const latestFinish = (pod: JsonObject): string | undefined => {
  const sidecars = Json.objects(pod, "spec", "initContainers").filter((one) => one["restartPolicy"] === "Always").map((
    one
  ) => one["name"])
  const times = [
    ...Json.objects(pod, "status", "containerStatuses"),
    ...Json.objects(pod, "status", "initContainerStatuses").filter((status) => sidecars.includes(status["name"]))
  ].map((status) => Json.text(status, "state", "terminated", "finishedAt") ?? "")
  return times.includes("") ? undefined : times.toSorted().at(-1)
}

/** When a pod finished, in milliseconds (backoff_utils.go, getFinishedTime). @since 0.1.0 @category getters  */
export const finishedAt = (pod: JsonObject): number => {
  const ready = Conditions.find(Json.object(pod, "status"), "Ready")
  const unready = Json.text(ready, "status") === "False" ? Json.text(ready, "lastTransitionTime") : undefined
  const finished = latestFinish(pod) ?? unready
  if (finished !== undefined) return Metadata.millis(finished)
  const deletion = Json.text(pod, "metadata", "deletionTimestamp")
  return deletion === undefined
    ? Metadata.millis(Json.text(pod, "metadata", "creationTimestamp") ?? "1970-01-01T00:00:00Z")
    : Metadata.millis(deletion) - (Json.number(pod, "metadata", "deletionGracePeriodSeconds") ?? 0) * 1000
}

/** Whether containers have restarted more often than the Job allows. @since 0.1.0 @category predicates  */
export const isPastRestarts = (job: JsonObject, pods: ReadonlyArray<JsonObject>): boolean => {
  if (Json.text(job, "spec", "template", "spec", "restartPolicy") !== "OnFailure") return false
  const restarts = pods.filter((pod) => !Pods.isTerminal(pod)).flatMap((pod) =>
    ["initContainerStatuses", "containerStatuses"].flatMap((list) => Json.objects(pod, "status", list))
  ).reduce((sum, status) => sum + (Json.number(status, "restartCount") ?? 0), 0)
  return restarts >= Math.max(Json.number(job, "spec", "backoffLimit") ?? 6, 1)
}

const indexed = (job: JsonObject, spec: JsonObject, index: number): JsonObject => {
  const entry = {
    name: "JOB_COMPLETION_INDEX",
    valueFrom: { fieldRef: { fieldPath: `metadata.labels['${indexKey}']` } }
  }
  const withIndex = (container: JsonObject): JsonObject =>
    Json.objects(container, "env").some((one) => one["name"] === entry.name)
      ? container
      : { ...container, env: [...Json.list(container, "env"), entry] }
  const containers = ["initContainers", "containers"].reduce(
    (next, list) => Kind.insideEach(next, list, withIndex),
    spec
  )
  return { ...containers, hostname: `${Metadata.name(job)}-${index}` }
}

/** The annotations with the failures of an index, given its pod that is replaced. */
const failuresOf = (job: JsonObject, replaced: JsonObject | undefined): JsonObject => {
  if (replaced === undefined) return { [failuresKey]: "0" }
  const { all, counted } = indexFailures(replaced)
  const { counts } = podFailureAction(job, replaced)
  const ignored = all - counted + (counts ? 0 : 1)
  return {
    [failuresKey]: String(counted + (counts ? 1 : 0)),
    ...(ignored > 0 ? { [ignoredKey]: String(ignored) } : {})
  }
}

const generateName = (job: JsonObject, index: number | undefined): string => {
  const suffix = index === undefined ? "-" : `-${index}-`
  return `${Metadata.name(job)}${suffix}`.length > 58 && index !== undefined
    ? `${Metadata.name(job).slice(0, 58 - suffix.length)}${suffix}`
    : `${Metadata.name(job)}${suffix}`
}

/**
 * The pod to create: of an index, if the Job is Indexed, in place of a pod that failed.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (job: JsonObject, index: number | undefined, replaced: JsonObject | undefined): JsonObject => {
  const template = Json.object(job, "spec", "template")
  const spec = Json.object(template, "spec")
  const number = index === undefined ? {} : { [indexKey]: String(index) }
  const failures = index === undefined || !limitsEachIndex(job) ? {} : failuresOf(job, replaced)
  const annotations = { ...Json.object(template, "metadata", "annotations"), ...number, ...failures }
  return {
    metadata: Json.make({
      generateName: generateName(job, index),
      labels: { ...Json.object(template, "metadata", "labels"), ...number },
      annotations: Object.keys(annotations).length === 0 ? undefined : annotations,
      finalizers: [...Json.texts(template, "metadata", "finalizers"), trackingFinalizer],
      ownerReferences: [{
        apiVersion: "batch/v1",
        kind: "Job",
        name: Metadata.name(job),
        uid: Metadata.uid(job),
        controller: true,
        blockOwnerDeletion: true
      }]
    }),
    spec: index === undefined ? spec : indexed(job, spec, index)
  }
}

/** @since 0.1.0 @category models */
export interface PodFailureAction {
  readonly counts: boolean
  readonly failsJob?: string
  readonly failsIndex?: boolean
}

const matchingContainer = (pod: JsonObject, requirement: JsonObject): JsonObject | undefined => {
  const name = Json.text(requirement, "containerName")
  const values = Json.list(requirement, "values")
  const wanted = Json.text(requirement, "operator") === "In"
  const statuses = [
    ...Json.objects(pod, "status", "containerStatuses"),
    ...Json.objects(pod, "status", "initContainerStatuses")
  ]
  return statuses.find((status) => {
    const exitCode = Json.number(status, "state", "terminated", "exitCode") ?? 0
    return exitCode !== 0 && (name === undefined || name === Json.text(status, "name"))
      && values.includes(exitCode) === wanted
  })
}

const matchingCondition = (pod: JsonObject, patterns: ReadonlyArray<JsonObject>): string | undefined =>
  patterns.filter((pattern) =>
    Json.text(Conditions.find(Json.object(pod, "status"), Json.text(pattern, "type") ?? ""), "status") ===
      Json.text(pattern, "status")
  ).map((pattern) => Json.text(pattern, "type") ?? "")[0]

const reasonOf = (pod: JsonObject, rule: JsonObject): string | undefined => {
  const where = `${Metadata.namespace(pod)}/${Metadata.name(pod)}`
  const requirement = rule["onExitCodes"]
  if (Json.isObject(requirement)) {
    const status = matchingContainer(pod, requirement)
    return status === undefined
      ? undefined
      : `Container ${Json.text(status, "name")} for pod ${where} failed with exit code `
        + `${Json.number(status, "state", "terminated", "exitCode")}`
  }
  const condition = matchingCondition(pod, Json.objects(rule, "onPodConditions"))
  return condition === undefined ? undefined : `Pod ${where} has condition ${condition}`
}

/** The action of the podFailurePolicy for a failed pod: the first matching rule wins. @since 0.1.0 @category getters  */
export const podFailureAction = (job: JsonObject, pod: JsonObject): PodFailureAction => {
  for (const [index, rule] of Json.objects(job, "spec", "podFailurePolicy", "rules").entries()) {
    const reason = reasonOf(pod, rule)
    if (reason !== undefined) {
      const action = Json.text(rule, "action")
      return action === "FailJob"
        ? { counts: true, failsJob: `${reason} matching FailJob rule at index ${index}` }
        : { counts: action !== "Ignore", failsIndex: action === "FailIndex" }
    }
  }
  return { counts: true }
}
