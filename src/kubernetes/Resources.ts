/**
 * Descriptions of the kinds that this library uses, with the fields that it reads. `Resource.make` describes other kinds, or
 * more fields of these.
 *
 * Required fields are those that the API server always sends; all others are optional.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Resource from "./Resource.js"

const text = Schema.optional(Schema.String)
// The API's int32; an API server sends no other values.
const Int32 = Schema.Int.pipe(Schema.between(-(2 ** 31), 2 ** 31 - 1))
const int32 = Schema.optional(Int32)
const int64 = Schema.optional(Schema.Int)
const flag = Schema.optional(Schema.Boolean)
const texts = Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String }))
const list = <A>(item: Schema.Schema<A>) => Schema.optional(Schema.Array(item))
const fields = <const F extends Schema.Struct.Fields>(of: F) => Schema.optional(Schema.Struct(of))
const kind = <const F extends Schema.Struct.Fields>(of: F) => Schema.Struct({ metadata: Resource.ObjectMeta, ...of })

/**
 * A condition of a status.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Condition = Schema.Struct({
  type: Schema.String,
  status: Schema.String,
  reason: text,
  message: text,
  lastTransitionTime: text
})

/**
 * A condition of a status.
 *
 * @since 0.1.0
 * @category models
 */
export type Condition = typeof Condition.Type

const ContainerState = fields({
  waiting: fields({ reason: text, message: text }),
  running: fields({ startedAt: text }),
  terminated: fields({
    exitCode: Int32,
    reason: text,
    message: text,
    startedAt: text,
    finishedAt: text
  })
})

/**
 * The status of a container of a pod.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ContainerStatus = Schema.Struct({
  name: Schema.String,
  state: ContainerState
})

/**
 * The status of a container of a pod.
 *
 * @since 0.1.0
 * @category models
 */
export type ContainerStatus = typeof ContainerStatus.Type

// --- core ---

/**
 * ConfigMaps (`v1`), with their data.
 *
 * @since 0.1.0
 * @category resources
 */
export const ConfigMap = Resource.make({
  version: "v1",
  plural: "configmaps",
  kind: "ConfigMap",
  schema: kind({ immutable: flag, data: texts, binaryData: texts })
})

/**
 * Secrets (`v1`), metadata only: their contents never reach this process.
 *
 * @since 0.1.0
 * @category resources
 */
export const Secret = Resource.metadataOnly({ version: "v1", plural: "secrets", kind: "Secret" })

/**
 * Pods (`v1`): phase, conditions and container statuses.
 *
 * @since 0.1.0
 * @category resources
 */
export const Pod = Resource.make({
  version: "v1",
  plural: "pods",
  kind: "Pod",
  schema: kind({
    status: fields({
      phase: text,
      reason: text,
      message: text,
      conditions: list(Condition),
      initContainerStatuses: list(ContainerStatus),
      containerStatuses: list(ContainerStatus)
    })
  })
})

/**
 * A decoded Pod.
 *
 * @since 0.1.0
 * @category models
 */
export type Pod = Resource.Of<typeof Pod>

/**
 * Events (`v1`).
 *
 * @since 0.1.0
 * @category resources
 */
export const Event = Resource.make({
  version: "v1",
  plural: "events",
  kind: "Event",
  schema: kind({
    type: text,
    reason: text,
    message: text,
    count: int32,
    involvedObject: fields({ kind: text, namespace: text, name: text, uid: text, fieldPath: text }),
    firstTimestamp: text,
    lastTimestamp: text,
    eventTime: text,
    series: fields({ count: int32, lastObservedTime: text })
  })
})

/**
 * A decoded Event.
 *
 * @since 0.1.0
 * @category models
 */
export type Event = Resource.Of<typeof Event>

/**
 * Namespaces (`v1`): the phase.
 *
 * @since 0.1.0
 * @category resources
 */
export const Namespace = Resource.make({
  version: "v1",
  plural: "namespaces",
  kind: "Namespace",
  namespaced: false,
  schema: kind({ status: fields({ phase: text }) })
})

/**
 * Nodes (`v1`): taints, allocatable resources, conditions and architecture.
 *
 * @since 0.1.0
 * @category resources
 */
export const Node = Resource.make({
  version: "v1",
  plural: "nodes",
  kind: "Node",
  namespaced: false,
  schema: kind({
    spec: fields({
      unschedulable: flag,
      taints: list(Schema.Struct({ key: Schema.String, value: text, effect: Schema.String }))
    }),
    status: fields({
      allocatable: texts,
      conditions: list(Condition),
      nodeInfo: fields({ architecture: text, operatingSystem: text })
    })
  })
})

/**
 * Service accounts (`v1`): their image pull secrets.
 *
 * @since 0.1.0
 * @category resources
 */
export const ServiceAccount = Resource.make({
  version: "v1",
  plural: "serviceaccounts",
  kind: "ServiceAccount",
  schema: kind({ imagePullSecrets: list(Schema.Struct({ name: text })) })
})

/**
 * Persistent volume claims (`v1`).
 *
 * @since 0.1.0
 * @category resources
 */
export const PersistentVolumeClaim = Resource.make({
  version: "v1",
  plural: "persistentvolumeclaims",
  kind: "PersistentVolumeClaim",
  schema: kind({
    spec: fields({ accessModes: list(Schema.String), storageClassName: text, volumeName: text }),
    status: fields({ phase: text, capacity: texts })
  })
})

// --- batch ---

/**
 * Jobs (`batch/v1`): limits, counters and conditions.
 *
 * @since 0.1.0
 * @category resources
 */
export const Job = Resource.make({
  group: "batch",
  version: "v1",
  plural: "jobs",
  kind: "Job",
  schema: kind({
    spec: fields({
      suspend: flag,
      backoffLimit: int32,
      activeDeadlineSeconds: int64,
      template: fields({ spec: fields({ hostUsers: flag }) })
    }),
    status: fields({
      active: int32,
      ready: int32,
      succeeded: int32,
      failed: int32,
      startTime: text,
      completionTime: text,
      conditions: list(Condition)
    })
  })
})

/**
 * A decoded Job.
 *
 * @since 0.1.0
 * @category models
 */
export type Job = Resource.Of<typeof Job>

// --- OpenShift ---

/**
 * OpenShift Builds (`build.openshift.io/v1`): phase, reason and output digest.
 *
 * @since 0.1.0
 * @category resources
 */
export const Build = Resource.make({
  group: "build.openshift.io",
  version: "v1",
  plural: "builds",
  kind: "Build",
  schema: kind({
    spec: fields({ completionDeadlineSeconds: int64 }),
    status: fields({
      phase: text,
      reason: text,
      message: text,
      cancelled: flag,
      startTimestamp: text,
      completionTimestamp: text,
      logSnippet: text,
      output: fields({ to: fields({ imageDigest: text }) }),
      conditions: list(Condition)
    })
  })
})

/**
 * A decoded Build.
 *
 * @since 0.1.0
 * @category models
 */
export type Build = Resource.Of<typeof Build>

/**
 * OpenShift's Infrastructure (`config.openshift.io/v1`): the topologies. Cluster-scoped; its one object is `cluster`.
 *
 * @since 0.1.0
 * @category resources
 */
export const Infrastructure = Resource.make({
  group: "config.openshift.io",
  version: "v1",
  plural: "infrastructures",
  kind: "Infrastructure",
  namespaced: false,
  schema: kind({ status: fields({ controlPlaneTopology: text, infrastructureTopology: text }) })
})

/**
 * OpenShift's ClusterVersion (`config.openshift.io/v1`): version and capabilities. Cluster-scoped; its one object is `version`.
 *
 * @since 0.1.0
 * @category resources
 */
export const ClusterVersion = Resource.make({
  group: "config.openshift.io",
  version: "v1",
  plural: "clusterversions",
  kind: "ClusterVersion",
  namespaced: false,
  schema: kind({
    status: fields({
      desired: fields({ version: text }),
      capabilities: fields({ enabledCapabilities: list(Schema.String), knownCapabilities: list(Schema.String) })
    })
  })
})

/**
 * OpenShift's Proxy (`config.openshift.io/v1`): the cluster-wide proxy. Cluster-scoped; its one object is `cluster`.
 *
 * @since 0.1.0
 * @category resources
 */
export const Proxy = Resource.make({
  group: "config.openshift.io",
  version: "v1",
  plural: "proxies",
  kind: "Proxy",
  namespaced: false,
  schema: kind({
    spec: fields({ trustedCA: fields({ name: text }) }),
    status: fields({ httpProxy: text, httpsProxy: text, noProxy: text })
  })
})
