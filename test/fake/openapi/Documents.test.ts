import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Json from "../../../src/fake/Json.js"
import * as OpenShiftKinds from "../../../src/fake/kinds/OpenShiftKinds.js"
import * as OwnKind from "../../../src/fake/kinds/OwnKind.js"
import * as BuiltIn from "../../../src/fake/openapi/BuiltIn.js"
import * as Seed from "../../../src/fake/store/Seed.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { api, bare, refused } from "../../support/FakeApi.js"

const schemaOf = (document: JsonObject, name: string) => Json.object(document, "components", "schemas", name)

const propertyOf = (schema: JsonObject, name: string) => Json.object(schema, "properties", name)

const widgets = (schema: JsonObject): JsonObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Cluster",
    names: { plural: "widgets", kind: "Widget" },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }]
  }
})

describe("OpenAPI v3", () => {
  it.effect("OpenAPI v3: every kind of Kubernetes has a schema with descriptions (else see openapi.cluster.test.ts)", () =>
    Effect.gen(function*() {
      const { catalog } = yield* bare()
      const schemas = yield* BuiltIn.load
      const missing = catalog.kinds.filter((kind) => BuiltIn.nameOf(schemas, kind) === undefined)
      assert.deepStrictEqual(missing.map(({ kind }) => kind), [])
    }))

  it.effect("OpenAPI v3: a document has the paths and schemas of its kinds, and the keys of lists from their fields", () =>
    Effect.gen(function*() {
      const { get } = api(yield* bare())
      assert.include(Object.keys(Json.object(yield* get("/openapi/v3"), "paths")), "apis/apps/v1")
      const document = yield* get("/openapi/v3/api/v1")
      const spec = schemaOf(document, "io.k8s.api.core.v1.PodSpec")
      assert.deepInclude(propertyOf(spec, "containers"), {
        type: "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
        "x-kubernetes-patch-strategy": "merge",
        "x-kubernetes-patch-merge-key": "name"
      })
      assert.deepInclude(propertyOf(spec, "volumes"), { "x-kubernetes-patch-strategy": "merge,retainKeys" })
      assert.match(Json.text(propertyOf(spec, "hostNetwork"), "description") ?? "", /^Host networking/)
      assert.deepStrictEqual(Json.texts(spec, "required"), ["containers"])
      assert.deepInclude(schemaOf(document, "io.k8s.api.core.v1.ObjectReference"), {
        "x-kubernetes-map-type": "atomic"
      })
      const path = Json.object(document, "paths", "/api/v1/namespaces/{namespace}/pods/{name}", "patch")
      assert.deepStrictEqual(path["x-kubernetes-group-version-kind"], { group: "", kind: "Pod", version: "v1" })
      assert.include(Json.objects(path, "parameters").map(({ name }) => name), "fieldValidation")
      const names = new Set(Object.keys(Json.object(document, "components", "schemas")))
      for (const [, name = ""] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
        assert.isTrue(names.has(name), name)
      }
      assert.strictEqual((yield* refused(get("/openapi/v3/apis/none/v1"))).code, 404)
    }))

  it.effect("OpenAPI v3: custom kinds have the schema of their definition, and another hash after a change of it", () =>
    Effect.gen(function*() {
      const made = yield* bare({ kinds: [OwnKind.make({ group: "own.example.com", version: "v1", kind: "Thing" })] })
      const { get } = api(made)
      const url = Effect.map(
        get("/openapi/v3"),
        (list) => Json.text(list, "paths", "apis/example.com/v1", "serverRelativeURL")
      )
      const schema: JsonObject = {
        type: "object",
        description: "A widget.",
        properties: { spec: { type: "object", properties: { size: { type: "integer", description: "How large." } } } }
      }
      Seed.put(made, widgets(schema), 0)
      const before = yield* url
      const widget = schemaOf(yield* get("/openapi/v3/apis/example.com/v1"), "com.example.v1.Widget")
      assert.strictEqual(widget["description"], "A widget.")
      assert.strictEqual(Json.text(widget, "properties", "spec", "properties", "size", "description"), "How large.")
      assert.deepStrictEqual(Json.at(widget, "properties", "metadata", "allOf"), [
        BuiltIn.ref("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")
      ])
      Seed.put(made, widgets({ ...schema, description: "Another." }), 0)
      assert.notStrictEqual(yield* url, before)
      const thing = schemaOf(yield* get("/openapi/v3/apis/own.example.com/v1"), "com.example.own.v1.Thing")
      assert.isTrue(thing["x-kubernetes-preserve-unknown-fields"])
    }))

  it.effect("OpenAPI v3: a kind of OpenShift has the schema of its fields", () =>
    Effect.gen(function*() {
      const { get } = api(yield* bare({ kinds: OpenShiftKinds.buildKinds }))
      const build = schemaOf(yield* get("/openapi/v3/apis/build.openshift.io/v1"), "io.openshift.build.v1.Build")
      assert.strictEqual(Json.text(build, "properties", "spec", "properties", "serviceAccount", "type"), "string")
    }))
})
