/**
 * Packs the package for Effect 4 into the directory of its first argument, by default this one. `os-builder` in it is that of the package
 * for Effect 3, which has its Effect with it.
 */
import { spawnSync } from "node:child_process"
import { cpSync } from "node:fs"
import { join, resolve } from "node:path"
import * as Package from "./package.js"
import * as Program from "./Program.js"
import * as Tree from "./tree.js"

const run = (program: string, args: ReadonlyArray<string>, cwd: string): void => {
  const { status } = spawnSync(program, args, { cwd, stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}

Program.build()
Program.write("examples", "docs")
Program.run(join(Program.bin, "tsc"), "-p", "tsconfig.examples.json")
Package.write()
run("npm", ["run", "-s", "bundle"], Tree.root)
for (const name of ["os-builder.js", "os-builder"]) {
  cpSync(join(Tree.root, "dist", name), join(Tree.target, "dist", name), { recursive: true })
}
run("npm", ["pack", Tree.target, "--ignore-scripts"], resolve(process.argv[2] ?? "."))
