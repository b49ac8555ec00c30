import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Json from "../../../src/fake/Json.js"
import * as Quantity from "../../../src/fake/kinds/Quantity.js"
import { api, bare, pod, pods } from "../../support/FakeApi.js"

// Quantities and what resource.ParseQuantity of k8s.io/apimachinery v0.34.1 makes of them (run).
const forms: ReadonlyArray<readonly [string, string]> = [
  ["0", "0"],
  ["0.0Gi", "0"],
  ["1", "1"],
  ["+1", "+1"],
  ["-1.5", "-1500m"],
  ["0.5", "500m"],
  [".25", "250m"],
  ["1000m", "1"],
  ["1500m", "1500m"],
  ["1000", "1k"],
  ["1500", "1500"],
  ["2048", "2048"],
  ["1000000000k", "1T"],
  ["1e3", "1e3"],
  ["100e3", "100e3"],
  ["1E6", "1E6"],
  ["1E4", "10e3"],
  ["1.500", "1.500"],
  ["12e2", "1200"],
  ["1Ki", "1Ki"],
  ["0.5Ki", "512"],
  ["1024Mi", "1Gi"],
  ["1.5Gi", "1536Mi"],
  ["1Mi", "1Mi"],
  ["1023", "1023"],
  ["0.1Gi", "107374182400m"],
  ["1.7Gi", "1825361100800m"],
  ["-1024Mi", "-1Gi"],
  ["1536Ki", "1536Ki"],
  ["1n", "1n"],
  ["0.5n", "1n"],
  ["words", "words"]
]

describe("Quantity", () => {
  it.each(forms)("Quantity.canonical: %s is stored as %s", (written, stored) => {
    assert.strictEqual(Quantity.canonical(written), stored)
  })

  it.scoped("Quantity: the server returns the resources of a pod in canonical form", () =>
    Effect.gen(function*() {
      const client = api(yield* bare())
      const made = yield* client.post(
        pods,
        pod("p", {
          containers: [{ name: "main", image: "image", resources: { requests: { cpu: "0.5", memory: "1024Mi" } } }]
        })
      )
      assert.deepStrictEqual(Json.at(made, "spec", "containers", 0, "resources", "requests"), {
        cpu: "500m",
        memory: "1Gi"
      })
    }))
})
