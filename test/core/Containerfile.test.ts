import { assert, describe, it } from "@effect/vitest"
import { Containerfile } from "effect-os-builder"
import * as fc from "effect/FastCheck"

const messages = (text: string) =>
  Containerfile.problems(text).map(({ line, message }) => line === undefined ? message : `${line}: ${message}`)

describe("problems", () => {
  it("has nothing against what the builder takes", () => {
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
      "FROM a\nONBUILD RUN <<EOF\nfoo\nEOF\nONBUILD COPY a b",
      "FROM a\nRUN echo \"x <<EOF\"\nRUN echo '<<EOF'\nRUN [\"echo\", \"<<EOF\"]\nRUN [ -f x ]",
      "FROM a\nRUN echo it's <<EOF\nRUN x <<<y",
      "FROM a\nCOPY [\"a b\",\"c\"]\nADD --chown=1 a b /c/\nVOLUME [\"/a\"]\nSHELL [\"/bin/bash\", \"-c\"]",
      "FROM a\nCMD\nENTRYPOINT []\nENV A b c\nENV A=b C=\"d e\"\nLABEL a.b=c\nEXPOSE 80 81/udp\nWORKDIR /a b",
      "FROM a\nHEALTHCHECK NONE\nHEALTHCHECK --interval=5s CMD x\nSTOPSIGNAL SIGTERM\nMAINTAINER a\nUSER a",
      "FROM a\nRUN a\rb"
    ]
    for (const text of texts) assert.deepStrictEqual(messages(text), [], text)
  })

  it("says what is wrong, and in which line", () => {
    const noFrom = "has no FROM; a build on baseImage begins with ARG BASE_IMAGE and FROM ${BASE_IMAGE}"
    const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
      ["", [noFrom]],
      ["# FROM a\n", [noFrom]],
      ["ARG A\n", [noFrom]],
      ["RUNN x", ["1: RUNN is no instruction", noFrom]],
      ["FROM a\n\nRUN\nCOPY x \\\n\n# y\n\n", [
        "3: RUN needs an argument",
        "4: COPY needs at least 2 arguments"
      ]],
      ["FROM a\nFOO bar\n__proto__\nconstructor x", [
        "2: FOO is no instruction",
        "3: __PROTO__ is no instruction",
        "4: CONSTRUCTOR is no instruction"
      ]],
      [`FROM a\n${"x".repeat(50)}`, [`2: ${"X".repeat(40)}… is no instruction`]],
      ["FROM\nFROM --platform=a\nFROM a b\nFROM a as", [
        "1: FROM needs an argument",
        "2: FROM needs an argument",
        "3: FROM takes an image, or an image, AS and a name",
        "4: FROM takes an image, or an image, AS and a name"
      ]],
      ["RUN x\nFROM a", ["1: RUN stands before the first FROM; only ARG may"]],
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
        "3: ENV takes NAME=value, once or more"
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
        "6: FOO is no instruction"
      ]],
      ["FROM a\nRUN <<A <<B\nfoo\nA\nbar\n B", ["2: the heredoc is not closed: no line after it is just B"]],
      ["FROM a\nRUN cat<<EOF\nfoo\nEOF", ["3: FOO is no instruction", "4: EOF is no instruction"]]
    ]
    for (const [text, expected] of cases) assert.deepStrictEqual(messages(text), expected, text)
  })

  it("takes any text", { timeout: 30_000 }, () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), soup), (text) => {
        Containerfile.problems(text)
        return Containerfile.stages(text).length <= Containerfile.stepCount(text)
      }),
      { numRuns: 1000, seed: 1 }
    )
  })

  it("takes long texts in little time", { timeout: 60_000 }, () => {
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

it("stages are the FROMs", () => {
  assert.deepStrictEqual(Containerfile.stages("ARG X\nFROM ${X} AS b\nRUN <<E\nFROM c\nE\n FROM \\\n b\n"), [
    { line: 2, image: "${X}", name: "b" },
    { line: 6, image: "b" }
  ])
  assert.deepStrictEqual(Containerfile.stages("RUN x"), [])
})

it("stepCount is what the builder prints after the slash", () => {
  assert.strictEqual(Containerfile.stepCount("ARG X\nFROM a\n# c\nRUN <<E\nRUN x\nE\nFROM b\nCOPY a \\\n b"), 4)
  assert.strictEqual(Containerfile.stepCount("ARG X"), 0)
})

it("hasHeredoc sees those that the builder sees", () => {
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
