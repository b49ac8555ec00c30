/** Programs about Services, EndpointSlices, NetworkPolicies and IngressClasses. */
import type { Json, JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Action } from "./Action.js"

const merge = "application/merge-patch+json"

const dry = (
  path: string,
  body: JsonObject
): Action => ["POST", `${path}?dryRun=All`, { metadata: { name: "a" }, ...body }]

const policy = (spec: JsonObject): Action => dry("networking/networkpolicies", { spec })

const ports = (...ports: ReadonlyArray<JsonObject>): Action => policy({ ingress: [{ ports }] })

const peers = (...to: ReadonlyArray<JsonObject>): Action => policy({ egress: [{ to }] })

const block = (cidr: string, ...except: ReadonlyArray<string>): Action => peers({ ipBlock: { cidr, except } })

const policyRules: ReadonlyArray<Action> = [
  policy({}),
  policy({ podSelector: { matchLabels: { "-": "?" } } }),
  policy({ podSelector: { matchExpressions: [{ key: "a", operator: "In", values: ["?"] }] } }),
  policy({ policyTypes: ["Ingress", "Egress", "Ingress"] }),
  policy({ policyTypes: ["Odd"] }),
  ports({ protocol: "X" }, { protocol: "" }, {}),
  ports({ port: 0 }, { port: 70_000 }, { port: "A--" }, { port: "a" }),
  ports({ port: 80, endPort: 79 }, { port: 80, endPort: 70_000 }, { port: "a", endPort: 1 }, { endPort: 1 }),
  peers({}),
  peers({ podSelector: {}, ipBlock: { cidr: "10.0.0.0/8" } }),
  peers({ podSelector: {}, namespaceSelector: { matchLabels: { a: "?" } } }),
  peers({ ipBlock: { cidr: "" } }),
  block("10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/8", "11.0.0.0/16", "a"),
  block("192.0.2.0/24", "192.0.2.128/25"),
  ...["a", "1.2.3.4", "1.2.3.4/33", "01.2.3.0/24", "1.2.3.0/024", "1.2.3.4/24", "::ffff:1.2.3.0/120", "::/129"].map((
    cidr
  ) => block(cidr)),
  ...["2001:DB8::/32", "2001:db8:0:0::/64", "2001:db8::/64", "2001:db8::1/64", "::/0", "0.0.0.0/0"].map((cidr) =>
    block(cidr)
  )
]

const slice = (
  addressType: Json,
  endpoints: ReadonlyArray<JsonObject>,
  ports: ReadonlyArray<JsonObject> = []
): Action => dry("discovery/endpointslices", { addressType, endpoints, ports })

const address = (type: string, ...addresses: ReadonlyArray<string>): Action => slice(type, [{ addresses }])

const one = ["192.0.2.1"]

const sliceRules: ReadonlyArray<Action> = [
  dry("discovery/endpointslices", {}),
  slice("Odd", [{ addresses: ["b"] }]),
  slice("IPv4", [{}]),
  ...["", "b", "192.0.2.01", "2001:db8::1", "127.0.0.1", "::ffff:192.0.2.1"].map((ip) => address("IPv4", ip)),
  ...["192.0.2.1", "2001:DB8::1", "2001:db8:0::1", "fe80::1", "2001:db8::1"].map((ip) => address("IPv6", ip)),
  ...["", "a", "a.b", "a.b.", "A.b", `${"a".repeat(64)}.b`].map((name) => address("FQDN", name)),
  address("IPv4", ...Array.from({ length: 101 }, (_, index) => `192.0.2.${index}`)),
  slice("IPv4", [{ addresses: one, nodeName: "A_", hostname: "a.b", zone: "Z_" }]),
  slice("IPv4", [{ addresses: one, deprecatedTopology: { a: "?" } }]),
  slice("IPv4", [{ addresses: one, hints: { forZones: [{ name: "?" }, { name: "?" }], forNodes: [{ name: "A" }] } }]),
  slice("IPv4", [{
    addresses: one,
    hints: { forZones: Array.from({ length: 9 }, (_, index) => ({ name: `a${index}` })) }
  }]),
  slice("IPv4", [], [{ port: 80 }, { port: 443 }]),
  slice("IPv4", [], [{ name: "A" }, { name: "b", protocol: "X", port: -1 }, { name: "c", appProtocol: "a/b/c" }]),
  slice("IPv4", [], [{ name: "a", protocol: "" }])
]

const sliceChanges: ReadonlyArray<Action> = [
  [
    "POST",
    "discovery/endpointslices",
    { metadata: { name: "a" }, addressType: "IPv4", endpoints: [{ addresses: one, deprecatedTopology: { a: "b" } }] }
  ],
  ["PATCH", "discovery/endpointslices/a", { addressType: "IPv6" }, merge],
  ["PATCH", "discovery/endpointslices/a", { addressType: "FQDN" }, merge],
  ["PATCH", "discovery/endpointslices/a", { endpoints: [{ addresses: ["b"] }] }, merge],
  ["PATCH", "discovery/endpointslices/a", { ports: [{ port: 80 }], endpoints: null }, merge]
]

const ingressClass = (spec: JsonObject): Action => [
  "POST",
  "/apis/networking.k8s.io/v1/ingressclasses?dryRun=All",
  { metadata: { name: "{ns}-a" }, spec }
]

const parameters = (parameters: JsonObject): Action =>
  ingressClass({ controller: "example.com/a", parameters: { kind: "A", name: "a", ...parameters } })

const classRules: ReadonlyArray<Action> = [
  ...["", "a", "/a", "a/", "A/b", "a/b c", `a/${"b".repeat(250)}`].map((controller) => ingressClass({ controller })),
  parameters({}),
  parameters({ kind: "", name: "" }),
  parameters({ apiGroup: "A", kind: "a/b", name: ".." }),
  parameters({ scope: "Odd" }),
  parameters({ scope: "Namespace" }),
  parameters({ scope: "Namespace", namespace: "A" }),
  parameters({ namespace: "a" }),
  parameters({ namespace: "" })
]

const service = (spec: JsonObject, annotations: JsonObject = {}): Action =>
  dry("services", { metadata: { name: "a", annotations }, spec: { ports: [{ port: 80 }], ...spec } })

const served = (...ports: ReadonlyArray<JsonObject>): Action => service({ ports })

const balanced = (spec: JsonObject): Action => service({ type: "LoadBalancer", ...spec })

const ranges = "service.beta.kubernetes.io/load-balancer-source-ranges"

const outer = { type: "LoadBalancer", externalTrafficPolicy: "Local" }

const serviceRules: ReadonlyArray<Action> = [
  ...["None", "b", "1.2.3.4", "10.96.0.077", "2001:db8::1", "10.96.7.7"].map((clusterIP) => service({ clusterIP })),
  service({ clusterIP: "None", selector: { a: "b" } }),
  service({ clusterIP: "None", ports: [] }),
  service({ clusterIP: "None", ipFamilies: ["IPv6"] }),
  service({ clusterIP: "None", ipFamilyPolicy: "SingleStack" }),
  service({ clusterIP: "None", clusterIPs: ["None", "10.96.7.7"] }),
  service({ clusterIP: "None", type: "NodePort" }),
  service({ clusterIP: "None", type: "LoadBalancer", loadBalancerIP: "1.2.3.4" }),
  service({ clusterIPs: ["10.96.7.7"] }),
  service({ clusterIP: "10.96.7.7", clusterIPs: ["10.96.7.8"] }),
  service({ clusterIP: "10.96.7.7", clusterIPs: ["10.96.7.7", "10.96.7.8"] }),
  service({ clusterIP: "10.96.7.7", clusterIPs: ["10.96.7.7", "2001:db8::1"] }),
  service({ clusterIP: "10.96.7.7", clusterIPs: ["10.96.7.7", "2001:db8::1", "2001:db8::2"] }),
  service({ clusterIP: "10.96.7.7", ipFamilies: ["IPv6"] }),
  ...["SingleStack", "PreferDualStack", "RequireDualStack", "Odd"].map((ipFamilyPolicy) => service({ ipFamilyPolicy })),
  ...[["IPv4"], ["IPv6"], ["IPv4", "IPv6"], ["IPv4", "IPv4"], ["Odd"]].map((ipFamilies) => service({ ipFamilies })),
  service({ ipFamilies: ["IPv4", "IPv6"], ipFamilyPolicy: "PreferDualStack" }),
  service({ type: "ExternalName" }),
  service({ type: "ExternalName", externalName: "a.example.com.", ports: null, internalTrafficPolicy: "Local" }),
  service({ type: "ExternalName", externalName: "A", clusterIP: "10.96.7.7", ipFamilies: ["IPv4"] }),
  service({ type: "ExternalName", externalName: "a", ipFamilyPolicy: "SingleStack", externalIPs: ["192.0.2.1"] }),
  service({ externalName: "a" }),
  service({ type: "Odd" }),
  ...["192.0.2.1", "b", "127.0.0.1", "192.0.2.01", "2001:DB8::1"].map((ip) => service({ externalIPs: [ip] })),
  service({ externalIPs: ["192.0.2.1"], externalTrafficPolicy: "Local" }),
  service({ externalTrafficPolicy: "Local" }),
  service({ type: "NodePort", externalTrafficPolicy: "Odd" }),
  service({ internalTrafficPolicy: "Odd" }),
  service({ internalTrafficPolicy: "Local" }),
  service({ trafficDistribution: "Odd" }),
  service({ trafficDistribution: "PreferSameZone" }),
  service({ sessionAffinity: "ClientIP" }),
  service({ sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_401 } } }),
  service({ sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: 0 } } }),
  service({ sessionAffinity: "Odd", sessionAffinityConfig: {} }),
  service({ selector: { "-": "?" } }),
  service({ allocateLoadBalancerNodePorts: true }),
  service({ loadBalancerClass: "a" }),
  service({ healthCheckNodePort: 30_000 }),
  service({ loadBalancerSourceRanges: ["10.0.0.0/8"] }),
  balanced({ loadBalancerSourceRanges: [" 10.0.0.0/8 ", "b", "10.0.0.1/8"] }),
  balanced({ loadBalancerSourceRanges: ["10.0.0.0/8"] }),
  balanced({ loadBalancerIP: "192.0.2.1", loadBalancerClass: "a/b/c" }),
  balanced({ allocateLoadBalancerNodePorts: false }),
  service({ ...outer, healthCheckNodePort: 80 }),
  service({ ...outer, healthCheckNodePort: 31_999 }),
  service({}, { [ranges]: "10.0.0.0/8" }),
  service({ type: "LoadBalancer" }, { [ranges]: "10.0.0.0/8, b" }),
  service({}, { "service.kubernetes.io/topology-aware-hints": "auto" }),
  service({}, { "service.kubernetes.io/topology-aware-hints": "auto", "service.kubernetes.io/topology-mode": "b" }),
  served(),
  served({}),
  served({ port: 80 }, { port: 81 }),
  served({ port: 80, name: "a" }, { port: 80, name: "b" }),
  served({ port: 80, name: "a" }, { port: 80, name: "b", protocol: "UDP" }),
  served({ port: 80, name: "a.b", appProtocol: "-" }),
  served({ port: 80, targetPort: 0 }),
  served({ port: 80, targetPort: "" }),
  served({ port: 80, nodePort: 30_001 }),
  ...[80, 30_001, 32_768].map((nodePort) => service({ type: "NodePort", ports: [{ port: 80, nodePort }] })),
  service({
    type: "NodePort",
    ports: [{ name: "a", port: 80, nodePort: 30_002 }, { name: "b", port: 80, protocol: "UDP" }]
  }),
  service({
    type: "NodePort",
    ports: [{ name: "a", port: 80, nodePort: 30_003 }, { name: "b", port: 81, nodePort: 30_003 }]
  })
]

const made = (spec: JsonObject): Action => [
  "POST",
  "services",
  { metadata: { name: "a" }, spec: { ports: [{ port: 80, name: "a" }], selector: { a: "b" }, ...spec } }
]

const change = (spec: JsonObject): Action => ["PATCH", "services/a", { spec }, merge]

const put = (spec: JsonObject): Action => [
  "PUT",
  "services/a",
  { metadata: { name: "a" }, spec: { ports: [{ port: 80, name: "a" }], ...spec } }
]

const balancer = (...ingress: ReadonlyArray<JsonObject>): Action => [
  "PATCH",
  "services/a/status",
  { status: { loadBalancer: { ingress } } },
  merge
]

/** Those that a dry run does not have. */
const portRules: ReadonlyArray<Action> = [
  ...[80, 32_768].map((nodePort) => made({ type: "NodePort", ports: [{ port: 80, nodePort }] })),
  made({ ...outer, healthCheckNodePort: 80 }),
  made({
    type: "NodePort",
    ports: [{ name: "a", port: 80, nodePort: 30_004 }, { name: "b", port: 80, protocol: "UDP", nodePort: 30_004 }]
  })
]

const serviceChanges: ReadonlyArray<ReadonlyArray<Action>> = [
  [
    made({}),
    put({}),
    change({ clusterIP: "10.96.9.9" }),
    change({ clusterIP: "None" }),
    change({ clusterIP: null }),
    change({ clusterIP: "" }),
    change({ clusterIPs: null }),
    change({ clusterIP: null, clusterIPs: null }),
    change({ ipFamilies: ["IPv6"] }),
    change({ ipFamilyPolicy: "PreferDualStack" }),
    change({ ipFamilyPolicy: "RequireDualStack" }),
    change({ ipFamilies: null, ipFamilyPolicy: null }),
    change({ type: "NodePort" }),
    change({ type: "LoadBalancer", externalTrafficPolicy: "Local" }),
    change({ loadBalancerClass: "b" }),
    balancer({ ip: "192.0.2.1" }, { hostname: "a.example.com" }),
    balancer({ ip: "b" }, { hostname: "192.0.2.1" }, { ipMode: "VIP" }, { ip: "192.0.2.1", ipMode: "Odd" }),
    change({ ports: [{ port: 80, name: "a" }, { port: 81, name: "b" }] }),
    change({ type: "ClusterIP" }),
    ["GET", "services/a"],
    balancer({ ip: "192.0.2.1" }),
    change({ type: "ExternalName", externalName: "a.example.com" }),
    ["GET", "services/a"],
    // The store of the status shows the policy that the other one leaves out.
    ["PATCH", "services/a/status", { status: { conditions: [] } }, merge],
    ["GET", "services/a/status"],
    ["GET", "services"],
    change({ type: "ClusterIP", externalName: null }),
    change({ externalIPs: ["192.0.2.1"] }),
    change({ externalIPs: null }),
    ["DELETE", "services/a"]
  ],
  [
    made({ clusterIP: "None" }),
    put({}),
    change({ ipFamilies: ["IPv6"] }),
    change({ selector: null }),
    change({ ipFamilyPolicy: "SingleStack" }),
    change({ clusterIP: "10.96.9.9" }),
    change({ type: "ExternalName", externalName: "a" }),
    change({ type: "NodePort", clusterIP: null })
  ],
  [
    made({ type: "LoadBalancer", loadBalancerClass: "a", allocateLoadBalancerNodePorts: false }),
    change({ loadBalancerClass: "b" }),
    change({ loadBalancerClass: null }),
    change({ allocateLoadBalancerNodePorts: true }),
    change({ type: "ClusterIP", ports: [{ port: 80, nodePort: 31_998 }] }),
    change({ type: "NodePort" }),
    put({ type: "NodePort" }),
    put({ type: "LoadBalancer", healthCheckNodePort: 30_001 }),
    change({ type: "ClusterIP" })
  ]
]

/** A null among peers, which is an empty one once the configuration has no conflict. */
const nullPeers: ReadonlyArray<Action> = [
  ["POST", "networking/networkpolicies?fieldManager=one", { metadata: { name: "a" }, spec: { podSelector: {} } }],
  ...["", "&force=true"].map((force): Action => [
    "PATCH",
    `networking/networkpolicies/a?fieldManager=two${force}`,
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "a" },
      spec: { podSelector: { matchLabels: { app: "x" } }, egress: [{ to: [null] }] }
    },
    "application/apply-patch+yaml"
  ])
]

/** The programs, each for a namespace of its own. */
export const programs: ReadonlyArray<ReadonlyArray<Action>> = [
  ...[...policyRules, ...sliceRules, ...classRules, ...serviceRules].map((step) => [step]),
  ...portRules.map((step) => [step]),
  sliceChanges,
  nullPeers,
  ...serviceChanges
]
