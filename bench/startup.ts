/**
 * How long `os-builder --help` takes, beside a bare Node and a Node that imports Effect's own core from its packages.
 * `npm run bench:startup` prints the medians.
 */
import { execFile } from "node:child_process"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const root = path.resolve(import.meta.dirname, "..")
const modules = ["Effect", "Layer", "Stream", "Schema"].map((name) => `import "effect/${name}"`).join("\n")

const commands = {
  node: ["-e", "0"],
  core: ["--input-type=module", "-e", modules],
  help: ["dist/os-builder.js", "--help"]
}

const time = async (args: ReadonlyArray<string>): Promise<number> => {
  const start = performance.now()
  await promisify(execFile)(process.execPath, args, { cwd: root })
  return performance.now() - start
}

const median = (times: ReadonlyArray<number>): number =>
  Math.round(times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0)

/** Milliseconds: the median of so many runs of each, in turns, after one that warms the caches. */
export const measure = async (runs: number) => {
  const node: Array<number> = []
  const core: Array<number> = []
  const help: Array<number> = []
  for (let run = 0; run <= runs; run++) {
    node.push(await time(commands.node))
    core.push(await time(commands.core))
    help.push(await time(commands.help))
  }
  return { node: median(node.slice(1)), core: median(core.slice(1)), help: median(help.slice(1)) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { core, help, node } = await measure(15)
  console.log(`node, doing nothing        ${node} ms`)
  console.log(`import of Effect's core    ${core} ms`)
  console.log(`os-builder --help          ${help} ms (${(help / core).toFixed(2)} of the import)`)
}
