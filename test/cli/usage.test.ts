import { assert, describe, it } from "@effect/vitest"
import { Effect, Record } from "effect"
import { execFileSync } from "node:child_process"
import * as Argv from "../../src/cli/Argv.js"
import { commands } from "../../src/cli/Commands.js"
import * as Flags from "../../src/cli/Flags.js"
import * as Usage from "../../src/cli/Usage.js"
import { Command, layer } from "../support/CommandHarness.js"

describe("help", () => {
  it.effect("--help: lists the commands, the exit statuses and the environment variables", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const { err, out, status } = yield* run(["--help"])
      assert.strictEqual(status, 0)
      assert.strictEqual(err, "")
      for (const command of Object.keys(commands)) assert.match(out, new RegExp(`^  ${command} +[A-Z]`, "m"))
      for (const code of [0, 1, 2, 3, 130]) assert.match(out, new RegExp(`^  ${code} +\\w`, "m"))
      assert.include(out, "OS_BUILDER_BACKEND")
      assert.strictEqual((yield* run([])).out, out)
      assert.strictEqual((yield* run(["-h"])).out, out)
    }).pipe(Effect.provide(layer)))

  it.effect("COMMAND --help: lists every option of the command within the width of the terminal", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      for (const [command, { flags }] of Object.entries(commands)) {
        const { out, status } = yield* run([command, "--help"], { columns: 70 })
        assert.strictEqual(status, 0)
        assert.include(out, `Usage: os-builder ${command} [OPTIONS]`)
        assert.isAtMost(Math.max(...out.split("\n").map((line) => line.length)), 70, out)
        assert.isAbove(flags.length, 0)
        for (const doc of flags) {
          assert.match(doc.description, /^[A-Za].*\.$/, `${command} ${doc.name} has a sentence`)
          assert.include(out, doc.label)
        }
      }
      const { out } = yield* run(["logs", "--help"])
      assert.include(out, "Usage: os-builder logs [OPTIONS] REF\n\n")
      assert.match(out, /^Arguments:\n {2}REF {2}The build as /m)
      assert.match(out, /^ {2}-f, --follow {2,}Print new lines until the build ends\.$/m)
      assert.match(out, /^ {6}--tail N {2,}Start with/m)
      assert.match(out, /^General options:\n {6}--log-level LEVEL/m)
    }).pipe(Effect.provide(layer)))

  it.effect("--version: prints the version, of every command", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      assert.deepStrictEqual(yield* run(["--version"]), { status: 0, out: `${Usage.version}\n`, err: "" })
      assert.strictEqual((yield* run(["build", "--version"])).out, `${Usage.version}\n`)
    }).pipe(Effect.provide(layer)))
})

describe("completions", () => {
  it.effect("bash: completes commands, then the options of the command", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const { out, status } = yield* run(["--completions", "bash"])
      assert.strictEqual(status, 0)
      const script = `${out}COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _os_builder; echo "\${COMPREPLY[*]}"`
      const complete = (...words: ReadonlyArray<string>) =>
        execFileSync("bash", ["--norc", "-c", script, "bash", "os-builder", ...words], { encoding: "utf8" }).trim()
      assert.strictEqual(complete("pr"), "probe prune")
      assert.strictEqual(complete("logs", "--f"), "--follow")
      assert.strictEqual(complete("build", "--fi"), "--file --final --final-secret")
      assert.strictEqual(complete("logs", "x"), "")
    }).pipe(Effect.provide(layer)))

  it.effect("fish and zsh: print a script for each command", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const fish = (yield* run(["--completions=fish"])).out
      assert.include(fish, "complete -c os-builder -n '__fish_seen_subcommand_from logs' -l follow -s f -d 'Print new")
      assert.include(fish, "-l file -s f -r -d 'The Containerfile'")
      assert.match((yield* run(["--completions=zsh"])).out, /^autoload -U \+X bashcompinit/)
      assert.strictEqual((yield* run(["--completions=csh"])).status, 2)
    }).pipe(Effect.provide(layer)))
})

describe("wrong usage", () => {
  const cases: ReadonlyArray<readonly [args: ReadonlyArray<string>, message: RegExp]> = [
    [["biuld"], /^"biuld" is not a command; did you mean build\?\nRun `os-builder --help` for the usage\.\n$/],
    [["biuld", "--file", "x"], /^"biuld" is not a command; did you mean build\?\n/],
    [["toString"], /^"toString" is not a command\nRun `os-builder --help`/],
    [["__proto__"], /^"__proto__" is not a command\n/],
    [["--json"], /^\{"type":"error","error":"UsageError","message":"a command is missing\\n/],
    [
      ["build"],
      /^--file is required\n--final is required\nor give the whole input as JSON with --input FILE\nRun `os-builder build --help`/
    ],
    [
      ["check"],
      /^--file is required\n--final is required\nor give the whole input as JSON with --input FILE\nRun/
    ],
    [["list", "--backend", "foo"], /^--backend: there is no backend "foo" here; .*\nRun `os-builder list --help`/],
    [["build", "-f"], /^--file needs a value\n/],
    [["build", "-f", "--base", "x"], /^--file needs a value; write --file=--base if --base is meant\n/],
    [["status"], /^REF is required\nRun `os-builder status --help`/],
    [["status", "a/b/c/d", "e/f/g/h"], /^unexpected argument "e\/f\/g\/h"\n/],
    [["status", "--jsno", "a/b/c/d"], /^unknown option --jsno; did you mean --json\?\nRun `os-builder status --help`/],
    [["list", "--wizard"], /^unknown option --wizard\n/],
    [["list", "--follow"], /^unknown option --follow\n/],
    [["list", "-wx"], /^unknown option -x\n/],
    [["build", "--again=yes"], /^--again takes no value\n/],
    [["list", "--log-level", "loud"], /^--log-level must be one of debug, info, warning, error\n/],
    [["--log-level"], /^--log-level needs a value\n/],
    [
      ["build", "--input", "x", "--base", "b", "--cpu", "1"],
      /^--base cannot be combined with --input, which has the whole input\n--cpu cannot be combined with --input/
    ],
    [["list", "-n", "A b"], /^--namespace must be a valid namespace name: lower-case letters, digits and "-"/],
    [["build", "-n", "a.b"], /^--namespace must be a valid namespace name: .*\n--file is required\n/],
    [["status", "custom/UP/a/b"], /^REF has a namespace that must be a valid namespace name/],
    [["status", "os-build-1"], /^REF has the value "os-build-1": must be backend\/namespace\/name\/uid/],
    [["prune", "--older-than", "4"], /^--older-than has the invalid duration "4"; use for example 90s, 1h30m or 7d\n/],
    [["list", "--request-timeout", "soon"], /^--request-timeout has the invalid duration "soon"/],
    [["list", "-n", "a", "--namespace", "b"], /^--namespace is given twice\n/],
    [["check", "--arch", "m68k", "-f", "x", "--base", "b", "--final", "c"], /^--arch must be one of amd64, arm64/],
    [["check", "--retries", "-1", "-f", "x", "--base", "b", "--final", "c"], /^--retries must be a whole number\n/],
    [
      ["build", "--bsae", "x", "--arch", "m68k", "--retries", "x", "extra", "-f", "F", "--log-level", "loud"],
      new RegExp(
        "^unknown option --bsae; did you mean --base\\?\n" +
          "unexpected argument \"x\"\nunexpected argument \"extra\"\n" +
          "--log-level must be one of .*\n--arch must be one of .*\n--retries must be a whole number\n" +
          "--final is required\nRun "
      )
    ]
  ]
  for (const [args, message] of cases) {
    it.effect(`${args.join(" ")}: exits with 2 and prints every problem`, () =>
      Effect.gen(function*() {
        const { run } = yield* Command
        const { err, out, status } = yield* run(args)
        assert.strictEqual(status, 2)
        assert.strictEqual(args.includes("--json") ? err : out, "")
        assert.match(args.includes("--json") ? out : err, message)
        assert.notInclude(err, "\u001b")
      }).pipe(Effect.provide(layer)))
  }
})

describe("Argv", () => {
  const read = (...args: ReadonlyArray<string>) => {
    const { command, problems, typed } = Argv.read(args, Flags.common, Record.map(commands, ({ table }) => table))
    return { command, problems, typed: Object.fromEntries(typed) }
  }

  it("values: keeps each as it was typed, in every form", () => {
    assert.deepStrictEqual(
      read("build", "--file=a=b", "--build-arg=K= v ", "--build-arg", "L=", "-nbuilds", "--base", "-1", "--final="),
      {
        command: "build",
        problems: [],
        typed: {
          file: ["a=b"],
          "build-arg": ["K= v ", "L="],
          namespace: ["builds"],
          base: ["-1"],
          final: [""]
        }
      }
    )
    assert.deepStrictEqual(read("list", "-n=builds", "-w").typed, { namespace: ["builds"], watch: [""] })
  })

  it("options: may stand before the command, where they mean the same for all commands", () => {
    const expected = { command: "list", problems: [], typed: { namespace: ["builds"], json: [""] } }
    assert.deepStrictEqual(read("-n", "builds", "--json", "list"), expected)
    assert.deepStrictEqual(read("list", "-n", "builds", "--json"), expected)
    assert.strictEqual(read("-f", "Containerfile", "build").command, undefined)
  })

  it("-f: means --file for build, and --follow for logs", () => {
    assert.deepStrictEqual(read("build", "-f", "x").typed, { file: ["x"] })
    assert.deepStrictEqual(read("logs", "-f", "x").typed, { follow: [""], REF: ["x"] })
  })

  it("--: ends the options", () => {
    assert.deepStrictEqual(read("status", "--json", "--", "--help"), {
      command: "status",
      problems: [],
      typed: { json: [""], REF: ["--help"] }
    })
  })

  it("values that begin with a dash: are taken, unless they are options of the command", () => {
    assert.deepStrictEqual(read("build", "--revision", "--x", "--label", "-f=1").problems, [])
    assert.lengthOf(read("build", "--revision", "--help").problems, 1)
    assert.lengthOf(read("build", "--revision", "-n").problems, 1)
    assert.deepStrictEqual(read("build", "--revision=--help").typed, { revision: ["--help"] })
  })
})
