/**
 * The fields of Kubernetes' kinds that can be read from protobuf: those of the kinds in Resources, and some that
 * programs read often. An object is read as JSON where a schema has another field.
 *
 * From k8s.io/api and k8s.io/apimachinery v0.37.1, generated.proto and types.go; numbers never change. The test compares them
 * with the whole messages in the fake API server.
 */
import * as MessageTable from "./MessageTable.js"

const text = `
ObjectMeta: name=1s generateName=2s namespace=3s uid=5s resourceVersion=6s generation=7i creationTimestamp=8Time
  deletionTimestamp=9?Time deletionGracePeriodSeconds=10?i labels=11%s annotations=12%s
  ownerReferences=13*OwnerReference finalizers=14*s
OwnerReference: apiVersion=5!s kind=1!s name=3!s uid=4!s controller=6?b blockOwnerDeletion=7?b
PartialObjectMetadata: metadata=1!ObjectMeta
LocalObjectReference: name=1s
ObjectReference: kind=1s namespace=2s name=3s uid=4s apiVersion=5s resourceVersion=6s fieldPath=7s

ConfigMap: metadata=1!ObjectMeta immutable=4?b data=2%s binaryData=3%B
Event: metadata=1!ObjectMeta involvedObject=2!ObjectReference reason=3s message=4s firstTimestamp=6!Time
  lastTimestamp=7!Time count=8i type=9s eventTime=10!MicroTime series=11?EventSeries action=12s reportingComponent=14!s
  reportingInstance=15!s
EventSeries: count=1i lastObservedTime=2!MicroTime
Namespace: metadata=1!ObjectMeta status=3!NamespaceStatus
NamespaceStatus: phase=1s
Node: metadata=1!ObjectMeta spec=2!NodeSpec status=3!NodeStatus
NodeSpec: unschedulable=4b taints=5*Taint
Taint: key=1!s value=2s effect=3!s timeAdded=4?Time
NodeStatus: capacity=1%Quantity allocatable=2%Quantity conditions=4*NodeCondition nodeInfo=7!NodeSystemInfo
NodeCondition: type=1!s status=2!s lastHeartbeatTime=3!Time lastTransitionTime=4!Time reason=5s message=6s
NodeSystemInfo: kernelVersion=4!s osImage=5!s containerRuntimeVersion=6!s kubeletVersion=7!s operatingSystem=9!s
  architecture=10!s
ServiceAccount: metadata=1!ObjectMeta secrets=2*ObjectReference imagePullSecrets=3*LocalObjectReference
PersistentVolumeClaim: metadata=1!ObjectMeta spec=2!PersistentVolumeClaimSpec status=3!PersistentVolumeClaimStatus
PersistentVolumeClaimSpec: accessModes=1*s volumeName=3s storageClassName=5?s volumeMode=6?s
PersistentVolumeClaimStatus: phase=1s accessModes=2*s capacity=3%Quantity

Pod: metadata=1!ObjectMeta spec=2!PodSpec status=3!PodStatus
PodSpec: restartPolicy=3s activeDeadlineSeconds=5?i nodeSelector=7%s serviceAccountName=8s nodeName=10s hostNetwork=11b
  imagePullSecrets=15*LocalObjectReference schedulerName=19s priorityClassName=24s hostUsers=37?b
PodStatus: observedGeneration=17i phase=1s conditions=2*PodCondition message=3s reason=4s hostIP=5s podIP=6s
  startTime=7?Time initContainerStatuses=10*ContainerStatus containerStatuses=8*ContainerStatus qosClass=9s
  ephemeralContainerStatuses=13*ContainerStatus
PodCondition: type=1!s status=2!s lastProbeTime=3!Time lastTransitionTime=4!Time reason=5s message=6s
ContainerStatus: name=1!s state=2!ContainerState lastState=3!ContainerState ready=4!b restartCount=5!i image=6!s
  imageID=7!s containerID=8s started=9?b
ContainerState: waiting=1?ContainerStateWaiting running=2?ContainerStateRunning terminated=3?ContainerStateTerminated
ContainerStateWaiting: reason=1s message=2s
ContainerStateRunning: startedAt=1!Time
ContainerStateTerminated: exitCode=1!i signal=2i reason=3s message=4s startedAt=5!Time finishedAt=6!Time containerID=7s

Job: metadata=1!ObjectMeta spec=2!JobSpec status=3!JobStatus
JobSpec: parallelism=1?i completions=2?i activeDeadlineSeconds=3?i backoffLimit=7?i template=6!PodTemplateSpec
  ttlSecondsAfterFinished=8?i suspend=10?b managedBy=15?s
PodTemplateSpec: metadata=1!ObjectMeta spec=2!PodSpec
JobStatus: conditions=1*JobCondition startTime=2?Time completionTime=3?Time active=4i succeeded=5i failed=6i
  terminating=11?i ready=9?i
JobCondition: type=1!s status=2!s lastProbeTime=3!Time lastTransitionTime=4!Time reason=5s message=6s

Status: status=2s message=3s reason=4s details=5?StatusDetails code=6i
StatusDetails: name=1s group=2s kind=3s uid=6s causes=4*StatusCause retryAfterSeconds=5i
StatusCause: reason=1s message=2s field=3s
`

const served: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    "/v1",
    new Set(["ConfigMap", "Event", "Namespace", "Node", "PersistentVolumeClaim", "Pod", "ServiceAccount"])
  ],
  ["batch/v1", new Set(["Job"])]
])

let parsed: MessageTable.MessageTable | undefined

/** Parsed when it is first needed. */
export const messages = (): MessageTable.MessageTable => parsed ??= MessageTable.parse(text)

/** The message of a kind; undefined for a kind that is read as JSON. */
export const messageOf = (group: string, version: string, kind: string): string | undefined =>
  served.get(`${group}/${version}`)?.has(kind) === true ? kind : undefined
