/**
 * The names of resources such as `cpu` and `example.com/gpu`, by k8s.io/kubernetes pkg/apis/core/validation and
 * pkg/apis/core/helper (v1.37).
 *
 * @since 0.1.0
 */
import * as Names from "./Names.js"

const compute = ["cpu", "memory", "ephemeral-storage"]

const standard = [
  ...compute,
  ...["requests", "limits"].flatMap((list) => compute.map((name) => `${list}.${name}`)),
  ...["pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps"],
  ...["persistentvolumeclaims", "storage", "requests.storage", "services.nodeports", "services.loadbalancers"]
]

const isHugePages = (name: string): boolean => name.startsWith("hugepages-")

const isNative = (name: string): boolean => !name.includes("/") || name.includes("kubernetes.io/")

const isExtended = (name: string): boolean =>
  !isNative(name) && !name.startsWith("requests.") && Names.labelKey(`requests.${name}`).length === 0

/** Whether a container may have a limit above its request. @since 0.1.0 @category predicates  */
export const isOvercommitAllowed = (name: string): boolean => isNative(name) && !isHugePages(name)

/** The name of any resource. @since 0.1.0 @category rules  */
export const any: Names.Rule = (name) => {
  const messages = Names.labelKey(name)
  return messages.length > 0 || name.includes("/") || standard.includes(name) || isHugePages(name)
      || name.startsWith("requests.hugepages-")
    ? messages
    : ["must be a standard resource type or fully qualified"]
}

/** The name of a resource that containers may have. @since 0.1.0 @category rules  */
export const ofContainers: Names.Rule = (name) => [
  ...any(name),
  ...(!name.includes("/")
    ? compute.includes(name) || isHugePages(name) ? [] : ["must be a standard resource for containers"]
    : isNative(name) || isExtended(name)
    ? []
    : ["doesn't follow extended resource name standard"])
]
