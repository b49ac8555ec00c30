import { assert, describe, it } from "@effect/vitest"
import { Containerfile } from "effect-os-builder"
import * as fc from "effect/FastCheck"

const parse = (...lines: ReadonlyArray<string>) => Containerfile.instructions(lines.join("\n"))

const heredocs = (line: string) =>
  parse("FROM a", line, "body").flatMap(({ heredocs }) =>
    heredocs.map(({ delimiter, expand, stripsTabs }) => `${delimiter}${expand ? " $" : ""}${stripsTabs ? " -" : ""}`)
  )

describe("Containerfile.instructions", () => {
  it("flags, arguments and lines: as the builder splits them", () => {
    assert.deepStrictEqual(
      parse(
        "# comment",
        "FROM a",
        "",
        "  copy --from=\"b c\" --link \\",
        "# comment",
        "",
        "  d e\\",
        "  f",
        "CMD [\"x y\", \"z\"] trailing",
        "ENV A='b c' D=e"
      ).map(({ args, flags, json, keyword, lastLine, line }) => ({ line, lastLine, keyword, flags, args, json })),
      [
        { line: 2, lastLine: 2, keyword: "FROM", flags: [], args: ["a"], json: false },
        { line: 4, lastLine: 8, keyword: "COPY", flags: ["--from=b c", "--link"], args: ["d", "e", "f"], json: false },
        { line: 9, lastLine: 9, keyword: "CMD", flags: [], args: ["x y", "z"], json: true },
        { line: 10, lastLine: 10, keyword: "ENV", flags: [], args: ["A='b c'", "D=e"], json: false }
      ]
    )
  })

  it("heredocs: each with its body and the line where it begins", () => {
    const [, run, next] = parse("FROM a", "RUN cat <<A - <<-'B'", "$x", "A", "\ty \r", "\tB", "RUN z")
    assert.deepStrictEqual(run?.heredocs, [
      { word: "<<A", delimiter: "A", expand: true, stripsTabs: false, line: 3, body: "$x\n", closed: true },
      { word: "<<-'B'", delimiter: "B", expand: false, stripsTabs: true, line: 5, body: "y \n", closed: true }
    ])
    assert.deepStrictEqual([run?.lastLine, next?.line], [6, 7])
  })

  it("the delimiter of a heredoc: read as BuildKit reads it", () => {
    const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
      ["RUN cat << EOF\nEOF", ["EOF $"]],
      ["RUN <<'E\\F'", ["E\\F"]],
      ["RUN <<E\\F", ["EF $"]],
      ["RUN <<\"A B\" cat", ["A B"]],
      ["RUN <<EOF>/x", ["EOF>/x $"]],
      ["RUN <<-EOF >/x", ["EOF $ -"]],
      ["RUN 3<<A 4<<B", ["A $", "B $"]],
      ["RUN <<E$X", ["E$X $"]],
      ["RUN echo \"<<EOF\" '<<EOF' \"a\\\"<<EOF\"", []],
      ["RUN echo it's <<EOF", []],
      ["RUN x <<<y", []],
      ["RUN cat<<EOF", []],
      ["RUN <<\"\"", []],
      ["RUN $((1<<2))", []],
      ["RUN ${a^^} <<E", []],
      ["RUN ${a:-<<E} <<F", ["F $"]],
      ["RUN [\"<<E\"]", []],
      ["RUN [ -f x ] <<E", ["E $"]],
      ["COPY <<A <<\"B\" /x", ["A $", "B"]],
      ["ONBUILD RUN <<EOF", ["EOF $"]],
      ["ONBUILD ONBUILD RUN <<EOF", []],
      ["ENV A=<<E", []]
    ]
    for (const [line, expected] of cases) assert.deepStrictEqual(heredocs(line), expected, line)
  })

  it("# escape: only in the first lines, and for continuation alone", () => {
    const text = (...lines: ReadonlyArray<string>) => parse(...lines).map(({ line, rest }) => `${line} ${rest}`)
    assert.deepStrictEqual(text("# escape=`", "RUN a `", "b \\", "RUN c"), ["2 a b \\", "4 c"])
    assert.deepStrictEqual(text("# syntax=x", "# escape=`", "RUN a `", "RUN b"), ["3 a `", "4 b"])
  })

  it("any text: every line belongs to one instruction at most, in order", () => {
    const piece = fc.constantFrom(
      ..."FROM a,RUN ,COPY ,ENV ,ONBUILD ,<<E,<<-'F',E,F,\n,\n,\\\n,\\,\",',${,},[,],=, ,#,# escape=`\n,`,\r\n,\t"
        .split(",")
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join("")
        const count = text.split("\n").length
        let last = 0
        for (const { heredocs, lastLine, line } of Containerfile.instructions(text)) {
          assert.isAbove(line, last)
          assert.isAtLeast(lastLine, line)
          assert.isAtMost(lastLine, count)
          for (const heredoc of heredocs) {
            const lines = heredoc.body.split("\n").length - 1
            assert.isAbove(heredoc.line, line)
            assert.isAtMost(heredoc.line + lines - 1 + (heredoc.closed ? 1 : 0), lastLine)
          }
          last = lastLine
        }
      }),
      { numRuns: 3000, seed: 1 }
    )
  })
})

describe("Containerfile.missing", () => {
  const missingBelow = (
    links: ReadonlyArray<string>,
    paths: ReadonlyArray<string>,
    ...lines: ReadonlyArray<string>
  ) =>
    Containerfile.missing(["FROM a AS b", ...lines].join("\n"), paths, links).map(({ line, message }) =>
      `${line}: ${message}`
    )
  const missing = (paths: ReadonlyArray<string>, ...lines: ReadonlyArray<string>) => missingBelow([], paths, ...lines)

  it("links: what is below one counts as present", () => {
    const links = ["etc/units", "usr"]
    assert.deepStrictEqual(
      missingBelow(
        links,
        [...links, "motd"],
        "COPY etc/units/x.service /",
        "COPY etc/units /",
        "COPY usr/*/x e*/un*/*.service /",
        "COPY etc/other/x /",
        "COPY us /"
      ),
      ["5: COPY etc/other/x: the context has no such file", "6: COPY us: the context has no such file"]
    )
  })

  it("a source that is not in the context: reported with its line", () => {
    assert.deepStrictEqual(
      missing(
        ["a", "etc/b.conf"],
        "COPY a nothere /x/",
        "ADD [\"not here\", \"/x\"]",
        "COPY *.txt etc/?.cfg /x/",
        "COPY a/ a/b /"
      ),
      [
        "2: COPY nothere: the context has no such file",
        "3: ADD not here: the context has no such file",
        "4: COPY *.txt: the context has no such file",
        "4: COPY etc/?.cfg: the context has no such file",
        "5: COPY a/b: the context has no such file"
      ]
    )
  })

  it("a source that may exist: not reported", () => {
    assert.deepStrictEqual(
      missing(
        ["a", "etc/b.conf", "etc/x/c"],
        "COPY a ./a /a ../a etc/../a etc etc/x/ \"a\" /x/",
        "COPY . / ./ /x/",
        "COPY *.conf etc/*.conf /x/",
        "COPY e*/[a-c].conf et?/x/[^d] etc\\/b.conf /x/",
        "COPY --from=b nothere /x",
        "COPY $A ${B}/c /x/",
        "COPY <<EOF a /x/",
        "EOF",
        "ADD https://example.com/x git@example.com:a.git /x/",
        "RUN --mount=type=bind,source=nothere,target=/x true"
      ),
      []
    )
  })

  it("no context: the directory itself is there", () => {
    assert.deepStrictEqual(missing([], "COPY . /x", "COPY * /x"), ["3: COPY *: the context has no such file"])
  })
})

describe("Containerfile.hints", () => {
  it("a plain name that is no stage above: taken for an image", () => {
    assert.deepStrictEqual(
      Containerfile.hints([
        "ARG B",
        "FROM quay.io/a/b AS one",
        "FROM configs AS final",
        "FROM one",
        "COPY --from=two a b",
        "COPY --from=0 a b",
        "COPY --from=7 a b",
        "RUN --mount=type=bind,from=later,target=/x true",
        "FROM scratch AS later",
        "FROM $B",
        "FROM fedora:43"
      ].join("\n")),
      [
        { line: 3, message: "FROM configs: no stage above has this name, so it is pulled as an image" },
        { line: 5, message: "COPY --from=two: no stage above has this name, so it is pulled as an image" },
        { line: 8, message: "RUN --mount=from=later: no stage above has this name, so it is pulled as an image" }
      ]
    )
  })
})
