/**
 * The messages of the kinds of the core group and of batch, whole, in the notation of MessageTable. Written by
 * scripts/protobuf-messages.mjs from k8s.io/api and k8s.io/apimachinery v0.37.1.
 *
 * @since 0.1.0
 */

/** @since 0.1.0 @category constants */
export const text = `
AWSElasticBlockStoreVolumeSource: volumeID=1!s fsType=2s partition=3i readOnly=4b
Affinity: nodeAffinity=1?NodeAffinity podAffinity=2?PodAffinity podAntiAffinity=3?PodAntiAffinity
AppArmorProfile: type=1!s localhostProfile=2?s
AttachedVolume: name=1!s devicePath=2!s
AzureDiskVolumeSource: diskName=1!s diskURI=2!s cachingMode=3?s fsType=4?s readOnly=5?b kind=6?s
AzureFileVolumeSource: secretName=1!s shareName=2!s readOnly=3b
CSIVolumeSource: driver=1!s readOnly=2?b fsType=3?s volumeAttributes=4%s nodePublishSecretRef=5?LocalObjectReference
Capabilities: add=1*s drop=2*s
CephFSVolumeSource: monitors=1*s path=2s user=3s secretFile=4s secretRef=5?LocalObjectReference readOnly=6b
CinderVolumeSource: volumeID=1!s fsType=2s readOnly=3b secretRef=4?LocalObjectReference
ClientIPConfig: timeoutSeconds=1?i
ClusterTrustBundleProjection: name=1?s signerName=2?s labelSelector=3?LabelSelector optional=5?b path=4!s user=6?i
Condition: type=1!s status=2!s observedGeneration=3i lastTransitionTime=4!Time reason=5!s message=6!s
ConfigMap: metadata=1!ObjectMeta immutable=4?b data=2%s binaryData=3%B
ConfigMapEnvSource: localObjectReference=1~LocalObjectReference optional=2?b
ConfigMapKeySelector: localObjectReference=1~LocalObjectReference key=2!s optional=3?b
ConfigMapNodeConfigSource: namespace=1!s name=2!s uid=3s resourceVersion=4s kubeletConfigKey=5!s
ConfigMapProjection: localObjectReference=1~LocalObjectReference items=2*KeyToPath optional=4?b
ConfigMapVolumeSource: localObjectReference=1~LocalObjectReference items=2*KeyToPath defaultMode=3?i optional=4?b
  defaultUser=5?i
Container: name=1!s image=2s command=3*s args=4*s workingDir=5s ports=6*ContainerPort envFrom=19*EnvFromSource
  env=7*EnvVar resources=8!ResourceRequirements resizePolicy=23*ContainerResizePolicy restartPolicy=24?s
  restartPolicyRules=25*ContainerRestartRule volumeMounts=9*VolumeMount volumeDevices=21*VolumeDevice
  livenessProbe=10?Probe readinessProbe=11?Probe startupProbe=22?Probe lifecycle=12?Lifecycle terminationMessagePath=13s
  terminationMessagePolicy=20s imagePullPolicy=14s securityContext=15?SecurityContext stdin=16b stdinOnce=17b tty=18b
ContainerExtendedResourceRequest: containerName=1!s resourceName=2!s requestName=3!s
ContainerImage: names=1*s sizeBytes=2i
ContainerPort: name=1s hostPort=2i containerPort=3!i protocol=4s hostIP=5s
ContainerResizePolicy: resourceName=1!s restartPolicy=2!s
ContainerRestartRule: action=1s exitCodes=2?ContainerRestartRuleOnExitCodes
ContainerRestartRuleOnExitCodes: operator=1s values=2*i
ContainerState: waiting=1?ContainerStateWaiting running=2?ContainerStateRunning terminated=3?ContainerStateTerminated
ContainerStateRunning: startedAt=1!Time
ContainerStateTerminated: exitCode=1!i signal=2i reason=3s message=4s startedAt=5!Time finishedAt=6!Time containerID=7s
ContainerStateWaiting: reason=1s message=2s
ContainerStatus: name=1!s state=2!ContainerState lastState=3!ContainerState ready=4!b restartCount=5!i image=6!s
  imageID=7!s containerID=8s started=9?b allocatedResources=10%Quantity resources=11?ResourceRequirements
  volumeMounts=12*VolumeMountStatus user=13?ContainerUser allocatedResourcesStatus=14*ResourceStatus stopSignal=15?s
ContainerUser: linux=1?LinuxContainerUser
CronJob: metadata=1!ObjectMeta spec=2!CronJobSpec status=3!CronJobStatus
CronJobSpec: schedule=1!s timeZone=8?s startingDeadlineSeconds=2?i concurrencyPolicy=3s suspend=4?b
  jobTemplate=5!JobTemplateSpec successfulJobsHistoryLimit=6?i failedJobsHistoryLimit=7?i
CronJobStatus: active=1*ObjectReference lastScheduleTime=4?Time lastSuccessfulTime=5?Time
DaemonEndpoint: Port=1!i
DeleteOptions: gracePeriodSeconds=1?i preconditions=2?Preconditions orphanDependents=3?b propagationPolicy=4?s
  dryRun=5*s ignoreStoreReadErrorWithClusterBreakingPotential=6?b
DownwardAPIProjection: items=1*DownwardAPIVolumeFile
DownwardAPIVolumeFile: path=1!s fieldRef=2?ObjectFieldSelector resourceFieldRef=3?ResourceFieldSelector mode=4?i
  user=5?i
DownwardAPIVolumeSource: items=1*DownwardAPIVolumeFile defaultMode=2?i defaultUser=3?i
EmptyDirVolumeSource: medium=1s sizeLimit=2?Quantity mode=3?i
EndpointAddress: ip=1!s hostname=3s nodeName=4?s targetRef=2?ObjectReference
EndpointPort: name=1s port=2!i protocol=3s appProtocol=4?s
EndpointSubset: addresses=1*EndpointAddress notReadyAddresses=2*EndpointAddress ports=3*EndpointPort
Endpoints: metadata=1!ObjectMeta subsets=2*EndpointSubset
EnvFromSource: prefix=1s configMapRef=2?ConfigMapEnvSource secretRef=3?SecretEnvSource
EnvVar: name=1!s value=2s valueFrom=3?EnvVarSource
EnvVarSource: fieldRef=1?ObjectFieldSelector resourceFieldRef=2?ResourceFieldSelector
  configMapKeyRef=3?ConfigMapKeySelector secretKeyRef=4?SecretKeySelector fileKeyRef=5?FileKeySelector
EphemeralContainer: ephemeralContainerCommon=1~EphemeralContainerCommon targetContainerName=2s
EphemeralContainerCommon: name=1!s image=2s command=3*s args=4*s workingDir=5s ports=6*ContainerPort
  envFrom=19*EnvFromSource env=7*EnvVar resources=8!ResourceRequirements resizePolicy=23*ContainerResizePolicy
  restartPolicy=24?s restartPolicyRules=25*ContainerRestartRule volumeMounts=9*VolumeMount volumeDevices=21*VolumeDevice
  livenessProbe=10?Probe readinessProbe=11?Probe startupProbe=22?Probe lifecycle=12?Lifecycle terminationMessagePath=13s
  terminationMessagePolicy=20s imagePullPolicy=14s securityContext=15?SecurityContext stdin=16b stdinOnce=17b tty=18b
EphemeralVolumeSource: volumeClaimTemplate=1?PersistentVolumeClaimTemplate
Event: metadata=1!ObjectMeta involvedObject=2!ObjectReference reason=3s message=4s source=5!EventSource
  firstTimestamp=6!Time lastTimestamp=7!Time count=8i type=9s eventTime=10!MicroTime series=11?EventSeries action=12s
  related=13?ObjectReference reportingComponent=14!s reportingInstance=15!s
EventSeries: count=1i lastObservedTime=2!MicroTime
EventSource: component=1s host=2s
EvictionResponder: name=1!s priority=2?i
ExecAction: command=1*s
FCVolumeSource: targetWWNs=1*s lun=2?i fsType=3s readOnly=4b wwids=5*s
FileKeySelector: volumeName=1!s path=2!s key=3!s optional=4?b
FlexVolumeSource: driver=1!s fsType=2s secretRef=3?LocalObjectReference readOnly=4b options=5%s
FlockerVolumeSource: datasetName=1s datasetUUID=2s
GCEPersistentDiskVolumeSource: pdName=1!s fsType=2s partition=3i readOnly=4b
GRPCAction: port=1!i service=2?s mode=3?s
GitRepoVolumeSource: repository=1!s revision=2s directory=3s
GlusterfsVolumeSource: endpoints=1!s path=2!s readOnly=3b
HTTPGetAction: path=1s port=2!IntOrString host=3s scheme=4s httpHeaders=5*HTTPHeader protocol=6?s
HTTPHeader: name=1!s value=2!s
HostAlias: ip=1!s hostnames=2*s
HostIP: ip=1!s
HostPathVolumeSource: path=1!s type=2?s
ISCSIVolumeSource: targetPortal=1!s iqn=2!s lun=3!i iscsiInterface=4s fsType=5s readOnly=6b portals=7*s
  chapAuthDiscovery=8b chapAuthSession=11b secretRef=10?LocalObjectReference initiatorName=12?s
ImageVolumeSource: reference=1s pullPolicy=2s
ImageVolumeStatus: imageRef=1s
Job: metadata=1!ObjectMeta spec=2!JobSpec status=3!JobStatus
JobCondition: type=1!s status=2!s lastProbeTime=3!Time lastTransitionTime=4!Time reason=5s message=6s
JobSchedulingConfiguration: schedulingPolicy=1?WorkloadPodGroupSchedulingPolicy
  schedulingConstraints=2?WorkloadPodGroupSchedulingConstraints disruptionMode=3?WorkloadPodGroupDisruptionMode
  resourceClaims=4*WorkloadPodGroupResourceClaim
JobSpec: parallelism=1?i completions=2?i activeDeadlineSeconds=3?i podFailurePolicy=11?PodFailurePolicy
  successPolicy=16?SuccessPolicy backoffLimit=7?i backoffLimitPerIndex=12?i maxFailedIndexes=13?i
  selector=4?LabelSelector manualSelector=5?b template=6!PodTemplateSpec ttlSecondsAfterFinished=8?i completionMode=9?s
  suspend=10?b podReplacementPolicy=14?s managedBy=15?s scheduling=17?JobSchedulingConfiguration
JobStatus: conditions=1*JobCondition startTime=2?Time completionTime=3?Time active=4i succeeded=5i failed=6i
  terminating=11?i completedIndexes=7s failedIndexes=10?s uncountedTerminatedPods=8?UncountedTerminatedPods ready=9?i
JobTemplateSpec: metadata=1!ObjectMeta spec=2!JobSpec
KeyToPath: key=1!s path=2!s mode=3?i user=4?i
LabelSelector: matchLabels=1%s matchExpressions=2*LabelSelectorRequirement
LabelSelectorRequirement: key=1!s operator=2!s values=3*s
Lifecycle: postStart=1?LifecycleHandler preStop=2?LifecycleHandler stopSignal=3?s
LifecycleHandler: exec=1?ExecAction httpGet=2?HTTPGetAction tcpSocket=3?TCPSocketAction sleep=4?SleepAction
LinuxContainerUser: uid=1!i gid=2!i supplementalGroups=3*i
ListMeta: selfLink=1s resourceVersion=2s continue=3s remainingItemCount=4?i shardInfo=5?ShardInfo
LoadBalancerIngress: ip=1s hostname=2s ipMode=3?s ports=4*PortStatus
LoadBalancerStatus: ingress=1*LoadBalancerIngress
LocalObjectReference: name=1s
ManagedFieldsEntry: manager=1s operation=2s apiVersion=3s time=4?Time fieldsType=6s fieldsV1=7?FieldsV1 subresource=8s
ModifyVolumeStatus: targetVolumeAttributesClassName=1s status=2!s
NFSVolumeSource: server=1!s path=2!s readOnly=3b
Namespace: metadata=1!ObjectMeta spec=2!NamespaceSpec status=3!NamespaceStatus
NamespaceCondition: type=1!s status=2!s lastTransitionTime=4!Time reason=5s message=6s
NamespaceSpec: finalizers=1*s
NamespaceStatus: phase=1s conditions=2*NamespaceCondition
Node: metadata=1!ObjectMeta spec=2!NodeSpec status=3!NodeStatus
NodeAddress: type=1!s address=2!s
NodeAffinity: requiredDuringSchedulingIgnoredDuringExecution=1?NodeSelector
  preferredDuringSchedulingIgnoredDuringExecution=2*PreferredSchedulingTerm
NodeAllocatableMappedResources: name=1!s quantity=2?Quantity
NodeAllocatableOverheadResources: name=1!s perPod=2?Quantity perContainer=3?Quantity
NodeAllocatableResourceClaimStatus: resourceClaimName=1!s containers=2*s mapping=4*NodeAllocatableMappedResources
  overhead=5*NodeAllocatableOverheadResources
NodeCondition: type=1!s status=2!s lastHeartbeatTime=3!Time lastTransitionTime=4!Time reason=5s message=6s
NodeConfigSource: configMap=2?ConfigMapNodeConfigSource
NodeConfigStatus: assigned=1?NodeConfigSource active=2?NodeConfigSource lastKnownGood=3?NodeConfigSource error=4s
NodeDaemonEndpoints: kubeletEndpoint=1!DaemonEndpoint
NodeFeatures: supplementalGroupsPolicy=1?b
NodePodPreemptionPolicy: disableResizePreemption=1*s
NodeRuntimeHandler: name=1!s features=2?NodeRuntimeHandlerFeatures
NodeRuntimeHandlerFeatures: recursiveReadOnlyMounts=1?b userNamespaces=2?b
NodeSelector: nodeSelectorTerms=1*NodeSelectorTerm
NodeSelectorRequirement: key=1!s operator=2!s values=3*s
NodeSelectorTerm: matchExpressions=1*NodeSelectorRequirement matchFields=2*NodeSelectorRequirement
NodeSpec: podCIDR=1s podCIDRs=7*s providerID=3s unschedulable=4b taints=5*Taint configSource=6?NodeConfigSource
  externalID=2s podPreemptionPolicy=8?NodePodPreemptionPolicy
NodeStatus: capacity=1%Quantity allocatable=2%Quantity phase=3s conditions=4*NodeCondition addresses=5*NodeAddress
  daemonEndpoints=6!NodeDaemonEndpoints nodeInfo=7!NodeSystemInfo images=8*ContainerImage volumesInUse=9*s
  volumesAttached=10*AttachedVolume config=11?NodeConfigStatus runtimeHandlers=12*NodeRuntimeHandler
  features=13?NodeFeatures declaredFeatures=14*s
NodeSwapStatus: capacity=1?i
NodeSystemInfo: machineID=1!s systemUUID=2!s bootID=3!s kernelVersion=4!s osImage=5!s containerRuntimeVersion=6!s
  kubeletVersion=7!s kubeProxyVersion=8!s operatingSystem=9!s architecture=10!s swap=11?NodeSwapStatus
  runningInUserNamespace=12?b
ObjectFieldSelector: apiVersion=1s fieldPath=2!s
ObjectMeta: name=1s generateName=2s namespace=3s selfLink=4s uid=5s resourceVersion=6s generation=7i
  creationTimestamp=8Time deletionTimestamp=9?Time deletionGracePeriodSeconds=10?i labels=11%s annotations=12%s
  ownerReferences=13*OwnerReference finalizers=14*s managedFields=17*ManagedFieldsEntry
ObjectReference: kind=1s namespace=2s name=3s uid=4s apiVersion=5s resourceVersion=6s fieldPath=7s
OwnerReference: apiVersion=5!s kind=1!s name=3!s uid=4!s controller=6?b blockOwnerDeletion=7?b
PartialObjectMetadata: metadata=1!ObjectMeta
PersistentVolumeClaim: metadata=1!ObjectMeta spec=2!PersistentVolumeClaimSpec status=3!PersistentVolumeClaimStatus
PersistentVolumeClaimCondition: type=1!s status=2!s lastProbeTime=3!Time lastTransitionTime=4!Time reason=5s message=6s
PersistentVolumeClaimSpec: accessModes=1*s selector=4?LabelSelector resources=2!VolumeResourceRequirements volumeName=3s
  storageClassName=5?s volumeMode=6?s dataSource=7?TypedLocalObjectReference dataSourceRef=8?TypedObjectReference
  volumeAttributesClassName=9?s
PersistentVolumeClaimStatus: phase=1s accessModes=2*s capacity=3%Quantity conditions=4*PersistentVolumeClaimCondition
  allocatedResources=5%Quantity allocatedResourceStatuses=7%s currentVolumeAttributesClassName=8?s
  modifyVolumeStatus=9?ModifyVolumeStatus healthStatus=10?VolumeHealthStatus
PersistentVolumeClaimTemplate: metadata=1!ObjectMeta spec=2!PersistentVolumeClaimSpec
PersistentVolumeClaimVolumeSource: claimName=1!s readOnly=2b
PhotonPersistentDiskVolumeSource: pdID=1!s fsType=2s
Pod: metadata=1!ObjectMeta spec=2!PodSpec status=3!PodStatus
PodAffinity: requiredDuringSchedulingIgnoredDuringExecution=1*PodAffinityTerm
  preferredDuringSchedulingIgnoredDuringExecution=2*WeightedPodAffinityTerm
PodAffinityTerm: labelSelector=1?LabelSelector namespaces=2*s topologyKey=3!s namespaceSelector=4?LabelSelector
  matchLabelKeys=5*s mismatchLabelKeys=6*s
PodAntiAffinity: requiredDuringSchedulingIgnoredDuringExecution=1*PodAffinityTerm
  preferredDuringSchedulingIgnoredDuringExecution=2*WeightedPodAffinityTerm
PodCertificateProjection: signerName=1s keyType=2s maxExpirationSeconds=3?i credentialBundlePath=4s keyPath=5s
  certificateChainPath=6s userAnnotations=7%s user=8?i
PodCondition: type=1!s observedGeneration=7i status=2!s lastProbeTime=3!Time lastTransitionTime=4!Time reason=5s
  message=6s
PodDNSConfig: nameservers=1*s searches=2*s options=3*PodDNSConfigOption
PodDNSConfigOption: name=1s value=2?s
PodExtendedResourceClaimStatus: requestMappings=1*ContainerExtendedResourceRequest resourceClaimName=2!s
PodFailurePolicy: rules=1*PodFailurePolicyRule
PodFailurePolicyOnExitCodesRequirement: containerName=1?s operator=2!s values=3*i
PodFailurePolicyOnPodConditionsPattern: type=1!s status=2!s
PodFailurePolicyRule: action=1!s onExitCodes=2?PodFailurePolicyOnExitCodesRequirement
  onPodConditions=3*PodFailurePolicyOnPodConditionsPattern
PodIP: ip=1!s
PodOS: name=1!s
PodReadinessGate: conditionType=1!s
PodResourceClaim: name=1!s resourceClaimName=3?s resourceClaimTemplateName=4?s
PodResourceClaimStatus: name=1!s resourceClaimName=2?s
PodSchedulingGate: name=1!s
PodSchedulingGroup: podGroupName=1?s
PodSecurityContext: seLinuxOptions=1?SELinuxOptions windowsOptions=8?WindowsSecurityContextOptions runAsUser=2?i
  runAsGroup=6?i runAsNonRoot=3?b supplementalGroups=4*i supplementalGroupsPolicy=12?s fsGroup=5?i sysctls=7*Sysctl
  fsGroupChangePolicy=9?s seccompProfile=10?SeccompProfile appArmorProfile=11?AppArmorProfile seLinuxChangePolicy=13?s
PodSpec: volumes=1*Volume initContainers=20*Container containers=2*Container ephemeralContainers=34*EphemeralContainer
  restartPolicy=3s terminationGracePeriodSeconds=4?i activeDeadlineSeconds=5?i dnsPolicy=6s nodeSelector=7%s
  serviceAccountName=8s serviceAccount=9s automountServiceAccountToken=21?b nodeName=10s hostNetwork=11b hostPID=12b
  hostIPC=13b shareProcessNamespace=27?b securityContext=14?PodSecurityContext imagePullSecrets=15*LocalObjectReference
  hostname=16s subdomain=17s affinity=18?Affinity schedulerName=19s tolerations=22*Toleration hostAliases=23*HostAlias
  priorityClassName=24s priority=25?i dnsConfig=26?PodDNSConfig readinessGates=28*PodReadinessGate runtimeClassName=29?s
  enableServiceLinks=30?b preemptionPolicy=31?s overhead=32%Quantity
  topologySpreadConstraints=33*TopologySpreadConstraint setHostnameAsFQDN=35?b os=36?PodOS hostUsers=37?b
  schedulingGates=38*PodSchedulingGate resourceClaims=39*PodResourceClaim resources=40?ResourceRequirements
  hostnameOverride=41?s schedulingGroup=43?PodSchedulingGroup evictionResponders=44*EvictionResponder
PodStatus: observedGeneration=17i phase=1s conditions=2*PodCondition message=3s reason=4s nominatedNodeName=11s
  hostIP=5s hostIPs=16*HostIP podIP=6s podIPs=12*PodIP startTime=7?Time initContainerStatuses=10*ContainerStatus
  containerStatuses=8*ContainerStatus qosClass=9s ephemeralContainerStatuses=13*ContainerStatus resize=14s
  resourceClaimStatuses=15*PodResourceClaimStatus extendedResourceClaimStatus=18?PodExtendedResourceClaimStatus
  allocatedResources=19%Quantity resources=20?ResourceRequirements
  nodeAllocatableResourceClaimStatuses=21*NodeAllocatableResourceClaimStatus volumeHealth=22*PodVolumeHealth
PodTemplateSpec: metadata=1!ObjectMeta spec=2!PodSpec
PodVolumeHealth: name=1!s healthConditions=2*VolumeHealthCondition lastTransitionTime=3!Time
PortStatus: port=1!i protocol=2!s error=3?s
PortworxVolumeSource: volumeID=1!s fsType=2s readOnly=3b
Preconditions: uid=1?s resourceVersion=2?s
PreferredSchedulingTerm: weight=1!i preference=2!NodeSelectorTerm
Probe: handler=1~ProbeHandler initialDelaySeconds=2i timeoutSeconds=3i periodSeconds=4i successThreshold=5i
  failureThreshold=6i terminationGracePeriodSeconds=7?i
ProbeHandler: exec=1?ExecAction httpGet=2?HTTPGetAction tcpSocket=3?TCPSocketAction grpc=4?GRPCAction
ProjectedVolumeSource: sources=1*VolumeProjection defaultMode=2?i defaultUser=3?i
QuobyteVolumeSource: registry=1!s volume=2!s readOnly=3b user=4s group=5s tenant=6s
RBDVolumeSource: monitors=1*s image=2!s fsType=3s pool=4s user=5s keyring=6s secretRef=7?LocalObjectReference
  readOnly=8b
ReplicationController: metadata=1!ObjectMeta spec=2!ReplicationControllerSpec status=3!ReplicationControllerStatus
ReplicationControllerCondition: type=1!s status=2!s lastTransitionTime=3!Time reason=4s message=5s
ReplicationControllerSpec: replicas=1?i minReadySeconds=4i selector=2%s template=3?PodTemplateSpec
ReplicationControllerStatus: replicas=1!i fullyLabeledReplicas=2i readyReplicas=4i availableReplicas=5i
  observedGeneration=3i conditions=6*ReplicationControllerCondition
ResourceClaim: name=1!s request=2s
ResourceFieldSelector: containerName=1s resource=2!s divisor=3!Quantity
ResourceHealth: resourceID=1!s health=2s message=6?s
ResourceQuota: metadata=1!ObjectMeta spec=2!ResourceQuotaSpec status=3!ResourceQuotaStatus
ResourceQuotaSpec: hard=1%Quantity scopes=2*s scopeSelector=3?ScopeSelector
ResourceQuotaStatus: hard=1%Quantity used=2%Quantity
ResourceRequirements: limits=1%Quantity requests=2%Quantity claims=3*ResourceClaim
ResourceStatus: name=1!s resources=2*ResourceHealth
SELinuxOptions: user=1s role=2s type=3s level=4s
ScaleIOVolumeSource: gateway=1!s system=2!s secretRef=3?LocalObjectReference sslEnabled=4b protectionDomain=5s
  storagePool=6s storageMode=7s volumeName=8s fsType=9s readOnly=10b
ScopeSelector: matchExpressions=1*ScopedResourceSelectorRequirement
ScopedResourceSelectorRequirement: scopeName=1!s operator=2!s values=3*s
SeccompProfile: type=1!s localhostProfile=2?s
Secret: metadata=1!ObjectMeta immutable=5?b data=2%B stringData=4%s type=3s
SecretEnvSource: localObjectReference=1~LocalObjectReference optional=2?b
SecretKeySelector: localObjectReference=1~LocalObjectReference key=2!s optional=3?b
SecretProjection: localObjectReference=1~LocalObjectReference items=2*KeyToPath optional=4?b
SecretVolumeSource: secretName=1s items=2*KeyToPath defaultMode=3?i optional=4?b defaultUser=5?i
SecurityContext: capabilities=1?Capabilities privileged=2?b seLinuxOptions=3?SELinuxOptions
  windowsOptions=10?WindowsSecurityContextOptions runAsUser=4?i runAsGroup=8?i runAsNonRoot=5?b
  readOnlyRootFilesystem=6?b allowPrivilegeEscalation=7?b procMount=9?s seccompProfile=11?SeccompProfile
  appArmorProfile=12?AppArmorProfile
Service: metadata=1!ObjectMeta spec=2!ServiceSpec status=3!ServiceStatus
ServiceAccount: metadata=1!ObjectMeta secrets=2*ObjectReference imagePullSecrets=3*LocalObjectReference
  automountServiceAccountToken=4?b
ServiceAccountTokenProjection: audience=1s expirationSeconds=2?i path=3!s user=4?i
ServicePort: name=1s protocol=2s appProtocol=6?s port=3!i targetPort=4!IntOrString nodePort=5i
ServiceSpec: ports=1*ServicePort selector=2%s clusterIP=3s clusterIPs=18*s type=4s externalIPs=5*s sessionAffinity=7s
  loadBalancerIP=8s loadBalancerSourceRanges=9*s externalName=10s externalTrafficPolicy=11s healthCheckNodePort=12i
  publishNotReadyAddresses=13b sessionAffinityConfig=14?SessionAffinityConfig ipFamilies=19*s ipFamilyPolicy=17?s
  allocateLoadBalancerNodePorts=20?b loadBalancerClass=21?s internalTrafficPolicy=22?s trafficDistribution=23?s
ServiceStatus: loadBalancer=1!LoadBalancerStatus conditions=2*Condition
SessionAffinityConfig: clientIP=1?ClientIPConfig
ShardInfo: selector=1!s
SleepAction: seconds=1!i
Status: metadata=1!ListMeta status=2s message=3s reason=4s details=5?StatusDetails code=6i
StatusCause: reason=1s message=2s field=3s
StatusDetails: name=1s group=2s kind=3s uid=6s causes=4*StatusCause retryAfterSeconds=5i
StorageOSVolumeSource: volumeName=1s volumeNamespace=2s fsType=3s readOnly=4b secretRef=5?LocalObjectReference
SuccessPolicy: rules=1*SuccessPolicyRule
SuccessPolicyRule: succeededIndexes=1?s succeededCount=2?i
Sysctl: name=1!s value=2!s
TCPSocketAction: port=1!IntOrString host=2s
Taint: key=1!s value=2s effect=3!s timeAdded=4?Time
Toleration: key=1s operator=2s value=3s effect=4s tolerationSeconds=5?i
TopologyConstraint: key=1!s
TopologySpreadConstraint: maxSkew=1!i topologyKey=2!s whenUnsatisfiable=3!s labelSelector=4?LabelSelector minDomains=5?i
  nodeAffinityPolicy=6?s nodeTaintsPolicy=7?s matchLabelKeys=8*s
TypedLocalObjectReference: apiGroup=1?s kind=2!s name=3!s
TypedObjectReference: apiGroup=1?s kind=2!s name=3!s namespace=4?s
UncountedTerminatedPods: succeeded=1*s failed=2*s
Volume: name=1!s volumeSource=2~VolumeSource
VolumeDevice: name=1!s devicePath=2!s
VolumeHealthCondition: status=1!s reason=2!s message=3s
VolumeHealthStatus: healthConditions=1*VolumeHealthCondition lastTransitionTime=2!Time
VolumeMount: name=1!s readOnly=2b recursiveReadOnly=7?s mountPath=3!s subPath=4s mountPropagation=5?s subPathExpr=6s
  bindMountOptions=8*s
VolumeMountStatus: name=1!s mountPath=2!s readOnly=3b recursiveReadOnly=4?s volumeStatus=5?VolumeStatus
VolumeProjection: secret=1?SecretProjection downwardAPI=2?DownwardAPIProjection configMap=3?ConfigMapProjection
  serviceAccountToken=4?ServiceAccountTokenProjection clusterTrustBundle=5?ClusterTrustBundleProjection
  podCertificate=6?PodCertificateProjection
VolumeResourceRequirements: limits=1%Quantity requests=2%Quantity
VolumeSource: hostPath=1?HostPathVolumeSource emptyDir=2?EmptyDirVolumeSource
  gcePersistentDisk=3?GCEPersistentDiskVolumeSource awsElasticBlockStore=4?AWSElasticBlockStoreVolumeSource
  gitRepo=5?GitRepoVolumeSource secret=6?SecretVolumeSource nfs=7?NFSVolumeSource iscsi=8?ISCSIVolumeSource
  glusterfs=9?GlusterfsVolumeSource persistentVolumeClaim=10?PersistentVolumeClaimVolumeSource rbd=11?RBDVolumeSource
  flexVolume=12?FlexVolumeSource cinder=13?CinderVolumeSource cephfs=14?CephFSVolumeSource
  flocker=15?FlockerVolumeSource downwardAPI=16?DownwardAPIVolumeSource fc=17?FCVolumeSource
  azureFile=18?AzureFileVolumeSource configMap=19?ConfigMapVolumeSource vsphereVolume=20?VsphereVirtualDiskVolumeSource
  quobyte=21?QuobyteVolumeSource azureDisk=22?AzureDiskVolumeSource
  photonPersistentDisk=23?PhotonPersistentDiskVolumeSource projected=26?ProjectedVolumeSource
  portworxVolume=24?PortworxVolumeSource scaleIO=25?ScaleIOVolumeSource storageos=27?StorageOSVolumeSource
  csi=28?CSIVolumeSource ephemeral=29?EphemeralVolumeSource image=30?ImageVolumeSource
VolumeStatus: image=1?ImageVolumeStatus
VsphereVirtualDiskVolumeSource: volumePath=1!s fsType=2s storagePolicyName=3s storagePolicyID=4s
WeightedPodAffinityTerm: weight=1!i podAffinityTerm=2!PodAffinityTerm
WindowsSecurityContextOptions: gmsaCredentialSpecName=1?s gmsaCredentialSpec=2?s runAsUserName=3?s hostProcess=4?b
WorkloadPodGroupAllDisruptionMode:
WorkloadPodGroupBasicSchedulingPolicy:
WorkloadPodGroupDisruptionMode: single=1?WorkloadPodGroupSingleDisruptionMode all=2?WorkloadPodGroupAllDisruptionMode
WorkloadPodGroupGangSchedulingPolicy: minCount=1?i
WorkloadPodGroupResourceClaim: name=1!s resourceClaimName=2?s resourceClaimTemplateName=3?s
WorkloadPodGroupSchedulingConstraints: topology=1*TopologyConstraint
WorkloadPodGroupSchedulingPolicy: basic=1?WorkloadPodGroupBasicSchedulingPolicy
  gang=2?WorkloadPodGroupGangSchedulingPolicy
WorkloadPodGroupSingleDisruptionMode:
`
