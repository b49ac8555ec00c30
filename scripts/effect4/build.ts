/**
 * The package for Effect 4, of the source for Effect 3: writes the tree, checks its types with Effect 4, and emits `dist`. Needs
 * `npm ci --prefix effect4` once.
 */
import { spawnSync } from "node:child_process"
import { existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import * as Tree from "./tree.js"

const bin = join(Tree.root, "effect4/node_modules/.bin")

const run = (program: string, ...args: ReadonlyArray<string>): void => {
  const { status } = spawnSync(program, args, { cwd: join(Tree.root, "effect4"), stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}

if (!existsSync(join(bin, "tsc"))) run("npm", "ci", "--no-audit", "--no-fund")
const { files, names, twins, unknown } = Tree.write("src")
console.log(`${names} names in ${files} files; ${twins} files of the seam`)
if (unknown.length > 0) {
  console.error(`effect4/names does not know these names of Effect 3:\n${unknown.join("\n")}`)
  process.exit(1)
}
rmSync(join(Tree.root, "effect4/build/dist"), { recursive: true, force: true })
run(join(bin, "tsc"), "-p", "tsconfig.build.json")
