/**
 * What the fake does with each field of pods and Jobs; docs/fake-kubernetes.md has it as a table, and FieldTable.test.ts compares
 * it with the OpenAPI schemas of Kubernetes.
 */

/**
 * - `honoured`: something that is simulated depends on the field; `by` are files of `src/fake`, one of which reads it.
 * - `refused`: a request with the field is refused; `example` is a value.
 * - `dropped`: left out of the object, as by a server, whose feature is off.
 * - `stored`: validated where the server does, returned, and without effect, because nothing that depends on it is simulated.
 */
export type Row =
  | { readonly is: "honoured"; readonly fields: string; readonly by: ReadonlyArray<string>; readonly note: string }
  | { readonly is: "refused"; readonly fields: string; readonly example: unknown; readonly note: string }
  | { readonly is: "stored" | "dropped"; readonly fields: string; readonly note: string }

const honoured = (fields: string, by: ReadonlyArray<string>, note: string): Row => ({
  is: "honoured",
  fields,
  by,
  note
})
const refused = (fields: string, example: unknown, note: string): Row => ({ is: "refused", fields, example, note })
const dropped = (fields: string, note: string): Row => ({ is: "dropped", fields, note })
const stored = (fields: string, note: string): Row => ({ is: "stored", fields, note })

const podSecurity = ["admission/PodSecurity.ts", "admission/PodSecurityHost.ts"]

/** The rows of each schema; `fields` are names, with spaces between them. */
export const rows: Readonly<Record<string, ReadonlyArray<Row>>> = {
  "core.v1.PodSpec": [
    honoured("containers initContainers", ["kubelet/PodWorker.ts"], "run by the programs of the pod"),
    honoured(
      "activeDeadlineSeconds restartPolicy terminationGracePeriodSeconds",
      ["kubelet/PodWorker.ts"],
      "by the kubelet"
    ),
    honoured("readinessGates", ["kubelet/ContainerStates.ts"], "they gate Ready"),
    honoured(
      "volumes",
      ["kubelet/VolumeReferences.ts", "controllers/Scheduler.ts"],
      "ConfigMaps, Secrets and claims are waited for"
    ),
    honoured(
      "affinity nodeSelector tolerations overhead resources",
      ["controllers/Fit.ts"],
      "by the scheduler, preferences included"
    ),
    honoured("topologySpreadConstraints", ["controllers/Spread.ts"], "by the scheduler"),
    honoured("schedulerName schedulingGates", ["controllers/Scheduler.ts"], "such a pod is left alone"),
    honoured("priority", ["controllers/Scheduler.ts"], "the order in which pods are scheduled"),
    honoured("priorityClassName", ["admission/PodScheduling.ts"], "gives the priority"),
    honoured("nodeName", ["controllers/Pods.ts"], "the node runs the pod"),
    honoured("runtimeClassName", ["admission/RuntimeClasses.ts"], "gives overhead, a selector and tolerations"),
    honoured(
      "automountServiceAccountToken serviceAccountName",
      ["admission/ServiceAccounts.ts"],
      "the volume of the token; the account has to exist"
    ),
    honoured("serviceAccount", ["kinds/PodDefaults.ts"], "another name of `serviceAccountName`"),
    honoured("hostNetwork hostPID hostIPC hostUsers", podSecurity, "by pod security standards"),
    honoured("securityContext", ["kubelet/ContainerStatus.ts"], "see PodSecurityContext"),
    refused("resourceClaims", [{ name: "gpu", resourceClaimName: "gpu" }], "the fake has no ResourceClaims"),
    honoured(
      "ephemeralContainers",
      ["kubelet/Kubelet.ts"],
      "added by the subresource `ephemeralcontainers`, and run once by the program of the container"
    ),
    stored(
      "dnsConfig dnsPolicy hostAliases hostname hostnameOverride setHostnameAsFQDN subdomain",
      "no program resolves names"
    ),
    stored("enableServiceLinks shareProcessNamespace os", "programs have no environment and no processes"),
    stored("imagePullSecrets", "no image is pulled; those of the service account are added"),
    stored("preemptionPolicy", "the scheduler does not preempt"),
    dropped("schedulingGroup evictionResponders", "of features that are off by default")
  ],
  "core.v1.Container": [
    honoured("name", ["kubelet/PodWorker.ts"], "which program runs"),
    honoured("env envFrom", ["kubelet/VolumeReferences.ts"], "ConfigMaps and Secrets are waited for"),
    honoured("image", ["kubelet/ContainerStatus.ts"], "in statuses and events; every image exists"),
    honoured("livenessProbe readinessProbe startupProbe", ["kubelet/Probes.ts"], "run by the program of the container"),
    honoured("lifecycle", ["kubelet/Steps.ts"], "`preStop.sleep`; other hooks and `stopSignal` are stored"),
    honoured("ports", ["controllers/Fit.ts"], "`hostPort`; others are for information, as on a cluster"),
    honoured(
      "resources",
      ["controllers/Fit.ts"],
      "by the scheduler, quotas and the class of service; `claims` are stored"
    ),
    honoured(
      "restartPolicy restartPolicyRules",
      ["kubelet/Restarts.ts"],
      "by the kubelet; the action RestartAllContainers is refused"
    ),
    honoured("stdin stdinOnce", ["kubelet/StdinStore.ts"], "by `attach`"),
    honoured(
      "terminationMessagePolicy",
      ["kubelet/TerminationMessage.ts"],
      "the end of the log is the message of a failure"
    ),
    honoured("volumeMounts", ["kubelet/ContainerStatus.ts"], "validated, and in the status"),
    honoured("securityContext", ["kubelet/ContainerStatus.ts"], "see SecurityContext"),
    stored(
      "args command workingDir tty terminationMessagePath",
      "the programs of pods may read them; they decide what happens"
    ),
    stored("imagePullPolicy", "no image is pulled"),
    stored("resizePolicy", "pods have no subresource `resize`"),
    stored("volumeDevices", "there are no devices")
  ],
  "core.v1.Probe": [
    honoured(
      "failureThreshold initialDelaySeconds periodSeconds successThreshold timeoutSeconds terminationGracePeriodSeconds",
      ["kubelet/Probes.ts"],
      "when a probe is run, and what its results mean"
    ),
    honoured("exec grpc httpGet tcpSocket", ["kinds/ProbeRules.ts"], "given to the field `probe` of the program")
  ],
  "core.v1.TopologySpreadConstraint": [
    honoured(
      "labelSelector maxSkew minDomains nodeAffinityPolicy nodeTaintsPolicy topologyKey whenUnsatisfiable",
      ["controllers/Spread.ts"],
      "by the scheduler"
    ),
    honoured("matchLabelKeys", ["kinds/SpreadRules.ts"], "part of the selector of a new pod")
  ],
  "core.v1.PodSecurityContext": [
    honoured("runAsUser runAsGroup fsGroup", ["kubelet/ContainerStatus.ts"], "in the status of containers"),
    honoured("runAsNonRoot", ["kubelet/PodReferences.ts"], "a container that asks for user 0 does not start"),
    honoured("appArmorProfile seLinuxOptions seccompProfile sysctls", podSecurity, "by pod security standards"),
    honoured("windowsOptions", podSecurity, "`hostProcess`, by pod security standards"),
    stored(
      "fsGroupChangePolicy seLinuxChangePolicy supplementalGroups supplementalGroupsPolicy",
      "programs have no files and no processes"
    )
  ],
  "core.v1.SecurityContext": [
    honoured("runAsUser runAsGroup", ["kubelet/ContainerStatus.ts"], "in the status of the container"),
    honoured("runAsNonRoot", ["kubelet/PodReferences.ts"], "a container that asks for user 0 does not start"),
    honoured(
      "allowPrivilegeEscalation appArmorProfile capabilities privileged procMount seLinuxOptions seccompProfile",
      podSecurity,
      "by pod security standards"
    ),
    honoured("windowsOptions", podSecurity, "`hostProcess`, by pod security standards"),
    stored("readOnlyRootFilesystem", "programs have no files")
  ],
  "core.v1.Volume": [
    honoured("name", ["kinds/PodRules.ts"], "mounts have to name a volume"),
    honoured(
      "configMap secret projected",
      ["kubelet/VolumeReferences.ts"],
      "the pod waits for them unless they are optional"
    ),
    honoured("persistentVolumeClaim", ["controllers/Scheduler.ts"], "the pod waits for a bound claim"),
    honoured("hostPath", podSecurity, "by pod security standards"),
    stored("emptyDir downwardAPI image", "programs have no files"),
    stored("ephemeral", "no claim is made for it"),
    stored(
      "awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk gitRepo glusterfs "
        + "iscsi nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume",
      "nothing is attached or mounted; the restricted standard refuses all but `csi`"
    )
  ],
  "batch.v1.JobSpec": [
    honoured(
      "parallelism completions activeDeadlineSeconds suspend managedBy",
      ["controllers/JobController.ts"],
      "by the Job controller"
    ),
    honoured(
      "backoffLimit backoffLimitPerIndex completionMode maxFailedIndexes podFailurePolicy podReplacementPolicy successPolicy",
      ["controllers/JobFinish.ts", "controllers/JobIndexes.ts", "controllers/JobPods.ts"],
      "by the Job controller"
    ),
    honoured("ttlSecondsAfterFinished", ["controllers/TtlController.ts"], "by the TTL controller"),
    honoured("manualSelector selector", ["kinds/JobRules.ts"], "the selector is that of the server, or validated"),
    honoured("template", ["controllers/JobPods.ts"], "the pods of the Job"),
    dropped("scheduling", "of a feature that is off by default")
  ]
}
