/**
 * The messages of the kinds of the other groups, whole, in the notation of MessageTable. Written by
 * scripts/protobuf-messages.mjs from k8s.io/api and k8s.io/apimachinery v0.37.1.
 *
 * @since 0.1.0
 */

/** @since 0.1.0 @category constants */
export const text = `
AggregationRule: clusterRoleSelectors=1*LabelSelector
AzureFilePersistentVolumeSource: secretName=1!s shareName=2!s readOnly=3b secretNamespace=4?s
BoundObjectReference: kind=1s apiVersion=2s name=3s uid=4s
CSIDriver: metadata=1!ObjectMeta spec=2!CSIDriverSpec
CSIDriverSpec: attachRequired=1?b podInfoOnMount=2?b volumeLifecycleModes=3*s storageCapacity=4?b fsGroupPolicy=5?s
  tokenRequests=6*StorageTokenRequest requiresRepublish=7?b seLinuxMount=8?b nodeAllocatableUpdatePeriodSeconds=9?i
  serviceAccountTokenInSecrets=10?b preventPodSchedulingIfMissing=11?b
CSINode: metadata=1!ObjectMeta spec=2!CSINodeSpec status=3!CSINodeStatus
CSINodeDriver: name=1!s nodeID=2!s topologyKeys=3*s allocatable=4?VolumeNodeResources
CSINodeSpec: drivers=1*CSINodeDriver
CSINodeStatus: storageHealth=1*StorageHealth
CSIPersistentVolumeSource: driver=1!s volumeHandle=2!s readOnly=3b fsType=4s volumeAttributes=5%s
  controllerPublishSecretRef=6?SecretReference nodeStageSecretRef=7?SecretReference
  nodePublishSecretRef=8?SecretReference controllerExpandSecretRef=9?SecretReference
  nodeExpandSecretRef=10?SecretReference
CephFSPersistentVolumeSource: monitors=1*s path=2s user=3s secretFile=4s secretRef=5?SecretReference readOnly=6b
CinderPersistentVolumeSource: volumeID=1!s fsType=2s readOnly=3b secretRef=4?SecretReference
ClusterRole: metadata=1!ObjectMeta rules=2*PolicyRule aggregationRule=3?AggregationRule
ClusterRoleBinding: metadata=1!ObjectMeta subjects=2*Subject roleRef=3!RoleRef
ContainerResourceMetricSource: name=1!s target=2!MetricTarget container=3!s
ContainerResourceMetricStatus: name=1!s current=2!MetricValueStatus container=3!s
ControllerRevision: metadata=1!ObjectMeta data=2!RawExtension revision=3!i
CrossVersionObjectReference: kind=1!s name=2!s apiVersion=3s
DaemonSet: metadata=1!ObjectMeta spec=2!DaemonSetSpec status=3!DaemonSetStatus
DaemonSetCondition: type=1!s status=2!s lastTransitionTime=3!Time reason=4s message=5s
DaemonSetSpec: selector=1?LabelSelector template=2!PodTemplateSpec updateStrategy=3!DaemonSetUpdateStrategy
  minReadySeconds=4i revisionHistoryLimit=6?i
DaemonSetStatus: currentNumberScheduled=1!i numberMisscheduled=2!i desiredNumberScheduled=3!i numberReady=4!i
  observedGeneration=5i updatedNumberScheduled=6i numberAvailable=7i numberUnavailable=8i collisionCount=9?i
  conditions=10*DaemonSetCondition
DaemonSetUpdateStrategy: type=1s rollingUpdate=2?RollingUpdateDaemonSet
Deployment: metadata=1!ObjectMeta spec=2!DeploymentSpec status=3!DeploymentStatus
DeploymentCondition: type=1!s status=2!s lastUpdateTime=6!Time lastTransitionTime=7!Time reason=4s message=5s
DeploymentSpec: replicas=1?i selector=2?LabelSelector template=3!PodTemplateSpec strategy=4!DeploymentStrategy
  minReadySeconds=5i revisionHistoryLimit=6?i paused=7b progressDeadlineSeconds=9?i
DeploymentStatus: observedGeneration=1i replicas=2i updatedReplicas=3i readyReplicas=7i availableReplicas=4i
  unavailableReplicas=5i terminatingReplicas=9?i conditions=6*DeploymentCondition collisionCount=8?i
DeploymentStrategy: type=1s rollingUpdate=2?RollingUpdateDeployment
DiscoveryEndpointPort: name=1?s protocol=2?s port=3?i appProtocol=4?s
Endpoint: addresses=1*s conditions=2!EndpointConditions hostname=3?s targetRef=4?ObjectReference deprecatedTopology=5%s
  nodeName=6?s zone=7?s hints=8?EndpointHints
EndpointConditions: ready=1?b serving=2?b terminating=3?b
EndpointHints: forZones=1*ForZone forNodes=2*ForNode
EndpointSlice: metadata=1!ObjectMeta addressType=4!s endpoints=2*Endpoint ports=3*DiscoveryEndpointPort
EventsEvent: metadata=1!ObjectMeta eventTime=2!MicroTime series=3?EventsEventSeries reportingController=4s
  reportingInstance=5s action=6s reason=7s regarding=8!ObjectReference related=9?ObjectReference note=10s type=11s
  deprecatedSource=12!EventSource deprecatedFirstTimestamp=13!Time deprecatedLastTimestamp=14!Time deprecatedCount=15i
EventsEventSeries: count=1!i lastObservedTime=2!MicroTime
Eviction: metadata=1!ObjectMeta deleteOptions=2?DeleteOptions
ExternalMetricSource: metric=1!MetricIdentifier target=2!MetricTarget
ExternalMetricStatus: metric=1!MetricIdentifier current=2!MetricValueStatus
FieldSelectorAttributes: rawSelector=1s requirements=2*FieldSelectorRequirement
FieldSelectorRequirement: key=1!s operator=2!s values=3*s
FlexPersistentVolumeSource: driver=1!s fsType=2s secretRef=3?SecretReference readOnly=4b options=5%s
ForNode: name=1!s
ForZone: name=1!s
GlusterfsPersistentVolumeSource: endpoints=1!s path=2!s readOnly=3b endpointsNamespace=4?s
HPAScalingPolicy: type=1!s value=2!i periodSeconds=3!i
HPAScalingRules: stabilizationWindowSeconds=3?i selectPolicy=1?s policies=2*HPAScalingPolicy tolerance=4?Quantity
HTTPIngressPath: path=1s pathType=3?s backend=2!IngressBackend
HTTPIngressRuleValue: paths=1*HTTPIngressPath
HorizontalPodAutoscaler: metadata=1!ObjectMeta spec=2!HorizontalPodAutoscalerSpec status=3!HorizontalPodAutoscalerStatus
HorizontalPodAutoscalerBehavior: scaleUp=1?HPAScalingRules scaleDown=2?HPAScalingRules
HorizontalPodAutoscalerCondition: type=1!s status=2!s lastTransitionTime=3!Time reason=4s message=5s
  observedGeneration=6?i
HorizontalPodAutoscalerSpec: scaleTargetRef=1!CrossVersionObjectReference minReplicas=2?i maxReplicas=3!i
  metrics=4*MetricSpec behavior=5?HorizontalPodAutoscalerBehavior
HorizontalPodAutoscalerStatus: observedGeneration=1?i lastScaleTime=2?Time currentReplicas=3i desiredReplicas=4!i
  currentMetrics=5*MetricStatus conditions=6*HorizontalPodAutoscalerCondition
IPBlock: cidr=1!s except=2*s
ISCSIPersistentVolumeSource: targetPortal=1!s iqn=2!s lun=3!i iscsiInterface=4s fsType=5s readOnly=6b portals=7*s
  chapAuthDiscovery=8b chapAuthSession=11b secretRef=10?SecretReference initiatorName=12?s
Ingress: metadata=1!ObjectMeta spec=2!IngressSpec status=3!IngressStatus
IngressBackend: service=4?IngressServiceBackend resource=3?TypedLocalObjectReference
IngressClass: metadata=1!ObjectMeta spec=2!IngressClassSpec
IngressClassParametersReference: apiGroup=1?s kind=2!s name=3!s scope=4?s namespace=5?s
IngressClassSpec: controller=1s parameters=2?IngressClassParametersReference
IngressLoadBalancerIngress: ip=1s hostname=2s ports=4*IngressPortStatus
IngressLoadBalancerStatus: ingress=1*IngressLoadBalancerIngress
IngressPortStatus: port=1!i protocol=2!s error=3?s
IngressRule: host=1s ingressRuleValue=2~IngressRuleValue
IngressRuleValue: http=1?HTTPIngressRuleValue
IngressServiceBackend: name=1!s port=2!ServiceBackendPort
IngressSpec: ingressClassName=4?s defaultBackend=1?IngressBackend tls=2*IngressTLS rules=3*IngressRule
IngressStatus: loadBalancer=1!IngressLoadBalancerStatus
IngressTLS: hosts=1*s secretName=2s
LabelSelectorAttributes: rawSelector=1s requirements=2*LabelSelectorRequirement
Lease: metadata=1!ObjectMeta spec=2!LeaseSpec
LeaseSpec: holderIdentity=1?s leaseDurationSeconds=2?i acquireTime=3?MicroTime renewTime=4?MicroTime
  leaseTransitions=5?i strategy=6?s preferredHolder=7?s
LimitRange: metadata=1!ObjectMeta spec=2!LimitRangeSpec
LimitRangeItem: type=1!s max=2%Quantity min=3%Quantity default=4%Quantity defaultRequest=5%Quantity
  maxLimitRequestRatio=6%Quantity
LimitRangeSpec: limits=1*LimitRangeItem
LocalSubjectAccessReview: metadata=1!ObjectMeta spec=2!SubjectAccessReviewSpec status=3!SubjectAccessReviewStatus
LocalVolumeSource: path=1!s fsType=2?s
MetricIdentifier: name=1!s selector=2?LabelSelector
MetricSpec: type=1!s object=2?ObjectMetricSource pods=3?PodsMetricSource resource=4?ResourceMetricSource
  containerResource=7?ContainerResourceMetricSource external=5?ExternalMetricSource
MetricStatus: type=1!s object=2?ObjectMetricStatus pods=3?PodsMetricStatus resource=4?ResourceMetricStatus
  containerResource=7?ContainerResourceMetricStatus external=5?ExternalMetricStatus
MetricTarget: type=1!s value=2?Quantity averageValue=3?Quantity averageUtilization=4?i
MetricValueStatus: value=1?Quantity averageValue=2?Quantity averageUtilization=3?i
NetworkPolicy: metadata=1!ObjectMeta spec=2!NetworkPolicySpec
NetworkPolicyEgressRule: ports=1*NetworkPolicyPort to=2*NetworkPolicyPeer
NetworkPolicyIngressRule: ports=1*NetworkPolicyPort from=2*NetworkPolicyPeer
NetworkPolicyPeer: podSelector=1?LabelSelector namespaceSelector=2?LabelSelector ipBlock=3?IPBlock
NetworkPolicyPort: protocol=1?s port=2?IntOrString endPort=3?i
NetworkPolicySpec: podSelector=1!LabelSelector ingress=2*NetworkPolicyIngressRule egress=3*NetworkPolicyEgressRule
  policyTypes=4*s
NonResourceAttributes: path=1s verb=2s
NonResourceRule: verbs=1*s nonResourceURLs=2*s
ObjectMetricSource: describedObject=1!CrossVersionObjectReference target=2!MetricTarget metric=3!MetricIdentifier
ObjectMetricStatus: metric=1!MetricIdentifier current=2!MetricValueStatus describedObject=3!CrossVersionObjectReference
Overhead: podFixed=1%Quantity
PersistentVolume: metadata=1!ObjectMeta spec=2!PersistentVolumeSpec status=3!PersistentVolumeStatus
PersistentVolumeSource: gcePersistentDisk=1?GCEPersistentDiskVolumeSource
  awsElasticBlockStore=2?AWSElasticBlockStoreVolumeSource hostPath=3?HostPathVolumeSource
  glusterfs=4?GlusterfsPersistentVolumeSource nfs=5?NFSVolumeSource rbd=6?RBDPersistentVolumeSource
  iscsi=7?ISCSIPersistentVolumeSource cinder=8?CinderPersistentVolumeSource cephfs=9?CephFSPersistentVolumeSource
  fc=10?FCVolumeSource flocker=11?FlockerVolumeSource flexVolume=12?FlexPersistentVolumeSource
  azureFile=13?AzureFilePersistentVolumeSource vsphereVolume=14?VsphereVirtualDiskVolumeSource
  quobyte=15?QuobyteVolumeSource azureDisk=16?AzureDiskVolumeSource
  photonPersistentDisk=17?PhotonPersistentDiskVolumeSource portworxVolume=18?PortworxVolumeSource
  scaleIO=19?ScaleIOPersistentVolumeSource local=20?LocalVolumeSource storageos=21?StorageOSPersistentVolumeSource
  csi=22?CSIPersistentVolumeSource
PersistentVolumeSpec: capacity=1%Quantity persistentVolumeSource=2~PersistentVolumeSource accessModes=3*s
  claimRef=4?ObjectReference persistentVolumeReclaimPolicy=5s storageClassName=6s mountOptions=7*s volumeMode=8?s
  nodeAffinity=9?VolumeNodeAffinity volumeAttributesClassName=10?s
PersistentVolumeStatus: phase=1s message=2s reason=3s lastPhaseTransitionTime=4?Time
PodDisruptionBudget: metadata=1!ObjectMeta spec=2!PodDisruptionBudgetSpec status=3!PodDisruptionBudgetStatus
PodDisruptionBudgetSpec: minAvailable=1?IntOrString selector=2?LabelSelector maxUnavailable=3?IntOrString
  unhealthyPodEvictionPolicy=4?s
PodDisruptionBudgetStatus: observedGeneration=1i disruptedPods=2%Time disruptionsAllowed=3!i currentHealthy=4!i
  desiredHealthy=5!i expectedPods=6!i conditions=7*Condition
PodTemplate: metadata=1!ObjectMeta template=2!PodTemplateSpec
PodsMetricSource: metric=1!MetricIdentifier target=2!MetricTarget
PodsMetricStatus: metric=1!MetricIdentifier current=2!MetricValueStatus
PolicyRule: verbs=1*s apiGroups=2*s resources=3*s resourceNames=4*s nonResourceURLs=5*s
PriorityClass: metadata=1!ObjectMeta value=2!i globalDefault=3b description=4s preemptionPolicy=5?s
RBDPersistentVolumeSource: monitors=1*s image=2!s fsType=3s pool=4s user=5s keyring=6s secretRef=7?SecretReference
  readOnly=8b
ReplicaSet: metadata=1!ObjectMeta spec=2!ReplicaSetSpec status=3!ReplicaSetStatus
ReplicaSetCondition: type=1!s status=2!s lastTransitionTime=3!Time reason=4s message=5s
ReplicaSetSpec: replicas=1?i minReadySeconds=4i selector=2?LabelSelector template=3!PodTemplateSpec
ReplicaSetStatus: replicas=1!i fullyLabeledReplicas=2i readyReplicas=4i availableReplicas=5i terminatingReplicas=7?i
  observedGeneration=3i conditions=6*ReplicaSetCondition
ResourceAttributes: namespace=1s verb=2s group=3s version=4s resource=5s subresource=6s name=7s
  fieldSelector=8?FieldSelectorAttributes labelSelector=9?LabelSelectorAttributes
ResourceMetricSource: name=1!s target=2!MetricTarget
ResourceMetricStatus: name=1!s current=2!MetricValueStatus
ResourceRule: verbs=1*s apiGroups=2*s resources=3*s resourceNames=4*s
Role: metadata=1!ObjectMeta rules=2*PolicyRule
RoleBinding: metadata=1!ObjectMeta subjects=2*Subject roleRef=3!RoleRef
RoleRef: apiGroup=1!s kind=2!s name=3!s
RollingUpdateDaemonSet: maxUnavailable=1?IntOrString maxSurge=2?IntOrString
RollingUpdateDeployment: maxUnavailable=1?IntOrString maxSurge=2?IntOrString
RollingUpdateStatefulSetStrategy: partition=1?i maxUnavailable=2?IntOrString
RuntimeClass: metadata=1!ObjectMeta handler=2!s overhead=3?Overhead scheduling=4?Scheduling
Scale: metadata=1!ObjectMeta spec=2!ScaleSpec status=3!ScaleStatus
ScaleIOPersistentVolumeSource: gateway=1!s system=2!s secretRef=3?SecretReference sslEnabled=4b protectionDomain=5s
  storagePool=6s storageMode=7s volumeName=8s fsType=9s readOnly=10b
ScaleSpec: replicas=1i
ScaleStatus: replicas=1!i selector=2s
Scheduling: nodeSelector=1%s tolerations=2*Toleration
SecretReference: name=1s namespace=2s
SelfSubjectAccessReview: metadata=1!ObjectMeta spec=2!SelfSubjectAccessReviewSpec status=3!SubjectAccessReviewStatus
SelfSubjectAccessReviewSpec: resourceAttributes=1?ResourceAttributes nonResourceAttributes=2?NonResourceAttributes
SelfSubjectReview: metadata=1!ObjectMeta status=2!SelfSubjectReviewStatus
SelfSubjectReviewStatus: userInfo=1!UserInfo
SelfSubjectRulesReview: metadata=1!ObjectMeta spec=2!SelfSubjectRulesReviewSpec status=3!SubjectRulesReviewStatus
SelfSubjectRulesReviewSpec: namespace=1s
ServiceBackendPort: name=1s number=2i
StatefulSet: metadata=1!ObjectMeta spec=2!StatefulSetSpec status=3!StatefulSetStatus
StatefulSetCondition: type=1!s status=2!s lastTransitionTime=3!Time reason=4s message=5s
StatefulSetOrdinals: start=1!i
StatefulSetPersistentVolumeClaimRetentionPolicy: whenDeleted=1s whenScaled=2s
StatefulSetSpec: replicas=1?i selector=2?LabelSelector template=3!PodTemplateSpec
  volumeClaimTemplates=4*PersistentVolumeClaim serviceName=5!s podManagementPolicy=6s
  updateStrategy=7!StatefulSetUpdateStrategy revisionHistoryLimit=8?i minReadySeconds=9i
  persistentVolumeClaimRetentionPolicy=10?StatefulSetPersistentVolumeClaimRetentionPolicy
  ordinals=11?StatefulSetOrdinals
StatefulSetStatus: observedGeneration=1i replicas=2!i readyReplicas=3i currentReplicas=4i updatedReplicas=5i
  currentRevision=6s updateRevision=7s collisionCount=9?i conditions=10*StatefulSetCondition availableReplicas=11!i
StatefulSetUpdateStrategy: type=1s rollingUpdate=2?RollingUpdateStatefulSetStrategy
StorageClass: metadata=1!ObjectMeta provisioner=2!s parameters=3%s reclaimPolicy=4?s mountOptions=5*s
  allowVolumeExpansion=6?b volumeBindingMode=7?s allowedTopologies=8*TopologySelectorTerm
StorageHealth: name=1!s healthConditions=2*StorageHealthCondition
StorageHealthCondition: status=1!s reason=2!s message=3s accessMode=4?s volumeMode=5?s lastTransitionTime=6!Time
StorageOSPersistentVolumeSource: volumeName=1s volumeNamespace=2s fsType=3s readOnly=4b secretRef=5?ObjectReference
StorageTokenRequest: audience=1!s expirationSeconds=2?i
Subject: kind=1!s apiGroup=2s name=3!s namespace=4s
SubjectAccessReview: metadata=1!ObjectMeta spec=2!SubjectAccessReviewSpec status=3!SubjectAccessReviewStatus
SubjectAccessReviewSpec: resourceAttributes=1?ResourceAttributes nonResourceAttributes=2?NonResourceAttributes user=3s
  groups=4*s extra=5%Texts uid=6s
SubjectAccessReviewStatus: allowed=1!b denied=4b reason=2s evaluationError=3s
SubjectRulesReviewStatus: resourceRules=1*ResourceRule nonResourceRules=2*NonResourceRule incomplete=3!b
  evaluationError=4s
TokenRequest: metadata=1!ObjectMeta spec=2!TokenRequestSpec status=3!TokenRequestStatus
TokenRequestSpec: audiences=1*s expirationSeconds=4?i boundObjectRef=3?BoundObjectReference attestations=5%Texts
TokenRequestStatus: token=1!s expirationTimestamp=2!Time
TokenReview: metadata=1!ObjectMeta spec=2!TokenReviewSpec status=3!TokenReviewStatus
TokenReviewSpec: token=1s audiences=2*s
TokenReviewStatus: authenticated=1b user=2!UserInfo audiences=4*s error=3s
TopologySelectorLabelRequirement: key=1!s values=2*s
TopologySelectorTerm: matchLabelExpressions=1*TopologySelectorLabelRequirement
UserInfo: username=1s uid=2s groups=3*s extra=4%Texts
VolumeAttachment: metadata=1!ObjectMeta spec=2!VolumeAttachmentSpec status=3!VolumeAttachmentStatus
VolumeAttachmentSource: persistentVolumeName=1?s inlineVolumeSpec=2?PersistentVolumeSpec
VolumeAttachmentSpec: attacher=1!s source=2!VolumeAttachmentSource nodeName=3!s
VolumeAttachmentStatus: attached=1!b attachmentMetadata=2%s attachError=3?VolumeError detachError=4?VolumeError
VolumeError: time=1!Time message=2s errorCode=3?i
VolumeNodeAffinity: required=1?NodeSelector
VolumeNodeResources: count=1?i
`
