import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { spawnSync } from "node:child_process"
import * as Heredoc from "../../../src/backends/local/Heredoc.js"

const lines = (...all: ReadonlyArray<string>) => all.join("\n")

/** The only `RUN` of a Containerfile, run by this machine's shell. */
const run = (containerfile: string, PATH = process.env["PATH"]) => {
  const run = Heredoc.lower(containerfile).text.split("\n").find((line) => line.startsWith("RUN ")) ?? ""
  const [command = "", ...args]: ReadonlyArray<string> = JSON.parse(run.slice(run.indexOf("[")))
  return spawnSync(command, args, { encoding: "utf8", env: { PATH } })
}

/** What it prints. */
const output = (containerfile: string) => run(containerfile).stdout

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
    assert.deepStrictEqual(Heredoc.lower(text), { text, files: [], replacements: [], unsupported: [] })
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

  it("Heredoc: an interpreter needs nothing else of the image, and its exit code is that of the RUN", () => {
    const script = (...body: ReadonlyArray<string>) => lines("FROM base", "RUN <<EOF", ...body, "EOF")
    // A shell finds no rm and no chmod there.
    const bare = "/nonexistent"
    const sed = run(script("#!/bin/sed -e 1d", "hello $HOME `x` \\"), bare)
    assert.deepStrictEqual([sed.stdout, sed.stderr, sed.status], ["hello $HOME `x` \\\n", "", 0])
    for (const path of [process.env["PATH"], bare]) {
      const ended = run(script("#!/bin/sh -e", "exit 7"), path)
      assert.deepStrictEqual([ended.stderr, ended.status], ["", 7])
    }
    const long = "x".repeat(60_000)
    assert.strictEqual(run(script("#!/bin/sed -e 1d", long), bare).stdout, `${long}\n`)
  })

  it("Heredoc: an interpreter is run by the shell that SHELL names", () => {
    const { text } = Heredoc.lower(lines("FROM a", "SHELL [\"/bin/bash\", \"-c\"]", "RUN <<EOF", "#!/bin/sed", "EOF"))
    assert.match(text, /RUN \["\/bin\/bash","-c"/)
  })

  it("Heredoc: a message names the instruction as the Containerfile has it", () => {
    const text = lines(
      "FROM a",
      "RUN --network=none <<EOF",
      "exit 3",
      "EOF",
      "RUN <<EOF",
      `echo ${"ü".repeat(2000)}`,
      "EOF",
      "COPY <<A <<B /x/",
      "A",
      "B"
    )
    const lowered = Heredoc.lower(text)
    const [, short = "", long = "", , copy = ""] = lowered.text.split("\n")
    const cut = new TextDecoder().decode(new TextEncoder().encode(`STEP 3/3: ${long}`).slice(0, 1000))
    for (
      const [message, expected] of [
        [`STEP 2/3: ${short}: exit status 3`, "STEP 2/3: RUN --network=none <<EOF: exit status 3"],
        [`${cut}: exit status 1`, "STEP 3/3: RUN <<EOF: exit status 1"],
        [`STEP 4/4: ${copy}: no space`, "STEP 4/4: COPY <<A <<B /x/: no space"],
        ["STEP 2/3: RUN false: exit status 1", "STEP 2/3: RUN false: exit status 1"],
        ["the attempt took longer", "the attempt took longer"]
      ] as const
    ) assert.strictEqual(Heredoc.withOriginal(message, lowered), expected)
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
    const copied = "COPY --chmod=755 plain <<one <<\"two\" /to/"
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
        replacements: [
          { original: copied, written: "COPY --chmod=755 plain /to/" },
          { original: copied, written: "COPY --chmod=755 --from=os-builder-heredocs 1/one /to/" },
          { original: copied, written: "COPY --chmod=755 --from=os-builder-heredocs 2/two /to/" },
          { original: "ADD <<-x /x", written: "COPY --from=os-builder-heredocs 3/x /x" }
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
