/**
 * The subresource `eviction` of pods: a deletion that a disruption budget can refuse, as in k8s.io/kubernetes
 * pkg/registry/core/pod/storage/eviction.go (v1.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as CoreKinds from "../kinds/CoreKinds.js"
import * as Kind from "../kinds/Kind.js"
import * as PolicyKinds from "../kinds/PolicyKinds.js"
import * as Deletion from "../store/Deletion.js"
import * as Metadata from "../store/Metadata.js"
import type { Answer, Registry, Write } from "../store/Registry.js"
import * as Selector from "../store/Selector.js"
import type { Action } from "./Action.js"
import * as Status from "./Status.js"

const budgets = PolicyKinds.podDisruptionBudget

const holds = (object: JsonObject, type: string): boolean =>
  Json.objects(object, "status", "conditions").some((one) => one["type"] === type && one["status"] === "True")

/** A pod without a disruption of its own: it does not run, has ended, or is being deleted. */
const isUnprotected = (pod: JsonObject): boolean =>
  ["Pending", "Succeeded", "Failed"].includes(Json.text(pod, "status", "phase") ?? "Pending")
  || Metadata.isBeingDeleted(pod)

const refused = (message: string, retryAfterSeconds: number | undefined): Status.Status =>
  Status.make(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: "DisruptionBudget", message }],
    retryAfterSeconds
  })

const whyNot = (budget: JsonObject): string => {
  const at = (field: string) => Json.number(budget, "status", field) ?? 0
  const [desired, current] = [at("desiredHealthy"), at("currentHealthy")]
  return current <= desired
    ? `The disruption budget ${Metadata.name(budget)} needs ${desired} healthy pods and has ${current} currently`
    : `The disruption budget ${Metadata.name(budget)} does not allow evicting pods currently`
}

/** Takes one of the disruptions that a budget allows. */
const take = (registry: Registry, budget: JsonObject, pod: JsonObject, write: Write): Answer<void> => {
  const allowed = Json.number(budget, "status", "disruptionsAllowed") ?? 0
  const observed = Json.number(budget, "status", "observedGeneration") ?? 0
  if (observed < (Json.number(budget, "metadata", "generation") ?? 0)) {
    return Either.left(
      refused(`The disruption budget ${Metadata.name(budget)} is still being processed by the server.`, 10)
    )
  }
  if (allowed === 0) {
    return Either.left(refused(whyNot(budget), undefined))
  }
  return Either.map(
    registry.update(
      budgets,
      Metadata.namespace(budget),
      Metadata.name(budget),
      "status",
      (existing) =>
        Either.right(Json.set(
          Json.set(existing, ["status", "disruptionsAllowed"], allowed - 1),
          ["status", "disruptedPods"],
          {
            ...Json.object(existing, "status", "disruptedPods"),
            [Metadata.name(pod)]: Metadata.timestamp(write.now)
          }
        )),
      write
    ),
    () => undefined
  )
}

const permit = (registry: Registry, pod: JsonObject, write: Write): Answer<void> => {
  if (isUnprotected(pod)) {
    return Either.void
  }
  const [budget, other] = registry.store.list(Kind.resource(budgets), Metadata.namespace(pod)).filter((one) =>
    Selector.matching(Json.at(one, "spec", "selector"))(Metadata.labels(pod))
  )
  if (budget === undefined) {
    return Either.void
  }
  if (other !== undefined) {
    return Either.left(Status.make(
      500,
      "",
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
    ))
  }
  const desired = Json.number(budget, "status", "desiredHealthy") ?? 0
  const enough = (Json.number(budget, "status", "currentHealthy") ?? 0) >= desired && desired > 0
  return !holds(pod, "Ready")
      && (enough || Json.text(budget, "spec", "unhealthyPodEvictionPolicy") === "AlwaysAllow")
    ? Either.void
    : take(registry, budget, pod, write)
}

const marked = (pod: JsonObject, now: number): JsonObject => {
  const conditions = Json.objects(pod, "status", "conditions").filter((one) => one["type"] !== "DisruptionTarget")
  return Json.set(pod, ["status", "conditions"], [...conditions, {
    type: "DisruptionTarget",
    status: "True",
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
    lastProbeTime: null,
    lastTransitionTime: Metadata.timestamp(now)
  }])
}

/** Evicts a pod. @since 0.1.0 @category constructors  */
export const create = (registry: Registry): Action => ({ body, object: pod, write }) =>
  Either.gen(function*() {
    const [namespace, name] = [Metadata.namespace(pod), Metadata.name(pod)]
    if (Metadata.name(body) !== name) {
      return yield* Either.left(Status.badRequest("name in URL does not match name in Eviction object"))
    }
    const given = Json.object(body, "deleteOptions")
    const options: Deletion.Options = {
      gracePeriodSeconds: Json.number(given, "gracePeriodSeconds"),
      propagationPolicy: Json.text(given, "propagationPolicy"),
      uid: Json.text(given, "preconditions", "uid"),
      resourceVersion: Json.text(given, "preconditions", "resourceVersion")
    }
    const dry = { ...write, dryRun: write.dryRun === true || Json.list(given, "dryRun").length > 0 }
    yield* Deletion.preconditions(CoreKinds.pod, pod, options)
    yield* permit(registry, pod, dry)
    if (!dry.dryRun) {
      yield* registry.update(
        CoreKinds.pod,
        namespace,
        name,
        "status",
        (existing) => Either.right(marked(existing, write.now)),
        dry
      )
    }
    yield* registry.delete(CoreKinds.pod, namespace, name, { ...options, resourceVersion: undefined }, dry)
    return { code: 201, body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 } }
  })
