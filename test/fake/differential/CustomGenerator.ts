/** Random programs about the objects of a CustomResourceDefinition, from a seed. */
import { FastCheck as fc } from "effect"
import type { Json, JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Step } from "../../support/ApiProgram.js"

const group = "random.example.com"

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: "object", properties, ...more })

const row = object({ key: { type: "string" }, value: { type: "integer", default: 1 }, note: { type: "string" } }, {
  required: ["key"]
})

const spec = object({
  count: { type: "integer", minimum: 0, maximum: 5 },
  ratio: { type: "number", maximum: 1, exclusiveMaximum: true },
  name: { type: "string", minLength: 1, maxLength: 4, pattern: "^[a-z]*$" },
  color: { type: "string", enum: ["red", "green"], default: "red" },
  on: { type: "boolean" },
  when: { type: "string", format: "date" },
  port: { "x-kubernetes-int-or-string": true },
  maybe: { type: "string", nullable: true, default: "x" },
  list: { type: "array", maxItems: 2, items: { type: "string" } },
  set: { type: "array", "x-kubernetes-list-type": "set", items: { type: "integer" } },
  rows: {
    type: "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["key"],
    items: row
  },
  map: { type: "object", additionalProperties: { type: "string" }, maxProperties: 2 },
  one: {
    type: "object",
    "x-kubernetes-map-type": "atomic",
    properties: { a: { type: "string" }, b: { type: "string" } }
  },
  free: { type: "object", "x-kubernetes-preserve-unknown-fields": true, properties: { known: row } },
  nested: object({ a: { type: "string", default: "y" }, deep: object({ b: { type: "integer" } }, { default: {} }) }),
  either: object({ x: { type: "integer" }, y: { type: "integer" } }, {
    oneOf: [{ required: ["x"] }, { required: ["y"] }]
  }),
  any: object({ x: { type: "integer" } }, { anyOf: [{ properties: { x: { minimum: 5 } } }, { required: ["z"] }] })
})

const version = (name: string, storage: boolean, properties: JsonObject): JsonObject => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: object(properties) },
  subresources: {
    status: {},
    scale: { specReplicasPath: ".spec.count", statusReplicasPath: ".status.count" }
  }
})

/** The definition of the kind. */
export const definition: JsonObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `widgets.${group}` },
  spec: {
    group,
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget" },
    versions: [
      version("v1", true, { spec, status: object({ count: { type: "integer" }, phase: { type: "string" } }) }),
      version("v2", false, { spec: object({ name: { type: "string" }, count: { type: "integer", default: 2 } }) })
    ]
  }
}

/** Values that fit, and some that do not. */
const values: Readonly<Record<string, readonly [Json, ...ReadonlyArray<Json>]>> = {
  count: [1, 2, 6, "1", 1.5],
  ratio: [0.5, 1, 0],
  name: ["ab", "", "abcde", "A", 7],
  color: ["red", "green", "blue", null],
  on: [true, "true"],
  when: ["2026-11-30", "2026-11-31", "today"],
  port: [80, "http", true],
  maybe: [null, "a", 1],
  list: [["a"], [], ["a", "b", "c"], [1], [null]],
  set: [[1], [1, 2], [2, 1], [1, 1], ["a"]],
  rows: [
    [{ key: "a" }],
    [{ key: "b", value: 2 }, { key: "a", note: "n" }],
    [{ key: "a" }, { key: "a" }],
    [{ value: 1 }],
    ["a"]
  ],
  map: [{ a: "1" }, { b: "2" }, { a: "1", b: "2", c: "3" }, { a: 1 }, {}],
  one: [{ a: "1" }, { b: "1" }, { c: "1" }],
  free: [{ x: { y: [1] } }, { known: { key: "k", other: 1 } }, { known: {} }, "text"],
  nested: [{}, { deep: {} }, { deep: { b: "1" } }, { a: null }, null],
  either: [{ x: 1 }, { y: 1 }, { x: 1, y: 1 }, {}],
  any: [{ x: 7 }, { x: 1 }],
  unknown: [1, { a: 1 }]
}

const [rarely, mostly] = [1, 16]

const specs = fc.record(
  Object.fromEntries(
    Object.entries(values).map(([name, [fits, ...others]]) => [
      name,
      fc.oneof({ weight: mostly, arbitrary: fc.constant(fits) }, {
        weight: rarely,
        arbitrary: fc.constantFrom(...others)
      })
    ])
  ),
  { requiredKeys: [] }
).map((spec): JsonObject =>
  Object.fromEntries(Object.entries(spec).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]))
)

const widgets = fc.record({
  labels: fc.constantFrom({}, {}, { app: "x" }, { app: "y" }),
  spec: specs,
  status: fc.constantFrom({}, {}, {}, { status: { phase: "lost" } })
})

const merge = "application/merge-patch+json"

const steps: fc.Arbitrary<Step> = fc.record({
  action: fc.constantFrom(
    "create",
    "create",
    "get",
    "scaled",
    "list",
    "put",
    "merge",
    "apply",
    "status",
    "scale",
    "delete"
  ),
  version: fc.constantFrom("v1", "v1", "v1", "v2"),
  name: fc.constantFrom("a", "a", "b"),
  widget: widgets,
  manager: fc.constantFrom("one", "two"),
  force: fc.boolean(),
  strict: fc.constantFrom(false, false, false, true),
  selector: fc.constantFrom("app%3Dx", "!app", ""),
  count: fc.constantFrom(1, 1, -1, "1"),
  replicas: fc.constantFrom(1, 3, 9)
}).map(({ action, count, force, manager, name, replicas, selector, strict, version, widget }): Step => {
  const all = `${group}:${version}/widgets`
  const one = `${all}/${name}`
  const part: JsonObject = { metadata: { labels: widget.labels }, spec: widget.spec, ...widget.status }
  const whole: JsonObject = {
    apiVersion: `${group}/${version}`,
    kind: "Widget",
    ...part,
    metadata: { name, labels: widget.labels }
  }
  switch (action) {
    case "create":
      return ["POST", `${all}${strict ? "?fieldValidation=Strict" : ""}`, whole]
    case "get":
      return ["GET", one]
    case "scaled":
      return ["GET", `${one}/scale`]
    case "list":
      return ["GET", `${all}?labelSelector=${selector}`]
    case "put":
      return ["PUT", one, whole]
    case "merge":
      return ["PATCH", one, part, merge]
    case "apply":
      return [
        "PATCH",
        `${one}?fieldManager=${manager}${force ? "&force=true" : ""}`,
        whole,
        "application/apply-patch+yaml"
      ]
    case "status":
      return ["PATCH", `${one}/status`, { status: { count, other: 1 } }, merge]
    case "scale":
      return ["PATCH", `${one}/scale`, { spec: { replicas } }, merge]
    default:
      return ["DELETE", one]
  }
})

/** A program of fifteen requests. */
export const program = (seed: number): ReadonlyArray<Step> =>
  fc.sample(fc.array(steps, { minLength: 15, maxLength: 15 }), { seed, numRuns: 1 }).flat()
