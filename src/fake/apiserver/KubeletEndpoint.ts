/**
 * Where the kubelet of a pod's node answers, and what it is asked for a subresource of the pod. As in k8s.io/kubernetes
 * pkg/registry/core/pod/strategy.go and pkg/registry/core/node/strategy.go (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as PodPhase from "../controllers/Pods.js"
import * as Json from "../Json.js"
import type { ApiStore } from "../store/ApiStore.js"
import * as Metadata from "../store/Metadata.js"
import type { ConnectOptions } from "./Connections.js"

/** @since 0.1.0 @category models */
export interface KubeletEndpoint {
  readonly host: string
  readonly port: number
  /** Whether the kubelet renews its Lease: otherwise the node may be one of another cluster, which a seed has brought. */
  readonly isAlive: boolean
}

const addressTypes = ["InternalIP", "ExternalIP", "Hostname"]

/** How long a Lease without a duration lasts: pkg/kubelet/apis/config/v1beta1/defaults.go. */
const defaultLeaseSeconds = 40

const isRenewed = (lease: JsonObject | undefined, now: number): boolean => {
  const renewed = Metadata.millis(Json.text(lease, "spec", "renewTime") ?? "")
  const seconds = Json.number(lease, "spec", "leaseDurationSeconds") ?? defaultLeaseSeconds
  return renewed + seconds * 1000 >= now
}

/** Undefined if the node has no kubelet that listens, as the nodes of the fake itself. @since 0.1.0 @category constructors */
export const of = (store: ApiStore, pod: JsonObject, now: number): KubeletEndpoint | undefined => {
  const name = PodPhase.nodeName(pod)
  const node = name === undefined ? undefined : store.get({ resource: "nodes", namespace: "", name })
  const port = Json.number(node, "status", "daemonEndpoints", "kubeletEndpoint", "Port")
  const addresses = Json.objects(node, "status", "addresses")
  const address = addressTypes.flatMap((type) => addresses.filter((one) => Json.text(one, "type") === type))[0]
  const host = Json.text(address, "address")
  if (name === undefined || port === undefined || host === undefined) return undefined
  const lease = store.get({ resource: "leases.coordination.k8s.io", namespace: "kube-node-lease", name })
  return { host, port, isAlive: isRenewed(lease, now) }
}

const isTrue = (value: string | undefined): boolean => value === "true" || value === "1"

const logParameters = ["sinceSeconds", "sinceTime", "tailLines", "limitBytes", "stream"]

/** The path and parameters of a log. @since 0.1.0 @category getters */
export const logPath = (pod: JsonObject, container: string, query: ConnectOptions["query"]): string => {
  const parameters = new URLSearchParams()
  for (const name of ["follow", "previous", "timestamps"]) if (isTrue(query[name])) parameters.set(name, "true")
  for (const name of logParameters) if (query[name] !== undefined) parameters.set(name, query[name])
  return `/containerLogs/${Metadata.namespace(pod)}/${Metadata.name(pod)}/${container}?${parameters}`
}

/** What the kubelet calls the parameters of attach and exec: k8s.io/api core/v1 types.go, `ExecStdinParam` and the others. */
const streams = { stdin: "input", stdout: "output", stderr: "error", tty: "tty" }

/** The path and parameters of attach or exec. @since 0.1.0 @category getters */
export const streamPath = (
  verb: "attach" | "exec",
  pod: JsonObject,
  container: string,
  { command, query }: ConnectOptions
): string => {
  const parameters = new URLSearchParams()
  for (const [name, theirs] of Object.entries(streams)) if (isTrue(query[name])) parameters.set(theirs, "1")
  for (const word of command) parameters.append("command", word)
  return `/${verb}/${Metadata.namespace(pod)}/${Metadata.name(pod)}/${container}?${parameters}`
}

/**
 * The path and parameters of port-forward. A client that speaks SPDY names the ports in its connection, and here none.
 *
 * @since 0.1.0
 * @category getters
 */
export const forwardPath = (pod: JsonObject, { ports }: ConnectOptions): string => {
  const parameters = new URLSearchParams(ports.length === 0 ? {} : { port: ports.join() })
  return `/portForward/${Metadata.namespace(pod)}/${Metadata.name(pod)}?${parameters}`
}
