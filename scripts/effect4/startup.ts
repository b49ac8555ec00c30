/**
 * What the start of `os-builder` would cost on each major: the library that the command is made of, bundled as the command is, loaded by the
 * Node of `effect4/node_modules`. Prints medians of runs in turns. Needs `npm run build:effect4` before it.
 */
import { build } from "esbuild"
import { spawnSync } from "node:child_process"
import { mkdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { commandOptions } from "../esbuild.mjs"
import * as Program from "./Program.js"
import * as Tree from "./tree.js"

/** What the command imports of the library to start a build. */
const library = ["index", "kubernetes/KubernetesCluster", "backends/SingleNodeBuildBackend", "testing/FakeCluster"]

const sources = { "Effect 3": join(Tree.root, "src"), "Effect 4": join(Tree.target, "src") }

const rounds = 15

const folder = join(Tree.root, "node_modules/.cache/startup")

const bundle = async (name: string, from: string): Promise<string> => {
  const outfile = join(folder, `${name.replace(" ", "-")}.mjs`)
  await build({
    ...commandOptions,
    stdin: {
      contents: library.map((each) => `export * as ${each.replace(/^.*\//, "")} from "./${each}.js"`).join("\n"),
      resolveDir: from
    },
    tsconfigRaw: {},
    outfile
  })
  return outfile
}

const measured = `
const start = performance.now()
const before = process.cpuUsage()
await import(process.argv[1])
const ms = performance.now() - start
const { system, user } = process.cpuUsage(before)
console.log(JSON.stringify([ms, (system + user) / 1e3, process.resourceUsage().maxRSS / 1024]))
`

const run = (file: string): ReadonlyArray<number> => {
  const { stdout } = spawnSync(join(Program.bin, "node"), ["--input-type=module", "-e", measured, file], {
    encoding: "utf8"
  })
  return JSON.parse(stdout)
}

const median = (values: ReadonlyArray<number>): number =>
  Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN)

mkdirSync(folder, { recursive: true })
const bundles: Array<{ name: string; file: string; runs: Array<ReadonlyArray<number>> }> = []
for (const [name, from] of Object.entries(sources)) bundles.push({ name, file: await bundle(name, from), runs: [] })
for (let round = 0; round <= rounds; round++) {
  for (const { file, runs } of bundles) {
    const result = run(file)
    if (round > 0) runs.push(result)
  }
}
for (const { file, name, runs } of bundles) {
  const [ms, cpu, mib] = [0, 1, 2].map((column) => median(runs.map((each) => each[column] ?? Number.NaN)))
  const size = Math.round(statSync(file).size / 1024)
  console.log(`${name}: ${ms} ms, ${cpu} ms of CPU, ${mib} MiB; the bundle is ${size} KiB`)
}
