/**
 * The command lines of the four programs: as small and as quick to start as they get, with the semantics of a real cluster.
 */
import type { Credentials } from "./Credentials.js"

/** Data does not survive the machine, only the API server: so nothing is flushed to disk. */
export const etcd = (options: {
  readonly dataFolder: string
  readonly socket: string
  readonly peerSocket: string
}): ReadonlyArray<string> => [
  `--data-dir=${options.dataFolder}`,
  `--listen-client-urls=unix://${options.socket}`,
  `--advertise-client-urls=unix://${options.socket}`,
  `--listen-peer-urls=unix://${options.peerSocket}`,
  `--initial-advertise-peer-urls=unix://${options.peerSocket}`,
  `--initial-cluster=default=unix://${options.peerSocket}`,
  "--unsafe-no-fsync",
  "--heartbeat-interval=20",
  "--election-timeout=100",
  "--log-level=warn"
]

/**
 * Default admission, less TaintNodesByCondition: tests create nodes as mere objects, and without a node lifecycle controller
 * nothing would take off the not-ready taint that it puts on each.
 */
export const apiServer = (options: {
  readonly etcdSocket: string
  readonly port: number
  readonly credentials: Credentials
}): ReadonlyArray<string> => [
  `--etcd-servers=unix://${options.etcdSocket}`,
  "--etcd-compaction-interval=0s", // a run of random programs of more than five minutes lists its first states
  "--bind-address=127.0.0.1",
  `--secure-port=${options.port}`,
  "--advertise-address=127.0.0.1",
  "--endpoint-reconciler-type=none", // a loopback address is refused as the endpoint of the kubernetes Service
  "--service-cluster-ip-range=10.96.0.0/16",
  `--tls-cert-file=${options.credentials.serving.certificate}`,
  `--tls-private-key-file=${options.credentials.serving.key}`,
  `--client-ca-file=${options.credentials.authority.certificate}`,
  `--token-auth-file=${options.credentials.tokenFile}`,
  "--authorization-mode=RBAC",
  "--allow-privileged",
  "--disable-admission-plugins=TaintNodesByCondition",
  "--service-account-issuer=https://kubernetes.default.svc",
  `--service-account-key-file=${options.credentials.serving.certificate}`,
  `--service-account-signing-key-file=${options.credentials.serving.key}`,
  "--profiling=false"
]

/** Those whose work a builder's objects see; each of the others costs informers, and most want nodes or volumes. */
const controllers = [
  "garbage-collector-controller", // owner references, foreground and orphan propagation
  "job-controller",
  "deployment-controller",
  "replicaset-controller",
  "replicationcontroller-controller",
  "disruption-controller",
  "ttl-after-finished-controller",
  "namespace-controller", // empties and removes a deleted namespace
  "serviceaccount-controller", // without a `default` account no pod is admitted
  "serviceaccount-token-controller", // tokens in Secrets of that type
  "root-ca-certificate-publisher-controller", // kube-root-ca.crt
  "resourcequota-controller", // a quota without counted usage admits nothing
  "clusterrole-aggregation-controller" // the roles admin, edit and view are empty without it
]

export const controllerManager = (
  credentials: Credentials,
  more: ReadonlyArray<string> = []
): ReadonlyArray<string> => [
  `--kubeconfig=${credentials.admin.kubeconfigPath}`,
  `--controllers=${[...controllers, ...more].join(",")}`,
  `--root-ca-file=${credentials.authority.certificate}`,
  `--service-account-private-key-file=${credentials.serving.key}`,
  "--leader-elect=false",
  "--secure-port=0",
  "--concurrent-gc-syncs=2",
  "--concurrent-namespace-syncs=2",
  "--profiling=false"
]

export const scheduler = (credentials: Credentials): ReadonlyArray<string> => [
  `--kubeconfig=${credentials.admin.kubeconfigPath}`,
  "--leader-elect=false",
  "--secure-port=0",
  "--profiling=false"
]
