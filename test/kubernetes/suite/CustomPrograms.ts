/** Programs about CustomResourceDefinitions and their objects for {@link "./CustomResources.js"}. */
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Step } from "../../support/ApiProgram.js"

/** Definitions, and requests once their kinds are served. */
export interface Program {
  readonly definitions: ReadonlyArray<JsonObject>
  readonly steps: ReadonlyArray<Step>
}

const merge = "application/merge-patch+json"

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: "object", properties, ...more })

const version = (name: string, schema: JsonObject, more: JsonObject = {}): JsonObject => ({
  name,
  served: true,
  storage: true,
  schema: { openAPIV3Schema: schema },
  ...more
})

const definition = (
  group: string,
  versions: ReadonlyArray<JsonObject>,
  more: JsonObject = {},
  kind = "Widget"
): JsonObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${kind.toLowerCase()}s.${group}` },
  spec: { group, names: { plural: `${kind.toLowerCase()}s`, kind }, scope: "Namespaced", versions, ...more }
})

const widget = (group: string, name: string, fields: JsonObject, version = "v1"): JsonObject => ({
  apiVersion: `${group}/${version}`,
  kind: "Widget",
  metadata: { name },
  ...fields
})

const whole = object({ spec: object({ a: { type: "string" } }) })

const create = (body: JsonObject): Step => ["POST", `${definitions}?dryRun=All`, body]

/** A definition with this schema of its spec. */
const withSpec = (spec: JsonObject): Step => create(definition("bad.example.com", [version("v1", object({ spec }))]))

const checked = object({
  spec: object({
    replicas: { type: "integer", minimum: 1, maximum: 10 },
    ratio: { type: "number", exclusiveMinimum: true, minimum: 0, multipleOf: 0.5 },
    small: { type: "integer", format: "int32" },
    name: { type: "string", minLength: 2, maxLength: 5, pattern: "^[a-z]+$" },
    color: { type: "string", enum: ["red", "green"] },
    on: { type: "boolean" },
    when: { type: "string", format: "date-time" },
    address: { type: "string", format: "ipv4" },
    id: { type: "string", format: "uuid" },
    port: { "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] },
    maybe: { type: "string", nullable: true },
    list: { type: "array", minItems: 1, maxItems: 2, items: { type: "string" } },
    set: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
    rows: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["key"],
      items: object({ key: { type: "string" }, value: { type: "integer" } }, { required: ["key"] })
    },
    map: { type: "object", additionalProperties: { type: "integer" }, maxProperties: 2, minProperties: 1 },
    free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    inner: { type: "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true },
    either: object({ x: { type: "string" }, y: { type: "string" } }, {
      oneOf: [{ required: ["x"] }, { required: ["y"] }]
    }),
    any: object({ x: { type: "integer" } }, { anyOf: [{ properties: { x: { minimum: 5 } } }, { required: ["z"] }] }),
    all: object({ x: { type: "integer" } }, { allOf: [{ properties: { x: { minimum: 5 } } }] }),
    none: object({ x: { type: "integer" } }, { not: { required: ["x"] } }),
    needs: object({ x: { type: "string" } }, { required: ["x"] })
  })
})

const group = "checked.example.com"

let count = 0
const spec = (fields: JsonObject): Step => [
  "POST",
  `${group}:v1/widgets`,
  widget(group, `w${++count}`, { spec: fields })
]

const managedBy = (apiVersion: string): JsonObject => ({
  manager: `of-${apiVersion.replace("/", "-")}`,
  operation: "Update",
  apiVersion,
  fieldsType: "FieldsV1",
  fieldsV1: { "f:spec": { "f:b": {} } }
})

/** Replaces the managed fields by one entry of a version, and changes an object. */
const managed = (apiVersion: string): Step => [
  "PATCH",
  "managed.example.com:v1/widgets/a?fieldManager=editor",
  { metadata: { managedFields: [managedBy(apiVersion)] }, spec: { a: apiVersion } },
  merge
]

export const programs: Readonly<Record<string, Program>> = {
  "apply: managed fields that a client writes have a version of the definition": {
    definitions: [
      definition("managed.example.com", [
        version("v1", whole),
        version("v2", whole, { storage: false }),
        version("v3", whole, { storage: false, served: false })
      ])
    ],
    steps: [
      ["POST", "managed.example.com:v1/widgets?fieldManager=creator", widget("managed.example.com", "a", {})],
      ...["v2", "v1", "v3", "v4"].map((version) => managed(`managed.example.com/${version}`)),
      managed("managed.example.com/v1"),
      managed("v1"),
      managed("apps/v1"),
      ["POST", "managed.example.com:v1/widgets?fieldManager=creator", {
        ...widget("managed.example.com", "b", {}),
        metadata: { name: "b", managedFields: [managedBy("managed.example.com/v4")] }
      }]
    ]
  },
  "definitions: have columns": {
    definitions: [
      definition("tables.example.com", [
        version("v2", whole, { storage: false }),
        version("v1", whole),
        version("v1beta1", whole, { served: false, storage: false })
      ], { names: { plural: "widgets", kind: "Widget", shortNames: ["wd", "wid"] } })
    ],
    steps: [[
      "GET",
      `${definitions}/widgets.tables.example.com?includeObject=None`,
      undefined,
      undefined,
      "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
    ]]
  },
  "definitions: are established, and their kind is in discovery": {
    definitions: [definition("first.example.com", [version("v1", whole, { subresources: { status: {} } })], {
      names: { plural: "widgets", kind: "Widget", shortNames: ["wd"], categories: ["all"] }
    })],
    steps: [
      ["GET", `${definitions}/widgets.first.example.com`],
      ["POST", definitions, definition("first.example.com", [version("v1", whole)])],
      [
        "POST",
        definitions,
        definition("first.example.com", [version("v1", whole)], {
          names: { plural: "gadgets", kind: "Widget" }
        })
      ],
      ["POST", "first.example.com:v1/widgets", widget("first.example.com", "a", { spec: { a: "1" } })],
      ["GET", "first.example.com:v2/widgets"],
      ["PATCH", `${definitions}/widgets.first.example.com`, { spec: { scope: "Cluster" } }, merge],
      ["PATCH", `${definitions}/widgets.first.example.com`, { spec: { names: { plural: "others" } } }, merge],
      ["PUT", `${definitions}/widgets.first.example.com`, definition("first.example.com", [version("v1", whole)])]
    ]
  },
  "definitions: refusals": {
    definitions: [],
    steps: [
      create({ ...definition("bad.example.com", [version("v1", whole)]), metadata: { name: "other" } }),
      create({
        ...definition("bad.example.com", [version("v1", whole)]),
        metadata: { name: "others.bad.example.com" }
      }),
      create(definition("bad", [version("v1", whole)])),
      create(definition("bad.k8s.io", [version("v1", whole)])),
      create(definition("bad.example.com", [version("v1", whole)], { scope: "Galaxy" })),
      create(definition("bad.example.com", [version("v1", whole)], { preserveUnknownFields: true })),
      create(definition("bad.example.com", [{ name: "v1", served: true, storage: true }])),
      create(definition("bad.example.com", [version("V_1", whole)])),
      create(definition("bad.example.com", [version("v1", whole)], { names: { plural: "widgets", kind: "wid get" } })),
      create(
        definition("bad.example.com", [version("v1", whole)], {
          names: { plural: "widgets", kind: "Widget", listKind: "Widget", shortNames: ["A"] }
        })
      ),
      create(
        definition("bad.example.com", [
          version("v1", whole, { additionalPrinterColumns: [{ name: "A", type: "text" }] })
        ])
      ),
      create(
        definition("bad.example.com", [
          version("v1", whole, { subresources: { scale: { specReplicasPath: ".a", statusReplicasPath: "b" } } })
        ])
      ),
      create(definition("bad.example.com", [version("v1", whole)], { conversion: { strategy: "Magic" } })),
      create(definition("bad.example.com", [version("v1", { type: "string" })])),
      create(definition("bad.example.com", [version("v1", { properties: {} })])),
      create(definition("bad.example.com", [version("v1", object({}, { nullable: true }))])),
      create(
        definition("bad.example.com", [version("v1", { type: "object", additionalProperties: { type: "string" } })])
      ),
      create(
        definition("bad.example.com", [version("v1", object({ metadata: object({ labels: { type: "object" } }) }))])
      ),
      withSpec({ properties: { a: { type: "string" } } }),
      withSpec(object({ a: {} })),
      withSpec(object({ a: { type: "text" } })),
      withSpec({ type: "array" }),
      withSpec({ type: "array", items: {} }),
      withSpec({ type: "array", uniqueItems: true, items: { type: "string" } }),
      withSpec(object({ a: { type: "string" } }, { additionalProperties: { type: "string" } })),
      withSpec(object({}, { anyOf: [{ properties: { x: { minimum: 1 } } }] })),
      withSpec(object({ x: { type: "integer" } }, { anyOf: [{ properties: { x: { type: "integer" } } }] })),
      withSpec(object({ x: { type: "integer" } }, { allOf: [{ description: "a" }] })),
      withSpec({ "x-kubernetes-int-or-string": true, "x-kubernetes-preserve-unknown-fields": true }),
      withSpec({ type: "string", "x-kubernetes-embedded-resource": true }),
      withSpec({ type: "object", "x-kubernetes-embedded-resource": true }),
      withSpec({ type: "object", "x-kubernetes-preserve-unknown-fields": false }),
      withSpec(object({ a: { type: "string", default: 1 } })),
      withSpec(object({ a: object({ b: { type: "string" } }, { default: { c: 1 } }) })),
      withSpec({ type: "string", "x-kubernetes-list-type": "set" }),
      withSpec({ type: "array", "x-kubernetes-list-type": "bag", items: { type: "string" } }),
      withSpec({ type: "array", "x-kubernetes-list-type": "set", items: { type: "object" } }),
      withSpec({ type: "array", "x-kubernetes-list-map-keys": ["a"], items: { type: "object" } }),
      withSpec({ type: "array", "x-kubernetes-list-type": "map", items: object({ a: { type: "string" } }) }),
      withSpec({
        type: "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["a"],
        items: object({ a: { type: "string" } })
      }),
      withSpec({
        type: "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["b"],
        items: object({ a: { type: "string" } })
      }),
      withSpec({ type: "string", "x-kubernetes-map-type": "atomic" }),
      ["POST", `${definitions}?fieldValidation=Strict&dryRun=All`, {
        ...definition("bad.example.com", [version("v1", whole, { wrong: 1 })]),
        wrong: 1
      }]
    ]
  },
  "objects: are validated by the schema": {
    definitions: [definition(group, [version("v1", checked)])],
    steps: [
      spec({ replicas: 1, ratio: 1.5, name: "abc", color: "red", on: true, port: 80, maybe: null, list: ["a"] }),
      spec({ port: "http", when: "2026-11-30T10:00:00Z", address: "10.0.0.1", free: { x: { y: [1] } } }),
      spec({ inner: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", wrong: 1 }, data: { x: "1" } } }),
      spec({ replicas: "1" }),
      spec({ replicas: 0 }),
      spec({ replicas: 11 }),
      spec({ replicas: 1.5 }),
      spec({ ratio: 0 }),
      spec({ ratio: 0.7 }),
      spec({ small: 3_000_000_000 }),
      spec({ name: "a" }),
      spec({ name: "abcdef" }),
      spec({ name: "ABC" }),
      spec({ name: 5 }),
      spec({ color: "blue" }),
      spec({ on: "yes" }),
      spec({ when: "today" }),
      spec({ address: "::1" }),
      spec({ id: "x" }),
      spec({ port: 1.5 }),
      spec({ port: true }),
      spec({ list: [] }),
      spec({ list: ["a", "b", "c"] }),
      spec({ list: [1] }),
      spec({ list: [null] }),
      spec({ list: "a" }),
      spec({ set: ["a", "b", "a"] }),
      spec({ rows: [{ key: "a" }, { key: "a", value: 1 }] }),
      spec({ rows: [{ value: 1 }] }),
      spec({ map: { a: "1" } }),
      spec({ map: {} }),
      spec({ map: { a: 1, b: 2, c: 3 } }),
      spec({ free: 1 }),
      spec({ inner: {} }),
      spec({ inner: { apiVersion: "", kind: "A B" } }),
      spec({ either: {} }),
      spec({ either: { x: "1", y: "1" } }),
      spec({ any: { x: 1 } }),
      spec({ all: { x: 1 } }),
      spec({ none: { x: 1 } }),
      spec({ needs: {} }),
      spec({ replicas: null, name: null }),
      ["POST", `${group}:v1/widgets`, widget(group, "wrong", { spec: "text" })],
      ["POST", `${group}:v1/widgets`, widget(group, "Wrong Name", {})],
      ["POST", `${group}:v1/widgets`, {
        ...widget(group, "labels", {}),
        metadata: { name: "labels", labels: { a: 1 } }
      }],
      ["POST", `${group}:v1/widgets`, widget(group, "kind", { kind: "Gadget" })],
      ["POST", `${group}:v1/widgets`, widget(group, "version", { apiVersion: `${group}/v2` })]
    ]
  },
  "objects: unknown fields are dropped, or refused when they are asked for": {
    definitions: [definition("pruned.example.com", [
      version(
        "v1",
        object({
          spec: object({
            a: { type: "string" },
            list: { type: "array", items: object({ a: { type: "string" } }) },
            free: { type: "object", "x-kubernetes-preserve-unknown-fields": true, properties: { known: object({}) } },
            anything: { type: "object", additionalProperties: true }
          })
        })
      )
    ])],
    steps: [
      [
        "POST",
        "pruned.example.com:v1/widgets",
        widget("pruned.example.com", "a", {
          spec: { a: "1", b: 2, list: [{ a: "1", b: 2 }], free: { x: 1, known: { y: 1 } }, anything: { x: { y: 1 } } },
          other: 1,
          status: { a: 1 }
        })
      ],
      [
        "POST",
        "pruned.example.com:v1/widgets?fieldValidation=Strict",
        { ...widget("pruned.example.com", "b", { spec: { b: 1 }, other: 1 }), metadata: { name: "b", wrong: 1 } }
      ],
      ["PATCH", "pruned.example.com:v1/widgets/a", { spec: { a: "2", c: 1 } }, merge],
      ["PATCH", "pruned.example.com:v1/widgets/a", { spec: { a: "3" } }, "application/strategic-merge-patch+json"],
      [
        "PATCH",
        "pruned.example.com:v1/widgets/a",
        [{ op: "add", path: "/spec/c", value: 1 }],
        "application/json-patch+json"
      ]
    ]
  },
  "objects: have the defaults of the schema": {
    definitions: [definition("defaults.example.com", [
      version(
        "v1",
        object({
          spec: object({
            a: { type: "string", default: "x" },
            nested: object({ b: { type: "integer", default: 1 } }),
            filled: object({ c: { type: "boolean", default: true } }, { default: {} }),
            list: { type: "array", items: object({ d: { type: "string", default: "y" } }) },
            map: { type: "object", additionalProperties: object({ e: { type: "string", default: "z" } }) },
            empty: { type: "string", nullable: true, default: "n" }
          }, { default: {} })
        })
      )
    ])],
    steps: [
      ["POST", "defaults.example.com:v1/widgets", widget("defaults.example.com", "a", {})],
      [
        "POST",
        "defaults.example.com:v1/widgets",
        widget("defaults.example.com", "b", {
          spec: { a: null, nested: {}, filled: null, list: [{}, { d: "1" }], map: { k: {} }, empty: null }
        })
      ],
      ["PATCH", "defaults.example.com:v1/widgets/b", { spec: { a: null, nested: { b: 5 } } }, merge]
    ]
  },
  "objects: have a status, a scale and a generation": {
    definitions: [definition("scaled.example.com", [
      version(
        "v1",
        object({
          spec: object({ replicas: { type: "integer" }, a: { type: "string" } }),
          status: object({ replicas: { type: "integer" }, selector: { type: "string" }, phase: { type: "string" } })
        }),
        {
          subresources: {
            status: {},
            scale: {
              specReplicasPath: ".spec.replicas",
              statusReplicasPath: ".status.replicas",
              labelSelectorPath: ".status.selector"
            }
          }
        }
      )
    ])],
    steps: [
      [
        "POST",
        "scaled.example.com:v1/widgets",
        widget("scaled.example.com", "a", { spec: { a: "1" }, status: { phase: "lost" } })
      ],
      ["GET", "scaled.example.com:v1/widgets/a/scale"],
      ["PATCH", "scaled.example.com:v1/widgets/a/scale", { spec: { replicas: 2 } }, merge],
      ["GET", "scaled.example.com:v1/widgets/a"],
      [
        "PATCH",
        "scaled.example.com:v1/widgets/a/status",
        { status: { replicas: 2, selector: "app=x", phase: "Ready" }, spec: { a: "2" } },
        merge
      ],
      ["PATCH", "scaled.example.com:v1/widgets/a/status", { status: { replicas: "2" } }, merge],
      ["PATCH", "scaled.example.com:v1/widgets/a/status", { status: { replicas: -1 } }, merge],
      ["PATCH", "scaled.example.com:v1/widgets/a", { spec: { a: "3" }, status: { phase: "lost" } }, merge],
      ["PATCH", "scaled.example.com:v1/widgets/a", { metadata: { labels: { a: "b" } } }, merge],
      ["PATCH", "scaled.example.com:v1/widgets/a", { spec: { replicas: -1 } }, merge],
      ["GET", "scaled.example.com:v1/widgets/a/scale"],
      ["PUT", "scaled.example.com:v1/widgets/a", widget("scaled.example.com", "a", {})],
      ["DELETE", "scaled.example.com:v1/widgets/a"],
      ["GET", "scaled.example.com:v1/widgets/a"]
    ]
  },
  "objects: without a status subresource every field counts": {
    definitions: [
      definition("plain.example.com", [version("v1", object({ status: object({ a: { type: "string" } }) }))])
    ],
    steps: [
      ["POST", "plain.example.com:v1/widgets", widget("plain.example.com", "a", { status: { a: "1" } })],
      ["PATCH", "plain.example.com:v1/widgets/a", { status: { a: "2" } }, merge],
      ["GET", "plain.example.com:v1/widgets/a/status"],
      ["GET", "plain.example.com:v1/widgets/a/scale"]
    ]
  },
  "objects: are served in several versions": {
    definitions: [definition("versions.example.com", [
      version("v1alpha1", object({ spec: object({ a: { type: "string" }, old: { type: "string", default: "o" } }) }), {
        storage: false
      }),
      version("v1", object({ spec: object({ a: { type: "string" }, now: { type: "string", default: "n" } }) })),
      version("v1beta1", object({ spec: object({ a: { type: "string" } }) }), { storage: false }),
      version("v0", object({}), { storage: false, served: false })
    ])],
    steps: [
      [
        "POST",
        "versions.example.com:v1alpha1/widgets",
        widget("versions.example.com", "a", { spec: { a: "1" } }, "v1alpha1")
      ],
      ["GET", "versions.example.com:v1/widgets/a"],
      ["GET", "versions.example.com:v1beta1/widgets/a"],
      ["GET", "versions.example.com:v1alpha1/widgets"],
      ["GET", "versions.example.com:v0/widgets"],
      ["PATCH", "versions.example.com:v1beta1/widgets/a", { spec: { a: "2" } }, merge],
      ["GET", "versions.example.com:v1/widgets/a"],
      ["DELETE", "versions.example.com:v1alpha1/widgets/a"]
    ]
  },
  "objects: an update does not validate again what it leaves as it is": {
    definitions: [definition("ratchet.example.com", [
      version(
        "v1",
        object({
          spec: object({ a: { type: "string", pattern: "^x" }, b: { type: "string" } }, { default: { b: "1" } })
        })
      )
    ])],
    steps: [
      ["POST", "ratchet.example.com:v1/widgets", widget("ratchet.example.com", "a", { spec: { a: "x1" } })],
      ["PATCH", "ratchet.example.com:v1/widgets/a", { spec: { a: "y" } }, merge],
      ["PATCH", "ratchet.example.com:v1/widgets/a", { spec: { b: "2" } }, merge]
    ]
  },
  "apply: custom objects whose fields are dropped below one that keeps others": {
    definitions: [definition("dropped.example.com", [
      version(
        "v1",
        object({
          spec: object({
            free: {
              type: "object",
              "x-kubernetes-preserve-unknown-fields": true,
              properties: {
                known: object({ key: { type: "string" } }),
                rows: { type: "array", items: object({ key: { type: "string" } }) }
              }
            }
          })
        })
      )
    ])],
    steps: [
      { free: { known: { key: "k", other: 1 }, any: { other: 1 } } },
      { free: { rows: [{ key: "k", other: 1 }] } },
      { free: {}, other: 1 }
    ].map((spec): Step => [
      "PATCH",
      "dropped.example.com:v1/widgets/a?fieldManager=one",
      widget("dropped.example.com", "a", { spec }),
      "application/apply-patch+yaml"
    ])
  },
  "apply: custom objects by the lists and maps of their schema": {
    definitions: [definition("applied.example.com", [
      version(
        "v1",
        object({
          spec: object({
            a: { type: "string" },
            whole: { type: "array", items: { type: "string" } },
            set: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
            rows: {
              type: "array",
              "x-kubernetes-list-type": "map",
              "x-kubernetes-list-map-keys": ["key"],
              items: object({ key: { type: "string" }, value: { type: "integer" } }, { required: ["key"] })
            },
            map: { type: "object", additionalProperties: { type: "string" } },
            one: { type: "object", "x-kubernetes-map-type": "atomic", additionalProperties: { type: "string" } },
            free: { type: "object", "x-kubernetes-preserve-unknown-fields": true }
          })
        })
      )
    ])],
    steps: [
      ...([
        ["one", {
          a: "1",
          whole: ["a"],
          set: ["a"],
          rows: [{ key: "a", value: 1 }],
          map: { a: "1" },
          one: { a: "1" },
          free: { x: { y: 1 } }
        }],
        ["two", { set: ["b"], rows: [{ key: "b", value: 1 }], map: { b: "1" }, free: { x: { z: 1 } } }],
        ["two", { whole: ["b"] }],
        ["two", { one: { b: "1" } }],
        ["two", { rows: [{ key: "a", value: 2 }] }],
        ["one", { a: "2", rows: [] }],
        ["one", { wrong: 1 }]
      ] as const).map(([manager, spec]): Step => [
        "PATCH",
        `applied.example.com:v1/widgets/a?fieldManager=${manager}`,
        widget("applied.example.com", "a", { spec }),
        "application/apply-patch+yaml"
      ])
    ]
  }
}
