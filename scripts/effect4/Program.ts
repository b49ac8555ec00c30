/** What the programs for Effect 4 have in common: the tree is written, or the program ends with the names that are not known. */
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import * as Tree from "./tree.js"

export const bin = join(Tree.root, "effect4/node_modules/.bin")

/** Runs a program in `effect4`; its failure is that of this process. */
export const run = (program: string, ...args: ReadonlyArray<string>): void => {
  const { status } = spawnSync(program, args, { cwd: join(Tree.root, "effect4"), stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}

const versionOf = (file: string): unknown =>
  existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).version : undefined

/** Installs the versions of Effect 4 unless they are there. */
export const install = (): void => {
  const { devDependencies } = JSON.parse(readFileSync(join(Tree.root, "effect4/package.json"), "utf8"))
  const isInstalled = Object.entries(devDependencies).every(([name, version]) =>
    versionOf(join(Tree.root, "effect4/node_modules", name, "package.json")) === version
  )
  if (!isInstalled) run("npm", "ci", "--no-audit", "--no-fund")
}

export const write = (...directories: ReadonlyArray<string>): void => {
  const { files, names, twins, unknown } = Tree.write(...directories)
  console.log(`${names} names in ${files} files; ${twins} files of the seam`)
  if (unknown.length === 0) return
  console.error(`effect4/names does not know these names of Effect 3:\n${unknown.join("\n")}`)
  process.exit(1)
}

/** Writes the sources, checks their types, and emits `build/dist`, of as few modules as the build for Effect 3. */
export const build = (): void => {
  install()
  write("src")
  for (const folder of ["compiled", "dist"]) rmSync(join(Tree.target, folder), { recursive: true, force: true })
  run(join(bin, "tsc"), "-p", "tsconfig.build.json")
  run(process.execPath, join(Tree.root, "scripts/build.mjs"), "build/compiled", "build/dist")
}
