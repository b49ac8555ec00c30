import { assert, it } from "@effect/vitest"
import * as k8s from "@kubernetes/client-node"
import { FastCheck as fc } from "effect"
import * as Yaml from "../../src/cli/Yaml.js"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"

// As JSON has them: it writes -0 as 0.
const json: fc.Arbitrary<unknown> = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }), { noNullPrototype: true })
  .map((value) => JSON.parse(JSON.stringify(value)))
const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null

it("round trip: parses to the same value", () => {
  fc.assert(fc.property(fc.array(json.filter(isObject), { minLength: 1, maxLength: 3 }), (documents) => {
    assert.deepStrictEqual(k8s.loadAllYaml(Yaml.format(documents)), documents)
  }))
})

it("strings: are quoted if they look like another type", () => {
  const words = [
    "yes",
    "No",
    "on",
    "null",
    "~",
    "1",
    "1e3",
    "0x1",
    "a: b",
    "- a",
    "#",
    "",
    " a",
    "a\nb",
    "é",
    "!x",
    "*",
    "&a"
  ]
  assert.deepStrictEqual(k8s.loadAllYaml(Yaml.format([{ words, nested: [{ words }] }])), [{
    words,
    nested: [{ words }]
  }])
})

it("layout: short lists on one line, blocks indented", () => {
  const document = {
    kind: "Role",
    metadata: { name: "a" },
    rules: [{ apiGroups: [""], verbs: ["get", "list"] }],
    empty: {}
  }
  assert.strictEqual(
    Yaml.format([document, { kind: "Pod" }]),
    "kind: Role\nmetadata:\n  name: a\nrules:\n- apiGroups: [\"\"]\n  verbs: [get, list]\nempty: {}\n---\nkind: Pod\n"
  )
})
