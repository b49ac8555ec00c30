/**
 * How long `os-builder --help` and `list` take, beside a bare Node and a Node that imports Effect's own core from its packages.
 * `list` is that of the local backend, which asks no cluster, of no builds.
 */
import { execFile } from "node:child_process"
import * as path from "node:path"
import { promisify } from "node:util"
import * as Meter from "../Meter.js"

const modules = ["Effect", "Layer", "Stream", "Schema"].map((name) => `import "effect/${name}"`).join("\n")

/** Of Node, in the checkout. */
const commands = {
  node: ["-e", "0"],
  core: ["--input-type=module", "-e", modules],
  help: ["dist/os-builder.js", "--help"],
  list: ["dist/os-builder.js", "list", "--backend", "local"]
}

const env = { ...process.env, OS_BUILDER_STATE_DIR: path.resolve("node_modules/.cache/no-builds") }

const time = async (command: keyof typeof commands): Promise<number> => {
  const start = performance.now()
  await promisify(execFile)(process.execPath, commands[command], { env })
  return performance.now() - start
}

/** The median of so many runs in milliseconds, after one that warms the caches, and the CPU of each. */
export const measure = async (command: keyof typeof commands, runs: number) => {
  await time(command)
  const cpu = Meter.cpuSecondsOfAll()
  const times: Array<number> = []
  for (let run = 0; run < runs; run++) times.push(await time(command))
  const cpuSeconds = (Meter.cpuSecondsOfAll() - cpu) / runs
  return { startMs: times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN, cpuSeconds }
}

export const report = async (command: keyof typeof commands): Promise<never> => Meter.report(await measure(command, 11))
