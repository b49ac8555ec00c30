/**
 * The kinds that building images on a cluster has to do with, and the fields of them that we read.
 *
 * A type without a field has nothing optional about it: the API server always sends it. Everything else may be missing, and
 * is then left alone.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Resource from "./Resource.js"

const text = Schema.optional(Schema.String)
// The API's own: an API server sends nothing else.
const Int32 = Schema.Int.pipe(Schema.between(-(2 ** 31), 2 ** 31 - 1))
const int32 = Schema.optional(Int32)
const int64 = Schema.optional(Schema.Int)
const flag = Schema.optional(Schema.Boolean)
const texts = Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String }))
const list = <A>(item: Schema.Schema<A>) => Schema.optional(Schema.Array(item))
const fields = <const F extends Schema.Struct.Fields>(of: F) => Schema.optional(Schema.Struct(of))
const kind = <const F extends Schema.Struct.Fields>(of: F) => Schema.Struct({ metadata: Resource.ObjectMeta, ...of })

/**
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
 * @since 0.1.0
 * @category schemas
 */
export const ContainerStatus = Schema.Struct({
  name: Schema.String,
  state: ContainerState
})

/**
 * @since 0.1.0
 * @category models
 */
export type ContainerStatus = typeof ContainerStatus.Type

// --- core ---

/**
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
 * Metadata only: what is in a secret never reaches this process.
 *
 * @since 0.1.0
 * @category resources
 */
export const Secret = Resource.metadataOnly({ version: "v1", plural: "secrets", kind: "Secret" })

/**
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
 * @since 0.1.0
 * @category models
 */
export type Pod = Resource.Of<typeof Pod>

/**
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
    eventTime: text
  })
})

/**
 * @since 0.1.0
 * @category models
 */
export type Event = Resource.Of<typeof Event>

/**
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
 * @since 0.1.0
 * @category models
 */
export type Job = Resource.Of<typeof Job>

// --- OpenShift ---

/**
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
 * @since 0.1.0
 * @category models
 */
export type Build = Resource.Of<typeof Build>

/**
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
