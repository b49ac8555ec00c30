import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Argv from "../../src/cli/Argv.js"
import * as OsBuilder from "../../src/cli/OsBuilder.js"
import { version } from "../../src/cli/Version.js"
import { Command, layer } from "../support/CommandHarness.js"

describe("help", () => {
  it.effect("lists the commands, the exit status and the environment", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const { err, out, status } = yield* run(["--help"])
      assert.strictEqual(status, 0)
      assert.strictEqual(err, "")
      for (const command of Object.keys(OsBuilder.usages)) assert.match(out, new RegExp(`^  ${command} +[A-Z]`, "m"))
      for (const code of [0, 1, 2, 3, 130]) assert.match(out, new RegExp(`^  ${code} +\\w`, "m"))
      assert.include(out, "OS_BUILDER_BACKEND")
      assert.strictEqual((yield* run([])).out, out)
      assert.strictEqual((yield* run(["-h"])).out, out)
    }).pipe(Effect.provide(layer)))

  it.effect("tells the options of a command, within the width of the terminal", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      for (const [command, usage] of Object.entries(OsBuilder.usages)) {
        const { out, status } = yield* run([command, "--help"], { columns: 70 })
        assert.strictEqual(status, 0)
        assert.include(out, `Usage: os-builder ${command} [OPTIONS]`)
        assert.isAtMost(Math.max(...out.split("\n").map((line) => line.length)), 70, out)
        assert.isAbove(usage.options.length, 0)
        for (const { description, names } of usage.options) {
          assert.match(description, /^[A-Z-a].*[.)]$|^amd64/, `${command} ${names} has a sentence`)
          assert.include(out, names.join(", "))
        }
      }
      const { out } = yield* run(["logs", "--help"])
      assert.include(out, "Usage: os-builder logs [OPTIONS] REF\n\nArguments:\n  REF  The build: ")
      assert.match(out, /^ {2}-f, --follow {2,}Stay until the build ends\.$/m)
      assert.match(out, /^ {6}--tail N {2,}Begin with/m)
    }).pipe(Effect.provide(layer)))

  it.effect("has the version, and completions", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      assert.deepStrictEqual(yield* run(["--version"]), { status: 0, out: `${version}\n`, err: "" })
      assert.strictEqual((yield* run(["build", "--version"])).out, `${version}\n`)
    }).pipe(Effect.provide(layer)))
})

describe("wrong usage", () => {
  const cases: ReadonlyArray<readonly [args: ReadonlyArray<string>, says: RegExp]> = [
    [["biuld"], /^Invalid subcommand.*\nRun `os-builder --help`/],
    [["biuld", "--file", "x"], /^Invalid subcommand.*\nRun `os-builder --help`/],
    [["toString"], /^Invalid subcommand.*\nRun `os-builder --help`/],
    [["build"], /^Expected to find option: '--file'\n(.*\n)*Run `os-builder build --help`/],
    [["build", "-f"], /^Expected a value following option: '--file'\n/],
    [["status"], /^Missing argument <REF>\nRun `os-builder status --help`/],
    [["status", "a/b/c/d", "e/f/g/h"], /^Received unknown argument: 'e\/f\/g\/h'\n/],
    [["status", "--jsno", "a/b/c/d"], /^--jsno is no option of status\.\nRun `os-builder status --help`/],
    [["list", "--wizard"], /^--wizard is no option of list\.\n/],
    [["build", "--again=yes"], /^--again takes no value\.\n/],
    [["list", "--log-level", "loud"], /^--log-level must be one of debug, info, warning, error\.\n/],
    [["--log-level"], /^--log-level must be one of/],
    [["list", "-n", "a", "--namespace", "b"], /^--namespace is given twice\.\n/],
    [["--json", "list"], /^--json is no option of os-builder itself; those of a command stand after it\.\nRun/],
    [["check", "--arch", "m68k", "-f", "x", "--base", "b", "--final", "c"], /^--arch must be one of amd64, arm64/],
    [["check", "--retries", "-1", "-f", "x", "--base", "b", "--final", "c"], /^--retries must be a whole number\.\n/]
  ]
  for (const [args, says] of cases) {
    it.effect(args.join(" "), () =>
      Effect.gen(function*() {
        const { run } = yield* Command
        const { err, out, status } = yield* run(args)
        assert.strictEqual(status, 2)
        assert.strictEqual(out, "")
        assert.match(err, says)
        assert.notInclude(err, "\u001b")
      }).pipe(Effect.provide(layer)))
  }
})

describe("Arguments", () => {
  const read = (...typed: ReadonlyArray<string>) => Argv.read(typed, OsBuilder.usages)

  it("takes --name=value apart, and wraps the values that @effect/cli would trim", () => {
    const { args, command } = read("build", "--file=a=b", "--build-arg=K= v ", "--build-arg", "L=", "--json")
    assert.strictEqual(command, "build")
    assert.deepStrictEqual(args.filter((_, index) => index % 2 === 1), [
      "--file",
      "--build-arg",
      "--build-arg",
      "--json"
    ])
    assert.strictEqual(args[2], "a=b")
    assert.deepStrictEqual([args[4], args[6]].map((value) => Argv.unwrap(value ?? "")), ["K= v ", "L="])
  })

  it("takes no value for an option", () => {
    const { json, wants } = read("build", "--revision", "--help", "--label", "--json", "-f", "--version")
    assert.isFalse(json)
    assert.isUndefined(wants)
  })

  it("unwraps what it wrapped, and leaves alone what it did not", () => {
    for (const value of ["", " ", "a=b", "=x", "%20", "ü\n$(x)\""]) {
      assert.strictEqual(Argv.unwrap(Argv.wrap(value)), value)
    }
    assert.strictEqual(Argv.unwrap("K=%20"), "K=%20")
  })
})
