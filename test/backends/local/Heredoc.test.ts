import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { spawnSync } from "node:child_process"
import * as Heredoc from "../../../src/backends/local/Heredoc.js"

const lines = (...all: ReadonlyArray<string>) => all.join("\n")

/** What the only `RUN` of a Containerfile prints, run by this machine's shell. */
const output = (containerfile: string) => {
  const run = Heredoc.lower(containerfile).text.split("\n").find((line) => line.startsWith("RUN ")) ?? ""
  const [command = "", ...args]: ReadonlyArray<string> = JSON.parse(run.slice(run.indexOf("[")))
  return spawnSync(command, args).stdout.toString()
}

describe("Heredoc", () => {
  it("Heredoc: leaves a Containerfile without heredocs as it is", () => {
    const text = lines(
      "# syntax=docker/dockerfile:1",
      "FROM base",
      "RUN echo \"<<EOF\" '<<EOF' $((1<<2)) \\",
      "  # a comment",
      "",
      "  && echo 2",
      "RUN [\"sh\", \"-c\", \"cat <<EOF\\nx\\nEOF\"]",
      "COPY a <b /c/",
      ""
    )
    assert.deepStrictEqual(Heredoc.lower(text), { text, files: [], unsupported: [] })
    FastCheck.assert(FastCheck.property(FastCheck.string({ unit: "grapheme" }), (text) => {
      if (!text.includes("<<")) assert.strictEqual(Heredoc.lower(text).text, text)
    }))
  })

  it("Heredoc: runs the body of a RUN as a script", () => {
    assert.strictEqual(
      output(lines("FROM base", "RUN <<EOF", "A='x  y'", "echo \"$A\" \\", "  'b\"c\\'", "EOF")),
      "x  y b\"c\\\n"
    )
  })

  it("Heredoc: hands a heredoc to the command before it", () => {
    assert.strictEqual(
      output(lines(
        "FROM base",
        "RUN cat <<A - <<-\"B\" && \\",
        "  echo end",
        "one $((1 + 1))",
        "A",
        "\ttwo $((1 + 1))",
        "\tB"
      )),
      "two $((1 + 1))\nend\n"
    )
  })

  it("Heredoc: gives a body that names an interpreter to that", () => {
    assert.strictEqual(output(lines("FROM base", "RUN <<EOF", "#!/bin/sed -e 1d", "hello", "EOF")), "hello\n")
  })

  it("Heredoc: keeps flags, and the shell that SHELL names for its stage", () => {
    const { text } = Heredoc.lower(lines(
      "FROM a",
      "SHELL [\"/bin/bash\", \"-ec\"]",
      "RUN --mount=type=cache,target=/c --network=none <<EOF",
      "true",
      "EOF",
      "FROM b",
      "RUN <<EOF",
      "EOF"
    ))
    assert.deepStrictEqual(text.split("\n"), [
      "FROM a",
      "SHELL [\"/bin/bash\", \"-ec\"]",
      "RUN --mount=type=cache,target=/c --network=none [\"/bin/bash\",\"-ec\",\"true\\n\"]",
      "FROM b",
      "RUN [\"/bin/sh\",\"-c\",\"\\n\"]"
    ])
  })

  it("Heredoc: copies files in place of the heredocs of COPY and ADD", () => {
    assert.deepStrictEqual(
      Heredoc.lower(lines(
        "FROM base",
        "COPY --chmod=755 plain <<one <<\"two\" /to/",
        "1",
        "one",
        "  $2 \\",
        "",
        "two",
        "ADD <<-x /x",
        "\ty",
        "\tx"
      )),
      {
        text: lines(
          "FROM base",
          "COPY --chmod=755 plain /to/",
          "COPY --chmod=755 --from=os-builder-heredocs 1/one /to/",
          "COPY --chmod=755 --from=os-builder-heredocs 2/two /to/",
          "COPY --from=os-builder-heredocs 3/x /x"
        ),
        files: [
          { path: "1/one", content: "1\n" },
          { path: "2/two", content: "  $2 \\\n\n" },
          { path: "3/x", content: "y\n" }
        ],
        unsupported: []
      }
    )
  })

  it("Heredoc: leaves a heredoc that does not end to buildah", () => {
    const text = lines("FROM base", "RUN <<EOF", "echo", "RUN true")
    assert.strictEqual(Heredoc.lower(text).text, text)
  })

  it("Heredoc: objects to what only a newer buildah can, with the line", () => {
    const { unsupported } = Heredoc.lower(lines("FROM base", "", "COPY <<E /e", "$HOME", "E"))
    assert.deepStrictEqual(unsupported.map(({ line }) => line), [3])
    assert.include(unsupported[0]?.message, "<<\"E\"")
    assert.lengthOf(Heredoc.lower(lines("RUN <<E", "x".repeat(70_000), "E")).unsupported, 1)
  })

  it("Heredoc: never throws, whatever it is given", () => {
    const line = FastCheck.constantFrom("RUN <<A", "COPY <<\"A\" <<-B /x", "A", "\tB", "# A", "SHELL [", "x \\", "")
    FastCheck.assert(FastCheck.property(FastCheck.array(line), (all) => {
      assert.isString(Heredoc.lower(all.join("\n")).text)
    }))
  })
})
