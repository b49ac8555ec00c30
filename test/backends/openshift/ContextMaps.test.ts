import { assert, describe, it } from "@effect/vitest"
import * as ContextMaps from "../../../src/backends/openshift/ContextMaps.js"
import { input } from "../../support/Builds.js"

const parts = (context: Readonly<Record<string, string | Uint8Array>>) =>
  ContextMaps.contents(input({ context })).parts.map(({ files, path, suffix }) => [
    suffix,
    path,
    files.map(({ key }) => key)
  ])

describe("the context of an OpenShift build", () => {
  it("the context of an OpenShift build: is a ConfigMap for each directory, and the Containerfile stands in the record", () => {
    assert.deepStrictEqual(parts({ "b/x": "1", "a": "2", "b/y": "3", "b/c/z": "4" }), [
      ["context-1", "b", ["x", "y"]],
      ["context-2", "", ["a"]],
      ["context-3", "b/c", ["z"]]
    ])
    assert.deepStrictEqual(ContextMaps.contents(input()), {
      files: [{ key: "containerfile", content: input().dockerfile ?? "" }],
      parts: []
    })
  })

  it("the context of an OpenShift build: keeps text as text, bytes as bytes, and neither with a mode", () => {
    const { parts } = ContextMaps.contents(input({
      context: { text: "a", bytes: new Uint8Array([0, 255]), both: { content: "c", mode: 0o600 } }
    }))
    assert.deepStrictEqual(parts[0]?.files, [
      { key: "text", content: "a" },
      { key: "bytes", content: new Uint8Array([0, 255]) },
      { key: "both", content: new TextEncoder().encode("c") }
    ])
  })

  it("the context of an OpenShift build: takes as many ConfigMaps as a directory needs", () => {
    const half = new Uint8Array(ContextMaps.maxBytes / 2 - 1)
    assert.deepStrictEqual(parts({ a: half, b: half, c: half, d: new Uint8Array(ContextMaps.maxBytes - 1), e: "" }), [
      ["context-1", "", ["a", "b"]],
      ["context-2", "", ["c"]],
      ["context-3", "", ["d"]],
      ["context-4", "", ["e"]]
    ])
  })
})
