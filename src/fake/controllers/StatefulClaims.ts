/**
 * The PersistentVolumeClaims of the pods of a StatefulSet, and who owns them by its retention policy. As in k8s.io/kubernetes
 * pkg/controller/statefulset (v1.37), stateful_pod_control.go and stateful_set_utils.go.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import { persistentVolumeClaim, pod as podKind } from "../kinds/CoreKinds.js"
import * as Kind from "../kinds/Kind.js"
import { statefulSet } from "../kinds/StatefulSets.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import type { Recorder } from "./Events.js"
import * as Ownership from "./Ownership.js"
import * as StatefulPods from "./StatefulPods.js"

const deletes = (set: JsonObject, when: "whenDeleted" | "whenScaled"): boolean =>
  Json.text(set, "spec", "persistentVolumeClaimRetentionPolicy", when) === "Delete"

const refersTo = (reference: JsonObject, kind: Kind.Kind, object: JsonObject): boolean =>
  reference["apiVersion"] === Kind.apiVersion(kind) && reference["kind"] === kind.kind
  && reference["name"] === Metadata.name(object)

const isOwnedBy = (claim: JsonObject, owner: JsonObject): boolean =>
  Metadata.owners(claim).some((one) => Json.text(one, "uid") === Metadata.uid(owner))

/** Whether a claim refers to an earlier object of the same name. */
const isStale = (claim: JsonObject, kind: Kind.Kind, object: JsonObject): boolean => {
  const found = Metadata.owners(claim).find((one) => refersTo(one, kind, object))
  return found !== undefined && Json.text(found, "uid") !== Metadata.uid(object)
}

const hasOtherController = (claim: JsonObject, set: JsonObject, pod: JsonObject): boolean =>
  (deletes(set, "whenScaled") || deletes(set, "whenDeleted"))
  && Metadata.owners(claim).some((one) => {
    const own = [[statefulSet, set], [podKind, pod]] as const
    const known = own.find(([kind, object]) => refersTo(one, kind, object))
    return known === undefined ? one["controller"] === true : Json.text(one, "uid") !== Metadata.uid(known[1])
  })

/** Which of the set and the pod own the claims of the pod. */
const wanted = (set: JsonObject, pod: JsonObject): { readonly set: boolean; readonly pod: boolean } => {
  const isScaledDown = deletes(set, "whenScaled") && !StatefulPods.isInRange(set, pod)
  return { set: deletes(set, "whenDeleted") && !isScaledDown, pod: isScaledDown }
}

const isUpToDate = (claim: JsonObject, set: JsonObject, pod: JsonObject): boolean => {
  if (isStale(claim, statefulSet, set) || isStale(claim, podKind, pod)) return true
  const [bySet, byPod] = [isOwnedBy(claim, set), isOwnedBy(claim, pod)]
  if (hasOtherController(claim, set, pod)) return !bySet && !byPod
  const isWeak = Metadata.owners(claim).some((one) =>
    [Metadata.uid(set), Metadata.uid(pod)].includes(Json.text(one, "uid") ?? "") && one["controller"] !== true
  )
  const owners = wanted(set, pod)
  return !isWeak && bySet === owners.set && byPod === owners.pod
}

const withOwners = (claim: JsonObject, set: JsonObject, pod: JsonObject): JsonObject => {
  const others = Metadata.owners(claim).filter((one) =>
    !refersTo(one, statefulSet, set) && !refersTo(one, podKind, pod)
  )
  const owners = wanted(set, pod)
  const own = hasOtherController(claim, set, pod) ? [] : [
    ...(owners.set ? [Ownership.reference(statefulSet, set)] : []),
    ...(owners.pod ? [Ownership.reference(podKind, pod)] : [])
  ]
  const all = [...others, ...own]
  return Metadata.setMeta(claim, { ownerReferences: all.length === 0 ? undefined : all })
}

/**
 * What the controller does with the claims of a pod; a text is the message of a failure.
 *
 * @since 0.1.0
 * @category models
 */
export interface Claims {
  /** Whether a new pod has to wait for the deletion of a claim of the one before it. */
  readonly isStale: (set: JsonObject, pod: JsonObject) => boolean
  /** Whether the claims have the owners of the retention policy. */
  readonly isRetained: (set: JsonObject, pod: JsonObject) => boolean
  readonly retain: (set: JsonObject, pod: JsonObject, now: number) => string | undefined
  readonly create: (set: JsonObject, pod: JsonObject, now: number) => string | undefined
}

/** @since 0.1.0 @category constructors */
export const make = (registry: Registry, record: Recorder): Claims => {
  const stored = (claim: JsonObject): JsonObject | undefined =>
    registry.store.get({
      resource: "persistentvolumeclaims",
      namespace: Metadata.namespace(claim),
      name: Metadata.name(claim)
    })
  const existing = (set: JsonObject, pod: JsonObject): ReadonlyArray<JsonObject> =>
    StatefulPods.claims(set, pod).map(([, claim]) => stored(claim)).filter((claim) => claim !== undefined)

  const createOne = (set: JsonObject, pod: JsonObject, claim: JsonObject, now: number): ReadonlyArray<string> => {
    const name = Metadata.name(claim)
    const found = stored(claim)
    if (found !== undefined) return Metadata.isBeingDeleted(found) ? [`pvc ${name} is being deleted`] : []
    const made = registry.create(persistentVolumeClaim, Metadata.namespace(set), claim, { now })
    const about = `Pod ${Metadata.name(pod)} in StatefulSet ${Metadata.name(set)}`
    if (Either.isRight(made)) {
      record(set, "Normal", "SuccessfulCreate", `Create Claim ${name} ${about} success`, now)
      return []
    }
    record(set, "Warning", "FailedCreate", `Create Claim ${name} for ${about} failed error: ${made.left.message}`, now)
    return [`failed to create PVC ${name}: ${made.left.message}`]
  }

  return {
    isStale: (set, pod) =>
      deletes(set, "whenScaled") && existing(set, pod).some((claim) => isStale(claim, podKind, pod)),
    isRetained: (set, pod) => existing(set, pod).every((claim) => isUpToDate(claim, set, pod)),
    retain: (set, pod, now) => {
      for (const claim of existing(set, pod)) {
        const name = Metadata.name(claim)
        if (hasOtherController(claim, set, pod)) {
          // Upstream's own words.
          const why =
            `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a manging controller, `
            + "the retention policy is ignored for this claim"
          record(set, "Warning", "ConflictingController", why, now)
        }
        if (isUpToDate(claim, set, pod)) continue
        const changed = registry.update(
          persistentVolumeClaim,
          Metadata.namespace(claim),
          name,
          "main",
          (before) => Either.right(withOwners(before, set, pod)),
          { now }
        )
        if (Either.isLeft(changed)) {
          return `could not update claim ${name} for delete policy ownerRefs: ${changed.left.message}`
        }
      }
      return undefined
    },
    create: (set, pod, now) => {
      const failures = StatefulPods.claims(set, pod).flatMap(([, claim]) => createOne(set, pod, claim, now))
      const [first] = failures
      return failures.length > 1 ? `[${failures.join(", ")}]` : first
    }
  }
}
