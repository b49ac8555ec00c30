import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import type { ControlPlane } from "../../../src/fake/ControlPlane.js"
import * as Formats from "../../../src/fake/custom/Formats.js"
import * as JsonPath from "../../../src/fake/custom/JsonPath.js"
import * as Pattern from "../../../src/fake/custom/Pattern.js"
import * as Json from "../../../src/fake/Json.js"
import * as Seed from "../../../src/fake/store/Seed.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { api, bare, names, plane, refused, settle } from "../../support/FakeApi.js"

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

const widgets = "/apis/example.com/v1/namespaces/ns/widgets"

const definition = (schema: JsonObject, version: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget", ...more },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version }]
  }
})

const free: JsonObject = {
  type: "object",
  properties: { spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true } }
}

const widget = (name: string, spec: JsonObject = {}): JsonObject => ({
  apiVersion: "example.com/v1",
  kind: "Widget",
  metadata: { name, namespace: "ns" },
  spec
})

const defined = (definition: JsonObject) =>
  Effect.gen(function*() {
    const made = yield* plane()
    const client = api(made)
    yield* client.post(definitions, definition)
    yield* settle
    return { ...client, made }
  })

const put = (made: ControlPlane, object: JsonObject) => Effect.sync(() => Seed.put(made, object, 0))

const conditions = (definition: JsonObject): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Json.objects(definition, "status", "conditions").map((
      one
    ) => [Json.text(one, "type") ?? "", `${Json.text(one, "status")} ${Json.text(one, "reason")}`])
  )

describe("custom resources", () => {
  it.scoped("custom resources: names that another definition of the group has are accepted once they are free", () =>
    Effect.gen(function*() {
      const { delete: remove, get, post } = yield* defined(definition(free, {}, { shortNames: ["wd"] }))
      const gadgets = definition(free, {}, { plural: "gadgets", kind: "Gadget", shortNames: ["wd"] })
      yield* post(definitions, { ...gadgets, metadata: { name: "gadgets.example.com" } })
      yield* settle
      assert.deepStrictEqual(conditions(yield* get(`${definitions}/gadgets.example.com`)), {
        NamesAccepted: "False ShortNamesConflict",
        Established: "False NotAccepted"
      })
      yield* remove(`${definitions}/widgets.example.com`)
      yield* settle
      assert.deepStrictEqual(conditions(yield* get(`${definitions}/gadgets.example.com`)), {
        NamesAccepted: "True NoConflicts",
        Established: "True InitialNamesAccepted"
      })
    }))

  it.scoped("custom resources: discovery has the versions in the order of the server", () =>
    Effect.gen(function*() {
      const version = (name: string, storage: boolean): JsonObject => ({
        name,
        served: true,
        storage,
        schema: { openAPIV3Schema: free }
      })
      const made = definition(free)
      const { get } = yield* defined(
        Json.set(made, ["spec", "versions"], [
          version("v1alpha1", false),
          version("odd", false),
          version("v1", false),
          version("v2beta1", false),
          version("v2", true)
        ])
      )
      const group = yield* get("/apis/example.com")
      assert.deepStrictEqual(
        Json.objects(group, "versions").map((one) => Json.text(one, "version")),
        ["v2", "v1", "v2beta1", "v1alpha1", "odd"]
      )
      assert.deepStrictEqual(Json.objects(yield* get("/apis/example.com/v1"), "resources").map((one) => one["name"]), [
        "widgets"
      ])
    }))

  it.scoped("custom resources: a deprecated version has a warning, which names a better one", () =>
    Effect.gen(function*() {
      const version = (name: string, more: JsonObject): JsonObject => ({
        name,
        served: true,
        storage: name === "v2",
        schema: { openAPIV3Schema: free },
        ...more
      })
      const versions = [
        version("v1", { deprecated: true }),
        version("v1beta1", { deprecated: true, deprecationWarning: "Do not use this." }),
        version("v2", {}),
        version("v3", { deprecated: true })
      ]
      const { send } = yield* defined(Json.set(definition(free), ["spec", "versions"], versions))
      const warnings = (version: string) =>
        Effect.map(
          send({ method: "GET", path: `/apis/example.com/${version}/namespaces/ns/widgets`, query: {} }),
          (reply) => reply._tag === "Object" ? reply.warnings : []
        )
      assert.deepStrictEqual(yield* warnings("v1"), [
        "example.com/v1 Widget is deprecated; use example.com/v2 Widget"
      ])
      assert.deepStrictEqual(yield* warnings("v1beta1"), ["Do not use this."])
      assert.deepStrictEqual(yield* warnings("v3"), ["example.com/v3 Widget is deprecated"])
      assert.isUndefined(yield* warnings("v2"))
    }))

  it.scoped("custom resources: a table has the printer columns, a list the selectable fields", () =>
    Effect.gen(function*() {
      const column = (name: string, type: string, jsonPath: string): JsonObject => ({ name, type, jsonPath })
      const schema: JsonObject = {
        type: "object",
        properties: {
          spec: {
            type: "object",
            "x-kubernetes-preserve-unknown-fields": true,
            properties: { size: { type: "integer" } }
          }
        }
      }
      const { get, post } = yield* defined(definition(schema, {
        selectableFields: [{ jsonPath: ".spec.size" }],
        additionalPrinterColumns: [
          column("Size", "integer", ".spec.size"),
          column("Ready", "string", ".spec.conditions[?(@.type==\"Ready\")].status"),
          column("All", "string", ".spec.conditions"),
          column("Missing", "string", ".spec.missing"),
          column("Since", "date", ".metadata.creationTimestamp")
        ]
      }))
      yield* post(widgets, widget("a", { size: 3, conditions: [{ type: "Ready", status: "True" }] }))
      yield* post(widgets, widget("b", { size: 4 }))
      const table = yield* get(widgets, {}, "application/json;as=Table;v=v1;g=meta.k8s.io")
      assert.deepStrictEqual(Json.list(table, "rows", 0, "cells"), [
        "a",
        3,
        "True",
        "[{\"type\":\"Ready\",\"status\":\"True\"}]",
        null,
        "0s"
      ])
      assert.deepStrictEqual(
        Json.objects(table, "columnDefinitions").map((one) => `${one["name"]} ${one["type"]}`),
        ["Name string", "Size integer", "Ready string", "All string", "Missing string", "Since date"]
      )
      assert.deepStrictEqual(names(yield* get(widgets, { fieldSelector: "spec.size=4" })), ["b"])
      assert.match(
        (yield* refused(get(widgets, { fieldSelector: "spec.other=4" }))).message,
        /field label not supported: spec\.other/
      )
    }))

  it.effect("custom resources: what the fake cannot evaluate is refused", () =>
    Effect.gen(function*() {
      const { post } = api(yield* bare())
      const refusal = (made: JsonObject) => Effect.map(refused(post(definitions, made)), ({ message }) => message)
      const rules = { "x-kubernetes-validations": [{ rule: "self.a == 1" }] }
      assert.match(
        yield* refusal(definition({ type: "object", properties: { spec: { type: "object", ...rules } } })),
        /properties\[spec\]\.x-kubernetes-validations: Forbidden: the fake cluster does not evaluate CEL/
      )
      assert.match(
        yield* refusal(Json.set(definition(free), ["spec", "conversion"], { strategy: "Webhook" })),
        /conversion\.strategy: Forbidden: the fake cluster does not call webhooks/
      )
      assert.match(
        yield* refusal(definition({ type: "object", properties: { spec: { type: "string", pattern: "(?U)a" } } })),
        /pattern: .*must be a valid regular expression/
      )
      const column = { name: "A", type: "string", jsonPath: ".spec..a" }
      assert.match(
        yield* refusal(definition(free, { additionalPrinterColumns: [column] })),
        /the fake cluster has only names, indexes and filters/
      )
    }))

  it.effect("custom resources: a seeded definition is established at once, and a reset takes it and its objects back", () =>
    Effect.gen(function*() {
      const made = yield* bare()
      const before = Seed.all(made)
      const early = yield* put(made, widget("a"))
      assert.match(
        Either.isLeft(early) ? early.left.message : "",
        /no kind Widget in example\.com\/v1: seed its CustomResourceDefinition before it/
      )
      yield* put(made, definition(free))
      assert.isTrue(Either.isRight(yield* put(made, widget("a", { x: 1 }))))
      const { get } = api(made)
      assert.deepStrictEqual((yield* get(`${widgets}/a`))["spec"], { x: 1 })
      Seed.restore(made, before)
      assert.strictEqual((yield* refused(get(widgets))).code, 404)
      yield* put(made, definition(free))
      assert.deepStrictEqual(names(yield* get(widgets)), [])
    }))

  it.scoped("custom resources: an object that is stored has the schema of today when it is read", () =>
    Effect.gen(function*() {
      const { get, merge, post } = yield* defined(definition(free))
      yield* post(widgets, widget("a", { old: 1 }))
      const schema: JsonObject = {
        type: "object",
        properties: { spec: { type: "object", properties: { now: { type: "string", default: "x" } } } }
      }
      yield* merge(`${definitions}/widgets.example.com`, {
        spec: { versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }] }
      })
      assert.deepStrictEqual((yield* get(`${widgets}/a`))["spec"], { now: "x" })
    }))

  it.scoped("custom resources: server-side apply knows the items of a list by the defaults of their keys, and refuses others", () =>
    Effect.gen(function*() {
      const rows: JsonObject = {
        type: "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["port", "zone"],
        items: {
          type: "object",
          required: ["port"],
          properties: {
            port: { type: "integer" },
            zone: { type: "string", default: "x" },
            note: { type: "string" }
          }
        }
      }
      const { get, send } = yield* defined(
        definition({ type: "object", properties: { spec: { type: "object", properties: { rows } } } })
      )
      const apply = (manager: string, ...items: ReadonlyArray<JsonObject>) =>
        send({
          method: "PATCH",
          path: `${widgets}/a`,
          query: { fieldManager: manager },
          contentType: "application/apply-patch+yaml",
          body: widget("a", { rows: items })
        })
      yield* apply("one", { port: 1, note: "a" })
      yield* apply("two", { port: 1, zone: "y", note: "b" })
      assert.deepStrictEqual(Json.list(yield* get(`${widgets}/a`), "spec", "rows"), [
        { port: 1, note: "a", zone: "x" },
        { port: 1, zone: "y", note: "b" }
      ])
      const conflict = yield* refused(apply("two", { port: 1, note: "c" }))
      assert.match(conflict.message, /conflict with "one": \.spec\.rows\[port=1,zone="x"\]\.note/)
      assert.match(
        (yield* refused(apply("two", { port: 1 }, { port: 1, zone: "x" }))).message,
        /failed to create typed patch object .*\.spec\.rows: duplicate entries for key \[port=1,zone="x"\]/
      )
      assert.match(
        (yield* refused(apply("two", { port: "1" }))).message,
        /\.spec\.rows\[0\]\.port: expected numeric \(int or float\), got "1"/
      )
    }))

  it.scoped("custom resources: the namespace of an object takes it along", () =>
    Effect.gen(function*() {
      const { delete: remove, get, post } = yield* defined(definition(free))
      yield* post(widgets, widget("a"))
      yield* remove("/api/v1/namespaces/ns")
      yield* settle
      assert.strictEqual((yield* refused(get("/api/v1/namespaces/ns"))).code, 404)
      assert.deepStrictEqual(names(yield* get("/apis/example.com/v1/widgets")), [])
    }))
})

describe("custom resources: formats, patterns and paths", () => {
  it.each([
    ["date-time", "2026-11-30T10:00:00.5+02:00", "2026-13-01T00:00:00Z"],
    ["date", "2026-02-28", "2026-02-30"],
    ["duration", "1h30m", "soon"],
    ["ipv4", "10.0.0.1", "10.0.0"],
    ["ipv6", "::1", "10.0.0.1"],
    ["cidr", "10.0.0.0/8", "10.0.0.0/33"],
    ["mac", "01:23:45:67:89:ab", "01:23"],
    ["uuid", "123e4567-e89b-12d3-a456-426614174000", "123"],
    ["email", "a@example.com", "a"],
    ["uri", "https://example.com/a", "example"],
    ["hostname", "a.example.com", "a b"],
    ["byte", "YWI=", "a"],
    ["isbn", "978-0321751041", "978-0321751042"],
    ["creditcard", "4111 1111 1111 1111", "4111 1111 1111 1112"],
    ["hexcolor", "#FFFFFF", "#FF"],
    ["rgbcolor", "rgb(255,255,255)", "rgb(256,0,0)"],
    ["k8s-short-name", "a-b", "a.b"]
  ])("custom resources: the format %s has %s and not %s", (format, good, bad) => {
    assert.isTrue(Formats.accepts(format, good))
    assert.isFalse(Formats.accepts(format, bad))
    assert.isTrue(Formats.accepts("of-my-own", bad))
  })

  it.each([
    ["(?i)^abc$", "ABC", "abd"],
    ["^[[:alpha:]_]+$", "a_b", "a1"],
    ["^\\p{Lu}$", "Ä", "ä"],
    ["\\Aa\\z", "a", "ab"],
    ["^(?P<first>a)b$", "ab", "b"]
  ])("custom resources: the pattern %s of Go matches %s and not %s", (pattern, good, bad) => {
    assert.isTrue(Pattern.parse(pattern)?.test(good))
    assert.isFalse(Pattern.parse(pattern)?.test(bad))
  })

  it.each<[string, ReadonlyArray<Json.Value> | undefined]>([
    [".spec.a", [1]],
    [".spec['a']", [1]],
    [".spec.list[1].n", [2]],
    [".spec.list[*].n", [1, 2]],
    [".spec.list[?(@.t==\"y\")].n", [2]],
    [".spec.list[?(@.t!=\"y\")].n", [1]],
    [".metadata.labels.example\\.com/a", ["b"]],
    [".spec.none.a", []],
    [".", [{}]],
    [".spec..a", undefined]
  ])("custom resources: the path %s selects %o", (path, wanted) => {
    const object: JsonObject = {
      metadata: { labels: { "example.com/a": "b" } },
      spec: { a: 1, list: [{ n: 1, t: "x" }, { n: 2, t: "y" }] }
    }
    assert.deepStrictEqual(JsonPath.parse(path)?.(path === "." ? {} : object), wanted)
  })
})
