/** The tree for Effect 4, in `effect4/build`: files with their names of Effect renamed, and those of the seam by their twins. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { rewrite } from "./Rewrite.js"
import * as Table from "./Table.js"

export const root = fileURLToPath(new URL("../..", import.meta.url))

export const target = join(root, "effect4/build")

const seam = "effect4/seam/"

/** Parts of Effect 4 that have their own command line (cli) are not in it: `os-builder` is built for one major alone. */
const isLeftOut = (path: string): boolean => path.startsWith("src/cli/")

const filesIn = (directory: string): ReadonlyArray<string> =>
  readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .filter((path) => !isLeftOut(path))
    .sort()

const put = (path: string, text: string): void => {
  const to = join(target, path)
  mkdirSync(dirname(to), { recursive: true })
  writeFileSync(to, text)
}

export interface Written {
  /** The number of names that were renamed. */
  readonly names: number
  /** The number of files with such a name. */
  readonly files: number
  readonly twins: number
  /** Names that the table does not know, each with its place. */
  readonly unknown: ReadonlyArray<string>
}

/** Writes directories of the project. A file of `src/effect` has to have a twin, unless renaming is enough for it. */
export const write = (...directories: ReadonlyArray<string>): Written => {
  const lookup = Table.make()
  const twins = new Map(filesIn(seam).map((path) => [path.replace(seam, "src/effect/"), path]))
  for (const [path, twin] of twins) {
    if (!path.startsWith("src/effect/names/") && !existsSync(join(root, path))) {
      throw new Error(`${twin} is the twin of no file: ${path} does not exist`)
    }
  }
  const unknown: Array<string> = []
  let names = 0
  let files = 0
  for (const directory of directories) {
    rmSync(join(target, directory), { recursive: true, force: true })
    for (const path of filesIn(directory).filter((path) => !twins.has(path))) {
      const text = readFileSync(join(root, path), "utf8")
      if (!path.endsWith(".ts")) {
        put(path, text)
        continue
      }
      const result = rewrite(path, text, lookup)
      unknown.push(...result.unknown)
      names += result.names
      if (result.names > 0) files += 1
      put(path, result.text)
    }
  }
  for (const [path, twin] of twins) put(path, readFileSync(join(root, twin), "utf8"))
  return { names, files, twins: twins.size, unknown }
}
