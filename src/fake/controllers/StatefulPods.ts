/**
 * The pods of a StatefulSet: their names, labels and volumes. As in k8s.io/kubernetes pkg/controller/statefulset (v1.37),
 * stateful_set_utils.go.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import { statefulSet } from "../kinds/StatefulSets.js"
import * as Metadata from "../store/Metadata.js"
import * as Ownership from "./Ownership.js"
import * as Pods from "./Pods.js"

const podNameLabel = "statefulset.kubernetes.io/pod-name"
const indexLabel = "apps.kubernetes.io/pod-index"
const revisionLabel = "controller-revision-hash"

/** The pods that a set is to have. @since 0.1.0 @category getters */
export const replicas = (set: JsonObject): number => Json.number(set, "spec", "replicas") ?? 1

/** The first ordinal. @since 0.1.0 @category getters */
export const start = (set: JsonObject): number => Json.number(set, "spec", "ordinals", "start") ?? 0

/** The name of the set and the ordinal in the name of a pod. @since 0.1.0 @category getters */
export const identity = (pod: JsonObject): { readonly parent: string; readonly ordinal: number } => {
  const match = /^(.*)-([0-9]+)$/.exec(Metadata.name(pod))
  const ordinal = Number(match?.[2] ?? -1)
  return { parent: match?.[1] ?? "", ordinal: ordinal < 2 ** 31 ? ordinal : -1 }
}

/** @since 0.1.0 @category getters */
export const ordinal = (pod: JsonObject): number => identity(pod).ordinal

/** Whether a set is to have a pod of this ordinal. @since 0.1.0 @category predicates */
export const isInRange = (set: JsonObject, pod: JsonObject): boolean =>
  ordinal(pod) >= start(set) && ordinal(pod) < start(set) + replicas(set)

/** The revision of a pod. @since 0.1.0 @category getters */
export const revisionOf = (pod: JsonObject): string => Metadata.labels(pod)[revisionLabel] ?? ""

/** Whether a pod is stored. @since 0.1.0 @category predicates */
export const isCreated = (pod: JsonObject): boolean => Metadata.uid(pod) !== ""

/** @since 0.1.0 @category predicates */
export const isRunningAndReady = (pod: JsonObject): boolean => Pods.phase(pod) === "Running" && Pods.isReady(pod)

/** @since 0.1.0 @category predicates */
export const isAvailable = (set: JsonObject, pod: JsonObject, now: number): boolean =>
  Pods.untilAvailable(pod, Json.number(set, "spec", "minReadySeconds") ?? 0, now) === 0

/** Whether a pod is terminating or not available. @since 0.1.0 @category predicates */
export const isUnavailable = (set: JsonObject, pod: JsonObject, now: number): boolean =>
  !isAvailable(set, pod, now) || Metadata.isBeingDeleted(pod)

/** The claims of a pod, by the names of their volumes. @since 0.1.0 @category getters */
export const claims = (set: JsonObject, pod: JsonObject): ReadonlyArray<readonly [volume: string, claim: JsonObject]> =>
  Json.objects(set, "spec", "volumeClaimTemplates").map((template) => {
    const volume = Metadata.name(template)
    const labels = { ...Metadata.labels(template), ...Json.record(set, "spec", "selector", "matchLabels") }
    const claim = Metadata.setMeta(template, {
      name: `${volume}-${Metadata.name(set)}-${ordinal(pod)}`,
      namespace: Metadata.namespace(set),
      labels: Object.keys(labels).length === 0 ? undefined : labels
    })
    return [volume, claim]
  })

/** A pod with the labels of its name. @since 0.1.0 @category combinators */
export const withIdentity = (pod: JsonObject): JsonObject =>
  Metadata.setMeta(pod, {
    labels: { ...Metadata.labels(pod), [podNameLabel]: Metadata.name(pod), [indexLabel]: String(ordinal(pod)) }
  })

/** A pod with the volumes of its claims, in place of others of these names. @since 0.1.0 @category combinators */
export const withStorage = (set: JsonObject, pod: JsonObject): JsonObject => {
  const own = claims(set, pod)
  if (own.length === 0) return pod
  const names = own.map(([volume]) => volume)
  const others = Json.objects(pod, "spec", "volumes").filter((one) => !names.includes(Json.text(one, "name") ?? ""))
  const added = own.map(([name, claim]) => ({ name, persistentVolumeClaim: { claimName: Metadata.name(claim) } }))
  return Json.set(pod, ["spec", "volumes"], [...added, ...others])
}

/** Whether a pod has the labels of its name. @since 0.1.0 @category predicates */
export const identityMatches = (pod: JsonObject): boolean => Metadata.labels(pod)[podNameLabel] === Metadata.name(pod)

/** Whether a pod has the volumes of its claims. @since 0.1.0 @category predicates */
export const storageMatches = (set: JsonObject, pod: JsonObject): boolean =>
  claims(set, pod).every(([name, claim]) =>
    Json.objects(pod, "spec", "volumes").some((volume) =>
      volume["name"] === name && Json.text(volume, "persistentVolumeClaim", "claimName") === Metadata.name(claim)
    )
  )

/** A new pod of a revision of the set. @since 0.1.0 @category constructors */
export const make = (set: JsonObject, template: JsonObject, revision: string, ordinal: number): JsonObject => {
  const name = `${Metadata.name(set)}-${ordinal}`
  const named = withIdentity(Metadata.setMeta(Ownership.podOf(statefulSet, set, template), { name }))
  const labelled = Json.set(named, ["metadata", "labels", revisionLabel], revision)
  const subdomain = Json.text(set, "spec", "serviceName") ?? ""
  return withStorage(set, {
    ...labelled,
    spec: {
      ...Json.omit(Json.object(labelled, "spec"), "subdomain"),
      hostname: name,
      ...(subdomain === "" ? {} : { subdomain })
    }
  })
}
