/** Programs of server-side apply for {@link "./Recorded.js"}: ownership, conflicts, and lists by their keys. */
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Step } from "../../support/ApiProgram.js"

const merge = "application/merge-patch+json"

const apply = (path: string, manager: string, body: JsonObject, force = false): Step => [
  "PATCH",
  `${path}?fieldManager=${manager}${force ? "&force=true" : ""}`,
  body,
  "application/apply-patch+yaml"
]

const config = (data: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a", ...metadata },
  data
})

const container = (name: string, more: JsonObject = {}): JsonObject => ({
  name,
  image: `registry.example.com/${name}:1`,
  ...more
})

const statefulSet = (spec: JsonObject, ...containers: ReadonlyArray<JsonObject>): JsonObject => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "a" },
  spec: {
    serviceName: "a",
    selector: { matchLabels: { app: "x" } },
    template: { metadata: { labels: { app: "x" } }, spec: { containers } },
    ...spec
  }
})

/** Only the part of another manager. */
const part = (...containers: ReadonlyArray<JsonObject>): JsonObject => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "a" },
  spec: { template: { spec: { containers } } }
})

const service = (...ports: ReadonlyArray<JsonObject>): JsonObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "a" },
  spec: { selector: { app: "x" }, ports }
})

const sets = "apps/statefulsets/a"

const scaled = (manager: string, replicas: number): Step => [
  "PATCH",
  `${sets}/scale?fieldManager=${manager}`,
  { spec: { replicas } },
  merge
]

export const programs: Readonly<Record<string, ReadonlyArray<Step>>> = {
  "apply: owns fields, conflicts, takes by force and removes what is left out": [
    apply("configmaps/a", "one", config({ x: "1", y: "1" }, { labels: { app: "x" } })),
    apply("configmaps/a", "one", config({ x: "1", y: "1" }, { labels: { app: "x" } })),
    apply("configmaps/a", "two", config({ y: "1", z: "1" })),
    apply("configmaps/a", "two", config({ x: "2", y: "2" })),
    apply("configmaps/a", "two", config({ x: "2" })),
    apply("configmaps/a", "two", config({ x: "2" }, { annotations: { by: "two" } }), true),
    apply("configmaps/a", "one", config({ y: "1" })),
    apply("configmaps/a", "one", config({})),
    [
      "PATCH",
      "configmaps/a?fieldManager=editor",
      { data: { x: "3", w: "1" }, metadata: { labels: { app: "y" } } },
      merge
    ],
    apply("configmaps/a", "two", config({ x: "2" })),
    ["PATCH", "configmaps/a?fieldManager=editor", { data: { x: null } }, merge],
    apply("configmaps/a", "two", config({ x: "2" })),
    ["PUT", "configmaps/a?fieldManager=replacer", config({ only: "this" })]
  ],
  "apply: lists of a StatefulSet by their keys": [
    apply(
      sets,
      "one",
      statefulSet(
        { replicas: 0 },
        container("main", { env: [{ name: "A", value: "1" }], ports: [{ containerPort: 80 }] })
      )
    ),
    ["PATCH", "apps/statefulsets/a/scale?fieldManager=scaler", { spec: { replicas: 3 } }, merge],
    apply(sets, "two", part({ name: "main", env: [{ name: "B", value: "2" }] })),
    apply(sets, "two", part({ name: "main", env: [{ name: "A", value: "2" }] })),
    apply(sets, "two", part(container("sidecar"), { name: "main", env: [{ name: "B", value: "3" }] })),
    apply(sets, "one", statefulSet({}, container("main", { args: ["x"] }))),
    apply(sets, "two", part({ name: "main", ports: [{ containerPort: 80, protocol: "UDP" }] })),
    ["PATCH", "apps/statefulsets/a/scale?fieldManager=scaler", { spec: { replicas: 2 } }, merge],
    apply(sets, "one", statefulSet({ replicas: 1 }, container("main"))),
    ["PATCH", "apps/statefulsets/a/status?fieldManager=kubelet", { status: { observedGeneration: 1 } }, merge]
  ],
  "apply: the replicas of an object after a write of its scale": [
    ["POST", "apps/statefulsets?fieldManager=creator", statefulSet({ replicas: 1 }, container("main"))],
    scaled("scaler", 1),
    ["GET", sets],
    ["PATCH", `${sets}?fieldManager=editor`, { metadata: { labels: { a: "b" } } }, merge],
    scaled("scaler", 0),
    apply(sets, "one", statefulSet({ replicas: 1 }, container("main"))),
    scaled("scaler", 1),
    ["GET", sets],
    scaled("creator", 2),
    ["GET", sets],
    scaled("scaler", 2),
    ["GET", sets],
    apply(sets, "one", statefulSet({ replicas: 1 }, container("main")))
  ],
  "apply: sets, references and the ports of a Service": [
    apply("services/a", "one", service({ port: 80, name: "http" }, { port: 53, protocol: "UDP", name: "dns" })),
    apply("services/a", "two", service({ port: 53, protocol: "TCP", name: "dns-tcp" })),
    apply("services/a", "one", service({ port: 80, name: "http", targetPort: 8080 })),
    apply("configmaps/a", "one", config({}, { finalizers: ["example.com/a", "example.com/b"] })),
    apply("configmaps/a", "two", config({}, { finalizers: ["example.com/c"] })),
    apply("configmaps/a", "one", config({}, { finalizers: ["example.com/b"] })),
    ["PATCH", "configmaps/a?fieldManager=editor", { metadata: { finalizers: null } }, merge]
  ],
  "apply: objects whose creation names a manager": [
    ["POST", "configmaps?fieldManager=creator", config({ a: "1" }, { labels: { a: "b" } })],
    ["PATCH", "configmaps/a?fieldManager=editor", { data: { a: "2", b: "3" } }, merge],
    apply("configmaps/a", "one", config({ a: "4" })),
    apply("configmaps/a", "one", config({ c: "5" }))
  ],
  "apply: refusals": [
    ["PATCH", "configmaps/a", config({}), "application/apply-patch+yaml"],
    apply("configmaps/a", "one", { ...config({}), apiVersion: "v2" }),
    apply("configmaps/a", "one", config({}, { managedFields: [] })),
    apply("configmaps/a", "one", { ...config({}), wrong: 1 }),
    apply("configmaps/b", "one", config({})),
    apply("configmaps/a", "one", config({}, { uid: "00000000-0000-4000-8000-000000000000" })),
    apply("configmaps/a", "one", config({ "not valid": "1" })),
    apply("configmaps/c", "one", config({}, { name: "c", namespace: "default", managedFields: [] })),
    apply("configmaps/c", "one", config({}, { name: "c", namespace: "default" })),
    apply("configmaps/c", "one", config({}, { name: "b", uid: "00000000-0000-4000-8000-000000000000" })),
    apply("apps/statefulsets/a/status", "one", part()),
    ["PATCH", "configmaps/a?force=true", { data: {} }, merge]
  ]
}
