/**
 * The preset clusters: without OpenShift, OpenShift, and OpenShift on a single node.
 *
 * @since 0.1.0
 */
import type * as ControlPlane from "../fake/ControlPlane.js"
import * as OpenShiftKinds from "../fake/kinds/OpenShiftKinds.js"
import type { JsonObject } from "../kubernetes/client/ApiRequest.js"

/**
 * `topology` is the control plane topology in `Infrastructure/cluster`; `capabilities` are those enabled in
 * `ClusterVersion/version`: without `Build` there is no build API.
 *
 * @since 0.1.0
 * @category models
 */
export interface OpenShift {
  readonly topology?: "HighlyAvailable" | "SingleReplica" | undefined
  readonly capabilities?: ReadonlyArray<string> | undefined
}

/**
 * The options of a cluster, and its initial objects.
 *
 * @since 0.1.0
 * @category models
 */
export interface Topology {
  readonly options: Pick<ControlPlane.Options, "kinds" | "nodes" | "accounts" | "configMaps">
  readonly objects: ReadonlyArray<JsonObject>
}

const certificate = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"

const rootCertificates = { "kube-root-ca.crt": { "ca.crt": certificate } }

/**
 * Without OpenShift: two nodes.
 *
 * @since 0.1.0
 * @category constants
 */
export const vanilla: Topology = {
  options: {
    nodes: [{ name: "worker-1" }, { name: "worker-2" }],
    configMaps: rootCertificates
  },
  objects: []
}

// openshift/api config/v1/types_cluster_version.go (August 2026)
const knownCapabilities = [
  "Build",
  "CSISnapshot",
  "CloudControllerManager",
  "CloudCredential",
  "Console",
  "DeploymentConfig",
  "ImageRegistry",
  "Ingress",
  "Insights",
  "MachineAPI",
  "NodeTuning",
  "OperatorLifecycleManager",
  "Storage",
  "baremetal",
  "marketplace",
  "openshift-samples"
]

const config = (kind: string, name: string, status: JsonObject, spec: JsonObject = {}): JsonObject => ({
  apiVersion: "config.openshift.io/v1",
  kind,
  metadata: { name },
  spec,
  status
})

const constraints = (name: string, allows: JsonObject): JsonObject => ({
  apiVersion: "security.openshift.io/v1",
  kind: "SecurityContextConstraints",
  metadata: { name },
  ...allows
})

const securityContextConstraints: ReadonlyArray<JsonObject> = [
  constraints("anyuid", { runAsUser: { type: "RunAsAny" }, allowPrivilegedContainer: false }),
  constraints("nonroot-v2", { runAsUser: { type: "MustRunAsNonRoot" }, allowPrivilegedContainer: false }),
  constraints("privileged", { runAsUser: { type: "RunAsAny" }, allowPrivilegedContainer: true }),
  constraints("restricted-v2", { runAsUser: { type: "MustRunAsRange" }, allowPrivilegedContainer: false })
]

const masterTaint = { key: "node-role.kubernetes.io/master", effect: "NoSchedule" }

const nodesOf = (single: boolean): ControlPlane.Options["nodes"] =>
  single ? [{ name: "master-0", roles: ["control-plane", "master", "worker"] }] : [
    ...["master-0", "master-1", "master-2"].map((name) => ({
      name,
      roles: ["control-plane", "master"],
      taints: [masterTaint]
    })),
    { name: "worker-0" },
    { name: "worker-1" }
  ]

/**
 * OpenShift, by default highly available and with every capability.
 *
 * @since 0.1.0
 * @category constructors
 */
export const openShift = (options: OpenShift = {}): Topology => {
  const { capabilities = knownCapabilities, topology = "HighlyAvailable" } = options
  const single = topology === "SingleReplica"
  return {
    options: {
      kinds: [
        ...OpenShiftKinds.clusterKinds,
        ...(capabilities.includes("Build") ? OpenShiftKinds.buildKinds : [])
      ],
      nodes: nodesOf(single),
      accounts: ["builder", "default", "deployer"],
      configMaps: { ...rootCertificates, "openshift-service-ca.crt": { "service-ca.crt": certificate } }
    },
    objects: [
      config("Infrastructure", "cluster", {
        controlPlaneTopology: topology,
        infrastructureTopology: topology,
        infrastructureName: "fake",
        platform: "None"
      }),
      config("ClusterVersion", "version", {
        capabilities: { enabledCapabilities: [...capabilities], knownCapabilities },
        desired: { version: "4.21.0" }
      }),
      config("Proxy", "cluster", {}),
      config("Image", "cluster", { internalRegistryHostname: "image-registry.openshift-image-registry.svc:5000" }),
      ...securityContextConstraints
    ]
  }
}
