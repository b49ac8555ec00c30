/**
 * The fields of a pod, as in k8s.io/api core/v1/types.go (v0.37). Volume sources that image builds do not use are not
 * validated.
 *
 * @since 0.1.0
 */
import {
  any,
  atomic,
  boolean,
  bytes,
  each,
  type Field,
  type Fields,
  integer,
  integerOrText,
  keptText,
  keyedList,
  list,
  map,
  mergedList,
  patchedList,
  quantity,
  struct,
  text
} from "./Fields.js"
import { condition, labelSelector, meta, object } from "./ObjectFields.js"

const reference = atomic(struct({ name: text }))
const named = { name: text, optional: boolean }
const fieldRef = atomic(struct(each(text, "apiVersion", "fieldPath")))
const resourceFieldRef = atomic(struct({ containerName: text, resource: text, divisor: quantity }))

const items = list(struct({ key: text, path: text, mode: integer, user: integer }))

const downward = list(struct({
  path: text,
  mode: integer,
  user: integer,
  fieldRef,
  resourceFieldRef
}))

const projection: Fields = {
  secret: struct({ ...named, items }),
  configMap: struct({ ...named, items }),
  downwardAPI: struct({ items: downward }),
  serviceAccountToken: struct({ audience: text, expirationSeconds: integer, path: text, user: integer }),
  clusterTrustBundle: any,
  podCertificate: any
}

const volume: Fields = {
  name: text,
  hostPath: struct(each(keptText, "path", "type")),
  emptyDir: struct({ medium: text, sizeLimit: quantity, mode: integer }),
  secret: struct({ secretName: text, items, defaultMode: integer, defaultUser: integer, optional: boolean }),
  configMap: struct({ ...named, items, defaultMode: integer, defaultUser: integer }),
  downwardAPI: struct({ items: downward, defaultMode: integer, defaultUser: integer }),
  projected: struct({ sources: list(struct(projection)), defaultMode: integer, defaultUser: integer }),
  persistentVolumeClaim: struct({ claimName: text, readOnly: boolean }),
  csi: struct({
    driver: text,
    readOnly: boolean,
    fsType: text,
    volumeAttributes: map(text),
    nodePublishSecretRef: reference
  }),
  image: struct(each(text, "reference", "pullPolicy")),
  ...each(any, "ephemeral", "nfs", "iscsi", "fc", "cephfs", "cinder", "rbd", "flexVolume", "gitRepo", "glusterfs"),
  ...each(any, "awsElasticBlockStore", "azureDisk", "azureFile", "gcePersistentDisk", "vsphereVolume", "flocker"),
  ...each(any, "photonPersistentDisk", "portworxVolume", "quobyte", "scaleIO", "storageos")
}

const resources = struct({
  limits: map(quantity),
  requests: map(quantity),
  claims: keyedList(struct(each(text, "name", "request")), "name")
})

const seLinuxOptions = struct(each(text, "user", "role", "type", "level"))
const profile = struct(each(keptText, "type", "localhostProfile"))
const windowsOptions = any

const securityContext = struct({
  capabilities: struct({ add: list(text), drop: list(text) }),
  ...each(boolean, "privileged", "runAsNonRoot", "readOnlyRootFilesystem", "allowPrivilegeEscalation"),
  ...each(integer, "runAsUser", "runAsGroup"),
  procMount: keptText,
  seLinuxOptions,
  windowsOptions,
  seccompProfile: profile,
  appArmorProfile: profile
})

const podSecurityContext = struct({
  ...each(integer, "runAsUser", "runAsGroup", "fsGroup"),
  runAsNonRoot: boolean,
  supplementalGroups: list(integer),
  ...each(keptText, "supplementalGroupsPolicy", "fsGroupChangePolicy", "seLinuxChangePolicy"),
  sysctls: list(struct(each(text, "name", "value"))),
  seLinuxOptions,
  windowsOptions,
  seccompProfile: profile,
  appArmorProfile: profile
})

const handler: Fields = {
  exec: struct({ command: list(text) }),
  httpGet: struct({
    path: text,
    port: integerOrText,
    host: text,
    scheme: text,
    protocol: text,
    httpHeaders: list(struct(each(text, "name", "value")))
  }),
  tcpSocket: struct({ port: integerOrText, host: text })
}

const probe = struct({
  ...handler,
  grpc: struct({ port: integer, service: text, mode: text }),
  ...each(integer, "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"),
  terminationGracePeriodSeconds: integer
})

const keyOf = atomic(struct({ ...named, key: text }))

const container: Fields = {
  ...each(keptText, "name", "restartPolicy"),
  ...each(text, "image", "workingDir", "terminationMessagePath", "terminationMessagePolicy"),
  imagePullPolicy: text,
  command: list(text),
  args: list(text),
  ports: mergedList(
    struct({ ...each(text, "name", "protocol", "hostIP"), ...each(integer, "hostPort", "containerPort") }),
    "containerPort",
    "containerPort",
    "protocol"
  ),
  envFrom: list(struct({ prefix: text, configMapRef: struct(named), secretRef: struct(named) })),
  env: mergedList(
    struct({
      name: keptText,
      value: text,
      valueFrom: struct({
        fieldRef,
        resourceFieldRef,
        configMapKeyRef: keyOf,
        secretKeyRef: keyOf,
        fileKeyRef: atomic(struct({ ...each(text, "volumeName", "path", "key"), optional: boolean }))
      })
    }),
    "name"
  ),
  resources,
  resizePolicy: list(struct(each(text, "resourceName", "restartPolicy"))),
  restartPolicyRules: list(struct({ action: text, exitCodes: struct({ operator: text, values: list(integer) }) })),
  volumeMounts: mergedList(
    struct({
      ...each(text, "subPath", "subPathExpr"),
      ...each(keptText, "name", "mountPath", "recursiveReadOnly", "mountPropagation"),
      readOnly: boolean,
      bindMountOptions: keyedList(text)
    }),
    "mountPath"
  ),
  volumeDevices: mergedList(struct(each(text, "name", "devicePath")), "devicePath"),
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  lifecycle: struct({
    postStart: struct({ ...handler, sleep: struct({ seconds: integer }) }),
    preStop: struct({ ...handler, sleep: struct({ seconds: integer }) }),
    stopSignal: text
  }),
  securityContext,
  ...each(boolean, "stdin", "stdinOnce", "tty")
}

const nodeTerm = atomic(struct({
  matchExpressions: list(struct({ key: text, operator: text, values: list(text) })),
  matchFields: list(struct({ key: text, operator: text, values: list(text) }))
}))

const podTerm: Fields = {
  labelSelector,
  namespaceSelector: labelSelector,
  namespaces: list(text),
  topologyKey: text,
  matchLabelKeys: list(text),
  mismatchLabelKeys: list(text)
}

const podAffinity = struct({
  requiredDuringSchedulingIgnoredDuringExecution: list(struct(podTerm)),
  preferredDuringSchedulingIgnoredDuringExecution: list(struct({ weight: integer, podAffinityTerm: struct(podTerm) }))
})

const affinity = struct({
  nodeAffinity: struct({
    requiredDuringSchedulingIgnoredDuringExecution: atomic(struct({ nodeSelectorTerms: list(nodeTerm) })),
    preferredDuringSchedulingIgnoredDuringExecution: list(struct({ weight: integer, preference: nodeTerm }))
  }),
  podAffinity,
  podAntiAffinity: podAffinity
})

/** @since 0.1.0 @category fields */
export const podSpec: Field = struct({
  volumes: mergedList(struct(volume), "name"),
  initContainers: mergedList(struct(container), "name"),
  containers: mergedList(struct(container), "name"),
  ephemeralContainers: mergedList(struct({ ...container, targetContainerName: text }), "name"),
  ...each(text, "restartPolicy", "dnsPolicy", "serviceAccountName", "serviceAccount", "nodeName", "hostname"),
  ...each(text, "subdomain", "schedulerName", "priorityClassName"),
  ...each(keptText, "runtimeClassName", "preemptionPolicy", "hostnameOverride"),
  ...each(integer, "terminationGracePeriodSeconds", "activeDeadlineSeconds", "priority"),
  ...each(boolean, "automountServiceAccountToken", "hostNetwork", "hostPID", "hostIPC", "hostUsers"),
  ...each(boolean, "shareProcessNamespace", "enableServiceLinks", "setHostnameAsFQDN"),
  nodeSelector: atomic(map(text)),
  securityContext: podSecurityContext,
  imagePullSecrets: mergedList(reference, "name"),
  affinity,
  tolerations: list(struct({ ...each(text, "key", "operator", "value", "effect"), tolerationSeconds: integer })),
  hostAliases: mergedList(struct({ ip: text, hostnames: list(text) }), "ip"),
  dnsConfig: struct({
    nameservers: list(text),
    searches: list(text),
    options: list(struct(each(text, "name", "value")))
  }),
  readinessGates: list(struct({ conditionType: text })),
  overhead: map(quantity),
  topologySpreadConstraints: mergedList(
    struct({
      maxSkew: integer,
      minDomains: integer,
      ...each(text, "topologyKey", "whenUnsatisfiable", "nodeAffinityPolicy", "nodeTaintsPolicy"),
      labelSelector,
      matchLabelKeys: list(text)
    }),
    "topologyKey",
    "topologyKey",
    "whenUnsatisfiable"
  ),
  os: struct({ name: text }),
  schedulingGates: mergedList(struct({ name: text }), "name"),
  resourceClaims: mergedList(struct(each(text, "name", "resourceClaimName", "resourceClaimTemplateName")), "name"),
  resources,
  schedulingGroup: any,
  evictionResponders: any
})

const state = struct({
  waiting: struct(each(text, "reason", "message")),
  running: struct({ startedAt: text }),
  terminated: struct({
    ...each(integer, "exitCode", "signal"),
    ...each(text, "reason", "message", "startedAt", "finishedAt", "containerID")
  })
})

const containerStatuses = list(struct({
  ...each(text, "name", "image", "imageID", "containerID", "stopSignal"),
  ...each(boolean, "ready", "started"),
  restartCount: integer,
  state,
  lastState: state,
  allocatedResources: map(quantity),
  resources,
  volumeMounts: any,
  user: any,
  allocatedResourcesStatus: any
}))

/** @since 0.1.0 @category fields */
export const pod: Fields = object({
  spec: podSpec,
  status: struct({
    observedGeneration: integer,
    ...each(text, "phase", "message", "reason", "nominatedNodeName", "hostIP", "podIP", "startTime", "qosClass"),
    resize: text,
    conditions: mergedList(struct({ ...condition, observedGeneration: integer }), "type"),
    hostIPs: patchedList(struct({ ip: text }), "ip"),
    podIPs: mergedList(struct({ ip: text }), "ip"),
    initContainerStatuses: containerStatuses,
    containerStatuses,
    ephemeralContainerStatuses: containerStatuses,
    ...each(any, "resourceClaimStatuses", "extendedResourceClaimStatus", "nodeAllocatableResourceClaimStatuses"),
    allocatedResources: map(quantity),
    resources,
    volumeHealth: any
  })
})

/** @since 0.1.0 @category fields */
export const podTemplate: Field = struct({ metadata: meta, spec: podSpec })

/** @since 0.1.0 @category fields */
export const data = { text: map(text), bytes: map(bytes) }
