/**
 * What the docstrings show must compile: every fenced block of an `@example` is type-checked as a program of its own.
 */
import { assert, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import ts from "typescript"

const root = Path.resolve(import.meta.dirname, "../..")

interface Example {
  /** A file that is not there, beside the one that shows it, so that imports are found. */
  readonly file: string
  readonly code: string
}

const examplesOf = (source: string): ReadonlyArray<Example> => {
  const text = Fs.readFileSync(Path.join(root, "src", source), "utf8")
  return Array.from(
    text.matchAll(/^ +\* @example\n((?: +\*.*\n)*? +\* ```ts\n)((?: +\*.*\n)*?) +\* ```$/gm),
    (match) => {
      const [, before = "", block = ""] = match
      const line = text.slice(0, match.index).split("\n").length + before.split("\n").length
      return {
        file: Path.join(root, "src", `${source}.line-${line}.example.ts`),
        code: block.replace(/^ +\* ?/gm, "")
      }
    }
  )
}

const isSource = (file: string) => file.endsWith(".ts") && !file.startsWith("cli/")
const sources = Fs.readdirSync(Path.join(root, "src"), { recursive: true, encoding: "utf8" }).filter(isSource)
const examples = sources.flatMap(examplesOf)

it("docstrings: fences every example, so that it is compiled", { timeout: 300_000 }, () => {
  const shown = (source: string) =>
    Fs.readFileSync(Path.join(root, "src", source), "utf8").match(/@example/g)?.length ?? 0
  assert.deepStrictEqual(sources.filter((source) => shown(source) !== examplesOf(source).length), [])
})

it("docstrings: shows examples that compile", { timeout: 300_000 }, () => {
  assert.isAbove(examples.length, 3)
  const byFile = new Map(examples.map(({ code, file }) => [file, code]))
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(Path.join(root, "tsconfig.json"), ts.sys.readFile).config,
    ts.sys,
    root,
    // An example names things to show them, not to use them.
    { noUnusedLocals: false, incremental: false }
  )
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  host.fileExists = (file) => byFile.has(file) || fileExists(file)
  host.readFile = (file) => byFile.get(file) ?? readFile(file)
  const program = ts.createProgram({ rootNames: Array.from(byFile.keys()), options, host })
  const problems = Array.from(byFile.keys()).flatMap((file) => {
    const source = program.getSourceFile(file)
    return source === undefined
      ? [`${file} was not compiled`]
      : [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(({ messageText }) =>
        `${Path.relative(root, file)}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`
      )
  })
  assert.deepStrictEqual(problems, [])
})
