/** The kinds of networking and discovery in random programs. */
import type { Json, JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Subject } from "./Subjects.js"

/** The paths of the fields of a spec. */
const ofSpec = (first: string, ...more: ReadonlyArray<string>): Subject["odd"] => [
  `spec.${first}`,
  ...more.map((field) => `spec.${field}`)
]

export const networkSubjects: ReadonlyArray<Subject> = [
  {
    path: "services",
    apiVersion: "v1",
    kind: "Service",
    body: (random) => ({
      spec: {
        selector: { app: "x" },
        ports: [{ port: random.pick([80, 443]), name: "a" }, { port: 8080, name: "b", targetPort: "http" }],
        ...random.pick<JsonObject>([
          {},
          {},
          { type: "NodePort" },
          { type: "LoadBalancer", externalTrafficPolicy: random.pick(["Local", "Cluster"]) },
          { type: "ExternalName", externalName: "a.example.com" },
          { clusterIP: "None" },
          { externalIPs: ["192.0.2.1"] }
        ])
      }
    }),
    odd: ofSpec(
      ...["ports", "type", "selector", "sessionAffinity", "wrong", "clusterIP", "clusterIPs", "externalIPs"] as const,
      ...["externalName", "externalTrafficPolicy", "internalTrafficPolicy", "ipFamilies", "ipFamilyPolicy"],
      ...["healthCheckNodePort", "loadBalancerClass", "loadBalancerSourceRanges", "ports.0.targetPort"]
    ),
    fields: ["spec.type=ClusterIP", "spec.clusterIP=None"],
    status: true
  },
  {
    path: "endpoints",
    apiVersion: "v1",
    kind: "Endpoints",
    body: (random) => ({
      subsets: [{ addresses: [{ ip: random.pick(["192.0.2.1", "192.0.2.2"]) }], ports: [{ port: 80, name: "a" }] }]
    }),
    odd: ["subsets", "subsets.0.ports"]
  },
  {
    path: "networking/networkpolicies",
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    body: (random) => ({
      spec: {
        podSelector: { matchLabels: { app: "x" } },
        ingress: [{ ports: [{ port: random.pick<Json>([80, "http"]) }] }],
        ...(random.chance(0.5)
          ? { egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }] }] }
          : {})
      }
    }),
    odd: ofSpec(
      ...["policyTypes", "podSelector", "egress", "ingress.0.ports", "ingress.0.ports.0.port"] as const,
      ...["ingress.0.from", "ingress.0.ports.0.endPort", "egress.0.to.0", "egress.0.to.0.ipBlock.cidr"],
      "egress.0.to.0.ipBlock.except"
    )
  },
  {
    path: "networking/ingresses",
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    body: (random) => ({
      spec: {
        rules: [{
          host: random.pick(["a.example.com", "b.example.com"]),
          http: {
            paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "a", port: { number: 80 } } } }]
          }
        }]
      }
    }),
    odd: ["spec.rules", "spec.ingressClassName", "spec.rules.0.host"],
    status: true
  },
  {
    path: "discovery/endpointslices",
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    body: (random) => ({
      addressType: "IPv4",
      endpoints: [{ addresses: [random.pick(["192.0.2.1", "192.0.2.2"])] }],
      ports: [{ port: 80, name: "a" }]
    }),
    odd: [
      ...["addressType", "endpoints", "ports", "endpoints.0.addresses", "endpoints.0.nodeName"] as const,
      ...["endpoints.0.hints", "endpoints.0.conditions", "endpoints.0.hostname"],
      ...["ports.0.name", "ports.0.protocol", "ports.0.port"]
    ]
  },
  {
    path: "/apis/networking.k8s.io/v1/ingressclasses",
    apiVersion: "networking.k8s.io/v1",
    kind: "IngressClass",
    body: (random) => ({
      spec: {
        controller: random.pick(["example.com/a", "example.com/a", "example.com/b"]),
        ...(random.chance(0.5) ? { parameters: { kind: "A", name: "a" } } : {})
      }
    }),
    odd: ["spec", "spec.controller", "spec.parameters", "spec.parameters.scope", "spec.parameters.namespace"],
    cluster: true
  }
]
