/**
 * The fields of the kinds of the group apps, as in k8s.io/api apps/v1/types.go (v0.37).
 *
 * @since 0.1.0
 */
import {
  any,
  boolean,
  each,
  type Fields,
  integer,
  integerOrText,
  keptText,
  list,
  mergedList,
  struct,
  text
} from "./Fields.js"
import { condition, labelSelector, object } from "./ObjectFields.js"
import { claim } from "./PersistentVolumeClaimFields.js"
import { podTemplate } from "./PodFields.js"

const conditions = mergedList(struct(condition), "type")

/** @since 0.1.0 @category fields */
export const deployment: Fields = object({
  spec: struct({
    ...each(integer, "minReadySeconds", "progressDeadlineSeconds", "replicas", "revisionHistoryLimit"),
    paused: boolean,
    selector: labelSelector,
    strategy: struct({ type: text, rollingUpdate: struct(each(integerOrText, "maxSurge", "maxUnavailable")) }),
    template: podTemplate
  }),
  status: struct({
    ...each(integer, "availableReplicas", "collisionCount", "observedGeneration", "readyReplicas", "replicas"),
    ...each(integer, "terminatingReplicas", "unavailableReplicas", "updatedReplicas"),
    conditions: mergedList(struct({ ...condition, lastUpdateTime: text }), "type")
  })
})

/** @since 0.1.0 @category fields */
export const replicaSet: Fields = object({
  spec: struct({ ...each(integer, "minReadySeconds", "replicas"), selector: labelSelector, template: podTemplate }),
  status: struct({
    ...each(integer, "availableReplicas", "fullyLabeledReplicas", "observedGeneration", "readyReplicas", "replicas"),
    terminatingReplicas: integer,
    conditions
  })
})

/** @since 0.1.0 @category fields */
export const statefulSet: Fields = object({
  spec: struct({
    ...each(integer, "minReadySeconds", "replicas", "revisionHistoryLimit"),
    podManagementPolicy: text,
    serviceName: keptText,
    ordinals: struct({ start: integer }),
    persistentVolumeClaimRetentionPolicy: struct(each(text, "whenDeleted", "whenScaled")),
    selector: labelSelector,
    template: podTemplate,
    updateStrategy: struct({
      type: text,
      rollingUpdate: struct({ maxUnavailable: integerOrText, partition: integer })
    }),
    volumeClaimTemplates: list(struct(claim))
  }),
  status: struct({
    ...each(integer, "availableReplicas", "collisionCount", "currentReplicas", "observedGeneration", "readyReplicas"),
    ...each(integer, "replicas", "updatedReplicas"),
    ...each(text, "currentRevision", "updateRevision"),
    conditions
  })
})

/** @since 0.1.0 @category fields */
export const daemonSet: Fields = object({
  spec: struct({
    ...each(integer, "minReadySeconds", "revisionHistoryLimit"),
    selector: labelSelector,
    template: podTemplate,
    updateStrategy: struct({
      type: text,
      rollingUpdate: struct(each(integerOrText, "maxSurge", "maxUnavailable"))
    })
  }),
  status: struct({
    ...each(integer, "collisionCount", "currentNumberScheduled", "desiredNumberScheduled", "numberAvailable"),
    ...each(integer, "numberMisscheduled", "numberReady", "numberUnavailable", "observedGeneration"),
    updatedNumberScheduled: integer,
    conditions
  })
})

/** @since 0.1.0 @category fields */
export const controllerRevision: Fields = object({ data: any, revision: integer })
