import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { BuildInput, Containerfile } from "effect-os-builder"
import { targetName } from "../../../src/core/input/BuiltContainerfile.js"

const text = [
  "ARG BASE_IMAGE",
  "FROM scratch AS ctx",
  "COPY a /a",
  "FROM ${BASE_IMAGE} AS tools",
  "RUN --mount=type=secret,id=tools,required true",
  "FROM ${BASE_IMAGE}",
  "RUN --mount=type=bind,from=ctx,dst=/ctx --mount=type=secret,id=one --mount=type=secret,dst=/x/two,required=true true",
  "FROM 2 AS image",
  "FROM tools AS final",
  "COPY --from=2 /a /b",
  "RUN --mount=type=secret,id=$ID,required=true --mount=type=secret,id=three,required=0 true",
  ""
].join("\n")

const issues = (options: Partial<BuildInput.Options>) =>
  BuildInput.make({
    dockerfile: "FROM scratch\n",
    baseImage: { pullspec: "quay.io/acme/base:1" },
    finalImage: { pullspec: "quay.io/acme/os:1" },
    ...options
  }).pipe(
    Effect.match({ onFailure: ({ issues }) => issues.map(String), onSuccess: () => [] })
  )

describe("target", () => {
  it("target: a name, a number, or why it is none", () => {
    assert.isUndefined(Containerfile.targetProblem(text, "final"))
    assert.isUndefined(Containerfile.targetProblem(text, "2"))
    assert.strictEqual(
      Containerfile.targetProblem(text, "Final"),
      "names no stage of the Containerfile; its stages are ctx (line 2), tools (line 4), 2 (line 6), image (line 8), final (line 9)"
    )
    assert.match(Containerfile.targetProblem(text, "5") ?? "", /^names no stage/)
    assert.match(Containerfile.targetProblem("FROM a AS b\nFROM b AS b\n", "b") ?? "", /^names 2 stages.*lines 1, 2/)
    assert.strictEqual(Containerfile.targetProblem("", "a"), "names no stage of the Containerfile")
  })

  it("target: the name of a stage that has one, since an older buildah does not find it by its number", () => {
    assert.strictEqual(targetName(text, "1"), "tools")
    assert.strictEqual(targetName(text, "2"), "2")
    assert.strictEqual(targetName(text, "nothing"), "nothing")
  })

  it("target: the text through it, byte for byte", () => {
    assert.strictEqual(Containerfile.through(text, undefined), text)
    assert.strictEqual(Containerfile.through(text, "final"), text)
    assert.strictEqual(Containerfile.through(text, "ctx"), text.split("\n").slice(0, 3).join("\n") + "\n")
    const heredoc = "FROM a AS b\r\nRUN <<EOF\r\nFROM x\r\nEOF\r\nFROM c"
    assert.strictEqual(Containerfile.through(heredoc, "0"), "FROM a AS b\r\nRUN <<EOF\r\nFROM x\r\nEOF\r\n")
  })

  it("secrets: of the stages that are built, with their lines", () => {
    const uses = (target?: string) =>
      Containerfile.secrets(text, target).map(({ id, isRequired, line }) => `${line} ${id} ${isRequired}`)
    assert.deepStrictEqual(uses(), ["5 tools true", "7 one false", "7 two true", "11 three false"])
    assert.deepStrictEqual(uses("2"), ["7 one false", "7 two true"])
    assert.deepStrictEqual(uses("ctx"), [])
    assert.deepStrictEqual(uses("nothing"), [])
  })

  it.effect("input: a missing stage as the target, and required secrets that are not given", () =>
    Effect.gen(function*() {
      const dockerfile = text.replace("COPY a /a\n", "\n")
      assert.deepStrictEqual(yield* issues({ dockerfile, target: "2", secrets: [{ id: "one", secretName: "s" }] }), [
        "dockerfile (line 7): RUN --mount=type=secret requires the secret two, which is not in secrets; add it there"
      ])
      assert.deepStrictEqual(yield* issues({ dockerfile, target: "2", secrets: [{ id: "two", secretName: "s" }] }), [])
      assert.match((yield* issues({ target: "x" })).join(), /^target: names no stage.*its stages are 0 \(line 1\)$/)
      // What follows the target is not built.
      assert.deepStrictEqual(yield* issues({ dockerfile: "FROM a AS b\nFROM b\nCOPY c /\n", target: "b" }), [])
    }))

  it.effect("input: wrong secrets, contexts and labels, each with its path", () =>
    Effect.gen(function*() {
      const found = yield* issues({
        dockerfile: "FROM scratch AS files\nFROM folder\n",
        secrets: [{ id: "a/b", secretName: "s" }, { id: "c", secretName: "s" }, { id: "c", secretName: "t" }],
        buildContexts: {
          Capital: { image: "quay.io/acme/a:1" },
          "12": { image: "quay.io/acme/a:1" },
          "os-builder-heredocs": { image: "quay.io/acme/a:1" },
          files: { image: "fedora" },
          folder: { directory: "relative" }
        },
        imageLabels: { a: "b" },
        unsetLabels: ["a", "c", "c"]
      })
      for (
        const expected of [
          /^secrets\[0\]\.id: must have letters/,
          /^secrets\[2\]\.id: is also the id of secrets\[1\]/,
          /^buildContexts\.Capital: must have lower-case/,
          /^buildContexts\["12"\]: must not be a number/,
          /^buildContexts\["os-builder-heredocs"\]: is reserved/,
          /^buildContexts\.files\.image: must include a registry/,
          /^buildContexts\["files"\]: has the name of the stage in line 1/,
          /^buildContexts\.folder\.directory: must be an absolute path/,
          /^dockerfile \(line 2\): FROM folder names a directory of buildContexts/,
          /^unsetLabels\[0\]: is set by imageLabels/,
          /^unsetLabels\[2\]: is also unsetLabels\[1\]/
        ]
      ) assert.isTrue(found.some((issue) => expected.test(issue)), `${expected}\n${found.join("\n")}`)
    }))
})
