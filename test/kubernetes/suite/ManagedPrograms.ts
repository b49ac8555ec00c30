/** Programs for {@link "./Recorded.js"} about `metadata.managedFields` that clients write. */
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Step } from "../../support/ApiProgram.js"

const merge = "application/merge-patch+json"

// The time is before that of a test's clock.
const entry = (manager: string, fieldsV1: JsonObject, more: JsonObject = {}): JsonObject => ({
  manager,
  operation: "Update",
  apiVersion: "v1",
  time: "1960-01-01T00:00:00Z",
  fieldsType: "FieldsV1",
  fieldsV1,
  ...more
})

const data = (...keys: ReadonlyArray<string>): JsonObject => ({
  "f:data": Object.fromEntries(keys.map((key) => [`f:${key}`, {}]))
})

const patch = (managedFields: ReadonlyArray<JsonObject> | null, more: JsonObject = {}): Step => [
  "PATCH",
  "configmaps/a?fieldManager=editor",
  { metadata: { managedFields }, ...more },
  merge
]

const config = (managedFields: ReadonlyArray<JsonObject>, data: JsonObject = { x: "1", y: "1" }): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a", managedFields },
  data
})

const create: Step = ["POST", "configmaps?fieldManager=creator", {
  metadata: { name: "a" },
  data: { x: "1", y: "1" }
}]

const apply = (manager: string, data: JsonObject, metadata: JsonObject = {}, force = ""): Step => [
  "PATCH",
  `configmaps/a?fieldManager=${manager}${force}`,
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", ...metadata }, data },
  "application/apply-patch+yaml"
]

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

const applied = (data: JsonObject, metadata: JsonObject = { name: "a" }): JsonObject => ({
  [lastApplied]: JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata, data })
})

const sets = (managedFields: ReadonlyArray<JsonObject>, spec: JsonObject = {}): Step => [
  "PATCH",
  "apps/statefulsets/a?fieldManager=editor",
  { metadata: { managedFields }, spec },
  merge
]

export const programs: Readonly<Record<string, ReadonlyArray<Step>>> = {
  "apply: managed fields that a client resets": [
    create,
    patch([]),
    patch([], { data: { x: "2" } }),
    apply("one", { x: "2" }),
    patch([{}], { data: { x: "3" } }),
    apply("one", { y: "1" }),
    patch(null, { data: { z: "1" } }),
    ["PUT", "configmaps/a?fieldManager=editor", config([], { w: "1" })],
    patch([entry("one", data("w"), { operation: "Apply" })]),
    ["DELETE", "configmaps/a"],
    ["POST", "configmaps?fieldManager=creator", config([])]
  ],
  "apply: managed fields that a client replaces": [
    create,
    patch([entry("one", data("x")), entry("two", data("y"), { operation: "Apply" })]),
    patch([entry("one", data("x", "none")), entry("one", data("y"))], { data: { x: "2", z: "1" } }),
    patch([entry("one", data("x"), { subresource: "status" }), entry("one", data("y"), { apiVersion: "v2" })]),
    patch([entry("one", data("x"), { apiVersion: "a/b/c" })], { data: { x: "3" } }),
    patch([entry("one", {}), entry("two", data("y"))]),
    patch([entry("one", data("y"), { time: "1961-01-01T00:00:00Z" })]),
    patch([entry("one", data("y"), { time: null })]),
    ["PUT", "configmaps/a?fieldManager=editor", config([entry("one", data("x", "q"))])],
    ["PUT", "configmaps/a?fieldManager=editor&dryRun=All", config([entry("two", data("x"))])],
    patch([entry("", data("x"))]),
    patch([entry("one", { "f:metadata": { "f:labels": { ".": {}, "f:a": {} }, "f:name": {} } })]),
    ["DELETE", "configmaps/a"],
    ["POST", "configmaps?fieldManager=creator", config([entry("one", data("x", "q"), { operation: "Apply" })])],
    apply("one", { x: "1" })
  ],
  "apply: managed fields of a client that are not valid": [
    create,
    patch([entry("one", data("x"), { operation: "Other" })], { data: { x: "2" } }),
    patch([entry("one", data("x"), { operation: null })]),
    patch([entry("one", data("x"), { apiVersion: "" })]),
    patch([entry("one", data("x"), { fieldsType: null })]),
    patch([entry("one", data("x"), { fieldsType: "FieldsV2" })]),
    patch([{}, {}]),
    patch([entry("one", { "f:data": { x: {} } })]),
    patch([entry("one", { "f:data": { "k:{": {} } })]),
    patch([entry("one", { "f:data": { "i:a": {} } })]),
    patch([entry("one", { "f:data": { "q:x": {}, "f:x": {} } })]),
    patch([entry("one", { "f:data": { "f:y": 1 } })]),
    patch([entry("one", { "f:data": { "f:y": null } })]),
    patch([entry("one", { "f:data": { "f:y": { ".": 1 } } })]),
    patch([{ ...entry("one", {}), fieldsV1: null }, entry("two", data("y"))]),
    patch([{ ...entry("one", {}), fieldsV1: "x" }]),
    patch([{ ...entry("one", {}), fieldsV1: [] }]),
    patch([entry("m".repeat(129), data("y"))]),
    patch([entry("a\tb", data("y"))]),
    patch([entry("one", data("y"), { subresource: "s".repeat(257) })]),
    patch([entry("one", data("y"), { wrong: 1 })]),
    [
      "PUT",
      "configmaps/a?fieldManager=editor&fieldValidation=Strict",
      config([entry("one", data("y"), { wrong: 1 })])
    ],
    ["PUT", "configmaps/a?fieldManager=editor", config([entry("one", { x: {} })])],
    ["PUT", "configmaps/a?fieldManager=editor", config([entry("one", { "f:data": { "f:y": null } })])],
    ["PUT", "configmaps/a?fieldManager=editor", config([{ ...entry("one", {}), fieldsV1: null }])],
    [
      "PUT",
      "configmaps/a?fieldManager=editor",
      config([entry("one", data("x"), { time: "1960-01-01T01:00:00.5+01:00" })])
    ],
    ["POST", "configmaps?fieldManager=creator&dryRun=All", {
      metadata: { name: "b", managedFields: [entry("m".repeat(129), data("y"))] },
      data: { x: "1" }
    }],
    apply("n".repeat(129), { x: "1" }),
    ["PATCH", "configmaps/a?fieldManager=a%09b%09&dryRun=Some", { data: { x: "3" } }, merge],
    apply("one", { x: "1" }, { managedFields: null }),
    apply("one", { x: "1" }, { managedFields: [entry("one", data("x"))] })
  ],
  "apply: managed fields of a client for items, and in subresources": [
    ["POST", "apps/statefulsets?fieldManager=creator", {
      metadata: { name: "a" },
      spec: {
        replicas: 0,
        serviceName: "a",
        selector: { matchLabels: { app: "x" } },
        template: {
          metadata: { labels: { app: "x" } },
          spec: { containers: [{ name: "main", image: "registry.example.com/main:1", ports: [{ containerPort: 80 }] }] }
        }
      }
    }],
    sets([entry("one", {
      "f:spec": {
        "f:selector": { "f:matchLabels": { "f:app": {} } },
        "f:template": {
          "f:spec": {
            "f:containers": {
              "k:{ \"name\" : \"main\" }": {
                "f:ports": { "k:{\"protocol\":\"TCP\",\"containerPort\":80}": { ".": {}, "f:containerPort": {} } },
                "f:command": { "v: \"x\"": {} }
              }
            }
          }
        }
      }
    }, { apiVersion: "apps/v1" })]),
    sets([entry("one", { "f:spec": { "f:replicas": {} } }, { apiVersion: "apps/v1beta2" })]),
    sets([
      entry("one", { "f:spec": { "f:replicas": {} } }, { apiVersion: "apps/v1", subresource: "scale" }),
      entry("two", { "f:status": { "f:replicas": {} } }, { apiVersion: "apps/v1", subresource: "status" })
    ]),
    ["PATCH", "apps/statefulsets/a/status?fieldManager=kubelet", {
      metadata: { managedFields: [] },
      status: { observedGeneration: 1, replicas: 0 }
    }, merge],
    ["PATCH", "apps/statefulsets/a/scale?fieldManager=scaler", {
      metadata: { managedFields: [] },
      spec: { replicas: 1 }
    }, merge],
    ["PATCH", "apps/statefulsets/a?fieldManager=editor", [
      { op: "replace", path: "/metadata/managedFields", value: [{}] },
      { op: "replace", path: "/spec/replicas", value: 2 }
    ], "application/json-patch+json"]
  ],
  "apply: more managers than a server keeps": [
    create,
    patch(
      Array.from(
        { length: 12 },
        (_, index) => entry(`m-${index}`, data("x"), { time: `1960-01-${String(index + 10)}T00:00:00Z` })
      )
    ),
    patch(null, { data: { z: "1" } }),
    patch(
      Array.from({ length: 14 }, (_, index) => entry(`m-${String(index).padStart(2, "0")}`, data(`x-${index}`, "y"))),
      { data: { z: "2" } }
    ),
    patch(
      Array.from({ length: 14 }, (_, index) => entry(`m-${index}`, data("y"), { operation: "Apply" })),
      { data: { z: "3" } }
    )
  ],
  "apply: what kubectl applied without the server": [
    ["POST", "configmaps?fieldManager=kubectl-client-side-apply", {
      metadata: { name: "a", annotations: applied({ x: "1", y: "1" }) },
      data: { x: "1", y: "1" }
    }],
    apply("kubectl", { x: "2" }),
    apply("kubectl", { x: "3" }, { annotations: { [lastApplied]: "wrong", a: "b" } }),
    ["PATCH", "configmaps/a?fieldManager=editor", { data: { x: "4" } }, merge],
    apply("kubectl", { x: "5", y: "1" }),
    ["PATCH", "configmaps/a?fieldManager=editor", { metadata: { annotations: applied({ x: "4" }) } }, merge],
    apply("kubectl", { x: "5", y: "2" }),
    apply("kubectl", { x: "5" }),
    apply("other", { x: "6" }, {}, "&force=true"),
    apply("kubectl", { x: "6", z: "1" })
  ]
}
