/**
 * Node objects, as kubelets register them.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Metadata from "../store/Metadata.js"

/** @since 0.1.0 @category models */
export interface Options {
  readonly name: string
  readonly roles?: ReadonlyArray<string> | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly taints?:
    | ReadonlyArray<{ readonly key: string; readonly value?: string; readonly effect: string }>
    | undefined
  /** Default: `amd64`. */
  readonly architecture?: string | undefined
  /** Allocatable resources; default: 8 CPUs, 32Gi memory, 200Gi ephemeral storage and 110 pods. */
  readonly allocatable?: Readonly<Record<string, string>> | undefined
}

const plenty = { cpu: "8", memory: "32Gi", "ephemeral-storage": "200Gi", pods: "110" }

/** @since 0.1.0 @category constructors */
export const make = (options: Options, kubeletVersion: string, now: number): JsonObject => {
  const { architecture = "amd64", name, roles = ["worker"] } = options
  const allocatable = { ...plenty, ...options.allocatable }
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "kubernetes.io/arch": architecture,
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        ...Object.fromEntries(roles.map((role) => [`node-role.kubernetes.io/${role}`, ""])),
        ...options.labels
      }
    },
    spec: options.taints === undefined ? {} : { taints: options.taints.map((taint) => ({ ...taint })) },
    status: {
      allocatable,
      capacity: allocatable,
      addresses: [{ type: "InternalIP", address: "10.0.0.1" }, { type: "Hostname", address: name }],
      conditions: [{
        type: "Ready",
        status: "True",
        reason: "KubeletReady",
        message: "kubelet is posting ready status",
        lastHeartbeatTime: Metadata.timestamp(now),
        lastTransitionTime: Metadata.timestamp(now)
      }],
      nodeInfo: {
        architecture,
        operatingSystem: "linux",
        kubeletVersion,
        containerRuntimeVersion: "fake://1",
        kernelVersion: "fake",
        osImage: "fake",
        machineID: name,
        systemUUID: name,
        bootID: name,
        kubeProxyVersion: ""
      }
    }
  }
}
