/**
 * How long `os-builder --help` and `list` take, beside a bare Node and a Node that imports Effect's own core from its packages.
 * `list` is that of the local backend, which asks no cluster, of no builds. `npm run bench:startup` prints the medians.
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
  help: ["dist/os-builder.js", "--help"],
  list: ["dist/os-builder.js", "list", "--backend", "local"]
}

const env = { ...process.env, OS_BUILDER_STATE_DIR: path.join(root, "node_modules/.cache/no-builds") }

const time = async (args: ReadonlyArray<string>): Promise<number> => {
  const start = performance.now()
  await promisify(execFile)(process.execPath, args, { cwd: root, env })
  return performance.now() - start
}

const median = (times: ReadonlyArray<number>): number =>
  Math.round(times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0)

/** Milliseconds: the median of so many runs of each, in turns, after one that warms the caches. */
export const measure = async (runs: number) => {
  const node: Array<number> = []
  const core: Array<number> = []
  const help: Array<number> = []
  const list: Array<number> = []
  for (let run = 0; run <= runs; run++) {
    node.push(await time(commands.node))
    core.push(await time(commands.core))
    help.push(await time(commands.help))
    list.push(await time(commands.list))
  }
  return {
    node: median(node.slice(1)),
    core: median(core.slice(1)),
    help: median(help.slice(1)),
    list: median(list.slice(1))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { core, help, list, node } = await measure(15)
  console.log(`node, doing nothing        ${node} ms`)
  console.log(`import of Effect's core    ${core} ms`)
  console.log(
    `os-builder --help          ${help} ms (${(help / core).toFixed(2)} of the import, ${
      (help / node).toFixed(1)
    } of node)`
  )
  console.log(`os-builder list            ${list} ms (${(list / node).toFixed(1)} of node)`)
}
