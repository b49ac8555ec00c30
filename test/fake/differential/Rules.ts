/** Programs about rules that random ones seldom reach. */
import type { Json, JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Action } from "./Action.js"
import { programs as coreRules } from "./CoreRules.js"
import { programs as networkRules } from "./NetworkRules.js"
import { programs as workloadRules } from "./WorkloadRules.js"

const merge = "application/merge-patch+json"

const created = (path: string, more: JsonObject, metadata: JsonObject = {}): Action => [
  "POST",
  `${path}?dryRun=All`,
  { metadata: { name: "a", ...metadata }, ...more }
]

const endpoints = (...subsets: ReadonlyArray<JsonObject>): Action => created("endpoints", { subsets })

const address = (ip: Json, more: JsonObject = {}): Action => endpoints({ addresses: [{ ip, ...more }] })

const ports = (...ports: ReadonlyArray<JsonObject>): Action => endpoints({ addresses: [{ ip: "192.0.2.1" }], ports })

const endpointRules: ReadonlyArray<Action> = [
  ...["", "b", "1.2.3", "192.0.2.256", "192.0.2.01", "::ffff:192.0.2.1", "0.0.0.0", "::", "127.0.0.1", "::1"].map((
    ip
  ) => address(ip)),
  ...["169.254.0.1", "fe80::1", "FE80::1%eth0", "224.0.0.1", "ff02::1", "2001:DB8::1", "2001:db8:0:0::1"].map((ip) =>
    address(ip)
  ),
  address("192.0.2.1", { hostname: "a.b", nodeName: "A_" }),
  address("192.0.2.1", { nodeName: "" }),
  endpoints({}),
  endpoints({ notReadyAddresses: [{ ip: "b" }, { ip: "::1.2.3.4" }] }),
  ports({ port: 80 }, { port: 0, name: "A" }),
  ports({ port: 70_000, protocol: "X", appProtocol: "a/b/c" }),
  ports({ port: 80, appProtocol: "-" })
]

const ingress = (spec: JsonObject, metadata: JsonObject = {}): Action =>
  created("networking/ingresses", { spec }, metadata)

const backend = (backend: JsonObject): Action => ingress({ defaultBackend: backend })

const rule = (rule: JsonObject): Action => ingress({ rules: [rule] })

const path = (path: JsonObject): Action => rule({ http: { paths: [path] } })

const service: JsonObject = { service: { name: "a", port: { number: 80 } } }

const ingressClass = "kubernetes.io/ingress.class"

const ingressRules: ReadonlyArray<Action> = [
  ingress({}),
  backend({}),
  backend({ service: { name: "a" } }),
  backend({ service: { name: "", port: { name: "a", number: 1 } } }),
  backend({ service: { name: "a.b", port: { name: "A--" } } }),
  backend({ service: { name: "1a", port: { number: 70_000 } } }),
  backend({ ...service, resource: { kind: "A", name: "a" } }),
  backend({ resource: {} }),
  backend({ resource: { apiGroup: "A", kind: "a/b", name: ".." } }),
  rule({ host: "192.0.2.1" }),
  rule({ host: "A_" }),
  rule({ host: "*" }),
  rule({ host: "*.example.com", http: {} }),
  rule({ http: { paths: [] } }),
  path({ backend: service }),
  path({ pathType: "Odd", path: "a", backend: {} }),
  path({ pathType: "Exact", path: "a//%2F/../.", backend: service }),
  path({ pathType: "ImplementationSpecific", path: "a", backend: service }),
  ingress({ defaultBackend: service, tls: [{ hosts: ["A", "*.b", "*b"], secretName: "A" }], ingressClassName: "A" }),
  ingress({ defaultBackend: service, ingressClassName: "b" }, { annotations: { [ingressClass]: "a" } })
]

/** Changes of an Ingress that was made before. */
const ingressChanges: ReadonlyArray<Action> = [
  ["POST", "networking/ingresses", { metadata: { name: "a" }, spec: { defaultBackend: service } }],
  ["PATCH", "networking/ingresses/a", { spec: { defaultBackend: { service: { port: { number: null } } } } }, merge],
  ["PATCH", "networking/ingresses/a", { metadata: { annotations: { [ingressClass]: "a" } } }, merge],
  ["PATCH", "networking/ingresses/a", { spec: { ingressClassName: "b" } }, merge],
  ...[{ ip: "b" }, { ip: "192.0.2.01" }, { hostname: "A" }, { hostname: "192.0.2.1" }].map((ingress): Action => [
    "PATCH",
    "networking/ingresses/a/status",
    { status: { loadBalancer: { ingress: [ingress] } } },
    merge
  ])
]

const scale = "{\"spec\":{\"replicas\":2,\"replicas\":1,\"wrong\":1},\"wrong\":1}"

const scales: ReadonlyArray<Action> = [
  [
    "POST",
    "apps/statefulsets",
    {
      metadata: { name: "a" },
      spec: {
        replicas: 0,
        serviceName: "a",
        selector: { matchLabels: { app: "x" } },
        template: {
          metadata: { labels: { app: "x" } },
          spec: { schedulerName: "none", containers: [{ name: "a", image: "i" }] }
        }
      }
    }
  ],
  ["SETTLED", "apps/statefulsets/a"],
  ...["Ignore", "Warn", "Strict"].map((how): Action => [
    "RAW",
    "PATCH",
    `apps/statefulsets/a/scale?dryRun=All&fieldValidation=${how}`,
    scale,
    merge
  ]),
  ["RAW", "PATCH", "apps/statefulsets/a/scale?dryRun=All", scale, "application/strategic-merge-patch+json"],
  [
    "RAW",
    "PUT",
    "apps/statefulsets/a/scale?dryRun=All",
    `{"metadata":{"name":"a"},${scale.slice(1)}`,
    "application/json"
  ],
  ["PATCH", "apps/statefulsets/a/scale?dryRun=All", { spec: { replicas: "1" } }, merge],
  ["PATCH", "apps/statefulsets/a/scale?dryRun=All", { kind: "Other" }, merge]
]

const quantity: Action = [
  "PATCH",
  "pods/a?fieldManager=one&dryRun=All",
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a" },
    spec: { containers: [{ name: "a", image: "i", resources: { requests: { cpu: "b" } } }] }
  },
  "application/apply-patch+yaml"
]

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

const version = (name: string, more: JsonObject): JsonObject => ({
  name,
  served: true,
  storage: name === "v2",
  schema: { openAPIV3Schema: { type: "object" } },
  ...more
})

const definition = (group: string, ...versions: ReadonlyArray<JsonObject>): JsonObject => ({
  metadata: { name: `olds.${group}` },
  spec: { group, scope: "Namespaced", names: { plural: "olds", kind: "Old" }, versions }
})

const group = "deprecated.example.com"

const deprecations: ReadonlyArray<Action> = [
  ...["", "long ".repeat(60), "a\tb", "é\u0007"].map((deprecationWarning): Action => [
    "POST",
    `${definitions}?dryRun=All`,
    definition(group, version("v2", { deprecated: true, deprecationWarning }))
  ]),
  [
    "POST",
    definitions,
    definition(
      group,
      version("v1", { deprecated: true }),
      version("v1beta1", { deprecated: true, deprecationWarning: "Do not use this." }),
      version("v2", {}),
      version("v3alpha1", {}),
      version("v3", { deprecated: true })
    )
  ],
  ...["v1", "v1beta1", "v2", "v3"].flatMap((one): ReadonlyArray<Action> => [
    ["SETTLED", `${group}:${one}/olds`],
    ["GET", `${group}:${one}/olds`],
    ["GET", `${group}:${one}/olds/none`],
    ["POST", `${group}:${one}/olds`, { apiVersion: `${group}/${one}`, kind: "Old", metadata: { name: one } }]
  ])
]

/** The programs, each for a namespace of its own. */
export const programs: ReadonlyArray<ReadonlyArray<Action>> = [
  ...[...endpointRules, ...ingressRules, quantity].map((step) => [step]),
  ingressChanges,
  ...scales.slice(2).map((step) => [...scales.slice(0, 2), step]),
  deprecations,
  ...coreRules,
  ...networkRules,
  ...workloadRules
]
