/**
 * Pods as an API server sends them: 6 KB of JSON each, of which 1.7 KB are managedFields.
 */

import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"

/** How many there are. */
export const count = 5_000

/** How often one of them changes while it is watched. */
export const changes = 50_000

export const nameOf = (index: number): string => `machine-config-worker-${String(index).padStart(5, "0")}`

/** The resourceVersion of the list. */
export const listed = 10_000_000

/** The resourceVersion of the last change: that of the last pod. */
export const last = listed + changes

/** A pod begins a second after the one before it, and each of its steps takes some. */
const timeOf = (index: number, seconds: number): string =>
  new Date(Date.UTC(2026, 10, 22, 10, 0, index + seconds)).toISOString().replace(".000", "")

const fields = (paths: ReadonlyArray<string>) => Object.fromEntries(paths.map((path) => [`f:${path}`, {}]))

const managed = (manager: string, time: string, paths: ReadonlyArray<string>) => ({
  manager,
  operation: "Update",
  apiVersion: "v1",
  time,
  fieldsType: "FieldsV1",
  fieldsV1: { "f:metadata": { "f:labels": fields(paths) }, "f:spec": fields(paths), "f:status": fields(paths) }
})

const managedFields = (created: string, changed: string) => [
  managed("kube-controller-manager", created, [
    "affinity",
    "containers",
    "dnsPolicy",
    "enableServiceLinks",
    "initContainers",
    "restartPolicy",
    "schedulerName",
    "securityContext",
    "serviceAccountName",
    "terminationGracePeriodSeconds",
    "tolerations",
    "volumes"
  ]),
  managed("kubelet", changed, [
    "conditions",
    "containerStatuses",
    "hostIP",
    "hostIPs",
    "initContainerStatuses",
    "phase",
    "podIP",
    "podIPs",
    "startTime"
  ])
]

const container = (name: string) => ({
  name,
  image: `registry.example.com/team/${name}@sha256:${"5f".repeat(32)}`,
  command: ["/bin/sh", "-c", `exec /usr/bin/${name} --config=/etc/${name}/config.yaml --log-level=info`],
  env: ["NODE_NAME", "POD_NAME"].map((variable) => ({
    name: variable,
    valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } }
  })),
  resources: { limits: { cpu: "2", memory: "4Gi" }, requests: { cpu: "500m", memory: "2Gi" } },
  volumeMounts: ["config", "credentials"].map((volume) => ({
    name: volume,
    mountPath: `/etc/${name}/${volume}`,
    readOnly: true
  })),
  terminationMessagePath: "/dev/termination-log",
  terminationMessagePolicy: "File",
  imagePullPolicy: "IfNotPresent"
})

const status = (name: string, state: JsonObject) => ({
  name,
  state,
  lastState: {},
  ready: true,
  restartCount: 0,
  image: `registry.example.com/team/${name}:v4.19`,
  imageID: `registry.example.com/team/${name}@sha256:${"5f".repeat(32)}`,
  containerID: `cri-o://${"ab".repeat(32)}`,
  started: true
})

const condition = (type: string, lastTransitionTime: string) => ({
  type,
  status: "True",
  lastProbeTime: null,
  lastTransitionTime
})

export const pod = (index: number, resourceVersion: number) => {
  const created = timeOf(index, 0)
  const initialized = timeOf(index, 90)
  const running = timeOf(index, 95)
  return {
    kind: "Pod",
    apiVersion: "v1",
    metadata: {
      name: nameOf(index),
      generateName: "machine-config-worker-",
      namespace: "bench",
      uid: `7f3c1a52-0d4e-4b8a-9c11-${String(index).padStart(12, "0")}`,
      resourceVersion: String(resourceVersion),
      creationTimestamp: created,
      labels: {
        "app.kubernetes.io/managed-by": "bench",
        "batch.kubernetes.io/controller-uid": `2b6d9e10-77aa-4c3f-8e25-${String(index).padStart(12, "0")}`,
        "batch.kubernetes.io/job-name": nameOf(index)
      },
      annotations: { "k8s.ovn.org/pod-networks": JSON.stringify({ default: { ip_addresses: ["10.128.2.17/23"] } }) },
      ownerReferences: [{
        apiVersion: "batch/v1",
        kind: "Job",
        name: nameOf(index),
        uid: `2b6d9e10-77aa-4c3f-8e25-${String(index).padStart(12, "0")}`,
        controller: true,
        blockOwnerDeletion: true
      }],
      managedFields: managedFields(created, running)
    },
    spec: {
      volumes: ["config", "credentials"].map((volume) => ({
        name: volume,
        secret: { secretName: `machine-${volume}`, defaultMode: 420 }
      })),
      initContainers: [container("build")],
      containers: [container("push")],
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 30,
      dnsPolicy: "ClusterFirst",
      serviceAccountName: "builder",
      serviceAccount: "builder",
      nodeName: `worker-${index % 50}.example.com`,
      securityContext: { fsGroup: 1000, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      schedulerName: "default-scheduler",
      priority: 0,
      enableServiceLinks: true,
      preemptionPolicy: "PreemptLowerPriority"
    },
    status: {
      phase: "Running",
      conditions: [
        condition("PodReadyToStartContainers", timeOf(index, 2)),
        condition("Initialized", initialized),
        condition("Ready", running),
        condition("ContainersReady", running),
        condition("PodScheduled", created)
      ],
      hostIP: "10.0.12.7",
      hostIPs: [{ ip: "10.0.12.7" }],
      podIP: "10.128.2.17",
      podIPs: [{ ip: "10.128.2.17" }],
      startTime: created,
      initContainerStatuses: [
        status("build", {
          terminated: { exitCode: 0, reason: "Completed", startedAt: timeOf(index, 2), finishedAt: initialized }
        })
      ],
      containerStatuses: [status("push", { running: { startedAt: running } })],
      qosClass: "Burstable"
    }
  }
}

/** Whether what was kept of them is what was sent last. */
export const verify = (listed: number, resourceVersions: ReadonlyArray<string | undefined>): void => {
  const versions = new Set(resourceVersions)
  if (listed !== count || versions.size !== count || Math.min(...Array.from(versions, Number)) !== last - count + 1) {
    throw new Error(`of ${listed} pods, ${versions.size} were kept, not all of them as they were last`)
  }
}
