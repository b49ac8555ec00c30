import { assert, describe, it } from "@effect/vitest"
import { Containerfile } from "effect-os-builder"
import * as fc from "effect/FastCheck"

const messages = (text: string) =>
  Containerfile.problems(text).map(({ line, message }) => line === undefined ? message : `${line}: ${message}`)

describe("Containerfile.problems", () => {
  it("a file that the builder accepts: none", () => {
    const texts: ReadonlyArray<string> = [
      "FROM scratch",
      "from a as b\nrun x",
      "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN x",
      "ARG A=1 B=2\n\n# comment\nFROM a:$A-${B} AS b\nFROM b",
      "FROM --platform=linux/$TARGETARCH registry/${X:-a}",
      "\uFEFFFROM a\r\nRUN x \\\r\n  y\r\n",
      "# escape=`\nFROM a `\n  AS b\nRUN dir c:\\\nRUN x",
      "FROM a\nRUN x \\\n# comment\n\n  y \\\n  # comment\nRUN z",
      "FROM a\nR\\\nUN x",
      "FROM a\nRUN <<EOF\nfoo bar\nEOF\nRUN x",
      "FROM a\nRUN 3<<EOF cat\nfoo bar\nEOF\nRUN x",
      "FROM a\nRUN <<-'E F' cat <<B\n\tfoo\n\tE F\nfoo\nB\nRUN x",
      "FROM a\nCOPY --chmod=755 <<A <<\"B\" /x/\nfoo\nA\nbar\nB\nRUN x",
      "FROM a\nRUN cat << EOF\nfoo\nEOF\nCOPY <<'E\\F' /x\nit's\nE\\F\nONBUILD COPY a b",
      "FROM a\nCMD [\"a\"] trailing\nENTRYPOINT []\nRUN [ -f x ]\nRUN [[ -f x ]] && y\nHEALTHCHECK --interval=x NONE",
      "FROM a\nENV A=${X:-'b c'} B=\"d\" C=e\\ f G=${X:?} H=${X#a} I=${X//a/b}\nENV A it\\'s",
      "FROM a\nCOPY --chmod=$M --link --parents --exclude=x --chown=1:1 a b\nADD --keep-git-dir=false --checksum=x a b",
      "FROM a\nRUN --mount=target=/a --mount=type=tmpfs,dst=/b,tmpfs-size=1 --mount=type=secret,id=c true",
      "FROM a\nRUN --mount=type=cache,target=/a,sharing=locked,id=$X --mount=type=$T --network=none x",
      "FROM a\nSTOPSIGNAL 9\nSTOPSIGNAL rtmin+3\nSTOPSIGNAL $S\nCMD --unknown x\nENV --unknown A=b",
      "FROM a AS b\nFROM B.example/c\nCOPY --from=b x y\nCOPY --from=0 x y\nCOPY --from=$X y z",
      "FROM a\nRUN echo \"x <<EOF\"\nRUN echo '<<EOF'\nRUN [\"echo\", \"<<EOF\"]\nRUN [ -f x ]",
      "FROM a\nRUN echo it's <<EOF\nRUN x <<<y",
      "FROM a\nCOPY [\"a b\",\"c\"]\nADD --chown=1 a b /c/\nVOLUME [\"/a\"]\nSHELL [\"/bin/bash\", \"-c\"]",
      "FROM a\nCMD\nENTRYPOINT []\nENV A b c\nENV A=b C=\"d e\"\nLABEL a.b=c\nEXPOSE 80 81/udp\nWORKDIR /a b",
      "FROM a\nHEALTHCHECK NONE\nHEALTHCHECK --interval=5s CMD x\nSTOPSIGNAL SIGTERM\nMAINTAINER a\nUSER a",
      "FROM a\nRUN a\rb"
    ]
    for (const text of texts) assert.deepStrictEqual(messages(text), [], text)
  })

  it("an invalid file: each problem with its line", () => {
    const noFrom = "has no FROM; a build on baseImage begins with ARG BASE_IMAGE and FROM ${BASE_IMAGE}"
    const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
      ["", [noFrom]],
      ["# FROM a\n", [noFrom]],
      ["ARG A\n", [noFrom]],
      ["RUNN x", ["1: RUNN is not an instruction", noFrom]],
      ["FROM a\n\nRUN\nCOPY x \\\n\n# y\n\n", [
        "3: RUN needs an argument",
        "4: COPY needs at least 2 arguments"
      ]],
      ["FROM a\nFOO bar\n__proto__\nconstructor x", [
        "2: FOO is not an instruction",
        "3: __PROTO__ is not an instruction",
        "4: CONSTRUCTOR is not an instruction"
      ]],
      [`FROM a\n${"x".repeat(50)}`, [`2: ${"X".repeat(40)}… is not an instruction`]],
      ["FROM\nFROM --platform=a\nFROM a b\nFROM a as", [
        "1: FROM needs an argument",
        "2: FROM needs an argument",
        "3: FROM takes an image, or an image, AS and a name",
        "4: FROM takes an image, or an image, AS and a name"
      ]],
      ["RUN x\nFROM a", ["1: RUN is before the first FROM; only ARG may be"]],
      ["FROM a\nARG BASE_IMAGE\nFROM ${BASE_IMAGE}:$TARGETARCH", [
        "3: FROM uses BASE_IMAGE, which is empty there; declare it before the first FROM: ARG BASE_IMAGE"
      ]],
      ["FROM a\nCOPY [\"a\"]\nADD --chown=1 a\nCOPY --from=x a", [
        "2: COPY needs at least 2 arguments",
        "3: ADD needs at least 2 arguments",
        "4: COPY needs at least 2 arguments"
      ]],
      ["FROM a\nENV A\nENV A=b c\nLABEL \"a b\"", [
        "2: ENV takes NAME=value, once or more",
        "3: ENV takes NAME=value, once or more",
        "4: LABEL has a \" that is not closed"
      ]],
      ["FROM a\nSHELL /bin/bash\nSHELL []\nVOLUME []", [
        "2: SHELL takes a JSON list, as in [\"/bin/bash\", \"-c\"]",
        "3: SHELL takes a JSON list, as in [\"/bin/bash\", \"-c\"]",
        "4: VOLUME needs an argument"
      ]],
      ["FROM a\nHEALTHCHECK\nHEALTHCHECK NONE x\nHEALTHCHECK --interval=1s CMD\nHEALTHCHECK x", [
        "2: HEALTHCHECK needs an argument",
        "3: HEALTHCHECK NONE takes no arguments",
        "4: HEALTHCHECK CMD needs a command",
        "5: HEALTHCHECK takes CMD with a command, or NONE"
      ]],
      ["FROM a\nONBUILD\nONBUILD FROM b\nONBUILD ONBUILD RUN x\nONBUILD COPY x\nONBUILD FOO", [
        "2: ONBUILD needs an argument",
        "3: ONBUILD does not take FROM",
        "4: ONBUILD does not take ONBUILD",
        "5: COPY needs at least 2 arguments",
        "6: FOO is not an instruction"
      ]],
      ["FROM a\nRUN <<A <<B\nfoo\nA\nbar\n B", ["2: the heredoc is not closed: no line after it is just B"]],
      ["FROM a\nRUN cat <<EOF>/x\nfoo\nEOF", ["2: the heredoc is not closed: no line after it is just EOF>/x"]],
      ["FROM a\nCOPY <<\"A B\" /x\nA B\nCOPY << E /x\nE", [
        "2: COPY cannot have blanks in or before the word after <<, as in <<EOF",
        "4: COPY cannot have blanks in or before the word after <<, as in <<EOF"
      ]],
      ["FROM a\nONBUILD RUN <<EOF\nfoo\nEOF", [
        "2: ONBUILD loses the lines of a heredoc; write them as ONBUILD RUN a && b"
      ]],
      ["# escape=x\nFROM a", ["1: escape must be \\ or `"]],
      ["# escape=`\n# escape=`\nFROM a", ["2: escape is set a second time"]],
      ["FROM a\nCMD [1]\nRUN [\"a\", null] x", [
        "2: CMD takes a JSON list of strings only",
        "3: RUN takes a JSON list of strings only"
      ]],
      ["FROM a\nENV A=\"b\nENV A it's\nLABEL A=${B\nENV A=${B-c}\nUSER ${A:=b}\nWORKDIR ${A#}\nARG A=${B:-\"", [
        "2: ENV has a \" that is not closed",
        "3: ENV has a ' that is not closed",
        "4: LABEL has a ${ without its }",
        "5: ENV has ${B with an operator other than :-, :+, :?, #, % and /",
        "6: USER has ${A with an operator other than :-, :+, :?, #, % and /",
        "7: WORKDIR has ${A# without a pattern",
        "8: ARG has a \" that is not closed"
      ]],
      ["FROM --platform a\nRUN --security=insecure x\nRUN --mount x\nRUN --network= x\nRUN --network=foo x", [
        "1: FROM needs a value: --platform=…",
        "2: RUN does not know the flag --security; the flags are --mount, --network",
        "3: RUN needs a value: --mount=…",
        "4: RUN needs a value: --network=…",
        "5: RUN takes --network=none, --network=host or --network=default"
      ]],
      ["FROM a\nRUN --mount=type=foo,dst=/a x\nRUN --mount=type=tmpfs,size=1 x\nRUN --mount=type=cache x", [
        "2: RUN does not know --mount=type=foo; the types are bind, cache, tmpfs, secret, ssh",
        "3: RUN does not know the option size of --mount=type=tmpfs; the options are target, dst, destination, " +
        "tmpfs-size, tmpfs-mode, tmpcopyup, ro, readonly, nosuid, nodev, noexec",
        "4: RUN --mount=type=cache needs target=PATH"
      ]],
      ["FROM a\nCOPY --chown a b\nCOPY --chmod=9 a b\nCOPY --link=1 a b\nCOPY --checksum=x a b\nADD --from=x a b", [
        "2: COPY needs a value: --chown=…",
        "3: COPY takes an octal --chmod, such as --chmod=755",
        "4: COPY takes --link, --link=true or --link=false",
        "5: COPY does not know the flag --checksum; the flags are --chmod, --chown, --link, --exclude, --from, --parents",
        "6: ADD does not know the flag --from; the flags are --chmod, --chown, --link, --exclude, --checksum, " +
        "--keep-git-dir"
      ]],
      ["FROM a\nHEALTHCHECK --interval=5 CMD x\nHEALTHCHECK --retries=0 CMD x\nHEALTHCHECK --x CMD y", [
        "2: HEALTHCHECK takes durations such as 30s or 1m30s, longer than 0",
        "3: HEALTHCHECK takes --retries=1 or more",
        "4: HEALTHCHECK does not know the flag --x; the flags are --interval, --timeout, --start-period, " +
        "--start-interval, --retries"
      ]],
      ["FROM a\nSTOPSIGNAL nonsense\nSTOPSIGNAL 0\nVOLUME [\" \"]", [
        "2: STOPSIGNAL takes a signal, such as SIGTERM or 15",
        "3: STOPSIGNAL takes a signal, such as SIGTERM or 15",
        "4: VOLUME has an empty path"
      ]],
      [
        "FROM a\nFROM localhost/Base:1\nFROM A.example:5000/b:C\nFROM oci-archive:/A\nCOPY --from=3 a b\nFROM X@sha256:A",
        [
          "2: FROM localhost/Base:1: no stage above has this name, and the name of an image has no capital letters",
          "5: COPY --from=3: there is no stage of this number above",
          "6: FROM X@sha256:A: no stage above has this name, and the name of an image has no capital letters"
        ]
      ],
      // A shift for OpenShift's builder: the backends decide.
      ["FROM a\nRUN echo $(( 1 << 4 ))\nLABEL a=b", []],
      ["FROM a\nRUN cat <<A && echo $(( 1 << 4 ))\nb\nA", [
        "2: the heredoc is not closed: no line after it is just 4; if << is arithmetic, write it without blanks: $((1<<4))"
      ]],
      ["FROM a AS builder\nFROM Base\nCOPY --from=Builder a b\nRUN --mount=from=Builder,dst=/a x", [
        "2: FROM Base: no stage above has this name, and the name of an image has no capital letters",
        "3: COPY --from=Builder: no stage above has this name, and the name of an image has no capital letters",
        "4: RUN --mount=from=Builder: no stage above has this name, and the name of an image has no capital letters"
      ]],
      ["FROM a\nRUN cat<<EOF\nfoo\nEOF", ["3: FOO is not an instruction", "4: EOF is not an instruction"]]
    ]
    for (const [text, expected] of cases) assert.deepStrictEqual(messages(text), expected, text)
  })

  it("any text: no error", { timeout: 30_000 }, () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), soup), (text) => {
        Containerfile.problems(text)
        return Containerfile.stages(text).length <= Containerfile.stepCount(text)
      }),
      { numRuns: 1000, seed: 1 }
    )
  })

  it("a long text: time linear in its length", { timeout: 60_000 }, () => {
    const start = performance.now()
    // With each of these the parser library alone, or a careless pattern, is busy for minutes.
    for (const text of [["", "#"], ["FROM a\nRUN ", "--x "], ["FROM a\nCOPY ", "\""], ["FROM a\n", "RUN <<E\n"]]) {
      const [head = "", unit = ""] = text
      Containerfile.problems(head + unit.repeat(256 * 1024 / unit.length))
    }
    assert.isBelow(performance.now() - start, 20_000)
  })
})

const soup = fc.array(
  fc.constantFrom(
    ..."FROM a,RUN ,COPY ,ENV ,ONBUILD ,<<E,E,\n,\\\n,\\,\",',${,},[,],=, ,#,# escape=`\n,`".split(","),
    ","
  ),
  { maxLength: 20 }
).map((parts) => parts.join(""))

it("Containerfile.stages: the FROMs in their order", () => {
  assert.deepStrictEqual(Containerfile.stages("ARG X\nFROM ${X} AS b\nRUN <<E\nFROM c\nE\n FROM \\\n b\n"), [
    { line: 2, image: "${X}", name: "b" },
    { line: 6, image: "b" }
  ])
  assert.deepStrictEqual(Containerfile.stages("RUN x"), [])
})

it("Containerfile.stepCount: what the builder prints after the slash", () => {
  assert.strictEqual(Containerfile.stepCount("ARG X\nFROM a\n# c\nRUN <<E\nRUN x\nE\nFROM b\nCOPY a \\\n b"), 4)
  assert.strictEqual(Containerfile.stepCount("ARG X"), 0)
})

it("Containerfile.hasHeredoc: the heredocs of the builder", () => {
  for (const line of ["RUN <<E", "COPY <<E /x", "RUN 3<<E cat", "ONBUILD RUN <<'E'", "RUN a << E"]) {
    assert.isTrue(Containerfile.hasHeredoc(`FROM a\n${line}\nE\n`), line)
  }
  for (
    const line of [
      "RUN cat<<E",
      "RUN \"<<E\"",
      "RUN [\"<<E\"]",
      "ENV A=<<E",
      "# <<E",
      "RUN $((1<<2))",
      "RUN ${a^^} <<E"
    ]
  ) {
    assert.isFalse(Containerfile.hasHeredoc(`FROM a\n${line}\nE\n`), line)
  }
})

describe("Containerfile.shifts", () => {
  const hint = "if << is arithmetic, write it without blanks: $((1<<4))"
  const four = `2: the heredoc is not closed: no line after it is just 4; ${hint}`
  const rows: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
    ["FROM a\nRUN echo $(( 1 << 4 ))\nLABEL a=b", [four]],
    ["FROM a\nONBUILD RUN echo $(( 1 << 4 ))", [four]],
    ["FROM a\nRUN echo $((1<<4))", []],
    ["FROM a\nRUN echo \"$(( 1 << 4 ))\"", []],
    ["FROM a\nRUN cat << EOF\nb\nEOF", []],
    ["FROM a\nRUN cat <<EOF>/x\nb\nEOF", []],
    ["FROM a\nCOPY << EOF /x", []]
  ]
  for (const [text, found] of rows) {
    it(`Containerfile.shifts: ${JSON.stringify(text)}: ${found.length}`, () =>
      assert.deepStrictEqual(Containerfile.shifts(text).map(({ line, message }) => `${line}: ${message}`), found))
  }

  it("Containerfile.shifts: the instructions after a shift are read", () =>
    assert.deepStrictEqual(
      Containerfile.instructions("FROM a\nRUN echo $(( 1 << 4 ))\nLABEL a=b").map(({ keyword }) => keyword),
      ["FROM", "RUN", "LABEL"]
    ))

  it("Containerfile.shifts: <<EOF>/x is refused for every builder", () =>
    assert.match(messages("FROM a\nRUN cat <<EOF>/x\nb\nEOF\n")[0] ?? "", /^2: the heredoc is not closed/))
})
