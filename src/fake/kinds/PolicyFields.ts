/**
 * The fields of leases, disruption budgets, priority and runtime classes, autoscalers, and the kinds of storage, as in k8s.io/api
 * (v0.37).
 *
 * @since 0.1.0
 */
import {
  any,
  atomic,
  boolean,
  each,
  type Fields,
  integer,
  integerOrText,
  keptText,
  keyedList,
  list,
  map,
  mergedList,
  microTime,
  quantity,
  struct,
  text
} from "./Fields.js"
import { condition, conditions, labelSelector, object } from "./ObjectFields.js"

/** @since 0.1.0 @category fields */
export const lease: Fields = object({
  spec: struct({
    ...each(microTime, "acquireTime", "renewTime"),
    ...each(keptText, "holderIdentity", "preferredHolder", "strategy"),
    ...each(integer, "leaseDurationSeconds", "leaseTransitions")
  })
})

/** @since 0.1.0 @category fields */
export const podDisruptionBudget: Fields = object({
  spec: struct({
    ...each(integerOrText, "maxUnavailable", "minAvailable"),
    unhealthyPodEvictionPolicy: keptText,
    selector: labelSelector
  }),
  status: struct({
    ...each(integer, "currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods", "observedGeneration"),
    conditions,
    disruptedPods: map(text)
  })
})

/** @since 0.1.0 @category fields */
export const priorityClass: Fields = object({
  description: text,
  preemptionPolicy: keptText,
  globalDefault: boolean,
  value: integer
})

/** @since 0.1.0 @category fields */
export const runtimeClass: Fields = object({
  handler: keptText,
  overhead: struct({ podFixed: map(quantity) }),
  scheduling: struct({
    nodeSelector: atomic(map(text)),
    tolerations: list(struct({ ...each(text, "effect", "key", "operator", "value"), tolerationSeconds: integer }))
  })
})

const scalingRules = struct({
  selectPolicy: keptText,
  stabilizationWindowSeconds: integer,
  tolerance: quantity,
  policies: list(struct({ ...each(integer, "periodSeconds", "value"), type: text }))
})

const crossVersion = struct({ apiVersion: text, ...each(keptText, "kind", "name") })

const named = struct({ name: text, selector: labelSelector })

const measured = (key: string, value: Fields) => {
  const amount = { [key]: struct(value) }
  return list(struct({
    type: text,
    containerResource: struct({ ...each(text, "container", "name"), ...amount }),
    external: struct({ metric: named, ...amount }),
    object: struct({ describedObject: crossVersion, metric: named, ...amount }),
    pods: struct({ metric: named, ...amount }),
    resource: struct({ name: text, ...amount })
  }))
}

const amount: Fields = { averageUtilization: integer, ...each(quantity, "averageValue", "value") }

/** @since 0.1.0 @category fields */
export const horizontalPodAutoscaler: Fields = object({
  spec: struct({
    ...each(integer, "maxReplicas", "minReplicas"),
    behavior: struct({ scaleDown: scalingRules, scaleUp: scalingRules }),
    metrics: measured("target", { ...amount, type: text }),
    scaleTargetRef: crossVersion
  }),
  status: struct({
    ...each(integer, "currentReplicas", "desiredReplicas", "observedGeneration"),
    lastScaleTime: text,
    conditions: mergedList(struct(condition), "type"),
    currentMetrics: measured("current", amount)
  })
})

/** @since 0.1.0 @category fields */
export const storageClass: Fields = object({
  allowVolumeExpansion: boolean,
  ...each(keptText, "provisioner", "reclaimPolicy", "volumeBindingMode"),
  allowedTopologies: list(atomic(struct({
    matchLabelExpressions: list(struct({ key: text, values: list(text) }))
  }))),
  mountOptions: list(text),
  parameters: map(text)
})

const health = each(text, "accessMode", "lastTransitionTime", "message", "reason", "status", "volumeMode")

/** @since 0.1.0 @category fields */
export const csiNode: Fields = object({
  spec: struct({
    drivers: mergedList(
      struct({
        ...each(text, "name", "nodeID"),
        allocatable: struct({ count: integer }),
        topologyKeys: list(text)
      }),
      "name"
    )
  }),
  status: struct({
    storageHealth: mergedList(struct({ name: text, healthConditions: list(struct(health)) }), "name")
  })
})

/** @since 0.1.0 @category fields */
export const csiDriver: Fields = object({
  spec: struct({
    ...each(boolean, "attachRequired", "podInfoOnMount", "preventPodSchedulingIfMissing", "requiresRepublish"),
    ...each(boolean, "seLinuxMount", "serviceAccountTokenInSecrets", "storageCapacity"),
    fsGroupPolicy: keptText,
    nodeAllocatableUpdatePeriodSeconds: integer,
    tokenRequests: list(struct({ audience: text, expirationSeconds: integer })),
    volumeLifecycleModes: keyedList(text)
  })
})

const failure = struct({ errorCode: integer, ...each(text, "message", "time") })

/** @since 0.1.0 @category fields */
export const volumeAttachment: Fields = object({
  spec: struct({
    ...each(text, "attacher", "nodeName"),
    source: struct({ persistentVolumeName: keptText, inlineVolumeSpec: any })
  }),
  status: struct({ attached: boolean, attachError: failure, attachmentMetadata: map(text), detachError: failure })
})
